"""Two outlets' accounts of one event on one day are set side by side though they share no word; no others are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fakes import make_evidence

from qa.answer.accounts import Judge, SameEvent
from qa.answer.asking import read_question
from qa.answer.disagree import find_conflict
from qa.models.encoders import Embedder
from qa.types import Article, Evidence

MOVED_OUT = "How many residents were moved out of Pell Ferry?"
EVACUATED = "The Civil Protection Service said that 4,200 people had been evacuated by Monday morning."


def said(text: str, publisher: str = "Courier", hour: int = 8, day: int = 3, title: str = "") -> Evidence:
    return make_evidence(text, title=title, published=datetime(2025, 11, day, hour, tzinfo=UTC), publisher=publisher)


def values(
    question: str,
    answer: str,
    one: Evidence,
    *others: Evidence,
    judge: Judge = lambda value, sentence: 0.97,
    same: Callable[[Article, Article], bool] = lambda one, other: True,
) -> list[str]:
    conflict = find_conflict(read_question(question), answer, one, [one, *others], judge, same)
    return [value for value, _ in conflict.values] if conflict else []


def test_accounts_of_one_event_need_share_no_word() -> None:
    other = said("By breakfast 6,800 people had been got away, the council says.", "Whistle")
    assert values(MOVED_OUT, "4,200 people", said(EVACUATED), other) == ["4,200 people", "6,800 people"]
    assert values(MOVED_OUT, "4,200 people", said(EVACUATED), other, same=lambda one, other: False) == []
    assert values(MOVED_OUT, "4,200 people", said(EVACUATED), other, judge=lambda value, sentence: 0.3) == []


@pytest.mark.parametrize(
    ("text", "rival"),
    [
        ("By breakfast 6,800 people had been got away.", True),
        ("By breakfast 4,200 people had been got away, and not 6,800.", False),
        ("By breakfast 6,800 sandbags had been got there.", False),
        ("By breakfast 6,800 others had been got away.", False),
        ("By breakfast 48,000 people had been got away.", False),
        ("The last were got away at 4:50.", False),
    ],
)
def test_a_rival_counts_the_same_and_is_not_told_by_both(text: str, rival: bool) -> None:
    found = values(MOVED_OUT, "4,200 people", said(EVACUATED), said(text, "Whistle"), judge=lambda *_: 0.7)
    assert bool(found) is rival


def test_what_befell_those_counted_may_stand_for_what_a_judge_finds() -> None:
    question = "What number of folk had to be moved because of the flood?"
    one = said("The Secretariat says 2,300 people have been moved out of their homes.")
    other = said("The Echo's own tally comes to 3,100 people driven out of them.", "Echo")
    assert values(question, "2,300", one, other, judge=lambda *_: 0.1) == ["2,300", "3,100"]


@pytest.mark.parametrize(("hour", "day", "found"), [(20, 3, True), (9, 4, False)])
def test_on_another_day_a_story_has_moved_on(hour: int, day: int, found: bool) -> None:
    other = said("By breakfast 6,800 people had been got away, the council says.", "Whistle", hour, day)
    assert bool(values(MOVED_OUT, "4,200 people", said(EVACUATED), other)) is found


def test_of_one_article_the_best_sentence_is_set_beside_it() -> None:
    title = "River rips through the wall"
    text = "Some 3,000 people came to look. By breakfast 6,800 people had been got away."
    first, second = (
        Evidence(said(text, "Whistle", title=title).article, "p", *span, text[slice(*span)], 1.0)
        for span in ((0, 31), (32, len(text)))
    )
    support = {first.text: 0.6, second.text: 0.9}
    found = values(
        MOVED_OUT, "4,200 people", said(EVACUATED), first, second, judge=lambda _, each: support.get(each.text, 0.9)
    )
    assert found == ["4,200 people", "6,800 people"]


def test_a_number_typed_for_without_a_verb_counts_what_the_question_names() -> None:
    one = said("The strike goes on with 31 ships waiting at anchor, the Harbour Master said.")
    for text, found in (
        ("By noon there were 23 ships lying in the roads.", ["31", "23"]),
        ("By noon there were 23 people on the quay.", []),
    ):
        assert values("ships stuck at anchor on day two", "31", one, said(text, "Tide")) == found


def test_an_article_that_holds_what_was_asked_tells_of_the_event_too() -> None:
    other = said("At Pell Ferry residents saw it. In all 6,800 people were moved out.", "Whistle")
    assert values(MOVED_OUT, "4,200 people", said(EVACUATED), other, same=lambda *_: False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A consumer group wants a flat 5 crowns for all.", False),
        ("The credit is 5 crowns, says a group.", True),
        ("The credit was announced at 7.40.", False),
    ],
)
def test_a_sum_of_money_is_set_beside_another_only_of_what_was_asked(text: str, found: bool) -> None:
    one = said("Every customer was offered a credit of 3 crowns.")
    question = "How large is the credit for each customer?"
    assert bool(values(question, "3 crowns", one, said(text, "Now"))) is found


def test_a_measure_typed_for_with_when_is_set_beside_another() -> None:
    one = said("Waves of up to seven metres were recorded at the buoy.")
    other = said("She went down in seas of nine metres, her owners said.", "Bell")
    found = values("wave height when the trawler was lost", "seven metres", one, other)
    assert found == ["seven metres", "nine metres"]


@pytest.mark.parametrize(("support", "found"), [(0.9, True), (0.6, False)])
def test_a_number_of_them_must_be_the_better_supported(support: float, found: bool) -> None:
    one = said("He told the early shift that 118 jobs would go.")
    other = said("Merrow told stunned workers that 140 of them will be out by spring.", "Bell")
    question = "How many jobs will go at the works?"
    assert bool(values(question, "118 jobs", one, other, judge=lambda *_: support)) is found


def test_a_person_is_set_beside_another_and_never_who_tells_it_or_a_place() -> None:
    question = "Who discovered the boat grave at Sedge Hill?"
    one = said("Tilda Brouwer was walking the dog when she noticed a row of rivets.")
    for text, found in (
        ("Emeka Ravndal came upon the vessel with his digger.", ["Tilda Brouwer", "Emeka Ravndal"]),
        ("It was come upon with a digger, Emeka Ravndal said.", []),
        ("It was come upon near Emeka Ravndal with a digger.", []),
        ("Tilda Brouwer and Emeka Ravndal came upon it.", []),
    ):
        assert values(question, "Tilda Brouwer", one, said(text, "Wire")) == found


def test_days_of_the_week_are_set_side_by_side() -> None:
    one = said("Drivers voted to walk out for three days beginning on Thursday.")
    question = "On which day does the bus strike in Saltrey start?"
    assert values(question, "Thursday", one, said("They are to stop work from Friday.", "Wire")) == [
        "Thursday",
        "Friday",
    ]
    assert values(question, "Thursday", one, said("They are to stop work from Thursday.", "Wire")) == []


def test_how_articles_begin_tells_whether_they_are_of_one_event(real_embedder: Embedder) -> None:
    same = SameEvent(real_embedder)
    flood = said("Some 1,400 people were moved to safety when the Marl burst its banks.", title="Marl bursts its banks")
    other = said("Torrential rain burst a dyke and drove 1,850 from home.", "Wire", title="Marl valley floods")
    merger = said("Sunderlin has raised its offer for Ollerby Foods.", "Wire", title="Sunderlin raises bid")
    later = said("Torrential rain drove 1,850 from home.", "Wire", 8, 6, title="Floods in the Marl valley")
    assert same(flood.article, other.article)
    assert not same(flood.article, merger.article)
    assert not same(flood.article, later.article)
