"""Outlets that give different numbers for the same thing, told from stories that moved on, whose newest number counts.

A disagreement is two sentences of different outlets, published within days of each other, that both speak of what was
asked, give a number of the same kind, and give different ones. A later version or a correction of the same article, a
later day, or a rounder form of the same number is an update, not a disagreement. Precision comes first: where it is
unclear whether two numbers are of the same thing, nothing is said. Of days and of people a judge must be all but sure
that the other sentence answers the question with another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from qa.answer.aside import BEFORE, Aside
from qa.answer.asking import Asking
from qa.answer.candidates import NUMERALS, Candidate, find_candidates
from qa.answer.counted import Counts, counted_by, counted_noun
from qa.answer.cues import names_a_thing
from qa.answer.dates import mentions
from qa.answer.names import names, same_person
from qa.answer.numbers import Quantity, quantities, same_number
from qa.answer.synonyms import counted_alike, share_told
from qa.library.lexical import stem
from qa.search.rerank import article_stems, stems
from qa.text import words
from qa.types import Evidence

_SAME_STORY = timedelta(days=8)
_SHARED = 0.4
"""Least share of the question's telling words that the second sentence or its title must hold."""
_COUNTED = 0.3
"""The same where it names what the question names and counts what the question counts, in whatever words."""
_NAMED = 0.15
"""The same where a judge finds that the sentence gives the value as an answer."""
_SUPPORTED, _SUPPORTED_IN_STORY = 0.9, 0.8
"""Least support that a judge must find there, and in an article that tells of most of what was asked."""
_STORY = 0.6
"""Share of the question's telling words that such an article holds, or others for them."""
_CERTAIN = 0.95
"""Least support for another day or person."""
_MOST_RIVALS = 4
_ABOUT = {"number": "the number", "time": "the date", "person": "who it is"}
_SAME_MATTER = 0.6
"""The same of a later sentence that takes the place of an earlier one."""
_LARGE = 100
"""A number from which another sentence hardly names the same by chance."""
_MOVED = re.compile(r"\b(?:to|at|now|instead|is|was|stands at|stood at)\s+(?:[$£€¥])?$", re.IGNORECASE)
_VOTED = re.compile(rf"(?<!\w)(?:\d[\d,.]*|{'|'.join(NUMERALS)})(?: \w+)? to $", re.IGNORECASE)
"""What makes a number the smaller part of a vote or a score: "by eleven votes to eight"."""
_FROM = re.compile(r"\bfrom\b[^.;:!?]{0,20}$", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:rose|risen|rises|rising|fell|fallen|grew|grown|climbed|increased|decreased|dropped|went up|gone up|revised|"
    r"raised|cut|lowered|reached|rather than|instead of|up from|down from|from)\b",
    re.IGNORECASE,
)
_COUNTING = frozenset({"many", "much", "number", "figure", "total"})


