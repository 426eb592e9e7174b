"""Outlets that give different numbers, days or people for the same thing.

A disagreement is two sentences of different outlets, published within days of each other, that both speak of what was
asked, give a number of the same kind, and give different ones. A later version or a correction of the same article, a
later day, or a rounder form of the same number is an update, not a disagreement. Precision comes first: where it is
unclear whether two numbers are of the same thing, nothing is said. Of days and of people a judge must be all but sure
that the other sentence answers the question with another one. Where no words show it, two accounts of one event on the
same day may (`qa.answer.accounts`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from qa.answer.accounts import Judge, other_accounts
from qa.answer.asking import Asking
from qa.answer.candidates import Candidate
from qa.answer.counted import counted_by, counted_noun
from qa.answer.dates import mentions
from qa.answer.matter import (
    ABOUT,
    CHANGED,
    MOST_RIVALS,
    Conflict,
    asked_stems,
    far_apart,
    gives,
    in_story,
    is_of_another_outlet,
    moved_on,
    numbers_counted,
    on_topic,
    other_people,
    told_stems,
    with_unit,
)
from qa.answer.names import names
from qa.answer.numbers import Quantity, quantities
from qa.answer.roles import Roles
from qa.answer.synonyms import counted_alike, told_alike
from qa.library.lexical import stem
from qa.search.rerank import stems
from qa.types import Article, Evidence

_SAME_STORY = timedelta(days=8)
_COUNTED = 0.3
"""Least share of the question's telling words that a sentence holds which names what the question names and counts what
it counts, in whatever words."""
_NAMED = 0.15
"""The same where a judge finds that the sentence gives the value as an answer."""
_SUPPORTED, _SUPPORTED_IN_STORY = 0.9, 0.8
"""Least support that a judge must find there, and in an article that tells of most of what was asked."""
_CERTAIN = 0.95
"""Least support for another day or person."""


def find_conflict(
    asking: Asking,
    answer: str,
    sentence: Evidence,
    others: Sequence[Evidence],
    judge: Judge | None = None,
    same_event: Callable[[Article, Article], bool] | None = None,
) -> Conflict | None:
    """Give the values that other outlets give for a number, a day or a person just read, or nothing.

    Args:
        answer: as read, a number with its unit if it has one.
        sentence: where it was read.
        others: further evidence, best first.
        judge: says how well a sentence supports (0..1) that a value answers the question; lets by a sentence that names
            what the question names and puts the rest in other words.
        same_event: says whether two articles tell of one event; with a judge, lets by what shares no word at all.

    Raises:
        ModelFailedError: the judge or what compares articles failed.
    """
    found = _told_in_words(asking, answer, sentence, others, judge)
    if not found and judge and same_event:
        found = other_accounts(asking, answer, sentence, others, judge, same_event)
    values = [(answer, sentence), *found]
    return (
        Conflict(" ".join(asking.noun) or ABOUT.get(asking.type, ABOUT["number"]), tuple(values))
        if len(values) > 1
        else None
    )


def _told_in_words(
    asking: Asking, answer: str, sentence: Evidence, others: Sequence[Evidence], judge: Judge | None
) -> list[tuple[str, Evidence]]:
    told, found = _TELLING.get(asking.type), list[tuple[str, Evidence]]()
    if told is None:
        return found
    for other in others:
        known = any(each.article.id == other.article.id for _, each in found)
        if not known and is_of_another_outlet(sentence, other, _SAME_STORY):
            given = told(asking, answer, sentence, other, judge)
            if given is not None:
                found.append((given, other))
    return found


def _number_told(asking: Asking, answer: str, sentence: Evidence, other: Evidence, judge: Judge | None) -> str | None:
    """Give the number that another sentence gives for the same."""
    if len(quantities(answer)) != 1 or moved_on(answer, sentence, other):
        return None
    given = _other_number(asking, answer, sentence, other)
    if given is None or not (on_topic(asking, other) or _tells_it_otherwise(asking, given, other, judge)):
        return None
    return given


def _day_told(asking: Asking, answer: str, _sentence: Evidence, other: Evidence, judge: Judge | None) -> str | None:
    """Give the day of a month that another sentence gives for the same."""
    read, there = _days(answer), _days(other.text)
    if len(read) != 1 or len(there) != 1 or read.keys() == there.keys() or CHANGED.search(other.text):
        return None
    return _certain(asking, tuple(there.values()), other, judge)


def _person_told(asking: Asking, answer: str, _sentence: Evidence, other: Evidence, judge: Judge | None) -> str | None:
    """Give the person whom another sentence gives for the same."""
    deed = Roles(asking).verb
    if deed and told_alike(deed).isdisjoint(stems(other.text)):
        return None
    return _certain(asking, other_people(asking, answer, other), other, judge)


def _certain(asking: Asking, values: Sequence[str], other: Evidence, judge: Judge | None) -> str | None:
    """Give the one of a few values that a judge is all but sure of, where the article holds most of what was asked."""
    if judge is None or not values or not in_story(asking, other):
        return None
    score, value = max((judge(value, other), value) for value in values[:MOST_RIVALS])
    return value if score >= _CERTAIN else None


def _days(text: str) -> dict[tuple[int, int], str]:
    return {(each.month, each.day): each.text for each in mentions(text) if each.month and each.day}


def _tells_it_otherwise(asking: Asking, given: str, other: Evidence, judge: Judge | None) -> bool:
    """Say whether a sentence gives a value for what was asked in other words than the question's."""
    same_story = in_story(asking, other)
    if not (same_story or _names_it(asking, other)):
        return False
    counts_it = not counted_alike(counted_noun(asking)).isdisjoint(counted_by(given, other.text))
    if counts_it and on_topic(asking, other, _COUNTED):
        return True
    return judge is not None and judge(given, other) >= (_SUPPORTED_IN_STORY if same_story else _SUPPORTED)


def _names_it(asking: Asking, other: Evidence) -> bool:
    """Say whether a sentence or its title has a word of the question, and a capital on it."""
    shared = asked_stems(asking) & told_stems(other)
    named = {
        stem(word) for name in names(f"{other.article.title}. {other.text}") for word in map(str.lower, name.words)
    }
    return bool(shared & named) and len(shared) >= _NAMED * len(asked_stems(asking))


def _other_number(asking: Asking, answer: str, one: Evidence, other: Evidence) -> str | None:
    """Give the one number of the other sentence that is of the same kind and not the same."""
    read = quantities(answer)[0]
    if gives(read, other):
        return None
    counted = counted_alike(counted_noun(asking) or counted_by(answer, one.text))
    rivals = {
        given.value: with_unit(candidate, answer, other.text)
        for candidate, given in numbers_counted(asking, other.text)
        if _rival(candidate, given, read, counted, other.text)
    }
    return next(iter(rivals.values())) if len(rivals) == 1 else None


def _rival(candidate: Candidate, given: Quantity, read: Quantity, counted: set[str], text: str) -> bool:
    if given.unit != read.unit or far_apart(given, read):
        return False
    return bool(read.unit) or bool(counted & counted_by(candidate.text, text))


_TELLING = {"number": _number_told, "time": _day_told, "person": _person_told}
"""What finds another value, by what is asked for."""
