"""Outlets that give different numbers for the same thing, told from stories that moved on.

A disagreement is two sentences of different outlets, published within days of each other, that both speak of what was
asked, give a number of the same kind, and give different ones. A later version or a correction of the same article, a
later day, or a rounder form of the same number is an update, not a disagreement. Precision comes first: where it is
unclear whether two numbers are of the same thing, nothing is said. Only numbers are compared, not names.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def _same_event(one: Evidence, other: Evidence) -> bool:
    first, second = one.article, other.article
    outlets = {each.publisher for each in first.carriers} | {first.publisher}
    if first.id == second.id or second.publisher in outlets or not (first.published and second.published):
        return False
    return abs(first.published - second.published) <= _SAME_STORY


def _on_topic(asking: Asking, other: Evidence) -> bool:
    asked = stems(" ".join(asking.content)) - _COUNTING
    said = stems(f"{other.article.title} {other.text}")
    here = asked & stems(other.text)
    return bool(here) and len(asked & said) >= _SHARED * len(asked)


def _other_value(asking: Asking, answer: str, one: Evidence, other: Evidence) -> str | None:
    """Give the one number of the other sentence that is of the same kind and not the same."""
    read = quantities(answer)[0]
    if any(same_number(read, given) or same_number(given, read) for given in quantities(other.text)):
        return None
    counted = {stem(noun) for noun in asking.noun} | _units(answer, one.text)
    rivals = {
        quantities(candidate.text)[0].value: candidate.text
        for candidate in find_candidates(other.text)
        if candidate.kind == "number" and _rival(candidate, read, counted, other.text)
    }
    return next(iter(rivals.values())) if len(rivals) == 1 else None


def _rival(candidate: Candidate, read: Quantity, counted: set[str], text: str) -> bool:
    given = quantities(candidate.text)
    if len(given) != 1 or given[0].unit != read.unit or _far(given[0], read):
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
