"""Whether another sentence speaks of the same matter, and whether its number is the same.

Shared by what tells outlets that disagree from stories that moved on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from qa.answer.asking import Asking
from qa.answer.candidates import NUMERALS, Candidate, find_candidates
from qa.answer.counted import Counts
from qa.answer.cues import names_a_thing
from qa.answer.names import names, same_person
from qa.answer.numbers import Quantity, quantities, same_number
from qa.answer.synonyms import share_told
from qa.search.rerank import article_stems, stems
from qa.text import words
from qa.types import Evidence

_SHARED = 0.4
"""Least share of the question's telling words that a sentence on its matter or its title must hold."""
_STORY = 0.6
"""Share of the question's telling words that an article of its story holds, or others for them."""
MOVED = re.compile(r"\b(?:to|at|now|instead|is|was|stands at|stood at)\s+(?:[$£€¥])?$", re.IGNORECASE)
"""What stands before the value that a number has moved to."""
CHANGED = re.compile(
    r"\b(?:rose|risen|rises|rising|fell|fallen|grew|grown|climbed|increased|decreased|dropped|went up|gone up|revised|"
    r"raised|cut|lowered|reduced|shortened|lengthened|extended|halved|doubled|trebled|reached|rather than|instead of|"
    rf"up from|down from|from(?= (?:(?:about|some|nearly) )?(?:[$£€¥]?\d|(?-i:[A-Z])|(?:{'|'.join(NUMERALS)})\b)))\b",
    re.IGNORECASE,
)
"""What a sentence says of a number that moved."""
ABOUT: Mapping[str, str] = {"number": "the number", "time": "the date", "person": "who it is"}
"""What values differ about where the question names nothing, by what it asks for."""
MOST_RIVALS = 4
"""Names or days of a sentence that a judge is asked about."""
_COUNTING = frozenset({"many", "much", "number", "figure", "total"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different values for the same thing, each with the sentence that gives it."""

    about: str
    values: tuple[tuple[str, Evidence], ...]


def on_topic(asking: Asking, other: Evidence, least: float = _SHARED) -> bool:
    """Say whether a sentence holds a telling word of the question, and with its title enough of them."""
    asked = asked_stems(asking)
    here = asked & stems(other.text)
    return bool(here) and len(asked & told_stems(other)) >= least * len(asked)


def in_story(asking: Asking, other: Evidence) -> bool:
    """Say whether an article, all of it, holds most of what the question is about."""
    return share_told(asked_stems(asking), article_stems(other.article.title, other.article.text)) >= _STORY


def asked_stems(asking: Asking) -> set[str]:
    """Give the stems of a question's telling words, those that only say that it counts left out."""
    return stems(" ".join(asking.content)) - _COUNTING


def told_stems(other: Evidence) -> set[str]:
    """Give the stems of a sentence and its title."""
    return stems(f"{other.article.title} {other.text}")


def is_of_another_outlet(one: Evidence, other: Evidence, within: timedelta) -> bool:
    """Say whether another article was published by another outlet, so much earlier or later at most."""
    first, second = one.article, other.article
    outlets = {each.publisher for each in first.carriers} | {first.publisher}
    if first.id == second.id or second.publisher in outlets or not (first.published and second.published):
        return False
    return abs(first.published - second.published) <= within


def other_people(asking: Asking, answer: str, other: Evidence) -> list[str]:
    """Give the names of a sentence that may be of another person than was read; none where it names that one too."""
    named = [name.text for name in names(other.text)]
    if len(names(answer)) != 1 or any(same_person(answer, name) for name in named):
        return []
    asked = stems(" ".join(asking.content))
    return [name for name in named if len(name.split()) > 1 and not names_a_thing(name) and not stems(name) <= asked]


def gives(number: Quantity, sentence: Evidence) -> bool:
    """Say whether a sentence holds a number."""
    return any(same_quantity(number, given) for given in quantities(sentence.text))


def same_quantity(one: Quantity, other: Quantity) -> bool:
    """Say whether two numbers may be the same, one of them rounded."""
    return same_number(one, other) or same_number(other, one)


def far_apart(one: Quantity, other: Quantity) -> bool:
    """Say whether two numbers differ more than counts of the same thing do: threefold."""
    small, large = sorted((abs(one.value), abs(other.value)))
    return small == 0 or large / small > 3


def moved_on(answer: str, sentence: Evidence, other: Evidence) -> bool:
    """Say whether a sentence says that the number has changed to what was read, and the other is older."""
    start = sentence.text.find(answer)
    moved = bool(CHANGED.search(sentence.text) and MOVED.search(sentence.text[: max(0, start)]))
    return moved and is_later(other, sentence)


def when_told(evidence: Evidence) -> float:
    """Give the Unix time (seconds) at which a sentence was published."""
    return evidence.article.published_seconds


def is_later(one: Evidence, other: Evidence) -> bool:
    """Say whether the second of two sentences was published after the first."""
    return one.article.published is not None and when_told(other) > when_told(one)


def with_unit(number: Candidate, answer: str, text: str) -> str:
    """Give a number with the unit that the earlier one was read with ("46.5 million crowns" for "46.5 million")."""
    unit = words(answer)[-1:]
    longer = [
        each.text
        for each in find_candidates(text)
        if each.kind == "measure" and each.start == number.start and words(each.text)[-1:] == unit
    ]
    return longer[0] if longer else number.text


def numbers_counted(asking: Asking, text: str) -> Iterator[tuple[Candidate, Quantity]]:
    """Give the numbers of a text that may count what is asked for, and what they are worth."""
    counts = Counts(asking)
    for candidate in find_candidates(text):
        given = quantities(candidate.text)
        is_one = candidate.kind == "number" and len(given) == 1
        if is_one and not counts.other(text, candidate.start, candidate.end):
            yield candidate, given[0]
