"""What readers of news meet: why, what has moved on, and a reading that gives way to the next, asked of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from answer_world import World, asked_in_quotes, opened_world
from fakes import make_article

from qa.models.encoders import Embedder


def told(month: int, day: int, title: str, text: str) -> object:
    return make_article(text, title=title, published=datetime(2025, month, day, tzinfo=UTC))


ARTICLES = (
    told(1, 20, "Gannet Bridge to open in April", "The Gannet Bridge will open in April 2026, the council said. "
         "A band will play."),
    told(3, 19, "Gannet Bridge put off", "The Gannet Bridge is now expected to open in June 2026, rather than April. "
         "Its opening was postponed after engineers found cracks in the bearings. The repair will take a while."),
    told(2, 11, "Floods in the Dvarra valley", "Four people were killed in the floods in the Dvarra valley. "
         "The sirens were late."),
    told(2, 26, "Head of the agency resigns", "The head of the agency stepped down after the floods in the Dvarra "
         "valley, which have now claimed 17 lives. He was 61."),
    told(5, 2, "Mayor jailed", "The mayor Ilvar Stole must go to prison for six years, the court in Brill found. "
         "The prosecutor of the mayor Ilvar Stole had asked for eight years in prison. He left by a side door."),
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("news"), real_embedder, ARTICLES) as opened:  # type: ignore[arg-type]
        yield opened


def test_why_is_answered_by_the_sentence_that_says_why(world: World) -> None:
    found = asked_in_quotes(world, "Why was the opening of the Gannet Bridge postponed?")
    assert found.mode == "quotes"
    assert found.claims[0].text == "Its opening was postponed after engineers found cracks in the bearings."


def test_a_day_that_was_put_off_is_given_as_it_stands_now(world: World) -> None:
    found = asked_in_quotes(world, "When will the Gannet Bridge open?")
    assert found.short_answer == "June 2026"
    assert "April 2026" not in (found.short_answer or "")


def test_a_toll_is_the_newest(world: World) -> None:
    found = asked_in_quotes(world, "How many people were killed in the floods in the Dvarra valley?")
    assert found.short_answer == "17"
    assert any("gave Four" in note for note in found.notes)


def test_what_was_wanted_is_told_from_what_was_given(world: World) -> None:
    given = asked_in_quotes(world, "How long must the mayor Ilvar Stole go to prison?")
    wanted = asked_in_quotes(world, "How long had the prosecutor wanted the mayor Ilvar Stole to go to prison?")
    assert given.short_answer == "six years"
    assert wanted.short_answer in {"eight years", None}
