"""What is of another year or kind than was asked for is neither said nor quoted, and why is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answer_world import World, asked_in_quotes, june_articles, opened_world
from fakes import make_article

from qa.answer.places import lies_elsewhere
from qa.answer.turns import made_of_another
from qa.models.encoders import Embedder

STORIES = (
    (
        1,
        "Prizes of the Saltlight Festival",
        "The prize for best actor at the Saltlight Festival went to Odo Brask. He wept.",
    ),
    (
        3,
        "The Golden Lamp",
        "The Golden Lamp of the Saltlight Festival was won by the film High Water last year. It was a tie for days.",
    ),
    (
        4,
        "Pardo leaves for Sporting Vallarque",
        "Nuno Pardo played only 31 times for the Weavers and scored nine goals. He never headed one.",
    ),
    (
        5,
        "Pink salt",
        "The salt of the chefs' prize comes from Peru, and nobody knew of it. It is pink.",
    ),
    (
        6,
        "Garrick Stole guilty",
        "The most that Garrick Stole can be given is four years in prison. He showed no emotion.",
    ),
    (
        7,
        "The Skerry Marathon",
        "Lorcan Quennell won the Skerry Marathon in 2:19:44. The women's race of the marathon went to Ottla Vance.",
    ),
)
ARTICLES = (
    *june_articles(STORIES),
    make_article("She is the youngest champion by four years. She was born there.", title="A young champion"),
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
        (
            "How many goals has Nuno Pardo scored for the Weavers?",
            "How many goals has Nuno Pardo scored for Sporting Vallarque?",
            "nine goals",
            "the quotes with it are of another than was asked about",
        ),
        (
            "From which South American country does the salt of the chefs' prize come?",
            "From which African country does the salt of the chefs' prize come?",
            "Peru",
            "it lies in another part of the world",
        ),
        (
            "In what time was the Skerry Marathon won?",
            "In what time was the women's race of the Skerry Marathon won?",
            "2:19:44",
            "the article tells of that elsewhere",
        ),
        (
            "How many years in prison can Garrick Stole be given?",
            "How many years in prison was Garrick Stole given?",
            "four years",
            "the quotes only say that it may be",
        ),
    ],
)
def test_what_is_of_another_year_or_kind_is_declined(
    world: World, right: str, wrong: str, answer: str, why: str
) -> None:
    assert asked_in_quotes(world, right).short_answer == answer
    declined = asked_in_quotes(world, wrong)
    assert declined.mode == "abstained"
    assert [(each.text, each.why) for each in declined.removed_claims] == [(f"{answer[:1].upper()}{answer[1:]}.", why)]


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("How many gold bars did divers find?", True),
        ("How many copper bars did divers find?", False),
        ("How much golden thread did divers find?", True),
        ("How many wooden chests did divers find?", False),
        ("Which silver coin did divers find?", True),
        ("How many gold medals did divers win?", False),
        ("Who won gold?", False),
        ("How many bars did divers find?", False),
    ],
)
def test_what_is_made_of_something_else_is_another(question: str, other: bool) -> None:
    quote = "Divers brought up 240 bars of copper from the wooden wreck."
    assert made_of_another(question, quote, f"It is no gold, but it will do. {quote}") is other


def test_a_material_that_the_quote_leaves_out_is_looked_for_in_the_article() -> None:
    quote, article = "Divers brought up 240 bars.", "The bars are of gold."
    assert not made_of_another("How many gold bars were brought up?", quote, f"{quote} {article}")
    assert made_of_another("How many silver bars were brought up?", quote, f"{quote} {article}")


@pytest.mark.parametrize(
    ("noun", "name", "elsewhere"),
    [
        ("south american country", "Russia", True),
        ("south american country", "Brazil", False),
        ("west african country", "Ukraine", True),
        ("african nation", "the Gambia", False),
        ("european country", "Russia", False),
        ("asian country", "Russia", False),
        ("european country", "Cyprus", False),
        ("european country", "Kosovo", False),
        ("asian country", "Fiji", False),
        ("country", "Russia", False),
        ("european country", "Elbonia", False),
    ],
)
def test_where_a_country_lies_is_known_by_its_hours(noun: str, name: str, elsewhere: bool) -> None:
    assert lies_elsewhere(noun.split(), name) is elsewhere
