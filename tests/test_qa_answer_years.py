"""Of which year a sentence, and an answer in it, is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fakes import make_evidence

from qa.answer.asking import read_question
from qa.answer.years import of_the_year, other_year

PUBLISHED = datetime(2025, 9, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("What did the bank earn in 2024?", "It earned 64.1 million in 2025.", True),
        ("What did the bank earn in 2024?", "It earned 64.1 million in 2025, 54.8 million in 2024.", False),
        ("What did the bank earn in 2024?", "It earned 54.8 million.", False),
        ("What did the bank earn?", "It earned 64.1 million in 2025.", False),
        ("In 2024, when was it to open?", "It was to open in 2027.", False),
    ],
)
def test_a_sentence_about_another_year_is_known(question: str, sentence: str, other: bool) -> None:
    asking = read_question(question)
    assert other_year(asking, sentence, datetime(2026, 2, 1, tzinfo=UTC)) is other
    assert not other_year(asking, sentence, datetime(2024, 9, 1, tzinfo=UTC))


def test_next_year_and_last_are_years_too() -> None:
    sentence = "Next year the fair leaves Sorrel for the first time since 1997."
    asked = {year: read_question(f"Which town has the fair in {year}?") for year in (2024, 2026, 2027)}
    assert [year for year in asked if other_year(asked[year], sentence, PUBLISHED)] == [2024, 2027]


@pytest.mark.parametrize(
    ("sentence", "answer", "year"),
    [
        ("The lamp went to Wool Town in 2024 and to High Water in 2025.", "Wool Town", "2024"),
        ("The lamp went to Wool Town in 2024 and to High Water in 2025.", "High Water", "2025"),
        ("Her place goes to Ossory, who won the lamp a year ago with Wool Town.", "Wool Town", "2024"),
        ("The lamp went to Wool Town last year.", "Wool Town", "2024"),
        ("Two years ago, Wool Town won the lamp.", "Wool Town", "2023"),
        ("There was silence for Rook, who won the lamp in 2022 and died in May.", "Rook", "2022"),
    ],
)
def test_a_year_right_beside_an_answer_is_its_own(sentence: str, answer: str, year: str) -> None:
    quotes = [make_evidence(sentence, published=PUBLISHED)]
    for asked in ("2022", "2023", "2024", "2025"):
        kept = of_the_year(read_question(f"Which film won the lamp in {asked}?"), answer, quotes)
        assert (kept == quotes) is (asked == year), asked


def test_an_answer_without_a_year_beside_it_may_be_of_its_article_s() -> None:
    quotes = [make_evidence("High Water won the lamp.", published=PUBLISHED)]
    for question in ("Which film won the lamp in 2025?", "Which film won the lamp?"):
        assert of_the_year(read_question(question), "High Water", quotes) == quotes
    rates = [make_evidence("The rate, four per cent a year ago, is three per cent.", published=PUBLISHED)]
    asking = read_question("What was the rate in 2025?")
    assert of_the_year(asking, "three per cent", rates) == rates
    assert of_the_year(asking, "four per cent", rates) == []


def test_a_year_of_something_else_in_a_clause_is_not_the_answers() -> None:
    quotes = [make_evidence("The lamp went to Rook, who was born in 1962.", published=PUBLISHED)]
    assert of_the_year(read_question("Who won the lamp in 2025?"), "Rook", quotes)


@pytest.mark.parametrize(
    ("sentence", "answers"),
    [
        ("The rate was put at 4.4 per cent.", False),
        ("The rate will be 4.4 per cent in November.", True),
    ],
)
def test_an_article_from_before_the_month_asked_for_must_speak_of_it(sentence: str, answers: bool) -> None:
    quotes = [make_evidence(sentence, published=PUBLISHED)]
    assert bool(of_the_year(read_question("What was the rate in November 2025?"), "4.4 per cent", quotes)) is answers
    assert of_the_year(read_question("What was the rate in September 2025?"), "4.4 per cent", quotes)
    assert of_the_year(read_question("What was the rate?"), "4.4 per cent", quotes)
