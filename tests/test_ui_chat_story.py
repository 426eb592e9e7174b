from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from chat_fakes import FERRY, NASTY, PRICE, ScriptedIndex, answered, citation

from qa.errors import NotFoundError
from qa.types import Article, Carrier, Citation
from ui.chat.render import turn
from ui.chat.safe import el
from ui.chat.story import changes, story_body, versions_of
from ui.chat.timeline import in_order, is_timeline, timeline
from ui.chat.view import TurnView, answered_view

NOW = datetime(2025, 7, 1, tzinfo=UTC)
OLDER = citation(FERRY, "The Grey Petrel will cost 41 million crowns.", 1)
NEWER = citation(PRICE, "The yard blamed steel.", 2)
UNDATED = citation(NASTY, "Nasty words.", 3)
SECOND = replace(
    FERRY,
    version=2,
    text=FERRY.text.replace("41 million", "44 million"),
    modified=datetime(2025, 4, 2, tzinfo=UTC),
    carriers=(
        Carrier("The Courier", "https://courier.example/ferry", FERRY.published, FERRY.title),
        Carrier("<b>Gull</b>", "javascript:alert(1)", None, "A ferry"),
    ),
)
FIRST = replace(FERRY, valid_to=datetime(2025, 4, 2, tzinfo=UTC))


def both(article_id: str, version: int | None = None) -> Article:
    if article_id != "ferry" or version not in {None, 1, 2}:
        raise NotFoundError("There is no such article.")
    return FIRST if version == 1 else SECOND


def mark(one: Citation) -> str:
    return el("a", str(one.number))


def seen(question: str, **changes: object) -> TurnView:
    answer = answered(question, **changes)
    return answered_view(TurnView(question=question, as_of=NOW), answer, ScriptedIndex().article)


def test_a_timeline_is_in_the_order_of_days_and_the_undated_come_last() -> None:
    assert in_order([UNDATED, NEWER, OLDER, NEWER]) == [OLDER, NEWER, UNDATED]


def test_a_timeline_tells_day_outlet_and_quote_of_each_line() -> None:
    drawn = timeline([NEWER, OLDER], mark)
    assert drawn.index("1 March 2025") < drawn.index("4 March 2025")
    assert '<time datetime="2025-03-01">' in drawn
    assert "The Courier" in drawn


def test_a_quote_of_an_unknown_day_is_given_none() -> None:
    drawn = timeline([UNDATED], mark)
    assert "<time>date unknown</time>" in drawn
    assert "<script>" not in drawn


def test_what_happened_is_drawn_as_a_timeline() -> None:
    view = seen("What happened with the ferry?", mode="quotes")
    assert is_timeline(view)
    assert '<ol class="timeline">' in turn(view, 1)
    assert "As a timeline" not in turn(view, 1)


def test_another_answer_can_be_opened_as_a_timeline_when_its_quotes_are_of_several_days() -> None:
    assert "As a timeline" in turn(seen("What does the ferry cost?"), 1)
    one_day = seen("What does the ferry cost?", citations=(OLDER,))
    assert "As a timeline" not in turn(one_day, 1)


def test_an_abstention_is_no_timeline() -> None:
    assert not is_timeline(seen("What happened with the ferry?", mode="abstained", citations=(), claims=()))


def test_the_versions_of_a_story_are_given_the_current_one_first() -> None:
    assert [one.version for one in versions_of("ferry", both)] == [2, 1]
    with pytest.raises(NotFoundError):
        versions_of("nothing", both)


def test_what_changed_between_two_versions_is_told_sentence_by_sentence() -> None:
    gone, come = changes(FIRST.text, SECOND.text)
    assert gone == ("The Grey Petrel will cost 41 million crowns.",)
    assert come == ("The Grey Petrel will cost 44 million crowns.",)
    assert changes(FIRST.text, FIRST.text) == ((), ())


def test_a_story_shows_its_carriers_its_versions_and_their_difference() -> None:
    drawn = story_body(versions_of("ferry", both))
    assert "2 outlets, 2 versions" in drawn
    assert "<del>The Grey Petrel will cost 41 million crowns.</del>" in drawn
    assert "<ins>The Grey Petrel will cost 44 million crowns.</ins>" in drawn
    assert "held until 2 April 2025" in drawn
    assert 'href="/articles/ferry?version=1"' in drawn


def test_a_carrier_is_escaped_and_never_a_script_link() -> None:
    drawn = story_body(versions_of("ferry", both))
    assert "&lt;b&gt;Gull&lt;/b&gt;" in drawn
    assert "javascript:" not in drawn


def test_a_story_of_one_version_says_nothing_of_changes() -> None:
    drawn = story_body((FERRY,))
    assert "1 outlet, 1 version" in drawn
    assert "What changed" not in drawn
