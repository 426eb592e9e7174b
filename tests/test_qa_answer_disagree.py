"""Outlets that give different numbers for the same thing are set side by side, and numbers of other things are not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fakes import make_evidence

from qa.answer.asking import read_question
from qa.answer.disagree import Judge, find_conflict
from qa.answer.updates import find_update
from qa.types import Evidence


def said(text: str, publisher: str = "Courier", day: int = 20, title: str = "") -> Evidence:
    return make_evidence(text, title=title, published=datetime(2025, 1, day, tzinfo=UTC), publisher=publisher)


def values(question: str, answer: str, one: Evidence, other: Evidence, judge: Judge | None = None) -> list[str]:
    conflict = find_conflict(read_question(question), answer, one, [one, other], judge)
    return [value for value, _ in conflict.values] if conflict else []


def test_each_value_comes_with_its_unit() -> None:
    one = said("The storm did 140 million crowns of damage.")
    other = said("The damage of the storm is 118 million crowns.", "Gull", 21)
    question = "How much damage did the storm do?"
    assert values(question, "140 million crowns", one, other) == ["140 million crowns", "118 million crowns"]


@pytest.mark.parametrize(
    ("noun", "sentence", "found"),
    [
        ("jobs", "Brineholt Salt will cut 165 positions in Skerrivane.", True),
        ("jobs", "At Brineholt Salt in Skerrivane 165 people will lose their work.", True),
        ("jobs", "Brineholt Salt has sold 165 sacks in Skerrivane.", False),
        ("jobs", "At Brineholt Salt in Skerrivane 165 were there.", False),
        ("customers", "Brineholt Salt loses 165 subscribers in Skerrivane.", True),
    ],
)
def test_what_is_counted_must_be_the_same_by_one_word_or_another(noun: str, sentence: str, found: bool) -> None:
    one = said(f"Brineholt Salt will lose 140 {noun} which were in Skerrivane.")
    other = said(sentence, "Gull")
    question = f"How many {noun} will Brineholt Salt lose in Skerrivane?"
    assert values(question, "140", one, other) == (["140", "165"] if found else [])


@pytest.mark.parametrize(
    ("support", "title", "found"),
    [(0.95, "Regulator looks into Glasswing", True), (0.8, "Regulator looks into Glasswing", False), (0.95, "", False)],
)
def test_a_sentence_in_other_words_counts_where_a_judge_lets_it_by(support: float, title: str, found: bool) -> None:
    one = said("Some 35,000 Glasswing customers were cut off for hours on Tuesday morning.")
    other = said("The regulator was told that 22,000 subscribers were affected.", "Ledger", 21, title)
    question = "How many Glasswing customers were cut off on Tuesday morning?"
    assert values(question, "35,000", one, other) == []
    assert bool(values(question, "35,000", one, other, lambda value, sentence: support)) is found


def test_a_count_of_the_same_needs_fewer_of_the_words_where_a_name_is_shared() -> None:
    one = said("Brineholt Salt will cut 140 jobs at its works in Skerrivane.")
    question = "How many jobs will go at Brineholt Salt's works in Skerrivane?"
    for title, lost, found in (
        ("Skerrivane braces for the worst", "165 people would lose their work", True),
        ("The town braces for the worst", "165 people would lose their work", False),
        ("Skerrivane braces for the worst", "165 people would work on", False),
    ):
        other = said(f"The union said that {lost}.", "Gull", 21, title)
        assert values(question, "140 jobs", one, other) == (["140 jobs", "165"] if found else [])


def test_only_numbers_of_what_is_asked_for_are_set_side_by_side() -> None:
    one = said("The World Cup of 2022 has a knockout round of 16 teams.")
    other = said("The World Cup of 2026 will be the first with 48 teams.", "Gull")
    assert values("How many teams will the World Cup have?", "16 teams", one, other) == ["16 teams", "48 teams"]
    assert values("How many matches will the World Cup have?", "16 teams", one, other) == []


def test_a_number_that_rose_since_is_no_disagreement() -> None:
    newer = said("The number of people killed by the storm rose to four on Tuesday.", day=22)
    older = said("Two people were killed by the storm overnight.", "Gull", 20)
    question = "How many people has the storm killed?"
    assert values(question, "four", newer, older) == []
    assert values(question, "four", said("Four people were killed by the storm, said to be four.", day=20), older)


def test_outlets_of_the_same_days_disagree_and_do_not_move() -> None:
    one = said("The storm did 140 million crowns of damage.")
    other = said("The damage of the storm is 118 million crowns.", "Gull", 21)
    asking = read_question("How much damage did the storm do?")
    assert find_update(asking, "140 million crowns", one, [one, other]) is None
    assert find_conflict(asking, "140 million crowns", one, [one, other]) is not None


def test_days_that_two_outlets_give_are_set_side_by_side() -> None:
    one = said("The new hospital in Oxby will open on 3 March.", "Courier", 5)
    other = said("The first patients of the new Oxby hospital come on 17 March.", "Gull", 6)
    moved = said("The new hospital in Oxby was put back from 3 March to 17 March.", "Gull", 6)
    question = "When does the new hospital in Oxby open?"
    assert values(question, "3 March", one, other, lambda *_: 0.97) == ["3 March", "17 March"]
    assert values(question, "3 March", one, other, lambda *_: 0.9) == []
    assert values(question, "3 March", one, moved, lambda *_: 0.97) == []


def test_people_whom_two_outlets_name_are_set_side_by_side() -> None:
    one = said("The federation appointed Mikkel Strand as coach of the national team.", "Courier", 5)
    other = said("Dario Venn is the new coach of the national team.", "Gull", 5)
    both = said("Dario Venn, and not Mr Strand, is the coach of the national team.", "Gull", 5)
    question = "Who is the new coach of the national team?"

    def judge(value: str, _sentence: Evidence) -> float:
        return 0.98 if value == "Dario Venn" else 0.1

    assert values(question, "Mikkel Strand", one, other, judge) == ["Mikkel Strand", "Dario Venn"]
    assert values(question, "Mikkel Strand", one, both, judge) == []
    assert values(question, "Mikkel Strand", one, other) == []


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        ("The ticket comes down from 64 crowns to 48.", "48"),
        ("The ticket will cost 64 crowns, up from 60, the council decided by eleven votes to eight.", None),
    ],
)
def test_a_number_moves_with_its_unit_and_votes_move_nothing(text: str, newest: str | None) -> None:
    one = said(text)
    found = find_update(read_question("What does the ticket cost?"), "64 crowns", one, [one])
    assert (found.values[0][0] if found else None) == newest
