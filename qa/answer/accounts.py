"""Two outlets' accounts of one event on the same day, and what one of them gives where the other gives something else.

They need not share a word: "4,200 people had been evacuated" and "6,800 people had been got out of Pell Ferry". That
both tell of the same is known by the embedder, from how their articles begin; that both values answer the question, by
a judge; or else the other article holds most of what was asked. On another day a story has moved on, and nothing is
said of it here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias

import numpy as np

from qa.answer.asking import Asking
from qa.answer.candidates import WEEKDAYS, Candidate
from qa.answer.counted import counted_by, counted_noun, counts_people, is_worth, names_people, same_suffering
from qa.answer.matter import (
    MOST_RIVALS,
    asked_stems,
    far_apart,
    in_story,
    is_of_another_outlet,
    moved_on,
    numbers_counted,
    other_people,
    same_quantity,
    with_unit,
)
from qa.answer.numbers import Quantity, quantities
from qa.answer.synonyms import counted_alike
from qa.models.encoders import Embedder
from qa.search.rerank import stems
from qa.text import whole_span
from qa.types import Article, Evidence, Vector

Judge: TypeAlias = Callable[[str, Evidence], float]
"""How well (0..1) a sentence supports that a value answers the question."""
Rival: TypeAlias = tuple[bool, float, str]
"""Another value: whether it counts by the same word, how well its sentence supports it, and as it is written."""

_SAME_DAY = timedelta(days=1)
_OPENING = 600
"""Characters of an article that say what it is about."""
_LIKE = 0.38
"""Least likeness of two accounts of one event. Of seven sets of practice the least of 28 pairs that tell of one event
on one day is 0.39, and the greatest of two events within eight days 0.36."""
_COUNTS_ASKED, _COUNTS_SAME, _COUNTS_UNSAID, _COUNTS_ELSE = 0.15, 0.5, 0.6, 0.8
"""Least support where a number counts what the question names, what the other counts, nothing that is said, or
something else, and for whatever is measured; found on the same sets."""
_PERSON, _WEEKDAY = 0.95, 0.6
"""The same of people and of days of the week."""
_OTHERS = re.compile(r" others?\b|[:.]\d")
"""What follows a number that counts those not yet spoken of, or that is half a time of day."""
_SOME_OF_THEM = re.compile(r" of (?:them|whom|those|these)\b")
_OF_TIME = {"", "second", "minute", "hour", "day", "week", "month", "year", "decade", "time", "ordinal"}
_HALF_A_TIME = re.compile(r"\d[:.]$")
_WEEKDAY_NAME = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b")
_BESIDE_A_PLACE = r"\b(?:in|near|at|from|of|outside|around|to|for) (?:the )?"
_SAYS = r"\b(?:said|says|told|according to)\b"


class SameEvent:
    """Says whether two articles tell of one event on the same day; made for one question.

    Args:
        embedder: any; `_LIKE` was found with the one that comes with OnRecord.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[tuple[str, int], Vector] = {}

    def __call__(self, one: Article, other: Article) -> bool:
        """Compare how two articles begin; one without a date tells of no event."""
        if not (one.published and other.published) or abs(one.published - other.published) > _SAME_DAY:
            return False
        return float(np.dot(self._vector(one), self._vector(other))) >= _LIKE

    def _vector(self, article: Article) -> Vector:
        key = (article.id, article.version)
        if key not in self._vectors:
            self._vectors[key] = self._embedder.embed_texts([f"{article.title}\n{article.text[:_OPENING]}"])[0]
        return self._vectors[key]


def other_accounts(
    asking: Asking,
    answer: str,
    sentence: Evidence,
    others: Sequence[Evidence],
    judge: Judge,
    same_event: Callable[[Article, Article], bool],
) -> list[tuple[str, Evidence]]:
    """Give what other outlets' accounts give instead of an answer, the best of each article, in the order of evidence.

    Args:
        answer: as read: a number with its unit if it has one, a person, or a day of the week.
        sentence: where it was read.
        others: further evidence, best first.

    Raises:
        ModelFailedError: the judge or the embedder failed.
    """
    rivals_in = _rivals_by_kind(asking, answer)
    if rivals_in is None:
        return []
    best: dict[str, tuple[Rival, Evidence]] = {}
    for other in others:
        if not is_of_another_outlet(sentence, other, _SAME_DAY):
            continue
        if not (in_story(asking, other) or same_event(sentence.article, other.article)):
            continue
        rival = max(rivals_in(asking, answer, sentence, other, judge), default=None)
        known = best.get(other.article.id)
        if rival is not None and (known is None or rival > known[0]):
            best[other.article.id] = (rival, other)
    return [(value, other) for (_, _, value), other in best.values()]