Judge: TypeAlias = Callable[[str, Evidence], float]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different values for the same thing, each with the sentence that gives it."""

    about: str
    values: tuple[tuple[str, Evidence], ...]


def find_conflict(
    asking: Asking, answer: str, sentence: Evidence, others: Sequence[Evidence], judge: Judge | None = None
) -> Conflict | None:
    """Give the values that other outlets give for a number, a day or a person just read, or nothing.

    Args:
        answer: as read, a number with its unit if it has one.
        sentence: where it was read.
        others: further evidence, best first.
        judge: says how well a sentence supports (0..1) that a value answers the question; lets by a sentence that names
            what the question names and puts the rest in other words.

    Raises:
        ModelFailedError: the judge failed.
    """
    told = _TELLING.get(asking.type)
    if told is None:
        return None
    values = [(answer, sentence)]
    for other in others:
        if not _same_event(sentence, other) or any(each.article.id == other.article.id for _, each in values):
            continue
        given = told(asking, answer, sentence, other, judge)
        if given is not None:
            values.append((given, other))
    return Conflict(" ".join(asking.noun) or _ABOUT[asking.type], tuple(values)) if len(values) > 1 else None


def _number_told(asking: Asking, answer: str, sentence: Evidence, other: Evidence, judge: Judge | None) -> str | None:
    """Give the number that another sentence gives for the same."""
    if len(quantities(answer)) != 1 or _moved_on(answer, sentence, other):
        return None
    given = _other_number(asking, answer, sentence, other)
    if given is None or not (_on_topic(asking, other) or _tells_it_otherwise(asking, given, other, judge)):
        return None
    return given


def _day_told(asking: Asking, answer: str, _sentence: Evidence, other: Evidence, judge: Judge | None) -> str | None:
    """Give the day of a month that another sentence gives for the same."""
    read, there = _days(answer), _days(other.text)
    if len(read) != 1 or len(there) != 1 or read.keys() == there.keys() or _CHANGED.search(other.text):
        return None
    return _certain(asking, tuple(there.values()), other, judge)


def _person_told(asking: Asking, answer: str, _sentence: Evidence, other: Evidence, judge: Judge | None) -> str | None:
    """Give the person whom another sentence gives for the same."""
    named = [name.text for name in names(other.text)]
    if len(names(answer)) != 1 or any(same_person(answer, name) for name in named):
        return None
    asked = stems(" ".join(asking.content))
    rivals = [name for name in named if len(name.split()) > 1 and not names_a_thing(name) and not stems(name) <= asked]
    return _certain(asking, rivals, other, judge)


def _certain(asking: Asking, values: Sequence[str], other: Evidence, judge: Judge | None) -> str | None:
    """Give the one of a few values that a judge is all but sure of, where the article holds most of what was asked."""
    if judge is None or not values or not _same_story(asking, other):
        return None
    score, value = max((judge(value, other), value) for value in values[:_MOST_RIVALS])
    return value if score >= _CERTAIN else None


def _days(text: str) -> dict[tuple[int, int], str]:
    return {(each.month, each.day): each.text for each in mentions(text) if each.month and each.day}


def _same_story(asking: Asking, other: Evidence) -> bool:
    """Say whether an article, all of it, holds most of what the question is about."""
    return share_told(_asked(asking), article_stems(other.article.title, other.article.text)) >= _STORY


def find_update(asking: Asking, answer: str, sentence: Evidence, others: Sequence[Evidence]) -> Conflict | None:
    """Give the newest value that a later article puts in the place of a number just read, or nothing.

    A later sentence updates a number when it speaks of what was asked and says that the number moved ("rose to four",
    "46.5 million, from the 41 million of the contract"). One that names a large number as the earlier value need share
    only a word of the question, its title included; the sentence itself, where it gives the number as what it was
    before, none. Values are given the newest first, the one read last.

    Args:
        answer, sentence, others: as for ``find_conflict``.
    """
    read = quantities(answer)
    if asking.type != "number" or not read:
        return None
    newer = [
        (value, other)
        for other in sorted(others, key=_when, reverse=True)
        if _may_update(asking, answer, sentence, other)
        if (value := _moved_to(asking, answer, sentence, other)) is not None
    ]
    if not newer:
        return None
    older = min((each for each in others if _gives(read[0], each)), key=_when, default=sentence)
    return Conflict(" ".join(asking.noun) or "the number", (newer[0], (answer, older)))


def _may_update(asking: Asking, answer: str, sentence: Evidence, other: Evidence) -> bool:
    if other == sentence and Aside(asking).always(answer, sentence.text) == BEFORE:
        return True
    return (other == sentence or _later(sentence, other)) and _same_matter(asking, quantities(answer)[0], other)


def _same_matter(asking: Asking, read: Quantity, other: Evidence) -> bool:
    if _on_topic(asking, other, _SAME_MATTER):
        return True
    return read.value >= _LARGE and _gives(read, other) and bool(_asked(asking) & _told(other))


def _gives(number: Quantity, sentence: Evidence) -> bool:
    return any(_same(number, given) for given in quantities(sentence.text))


def _same(one: Quantity, other: Quantity) -> bool:
    return same_number(one, other) or same_number(other, one)


def _moved_on(answer: str, sentence: Evidence, other: Evidence) -> bool:
    """Say whether a sentence says that the number has changed to what was read, and the other is older."""
    start = sentence.text.find(answer)
    moved = bool(_CHANGED.search(sentence.text) and _MOVED.search(sentence.text[: max(0, start)]))
    return moved and _later(other, sentence)


def _when(evidence: Evidence) -> float:
    return evidence.article.published_seconds


def _later(one: Evidence, other: Evidence) -> bool:
    return one.article.published is not None and _when(other) > _when(one)


def _moved_to(asking: Asking, answer: str, one: Evidence, other: Evidence) -> str | None:
    """Give the one number that a sentence says the number read has moved to."""
    read = quantities(answer)[0]
    if not _CHANGED.search(other.text):
        return None
    counted = {stem(noun) for noun in asking.noun} | counted_by(answer, one.text)
    moved = {
        given.value: _with_unit(candidate, answer, other.text)
        for candidate, given in _numbers(asking, other.text)
        if (given.unit == read.unit or _goes_on(answer, other.text, candidate))
        and not (_same(read, given) or _far(given, read))
        and _MOVED.search(other.text[: candidate.start])
        and not _is_voted(other.text[: candidate.start])
        and (bool(read.unit) or bool(counted & (counted_by(candidate.text, other.text) | stems(other.text))))
    }
    return next(iter(moved.values())) if len(moved) == 1 else None


def _is_voted(before: str) -> bool:
    voted = _VOTED.search(before)
    return voted is not None and not _FROM.search(before[: voted.start()])


def _goes_on(answer: str, text: str, number: Candidate) -> bool:
    """Say whether a bare number shares the unit of the one that it follows: "from 64 crowns to 48"."""
    before = re.escape(answer.strip().rstrip("."))
    return bool(re.search(rf"\bfrom {before}[^.;:!?]{{0,40}} to $", text[: number.start], re.IGNORECASE))


def _with_unit(number: Candidate, answer: str, text: str) -> str:
    """Give a number with the unit that the earlier one was read with ("46.5 million crowns" for "46.5 million")."""
    unit = words(answer)[-1:]
    longer = [
        each.text
        for each in find_candidates(text)
        if each.kind == "measure" and each.start == number.start and words(each.text)[-1:] == unit
    ]
    return longer[0] if longer else number.text


def _numbers(asking: Asking, text: str) -> Iterator[tuple[Candidate, Quantity]]:
    counts = Counts(asking)
    for candidate in find_candidates(text):
        given = quantities(candidate.text)
        is_one = candidate.kind == "number" and len(given) == 1
        if is_one and not counts.other(text, candidate.start, candidate.end):
            yield candidate, given[0]


def _same_event(one: Evidence, other: Evidence) -> bool:
    first, second = one.article, other.article
    outlets = {each.publisher for each in first.carriers} | {first.publisher}
    if first.id == second.id or second.publisher in outlets or not (first.published and second.published):
        return False
    return abs(first.published - second.published) <= _SAME_STORY


def _on_topic(asking: Asking, other: Evidence, least: float = _SHARED) -> bool:
    asked = _asked(asking)
    here = asked & stems(other.text)
    return bool(here) and len(asked & _told(other)) >= least * len(asked)


def _tells_it_otherwise(asking: Asking, given: str, other: Evidence, judge: Judge | None) -> bool:
    """Say whether a sentence gives a value for what was asked in other words than the question's."""
    same_story = _same_story(asking, other)
    if not (same_story or _names_it(asking, other)):
        return False
    counts_it = not counted_alike(counted_noun(asking)).isdisjoint(counted_by(given, other.text))
    if counts_it and _on_topic(asking, other, _COUNTED):
        return True
    return judge is not None and judge(given, other) >= (_SUPPORTED_IN_STORY if same_story else _SUPPORTED)


