"""Conversations: periods move and hold, histories are bounded, a larger model rewrites in the conversation's words."""

from __future__ import annotations

from typing import cast

import pytest
from answer_world import ScriptedModel

from qa.answer.chat import standalone, standalone_with
from qa.errors import ModelFailedError
from qa.models.llm import LanguageModel
from qa.types import Turn

TERNS = [Turn("How many terns were counted at Hesk Point in 2023?", "1,200 pairs.")]
LADLE = [Turn("Who won the Golden Ladle in 2025?", "Wren Applegarth.")]
LEANING = "And how many the year after that?"


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (TERNS, "And in 2024?", "How many terns were counted at Hesk Point in 2024?"),
        (TERNS, "What about 2024?", "How many terns were counted at Hesk Point in 2024?"),
        (TERNS, "And before May 2024?", "How many terns were counted at Hesk Point before May 2024?"),
        (TERNS, "And the year before?", "How many terns were counted at Hesk Point in 2022?"),
        (TERNS, "The following year?", "How many terns were counted at Hesk Point in 2024?"),
        ([Turn("How many terns were counted?", "1,200.")], "and in 2024?", "How many terns were counted in 2024?"),
        ([Turn("How many terns were counted?", "1,200.")], "And last year?", "How many terns were counted last year?"),
    ],
)
def test_a_bare_period_takes_the_place_of_the_earlier_one(history: list[Turn], question: str, expected: str) -> None:
    assert standalone(question, history, 6) == expected


def test_a_period_set_earlier_holds_for_what_leans_on_it() -> None:
    assert standalone("What was her time?", LADLE, 6) == "What was Wren Applegarth's time in 2025?"


def test_a_period_set_earlier_ends_when_another_is_named() -> None:
    assert standalone("What did she win in 2024?", LADLE, 6) == "What did Wren Applegarth win in 2024?"


def test_a_period_set_earlier_does_not_reach_a_question_that_stands_alone() -> None:
    asked = "Which company runs the ferry to Port Quillan?"
    assert standalone(asked, LADLE, 6) == asked


def test_a_long_history_is_looked_at_only_so_far() -> None:
    history = [Turn("Who won?" * 5000, "Ottla Vance. " + "It rained. " * 20_000)] * 50
    assert len(standalone("What was her time?", history, 6)) < 2500


def rewritten(says: str, *, small: bool = False, question: str = LEANING) -> tuple[str, ScriptedModel]:
    model = ScriptedModel(lambda messages: [says])
    model.small = small  # type: ignore[misc]
    return standalone_with(cast("LanguageModel", model), question, TERNS, 6), model


def test_a_larger_model_writes_out_what_no_rule_could() -> None:
    text, model = rewritten("How many terns were counted at Hesk Point the year after 2023?")
    assert text == "How many terns were counted at Hesk Point the year after 2023?"
    assert "Hesk Point" in model.asked[0][1][1]


@pytest.mark.parametrize(
    "says",
    [
        "How many terns were counted at Cape Wrath?",
        "How many terns were counted at Hesk Point in 2019?",
        "There were 1,200 pairs.",
        "",
        "Is it? Is it not?",
        "How many " + "very " * 100 + "?",
    ],
)
def test_what_a_model_makes_up_is_not_taken(says: str) -> None:
    assert rewritten(says)[0] == standalone(LEANING, TERNS, 6)


def test_no_model_is_asked_where_a_rule_is_sure_or_the_model_is_small() -> None:
    assert rewritten("Anything?", question="And in 2024?")[1].asked == []
    assert rewritten("Anything?", small=True)[1].asked == []


def test_a_model_that_fails_leaves_the_rules_result() -> None:
    def fail(messages: object) -> list[str]:
        raise ModelFailedError("The model far did not answer in time.")

    model = cast("LanguageModel", ScriptedModel(fail))
    assert standalone_with(model, LEANING, TERNS, 6) == standalone(LEANING, TERNS, 6)
