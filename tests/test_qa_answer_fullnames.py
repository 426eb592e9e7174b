"""A shortened name is given in the full form that the evidence has, and never in a made-up one."""

from __future__ import annotations

import pytest

from qa.answer.candidates import find_candidates
from qa.answer.fullnames import full_count, full_date, full_measure, full_name, full_place

BILLS = (
    "On Tuesday, the Bills confirmed that Hamlin suffered a cardiac arrest.",
    "Buffalo Bills player Damar Hamlin remains in hospital.",
    "The Buffalo Bills said they were grateful.",
)


def test_a_shortened_name_is_given_in_full() -> None:
    assert full_name("Bills", BILLS) == "Buffalo Bills"


def test_a_longer_name_seen_once_is_no_reason() -> None:
    assert full_name("Bills", BILLS[:2]) == "Bills"


@pytest.mark.parametrize(
    ("short", "sentences"),
    [
        ("Biden", ["Joe Biden spoke.", "Joe Biden left.", "Hunter Biden spoke.", "Hunter Biden left."]),
        ("Twitter", ["Musk's Twitter fell silent.", "Elon Musk's Twitter was sued."]),
        ("Florida", ["Equality Florida sued."] * 2 + ["Florida voted."] * 9),
        ("Biden", ["President Biden spoke.", "President Biden left."]),
        ("12", ["Apollo 12 landed.", "Apollo 12 left."]),
        ("", ["Nobody spoke."]),
    ],
)
def test_what_is_unclear_stays_as_it_was_read(short: str, sentences: list[str]) -> None:
    assert full_name(short, sentences) == short


def test_a_number_inside_a_name_belongs_to_it() -> None:
    found = [
        each.text for each in find_candidates("She started in Three 6 Mafia as a teenager.") if each.kind == "name"
    ]
    assert "Three 6 Mafia" in found


def test_the_number_of_a_hyphenated_name_is_no_number() -> None:
    found = find_candidates("She tested positive for Covid-19 after a 24-17 win.")
    assert [each.text for each in found if each.kind == "number"] == ["24", "17"]


@pytest.mark.parametrize("number", ["18,000", "86,000", "one hundred", "ten thousand"])
def test_what_is_counted_ends_with_its_plural(number: str) -> None:
    found = find_candidates(f"Some {number} cotton pickers walked through the centre.")
    assert [each.text for each in found if each.kind == "measure"] == [f"{number} cotton pickers"]


@pytest.mark.parametrize(
    ("short", "sentence", "whole"),
    [
        ("August", "It is expected in August 2025, the yard said.", "August 2025"),
        ("Sunday", "It sailed on Sunday, 5 May 2024.", "Sunday, 5 May 2024"),
        ("2025", "It is expected in August 2025.", "August 2025"),
        ("Monday", "It sails on Monday.", "Monday"),
        ("5", "It sailed on 5 May.", "5"),
        ("Augustin Krell", "Augustin Krell sailed in August.", "Augustin Krell"),
    ],
)
def test_a_shortened_date_is_given_whole(short: str, sentence: str, whole: str) -> None:
    assert full_date(short, sentence) == whole


@pytest.mark.parametrize(
    ("short", "sentence", "whole"),
    [
        ("1,312", "There were 1,312 pairs on the point.", "1,312 pairs"),
        ("600", "She baked 600 saffron buns.", "600"),
        ("1,312", "There were 1,312 nests on the point.", "1,312"),
        ("312", "There were 1,312 pairs on the point.", "312"),
    ],
)
def test_a_number_is_given_with_what_it_counts_where_that_is_asked_for(short: str, sentence: str, whole: str) -> None:
    assert full_count(short, sentence, {"pair"}) == whole


@pytest.mark.parametrize(
    ("short", "sentence", "whole"),
    [
        ("Skerrin", "It was measured at the Skerrin lighthouse at one.", "Skerrin lighthouse"),
        ("Skerrin", "It was measured at Skerrin on Monday.", "Skerrin"),
        ("Skerrin", "It was measured at Skerrin by nobody.", "Skerrin"),
    ],
)
def test_a_place_is_given_with_what_it_is(short: str, sentence: str, whole: str) -> None:
    assert full_place(short, sentence) == whole


@pytest.mark.parametrize(
    ("short", "sentence", "whole"),
    [
        ("six hours", "It ran for six hours and twenty minutes.", "six hours and twenty minutes"),
        ("163 kilometres", "Gusts of 163 kilometres an hour were measured.", "163 kilometres an hour"),
        ("six hours", "It ran for six hours and stopped.", "six hours"),
        ("six", "It ran for six hours and twenty minutes.", "six"),
    ],
)
def test_a_measure_that_goes_on_is_given_whole(short: str, sentence: str, whole: str) -> None:
    assert full_measure(short, sentence) == whole