def _names_it(asking: Asking, other: Evidence) -> bool:
    """Say whether a sentence or its title has a word of the question, and a capital on it."""
    shared = _asked(asking) & _told(other)
    named = {
        stem(word) for name in names(f"{other.article.title}. {other.text}") for word in map(str.lower, name.words)
    }
    return bool(shared & named) and len(shared) >= _NAMED * len(_asked(asking))


def _asked(asking: Asking) -> set[str]:
    return stems(" ".join(asking.content)) - _COUNTING


def _told(other: Evidence) -> set[str]:
    return stems(f"{other.article.title} {other.text}")


def _other_number(asking: Asking, answer: str, one: Evidence, other: Evidence) -> str | None:
    """Give the one number of the other sentence that is of the same kind and not the same."""
    read = quantities(answer)[0]
    if _gives(read, other):
        return None
    counted = counted_alike(counted_noun(asking) or counted_by(answer, one.text))
    rivals = {
        given.value: _with_unit(candidate, answer, other.text)
        for candidate, given in _numbers(asking, other.text)
        if _rival(candidate, given, read, counted, other.text)
    }
    return next(iter(rivals.values())) if len(rivals) == 1 else None


def _rival(candidate: Candidate, given: Quantity, read: Quantity, counted: set[str], text: str) -> bool:
    if given.unit != read.unit or _far(given, read):
        return False
    return bool(read.unit) or bool(counted & counted_by(candidate.text, text))


def _far(one: Quantity, other: Quantity) -> bool:
    # Counts of the same thing rarely differ more than threefold; what does is a count of something else.
    small, large = sorted((abs(one.value), abs(other.value)))
    return small == 0 or large / small > 3


_TELLING = {"number": _number_told, "time": _day_told, "person": _person_told}
"""What finds another value, by what is asked for."""
