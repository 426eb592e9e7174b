"""A question that asks for two things gets both, each with its own quote; one that asks for one is left whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from answer_world import World, asked_in_quotes, opened_world
from fakes import make_article

from qa.answer.parts import Part, part_of, split_question
from qa.models.encoders import Embedder
from qa.types import Answer


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Which mayor promised a new roof, and who beat him at the next election?",
            ("Which mayor promised a new roof?", "Who beat him at the next election?"),
        ),
        (
            "How much has the council put aside for a ferry, and by when must shipyards bid for it?",
            ("How much has the council put aside for a ferry?", "By when must shipyards bid for it?"),
        ),
        (
            "which judge led the inquiry and which one tried the case",
            ("Which judge led the inquiry?", "Which judge tried the case?"),
        ),
        (
            "What loss did Orrick Salt report for the first nine months of 2024, and what profit for all of 2025?",
            (
                "What loss did Orrick Salt report for the first nine months of 2024?",
                "What profit did Orrick Salt report for all of 2025?",
            ),
        ),
        (
            "How many terns nested at Hesk Point in the summers of 2024 and 2025?",
            (
                "How many terns nested at Hesk Point in the summers of 2024?",
                "How many terns nested at Hesk Point in the summers of 2025?",
            ),
        ),
        ("How much rain fell in 2024 and in 2025?", ("How much rain fell in 2024?", "How much rain fell in 2025?")),
        (
            "What did the engineers say the bridge would cost in 2024, and what a year later?",
            (
                "What did the engineers say the bridge would cost in 2024?",
                "What did the engineers say the bridge would cost a year later?",
            ),
        ),
        (
            "Who won the cup, and who lost it, and where was it played?",
            ("Who won the cup?", "Who lost it?", "Where was it played?"),
        ),
    ],
)
def test_a_question_is_cut_where_another_begins(question: str, parts: tuple[str, ...]) -> None:
    assert split_question(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who opened the Tallow Bridge?",
        "Who and what is the Grey Petrel?",
        "When and where was the treaty signed?",
        "Do we know who did it, and why?",
        "What do the brigade and the traders say about the stalls?",
        "The mayor spoke, and who listened?",
        "Who won, and who lost, and who drew, and who left?",
        "How much did the fare rise between 2024 and 2025?",
        "How did sales change in 2024 and 2025?",
        "How many died in 2023, 2024 and 2025?",
        "",
        "and who?",
    ],
)
def test_a_question_that_cannot_be_cut_is_left_whole(question: str) -> None:
    assert split_question(question) == (question,)


def test_a_pronoun_finds_the_answer_to_the_part_before() -> None:
    found = part_of("Who beat him at the next election?", "Which mayor promised a new roof?", "Perrin Stallworthy")
    assert found.question == "Who beat Perrin Stallworthy at the next election?"
    assert found.leans


def test_a_part_that_stands_alone_is_looked_for_beside_the_one_before() -> None:
    before, piece = "Which judge led the inquiry into the gate?", "Which judge tried the case in Port Quillan?"
    assert part_of(piece, before, "Ada Strang") == Part(piece, f"{before} {piece}")


ARTICLES = (
    make_article(
        "Maud Fennick opened the Tallow Bridge on Sunday. A band played and children ran across.",
        title="The Tallow Bridge is open",
        published=datetime(2025, 6, 1, tzinfo=UTC),
        publisher="Courier",
    ),
    make_article(
        "The Tallow Bridge cost 41 million crowns. The council paid for half of it.",
        title="What the Tallow Bridge cost",
        published=datetime(2025, 6, 3, tzinfo=UTC),
        publisher="Ledger",
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("parts"), real_embedder, ARTICLES) as opened:
        yield opened


def test_each_part_is_answered_with_a_quote_of_its_own(world: World) -> None:
    question = "Who opened the Tallow Bridge, and how much did the Tallow Bridge cost?"
    answer = asked_in_quotes(world, question)
    quotes = [citation.quote for citation in answer.citations]
    assert "Maud Fennick opened the Tallow Bridge on Sunday." in quotes
    assert "The Tallow Bridge cost 41 million crowns." in quotes
    assert answer.short_answer == "Maud Fennick and 41 million crowns"
    assert (answer.question, answer.mode) == (question, "quotes")
    assert not unsaid(answer)


def test_what_one_part_does_not_find_is_said(world: World) -> None:
    answer = asked_in_quotes(world, "How much did the Tallow Bridge cost, and which poet won a prize in Norway?")
    assert "The Tallow Bridge cost 41 million crowns." in [citation.quote for citation in answer.citations]
    assert unsaid(answer) == ["The articles do not say: Which poet won a prize in Norway?"]
    assert answer.mode == "quotes"
    assert answer.short_answer == "41 million crowns"


def test_one_reading_is_not_the_answer_to_two_parts(world: World) -> None:
    answer = asked_in_quotes(
        world, "What did the Tallow Bridge cost in May, and what did the Tallow Bridge cost in June?"
    )
    assert answer.short_answer == "41 million crowns"
    assert len(unsaid(answer)) == 1


def test_a_sentence_that_answers_two_parts_is_quoted_once(world: World) -> None:
    answer = asked_in_quotes(world, "Who opened the Tallow Bridge, and when did Maud Fennick open the Tallow Bridge?")
    assert answer.short_answer == "Maud Fennick and Sunday"
    assert answer.text.count("Maud Fennick opened the Tallow Bridge on Sunday.") == 1


def test_a_part_that_leans_on_an_answer_that_was_not_found_is_not_asked(world: World) -> None:
    answer = asked_in_quotes(world, "Which poet won a prize in Norway, and who taught her?")
    assert answer.mode == "abstained"
    assert answer.citations == ()


def unsaid(answer: Answer) -> list[str]:
    return [note for note in answer.notes if note.startswith("The articles do not say")]
