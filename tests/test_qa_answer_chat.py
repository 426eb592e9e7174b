"""Follow-ups are made standalone by rule, and questions that stand alone are left as they are."""

from __future__ import annotations

import pytest

from qa.answer.chat import standalone
from qa.types import Turn


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (("Who led the Wanderers to the Shield?", "Lotta Brightmoor was the manager."), "And when was she appointed?",
         "When was Lotta Brightmoor appointed?"),
        (("What is the new ferry called?", "It is to be named Grey Petrel."), "How many cars will it take?",
         "How many cars will Grey Petrel take?"),
        (("Which company is cutting jobs?", "Brineholt Salt."), "By how much did its revenue fall?",
         "By how much did Brineholt Salt's revenue fall?"),
        (("Who won the race?", "Ottla Vance."), "What was her time?", "What was Ottla Vance's time?"),
        (("How many people live in Skerrivane?", "About 12,000."), "What about Port Quillan?",
         "How many people live in Port Quillan?"),
    ],
)  # fmt: skip
def test_a_follow_up_names_what_it_is_about(history: tuple[str, str], question: str, expected: str) -> None:
    assert standalone(question, [Turn(*history)], 6) == expected


def test_a_question_that_stands_alone_is_unchanged() -> None:
    history = [Turn("Who won the race?", "Ottla Vance.")]
    question = "How much did Storm Ottoline cost the island of Quillan?"
    assert standalone(question, history, 6) == question


def test_without_history_nothing_changes() -> None:
    assert standalone("And when was she appointed?", [], 6) == "And when was she appointed?"


def test_history_beyond_the_limit_is_forgotten() -> None:
    history = [Turn("Who won the race?", "Ottla Vance.")]
    assert standalone("What was her time?", history, 0) == "What was her time?"


def test_an_ellipsis_keeps_the_earlier_question_beside_it() -> None:
    history = [Turn("How many terns were counted at Hesk Point in 2024?", "1,312 pairs.")]
    assert "Hesk Point" in standalone("And how many the year after?", history, 6)


def test_the_newest_turn_gives_the_name() -> None:
    history = [Turn("Who won the race?", "Ottla Vance."), Turn("Who came second?", "Mirren Tolliver.")]
    assert standalone("Where is she from?", history, 6) == "Where is Mirren Tolliver from?"


TOLD = """The articles say:
- 3 May 2025, The Harbour Courier: “Anko Brill won the tour of the Orle by a wheel.” [1]
- 9 June 2025, Radio North: “Anko Brill was banned for two years.” [2]"""


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What's the latest?", "What is the latest on Brill?"),
        ("any news?", "What is the latest on Brill?"),
        ("and what's new?", "What is the latest on Brill?"),
        ("What happened next?", "What happened with Brill?"),
        ("Tell me more.", "What happened with Brill?"),
        ("summarise that", "What happened with Brill?"),
    ],
)
def test_a_request_that_names_no_matter_is_of_the_one_before(question: str, meant: str) -> None:
    assert standalone(question, [Turn("Tell me about Brill", TOLD)], 6) == meant


@pytest.mark.parametrize(
    "question", ["What's in the news?", "Show me today's headlines", "latest news", "the latest on the strike"]
)
def test_a_request_that_says_what_is_to_be_told_stands_alone(question: str) -> None:
    assert standalone(question, [Turn("Tell me about Brill", TOLD)], 6) == question


def test_the_matter_is_that_of_the_newest_turn_that_names_one() -> None:
    history = [Turn("Who won the Tour of the Orle?", "Anko Brill."), Turn("by how much?", "The articles do not say.")]
    assert standalone("Any updates?", history, 6) == "What is the latest on Tour of the Orle?"


def test_who_is_meant_stands_in_the_quotes_and_not_in_the_outlets_before_them() -> None:
    assert standalone("Is he banned?", [Turn("What happened with Brill?", TOLD)], 6) == "Is Anko Brill banned?"


def test_what_was_declined_says_nothing_that_a_follow_up_could_mean() -> None:
    history = [
        Turn("How many boats sank?", "The articles do not say. Searched 40 articles; the newest is of 3 May 2025.")
    ]
    assert standalone("and how many crew?", history, 6) == "How many crew (boats sank)?"
