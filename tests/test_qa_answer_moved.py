"""A number that has moved since is told from one that outlets give differently, and the newest counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fakes import make_evidence

from qa.answer.asking import AnswerType, read_question
from qa.answer.notes import moved_note
from qa.answer.updates import find_update
from qa.types import Evidence

COST = "How much will the ferry Grey Petrel cost?"


def sentence(text: str, day: datetime, publisher: str = "Courier") -> Evidence:
    return make_evidence(text, title="The ferry Grey Petrel", published=day, publisher=publisher)


OLD = sentence("The ferry Grey Petrel will cost 41 million crowns.", datetime(2024, 2, 13, tzinfo=UTC))
NEW = sentence(
    "The price of the ferry Grey Petrel has risen to 46.5 million crowns from the 41 million crowns of the contract.",
    datetime(2024, 9, 18, tzinfo=UTC),
    "Ledger",
)


def test_a_later_article_that_says_so_moves_a_number() -> None:
    moved = find_update(read_question(COST), "41 million crowns", OLD, [OLD, NEW])
    assert moved is not None
    assert [value for value, _ in moved.values] == ["46.5 million crowns", "41 million crowns"]
    assert moved.values[0][1] is NEW


def test_the_old_number_read_in_the_newer_sentence_is_moved_too() -> None:
    moved = find_update(read_question(COST), "41 million crowns", NEW, [NEW, OLD])
    assert moved is not None
    assert moved.values == (("46.5 million crowns", NEW), ("41 million crowns", OLD))


def test_a_number_that_no_sentence_gives_in_its_unit_is_kept_with_its_own_sentence() -> None:
    share = sentence("The share of the ferry Grey Petrel is 41%.", datetime(2024, 2, 13, tzinfo=UTC))
    later = sentence("The share of the ferry Grey Petrel rose to 46.", datetime(2024, 9, 18, tzinfo=UTC))
    moved = find_update(read_question("What share does the ferry Grey Petrel have?"), "41", share, [later])
    assert moved is not None
    assert moved.values == (("46", later), ("41", share))


def test_a_later_sentence_that_names_the_earlier_number_is_of_the_same_matter() -> None:
    asking = read_question("How much would a bridge to Morrish Island cost by the newest estimate?")
    first = sentence("A bridge to Morrish Island would cost 2.1 billion crowns.", datetime(2024, 6, 5, tzinfo=UTC))
    text = "A revised study puts the price at {} crowns, up from {} in June 2024."
    article = {"title": "Price of strait bridge jumps", "published": datetime(2025, 7, 15, tzinfo=UTC)}
    for later, earlier, moves in (("2.8 billion", "2.1 billion", True), ("2.8 billion", "1.9 billion", False)):
        said = text.format(later, earlier)
        revised = make_evidence(said, **article)
        moved = find_update(asking, "2.1 billion crowns", first, [first, revised])
        assert (moved is not None) == moves
        assert moved is None or moved.values[0] == ("2.8 billion crowns", revised)


WHEN = "When will the Tern open the season?"
DUE = make_evidence(
    "The Tern is due to open the season in May 2025.",
    title="A new ferry",
    published=datetime(2024, 2, 13, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("The Tern is now expected in August 2025, rather than May.", "August 2025"),
        ("Instead of May, the Tern is expected in August 2025, the yard wrote in February.", "August 2025"),
        ("The Tern slipped from May to August 2025.", "August 2025"),
        ("The Tern's opening of the season has been put off until 4 August.", "4 August"),
        ("The Tern is now expected in August 2025, rather than April.", None),
        ("The Heron is now expected in August 2025, rather than May.", None),
        ("The Tern was painted in August 2025.", None),
        ("The Tern's painting has been put off until 4 August.", None),
    ],
)
def test_a_day_is_moved_by_a_later_article_that_names_it_as_planned_before_or_put_off(
    text: str, moved: str | None
) -> None:
    later = make_evidence(text, title="The yard", published=datetime(2024, 9, 18, tzinfo=UTC))
    found = find_update(read_question(WHEN), "May 2025", DUE, [DUE, later])
    assert (found and found.values) == (((moved, later), ("May 2025", DUE)) if moved else None)


def told_later(text: str, days: int) -> Evidence:
    return make_evidence(text, title="The Ardle floods", published=datetime(2025, 2, 13 + days, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "days", "moved"),
    [
        ("The floods in the Ardle valley have now claimed 17 lives.", 12, "17"),
        ("In the floods 14 people were killed.", 1, "14"),
        ("In the floods 14 people were killed.", 0, None),
        ("In the floods nine people were killed.", 1, None),
        ("The floods injured 14 people.", 1, None),
        ("In the floods of the Ardle 400 people were killed.", 1, None),
    ],
)
def test_a_toll_that_a_later_article_gives_as_higher_is_the_newest(text: str, days: int, moved: str | None) -> None:
    asking = read_question("How many people were killed in the Ardle floods?")
    first = told_later("In the floods 11 people were killed.", 0)
    later = told_later(text, days)
    found = find_update(asking, "11 people", first, [first, later])
    assert (found and found.values[0]) == ((moved, later) if moved else None)


def test_a_sentence_that_a_court_shortened_is_moved_by_what_names_it_as_the_one_before() -> None:
    asking = read_question("How many years must the mayor Ilvar Dessick spend in prison by his sentence?")
    first = told_later("The mayor Ilvar Dessick must go to prison for six years.", 0)
    later = make_evidence(
        "The court reduced the mayor's sentence from six to four years.",
        title="Dessick",
        published=datetime(2025, 11, 1, tzinfo=UTC),
    )
    found = find_update(asking, "six years", first, [first, later])
    assert found is not None
    assert [value for value, _ in found.values] == ["four years", "six years"]


def test_an_earlier_article_moves_no_day() -> None:
    text = "The Tern is now expected in May 2025, rather than March."
    before = make_evidence(text, title="The yard", published=datetime(2024, 1, 1, tzinfo=UTC))
    assert find_update(read_question(WHEN), "May 2025", DUE, [DUE, before]) is None


def test_an_earlier_article_moves_nothing() -> None:
    assert find_update(read_question(COST), "46.5 million crowns", NEW, [OLD, NEW]) is None


def test_a_later_number_of_something_else_moves_nothing() -> None:
    crew = sentence("The crew of the ferry Grey Petrel rose to 44.", datetime(2024, 9, 18, tzinfo=UTC))
    assert find_update(read_question(COST), "41 million crowns", OLD, [OLD, crew]) is None


def test_a_later_number_that_is_not_said_to_have_moved_moves_nothing() -> None:
    other = sentence("The ferry Grey Petrel will cost 46.5 million crowns.", datetime(2024, 9, 18, tzinfo=UTC))
    assert find_update(read_question(COST), "41 million crowns", OLD, [OLD, other]) is None


def test_a_count_that_rose_is_found_by_what_is_counted() -> None:
    first = sentence("Two people were killed by Storm Ottoline.", datetime(2025, 1, 18, tzinfo=UTC))
    later = sentence(
        "The number of people killed by Storm Ottoline rose to four on Tuesday.", datetime(2025, 1, 22, tzinfo=UTC)
    )
    asking = read_question("How many people has Storm Ottoline killed so far?")
    moved = find_update(asking, "Two people", first, [first, later])
    assert moved is not None
    assert moved.values[0][0] == "four"


def test_what_moved_is_said_with_day_and_outlet() -> None:
    said = moved_note("41 million crowns", OLD, NEW)
    assert moved_note("41 million crowns", NEW, NEW) == ()
    assert said == ("An earlier article of 13 February 2024 (Courier) gave 41 million crowns.",)


@pytest.mark.parametrize(
    ("question", "kind", "noun"),
    [
        ("Fans lined the streets of which country this week?", "thing", ("country",)),
        ("Which quarterback agreed this week to a five-year deal?", "person", ("quarterback",)),
        ("Which city saw temperatures over 110 degrees?", "thing", ("city",)),
        ("What do they say about the number of market stalls lost in July?", "number", ("market", "stalls")),
        ("What is the number of people killed?", "number", ("people",)),
        ("What was the serial number of the ship?", "number", ("serial", "number")),
        ("A balloon, which officials say was a spy's, was shot down off which state?", "thing", ("state",)),
        ("Fans thrilled when the trailer was released for which film?", "thing", ("film",)),
        ("What does the Quillan Line charge for a bicycle?", "number", ()),
        ("What did the ferry end up costing?", "number", ()),
        ("What profit did the bank make in 2025?", "number", ("profit",)),
        ("What is the latest death toll?", "number", ("deaths",)),
        ("ferry crash injured", "number", ("injured",)),
        ("What was the attendance at the final?", "number", ("attendance",)),
        ("Which director quit over the accounts?", "person", ("director",)),
        ("How strong were the gusts?", "number", ()),
        ("Who served as the first mayor?", "person", ()),
        ("Which type of renewable energy hit a record high?", "thing", ("renewable", "energy")),
        ("Which one of these Star Wars movies turned 40?", "thing", ("star", "wars", "movies")),
        ("In what year did it open?", "time", ("year",)),
        ("Disney stopped selling what in Australia?", "thing", ()),
    ],
)
def test_the_noun_and_the_type_of_what_is_asked(question: str, kind: AnswerType, noun: tuple[str, ...]) -> None:
    asking = read_question(question)
    assert (asking.type, asking.noun) == (kind, noun)


def test_a_sentence_that_gives_the_number_as_the_one_before_moves_it_by_itself() -> None:
    asking = read_question("What does the schoolchildren's pass for the ferry cost these days?")
    one = sentence("The pass comes down from 64 crowns to 48.", datetime(2026, 2, 13, tzinfo=UTC))
    moved = find_update(asking, "64 crowns", one, [one])
    assert moved is not None
    assert [value for value, _ in moved.values] == ["48", "64 crowns"]
    ranging = sentence("A pass is had from 64 crowns to 90.", datetime(2026, 2, 13, tzinfo=UTC))
    assert find_update(asking, "64 crowns", ranging, [ranging]) is None
