from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from chat_fakes import FERRY, HOSTILE, NASTY, PRICE, ScriptedIndex, abstained, answered, citation, found

from qa.types import Answer, Claim, ClaimReady, Disagreement, RemovedClaim, Retrieval, Searched, Understood
from ui.chat.render import chip, failure, turn, welcome
from ui.chat.sources import article_href, card, highlighted
from ui.chat.view import (
    Card,
    Excerpt,
    TurnView,
    answered_view,
    claimed_view,
    excerpts,
    found_cards,
    past_turn,
    quotes_for,
    searched_view,
)
from ui.chat.words import day, searched, understood_as, window

NOW = datetime(2025, 7, 1, tzinfo=UTC)
_TAGS = {"article", "section", "header", "footer", "h2", "h3", "p", "div", "span", "a", "b", "bdi", "mark", "q", "del"}
_TAGS |= {"details", "summary", "ol", "time", "ul", "li", "button", "blockquote", "code", "form", "input"}
_ATTRIBUTES = re.compile(
    r"class|id|href|hidden|title|dir|role|tabindex|type|target|rel|open|datetime|name|placeholder|required|data-[a-z]+|aria-[a-z]+"
)
MARCH = Understood(
    since=datetime(2025, 3, 1, tzinfo=UTC), until=datetime(2025, 4, 1, tzinfo=UTC), from_words="in March"
)


