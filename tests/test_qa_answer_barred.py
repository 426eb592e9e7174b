"""What is of another year or kind than was asked for is neither said nor quoted, and why is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from answer_world import World, asked_in_quotes, opened_world
from fakes import make_article

from qa.models.encoders import Embedder

ARTICLES = (
    make_article(
        "The prize for best actor at the Saltlight Festival went to Odo Brask. He wept.",
        title="Prizes of the Saltlight Festival",
        published=datetime(2025, 6, 1, tzinfo=UTC),
    ),
    make_article(
        "The Golden Lamp of the Saltlight Festival went to High Water last year. It was a tie for days.",
        title="The Golden Lamp",
        published=datetime(2025, 6, 3, tzinfo=UTC),
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("barred"), real_embedder, ARTICLES) as opened:
        yield opened


@pytest.mark.parametrize(
    ("right", "wrong", "answer", "why"),
    [
        (
            "Who won the prize for best actor at the Saltlight Festival?",
            "Who won the prize for best actress at the Saltlight Festival?",
            "Odo Brask",
            "the quotes with it speak of the opposite, as of an actor where an actress was asked for",
        ),
        (
            "Which film won the Golden Lamp of the Saltlight Festival in 2024?",
            "Which film won the Golden Lamp of the Saltlight Festival in 2025?",
            "High Water",
            "the quotes with it are of another year",
        ),
    ],
)
def test_what_is_of_another_year_or_kind_is_declined(
    world: World, right: str, wrong: str, answer: str, why: str
) -> None:
    assert asked_in_quotes(world, right).short_answer == answer
    declined = asked_in_quotes(world, wrong)
    assert declined.mode == "abstained"
    assert [(each.text, each.why) for each in declined.removed_claims] == [(f"{answer}.", why)]
