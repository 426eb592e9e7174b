"""Outlets that give different numbers for the same thing, told from stories that moved on, whose newest number counts.

A disagreement is two sentences of different outlets, published within days of each other, that both speak of what was
asked, give a number of the same kind, and give different ones. A later version or a correction of the same article, a
later day, or a rounder form of the same number is an update, not a disagreement. Precision comes first: where it is
unclear whether two numbers are of the same thing, nothing is said. Only numbers are compared, not names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from qa.answer.asking import Asking
from qa.answer.candidates import Candidate, find_candidates
from qa.answer.numbers import Quantity, quantities, same_number
from qa.search.rerank import stem, stems
from qa.text import words
from qa.types import Evidence

_SAME_STORY = timedelta(days=8)
_SHARED = 0.4
"""Least share of the question's telling words that the second sentence or its title must hold."""
_SAME_MATTER = 0.6
"""The same of a later sentence that takes the place of an earlier one."""
_LARGE = 100
"""A number from which another sentence hardly names the same by chance."""
_MOVED = re.compile(r"\b(?:to|at|now|instead|is|was|stands at|stood at)\s+(?:[$£€¥])?$", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:rose|risen|rises|rising|fell|fallen|grew|grown|climbed|increased|decreased|dropped|went up|gone up|revised|"
    r"raised|cut|lowered|reached|rather than|instead of|up from|down from|from)\b",
    re.IGNORECASE,
)
_COUNTING = frozenset({"many", "much", "number", "figure", "total"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different values for the same thing, each with the sentence that gives it."""

    about: str
    values: tuple[tuple[str, Evidence], ...]


def find_conflict(asking: Asking, answer: str, sentence: Evidence, others: Sequence[Evidence]) -> Conflict | None:
    """Give the values that other outlets give for a number just read, or nothing.

    Args:
        answer: the number as read, with its unit if it has one.
        sentence: where it was read.
        others: further evidence, best first.
    """
    read = quantities(answer)
    if asking.type != "number" or not read:
        return None
    values = [(answer, sentence)]
    for other in others:
        if _same_event(sentence, other) and _on_topic(asking, other):
            given = _other_value(asking, answer, sentence, other)
            if given is not None and not any(each.article.id == other.article.id for _, each in values):
                values.append((given, other))
    return Conflict(" ".join(asking.noun) or "the number", tuple(values)) if len(values) > 1 else None


def find_update(asking: Asking, answer: str, sentence: Evidence, others: Sequence[Evidence]) -> Conflict | None:
    """Give the newest value that a later article puts in the place of a number just read, or nothing.

    A later sentence updates a number when it speaks of what was asked and says that the number moved ("rose to four",
    "46.5 million, from the 41 million of the contract"). One that names a large number as the earlier value need share
    only a word of the question, its title included. Values are given the newest first, the one read last.

    Args:
        answer, sentence, others: as for ``find_conflict``.
    """
    read = quantities(answer)
    if asking.type != "number" or not read:
        return None
    newer = [
        (value, other)
        for other in sorted(others, key=_published, reverse=True)
        if (other == sentence or _later(sentence, other)) and _same_matter(asking, read[0], other)
        if (value := _moved_to(asking, answer, sentence, other)) is not None
    ]
    if not newer:
        return None
    older = min((each for each in others if _gives(read[0], each)), key=_published, default=sentence)
    return Conflict(" ".join(asking.noun) or "the number", (newer[0], (answer, older)))


def _same_matter(asking: Asking, read: Quantity, other: Evidence) -> bool:
    if _on_topic(asking, other, _SAME_MATTER):
        return True
    return read.value >= _LARGE and _gives(read, other) and bool(_asked(asking) & _told(other))


def _gives(number: Quantity, sentence: Evidence) -> bool:
    return any(_same(number, given) for given in quantities(sentence.text))


def _same(one: Quantity, other: Quantity) -> bool:
    return same_number(one, other) or same_number(other, one)


def _published(evidence: Evidence) -> float:
    return evidence.article.published.timestamp() if evidence.article.published else 0.0


def _later(one: Evidence, other: Evidence) -> bool:
    return one.article.published is not None and _published(other) > _published(one)


def _moved_to(asking: Asking, answer: str, one: Evidence, other: Evidence) -> str | None:
    """Give the one number that a sentence says the number read has moved to."""
    read = quantities(answer)[0]
    if not _CHANGED.search(other.text):
        return None
    counted = {stem(noun) for noun in asking.noun} | _units(answer, one.text)
    moved = {
        given.value: _with_unit(candidate, answer, other.text)
        for candidate, given in _numbers(other.text)
        if given.unit == read.unit
        and not (_same(read, given) or _far(given, read))
        and _MOVED.search(other.text[: candidate.start])
        and (bool(read.unit) or bool(counted & (_units(candidate.text, other.text) | stems(other.text))))
    }
    return next(iter(moved.values())) if len(moved) == 1 else None


def _with_unit(number: Candidate, answer: str, text: str) -> str:
    """Give a number with the unit that the earlier one was read with ("46.5 million crowns" for "46.5 million")."""
    unit = words(answer)[-1:]
    longer = [
        each.text
        for each in find_candidates(text)
        if each.kind == "measure" and each.start == number.start and words(each.text)[-1:] == unit
    ]
    return longer[0] if longer else number.text


def _numbers(text: str) -> Iterator[tuple[Candidate, Quantity]]:
    for candidate in find_candidates(text):
        given = quantities(candidate.text)
        if candidate.kind == "number" and len(given) == 1:
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


def _asked(asking: Asking) -> set[str]:
    return stems(" ".join(asking.content)) - _COUNTING


def _told(other: Evidence) -> set[str]:
    return stems(f"{other.article.title} {other.text}")


def _other_value(asking: Asking, answer: str, one: Evidence, other: Evidence) -> str | None:
    """Give the one number of the other sentence that is of the same kind and not the same."""
    read = quantities(answer)[0]
    if _gives(read, other):
        return None
    counted = {stem(noun) for noun in asking.noun} | _units(answer, one.text)
    rivals = {
        given.value: candidate.text
        for candidate, given in _numbers(other.text)
        if _rival(candidate, given, read, counted, other.text)
    }
    return next(iter(rivals.values())) if len(rivals) == 1 else None


def _rival(candidate: Candidate, given: Quantity, read: Quantity, counted: set[str], text: str) -> bool:
    if given.unit != read.unit or _far(given, read):
        return False
    return bool(read.unit) or bool(counted & _units(candidate.text, text))


def _far(one: Quantity, other: Quantity) -> bool:
    # Counts of the same thing rarely differ more than threefold; what does is a count of something else.
    small, large = sorted((abs(one.value), abs(other.value)))
    return small == 0 or large / small > 3


def _units(value: str, text: str) -> set[str]:
    """Give the telling words that a number counts: those in it, and the three after it."""
    after = text[text.find(value) + len(value) :]
    counted = [*words(value), *words(after)[:3]]
    return {stem(word) for word in counted if word.isalpha() and len(word) > 2}