class Strict(HTMLParser):
    """Fails on any tag, attribute or link that the chat has no use for; keeps what a reader would see."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.marks: list[str] = []
        self._in_mark = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, tag
        for name, value in attrs:
            assert _ATTRIBUTES.fullmatch(name), name
            if name == "href":
                assert value is not None
                assert value.startswith(("/articles/", "https://", "#library")), value
        self._in_mark = tag == "mark"
        if self._in_mark:
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_mark:
            self.marks[-1] += data


def read(html: str) -> Strict:
    parser = Strict()
    parser.feed(str(html))
    return parser


def view_of(answer: Answer) -> TurnView:
    return answered_view(TurnView(answer.question, NOW), answer, ScriptedIndex().article)


def test_every_highlight_is_exactly_the_cited_quote() -> None:
    answer = answered()
    assert read(turn(view_of(answer), 1)).marks == [one.quote for one in answer.citations]


def test_the_paragraph_around_a_quote_is_shown_and_no_other() -> None:
    html = turn(view_of(answered()), 1)
    assert "It is due in May 2025." in html
    assert "Islanders have been patient" not in read(html.split('class="also"')[0]).text


def test_a_chip_links_to_the_quote_and_says_outlet_day_and_quote() -> None:
    quote = citation(FERRY, "It is due in May 2025.", 3)
    html = chip(3, (quote,), 7)
    assert f'href="/articles/ferry?version=1#{quote.start}-{quote.end}"' in html
    assert 'aria-label="Source 3: The Courier, 1 March 2025"' in html
    assert "It is due in May 2025." in read(html).text


def test_two_quotes_of_one_article_share_a_card_and_a_number() -> None:
    first, second = (
        citation(FERRY, "It is due in May 2025.", 1),
        citation(FERRY, "The ferry carries 450 passengers.", 1),
    )
    view = view_of(answered(citations=(first, second), claims=(Claim("450 passengers fit.", True, (1,)),)))
    assert len(view.cards) == 1
    assert len(view.cards[0].excerpts) == 2
    assert quotes_for(view.claims[0], 1, view.citations)[0] == second


def test_an_abstention_looks_like_one_and_shows_the_closest_passages() -> None:
    html = turn(view_of(abstained()), 1)
    text = read(html).text
    assert 'class="answer abstained"' in html
    assert "The articles do not say." in text
    assert "None of the closest passages names a sponsor." in text
    assert "3 articles searched, 1 without a date left out" in text
    assert "The Grey Petrel will cost 41 million crowns." in text
    assert 'class="chip"' not in html


def test_quotes_are_shown_as_quotes_with_outlet_and_day() -> None:
    answer = answered()
    claims = tuple(Claim(one.quote, True, (one.number,)) for one in answer.citations)
    html = turn(view_of(replace(answer, mode="quotes", claims=claims)), 1)
    assert html.count("<blockquote>") == 2
    assert "In the articles’ own words" in read(html).text


def test_an_inferred_window_is_shown_with_its_undoing_and_not_when_it_was_undone() -> None:
    view = view_of(answered(understood=MARCH))
    assert "Understood: 1–31 March 2025" in read(turn(view, 1)).text
    assert 'data-act="uninfer"' in turn(view, 1)
    assert "Understood" not in turn(replace(view, infer=False), 1)


def test_an_unsupported_claim_is_struck_and_says_so() -> None:
    html = turn(view_of(answered(claims=(Claim("It sank.", False, ()),))), 1)
    assert "<del>It sank.</del>" in html
    assert "not in the articles" in read(html).text


def test_removed_claims_disagreements_and_notes_are_told() -> None:
    view = view_of(
        answered(
            removed_claims=(RemovedClaim("It sank.", "no article says so"),),
            disagreements=(Disagreement("the price", (("41 million", 1), ("46 million", 2))),),
            notes=("The newest article is old.",),
        )
    )
    text = read(turn(view, 1)).text
    assert "1 sentence left out" in text
    assert "Sources differ on the price: The Courier: 41 million" in text
    assert "The newest article is old." in text


def test_fictional_and_corrected_articles_are_labelled() -> None:
    text = read(turn(view_of(answered()), 1)).text
    assert "fictional sample" in text
    assert "Correction: An earlier version said 47 million." in text


def test_a_quote_of_a_deleted_article_still_shows() -> None:
    index = ScriptedIndex(kept=[])
    view = answered_view(TurnView("q", NOW), answered(), index.article)
    assert read(turn(view, 1)).marks[0] == "The Grey Petrel will cost 41 million crowns."


def test_hostile_text_is_harmless_in_every_part_of_a_turn() -> None:
    quote = citation(NASTY, NASTY.text, 1)
    view = view_of(
        answered(
            HOSTILE,
            claims=(Claim(HOSTILE, True, (1,)), Claim(HOSTILE, False, ())),
            citations=(replace(quote, carriers=("a", HOSTILE)),),
            removed_claims=(RemovedClaim(HOSTILE, HOSTILE),),
            disagreements=(Disagreement(HOSTILE, ((HOSTILE, 1),)),),
            notes=(HOSTILE,),
            suggestions=(HOSTILE,),
            model=HOSTILE,
            understood=Understood(publishers=(HOSTILE,), from_words=HOSTILE),
        )
    )
    for shape in (view, replace(view, mode="quotes"), replace(view, mode="abstained", reason=HOSTILE)):
        page = read(turn(shape, 1))
        assert "<script>alert(1)</script>" in page.text
        assert "\x1b" not in page.text
        assert "\u202e" not in page.text


def test_hostile_titles_are_harmless_before_the_first_question() -> None:
    assert HOSTILE[:26] in read(welcome(3, HOSTILE, (HOSTILE,), True)).text
    assert "<script>" in read(failure(HOSTILE)).text


def test_a_link_that_is_not_of_the_web_is_not_shown() -> None:
    assert "Original" not in card(found_cards([found(NASTY)])[0])
    assert "Original" in card(found_cards([found(FERRY)])[0])


def test_an_article_id_cannot_leave_its_address() -> None:
    assert article_href("../a b?#", 2, (3, 4)) == "/articles/..%2Fa%20b%3F%23?version=2#3-4"


def test_overlapping_marks_are_drawn_as_one() -> None:
    assert highlighted(Excerpt(10, "abcdefgh", ((11, 13), (12, 15)))) == 'a<mark data-mark="11-15">bcde</mark>fgh'


def test_a_quote_across_paragraphs_is_marked_in_both() -> None:
    assert excerpts("one two\n\nthree four\n\nfive", [(4, 14)]) == (
        Excerpt(0, "one two", ((4, 7),)),
        Excerpt(9, "three four", ((9, 14),)),
    )


def test_an_empty_library_says_how_to_add_articles() -> None:
    text = read(welcome(0, None, (), False)).text
    assert "every article is invented" in text
    assert "Add it" in text


def test_a_view_grows_with_the_events_of_its_answer() -> None:
    answer = answered()
    view = searched_view(TurnView("q", NOW), Retrieval(answer.sources, MARCH, Searched(3)))
    assert view.status == "reading"
    assert [one.title for one in view.found][:2] == [FERRY.title, PRICE.title]
    view = claimed_view(view, ClaimReady(answer.claims[0], answer.citations[:1], "x [1]"), ScriptedIndex().article)
    assert [one.number for one in view.cards] == [1]
    assert "Reading and checking" in read(turn(view, 1)).text
    view = answered_view(view, answer, ScriptedIndex().article)
    assert view.status == "done"
    assert [one.title for one in view.found] == [NASTY.title]
    assert past_turn(view).answer == answer.text


def test_an_article_found_twice_is_shown_once() -> None:
    assert len(found_cards([found(FERRY), found(FERRY, 0.5), found(PRICE)])) == 2


def test_questions_and_quotes_take_the_direction_of_their_script() -> None:
    html = turn(TurnView("ما سعر العبارة؟", NOW), 1)
    assert re.search(r'<h2 class="question" dir="auto">', html)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2025-03-01", "2025-04-01", "1–31 March 2025"),
        ("2025-03-01", "2025-03-02", "1 March 2025"),
        ("2025-03-01", "2025-05-01", "1 March – 30 April 2025"),
        ("2024-12-30", "2025-01-06", "30 December 2024 – 5 January 2025"),
        ("2025-03-01", None, "since 1 March 2025"),
        (None, "2025-03-01", "until 28 February 2025"),
        (None, None, None),
    ],
)
def test_a_window_is_said_with_its_last_day_included(since: str | None, until: str | None, said: str | None) -> None:
    bounds = [datetime.fromisoformat(one).replace(tzinfo=UTC) if one else None for one in (since, until)]
    assert window(Understood(since=bounds[0], until=bounds[1])) == said


def test_unknown_date_is_said_to_be_unknown() -> None:
    assert day(None) == "date unknown"
    assert "date unknown" in read(card(found_cards([found(NASTY)])[0])).text


def test_counts_are_said_in_words() -> None:
    assert searched(Searched(1)) == "1 article searched"
    assert searched(Searched(1204, 2)) == "1,204 articles searched, 2 without a date left out"
    assert understood_as(Understood(publishers=("The Herald",), recency=7)) == "The Herald"
    assert understood_as(Understood(recency=7)) == "the newest first"
    assert understood_as(Understood()) is None


def test_nothing_shown_is_escaped_twice() -> None:
    html = turn(replace(view_of(answered()), question="R&D < 3"), 1)
    assert "R&amp;D &lt; 3" in html
    assert "R&D < 3" in unescape(html)


def test_a_card_without_a_title_still_has_a_link() -> None:
    assert "Untitled" in card(Card(1, "a", 1, "", None, None, None))
