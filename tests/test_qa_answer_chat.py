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