def _rivals_by_kind(asking: Asking, answer: str) -> Callable[..., Iterator[Rival]] | None:
    """Give what finds another value of an answer's kind; typed without a verb, a number is asked for as others are."""
    given = quantities(answer)
    if len(given) == 1 and (asking.type == "thing" or (asking.type == "time" and given[0].unit not in _OF_TIME)):
        return _numbers
    return {"number": _numbers, "person": _people, "time": _weekdays}.get(asking.type)


def _numbers(asking: Asking, answer: str, sentence: Evidence, other: Evidence, judge: Judge) -> Iterator[Rival]:
    if len(quantities(answer)) != 1 or moved_on(answer, sentence, other):
        return
    read = quantities(answer)[0]
    if any(same_quantity(read, each) for each in quantities(_whole(other))):
        return
    if is_worth(answer) and stems(other.text).isdisjoint(asked_stems(asking)):
        # A sum or a share is of anything: the sentence must have a word of what was asked.
        return
    counted = counted_alike(counted_noun(asking) | counted_by(answer, sentence.text))
    for candidate, value, given in _candidates(asking, answer, other.text):
        if given.unit != read.unit or far_apart(given, read) or is_worth(value) != is_worth(answer):
            continue
        its = counted_by(candidate.text, other.text)
        same = counted & its
        if asking.type != "number" and not read.unit and not same & stems(" ".join(asking.content)):
            continue
        alike = bool(same or read.unit or (names_people(its) and counts_people(asking)))
        strict = _SOME_OF_THEM.match(other.text[candidate.end :]) or read.unit or is_worth(answer)
        least = _COUNTS_ELSE if strict else _least_support(asking, its, alike)
        suffer = alike and same_suffering(answer, sentence.text, candidate.text, other.text)
        support = judge(value, other)
        if suffer or support >= least:
            yield bool(same), support, value


def _least_support(asking: Asking, its: set[str], alike: bool) -> float:
    """Give how well a sentence must support its number, by what that counts and whether the answer counts the like."""
    asked = {*counted_noun(asking), *stems(" ".join(asking.noun))}
    if alike:
        return _COUNTS_ASKED if asked & its and not names_people(asked) else _COUNTS_SAME
    return _COUNTS_ELSE if its else _COUNTS_UNSAID


def _candidates(asking: Asking, answer: str, text: str) -> Iterator[tuple[Candidate, str, Quantity]]:
    for candidate, _ in numbers_counted(asking, text):
        if _OTHERS.match(text[candidate.end :]) or _HALF_A_TIME.search(text[: candidate.start]):
            continue
        value = with_unit(candidate, answer, text)
        yield candidate, value, quantities(value)[0]


def _people(asking: Asking, answer: str, sentence: Evidence, other: Evidence, judge: Judge) -> Iterator[Rival]:
    if whole_span(_whole(other), answer, any_case=True):
        return
    rivals = [name for name in other_people(asking, answer, other) if _may_be_the_one(name, other)]
    support, name = max(((judge(name, other), name) for name in rivals[:MOST_RIVALS]), default=(0.0, ""))
    if support >= _PERSON and judge(answer, sentence) >= _PERSON:
        yield True, support, name


def _may_be_the_one(name: str, other: Evidence) -> bool:
    """Say whether a name may be of a person of whom a sentence tells, and not of a place or of who tells it."""
    if name.upper() in other.article.text or re.search(_BESIDE_A_PLACE + re.escape(name), _whole(other)):
        return False
    says = rf"{_SAYS}(?: the [\w ,-]{{0,40}}?,?)? {re.escape(name)}|{re.escape(name)},?[^.,]{{0,40}},? {_SAYS}"
    return not re.search(says, other.text)


def _weekdays(_asking: Asking, answer: str, _sentence: Evidence, other: Evidence, judge: Judge) -> Iterator[Rival]:
    read, there = (set(_WEEKDAY_NAME.findall(text)) for text in (answer, other.text))
    if len(read) != 1 or len(there) != 1 or read & set(_WEEKDAY_NAME.findall(_whole(other))):
        return
    (day,) = there
    support = judge(day, other)
    if support >= _WEEKDAY:
        yield True, support, day


def _whole(evidence: Evidence) -> str:
    return f"{evidence.article.title}. {evidence.article.text}"
