"""What a question asks for, also where it is no sentence, names an owner first or ends its noun in an odd verb."""

from __future__ import annotations

import pytest

from qa.answer.asking import read_question


@pytest.mark.parametrize(
    ("question", "noun", "kind", "measure"),
    [
        ("turnout general election 2025", ("turnout",), "number", "share"),
        ("Merrow Foods net profit last quarter?", ("merrow", "foods", "net", "profit"), "number", "money"),
        ("winner valley marathon", ("winner",), "person", ""),
        ("number of arrests at the derby", ("arrests",), "number", ""),
        ("venue of the cup final", ("venue",), "place", ""),
        ("height of the new tower", ("height",), "number", "length"),
        ("name of the ship that sank", ("ship",), "thing", ""),
        ("ferry fire", (), "thing", ""),
        ("What is the Bank of Oxby's lending rate?", ("lending", "rate"), "number", "share"),
        ("What is the name of Kaya's dog?", ("dog",), "thing", ""),
        ("Which company built the bridge?", ("company",), "thing", ""),
        ("How many people ran in the race?", ("people",), "number", ""),
        ("Which schoolteacher won the race?", ("schoolteacher",), "person", ""),
        ("Name of the guard on duty when the clocks were taken?", ("guard",), "person", ""),
        ("How long is the new base tunnel?", (), "number", "length"),
        ("How long is the strike going to last?", (), "number", "duration"),
        ("Which human right is meant?", ("human", "right"), "thing", ""),
        ("What is the name of the man awaiting trial?", ("man",), "person", ""),
        ("What pay rise did the nurses get?", ("pay", "rise"), "number", ""),
        ("What do shareholders get per share?", (), "number", "money"),
        ("What is the hottest temperature ever recorded?", ("hottest", "temperature"), "number", "degrees"),
    ],
)
def test_what_is_asked_for(question: str, noun: tuple[str, ...], kind: str, measure: str) -> None:
    asking = read_question(question)
    assert (asking.noun, asking.type, asking.measure) == (noun, kind, measure)


@pytest.mark.parametrize(
    "question",
    [
        "has the probe been launched yet",
        "are the nurses still out?",
        "was the driver who hit the bus charged",
        "So did the mayor resign in the end?",
        "Isn't it true that she resigned?",
        "true that the strike is off?",
        "The director stepped down, right?",
        "didn't the ferry sink",
        "will the strike go on",
        "Any arrests yet?",
    ],
)
def test_a_yes_or_no_is_asked_for(question: str) -> None:
    assert read_question(question).type == "truth"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Can you tell me who won the race?", "person"),
        ("Was the marathon run, and how many people finished it?", "number"),
        ("Is the ship lost? Who was its captain?", "person"),
        ("Will Smith's film title", "thing"),
    ],
)
def test_what_is_asked_behind_a_yes_or_no_counts(question: str, kind: str) -> None:
    assert read_question(question).type == kind


@pytest.mark.parametrize(
    ("question", "lately"),
    [
        ("How much is Pell paying for Norvik?", True),
        ("Has it opened?", True),
        ("Did it open?", False),
        ("Was it going to rain?", False),
        ("How much did Pell pay?", False),
    ],
)
def test_what_is_happening_is_asked_as_things_stand(question: str, lately: bool) -> None:
    assert read_question(question).lately == lately


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What is the name of the ward that burned?", True),
        ("What's the ship's new name?", False),
        ("name of the new ferry", True),
        ("Under which name will the app be sold?", True),
        ("What was its working title, and what name did it get?", True),
        ("What is the name of the rare lung disease?", False),
        ("What is the name for a fear of spiders?", False),
        ("Which ward burned?", False),
    ],
)
def test_what_something_is_called_is_asked(question: str, named: bool) -> None:
    assert read_question(question).named == named
