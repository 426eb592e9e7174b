"""What a later article puts in the place of what an earlier one gave, where a story moved on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from qa.answer.aside import BEFORE, Aside
from qa.answer.asking import Asking, is_time
from qa.answer.candidates import NUMERALS, Candidate, find_candidates
from qa.answer.counted import counted_by, counted_noun
from qa.answer.dates import Mention, mentions
from qa.answer.matter import (
    ABOUT,
    CHANGED,
    MOVED,
    Conflict,
    asked_stems,
    far_apart,
    gives,
    in_story,
    is_later,
    numbers_counted,
    on_topic,
    same_quantity,
    told_stems,
    when_told,
    with_unit,
)
from qa.answer.names import names
from qa.answer.numbers import Quantity, quantities
from qa.answer.synonyms import counted_alike
from qa.library.lexical import stem
from qa.search.rerank import stems
from qa.text import plain_span
from qa.types import Evidence

_SAME_MATTER = 0.6
"""Least share of the question's telling words that a later sentence or its title must hold."""
_LARGE = 100
"""A number from which another sentence hardly names the same by chance."""
_DEAD = {stem(word) for word in "dead died deaths killed".split()}
_NOT_AT_ONCE = 12 * 3600.0
"""Seconds after which a higher toll is no other outlet's count of the same hour."""
_MOST_GROWN = 10
_VOTED = re.compile(rf"(?<!\w)(?:\d[\d,.]*|{'|'.join(NUMERALS)})(?: \w+)? to $", re.IGNORECASE)
"""What makes a number the smaller part of a vote or a score: "by eleven votes to eight"."""
_PUT_OFF = re.compile(
    r"\b(?:postponed|put (?:off|back)|pushed back|delayed|moved|brought forward|rescheduled|slipped)\b[^.;:!?]{0,40}?"
    r"\b(?:to|until|till|for)\s+(?:(?:the|early|late|mid)[\s-]+)?$",
    re.IGNORECASE,
)
"""What stands before a day that takes the place of another."""
_FROM = re.compile(r"\bfrom\b[^.;:!?]{0,20}$", re.IGNORECASE)


def find_update(asking: Asking, answer: str, sentence: Evidence, others: Sequence[Evidence]) -> Conflict | None:
    """Give the newest value that a later article puts in the place of a number or a day just read, or nothing.

    A later sentence updates a number when it speaks of what was asked and says that the number moved ("rose to four",
    "46.5 million, from the 41 million of the contract"). One that names a large number as the earlier value need share
    only a word of the question, its title included; the sentence itself, where it gives the number as what it was
    before, none. It updates a day when it names the day read as what was planned before ("in August, rather than
    May"), or speaks of what was asked and says that it was put off. The newest value stands first, the one read last.

    Args:
        answer: as read, a number with its unit if it has one.
        sentence: where it was read.
        others: further evidence, best first.
    """
    told = _TELLING.get(asking.type)
    if told is None:
        return None
    newer = [
        (value, other)
        for other in sorted(others, key=when_told, reverse=True)
        if (value := told(asking, answer, sentence, other)) is not None
    ]
    if not newer:
        return None
    read = quantities(answer) if asking.type == "number" else []
    older = min((each for each in others if read and gives(read[0], each)), key=when_told, default=sentence)
    return Conflict(" ".join(asking.noun) or ABOUT[asking.type], (newer[0], (answer, older)))


def _number_moved(asking: Asking, answer: str, sentence: Evidence, other: Evidence) -> str | None:
    """Give the number that a sentence puts in the place of one that was read."""
    if not quantities(answer):
        return None
    moved = _moved_to(asking, answer, sentence, other) if _may_update(asking, answer, sentence, other) else None
    return moved or _grown(asking, answer, sentence, other)


def _day_moved(asking: Asking, answer: str, sentence: Evidence, other: Evidence) -> str | None:
    """Give the one day, month or year that a later sentence puts in the place of the one that was read."""
    read = mentions(answer)
    if len(read) != 1 or not is_later(sentence, other) or not _same_plan(asking, sentence, other):
        return None
    beside = Aside(asking)
    dates = _whole(
        each for each in find_candidates(other.text) if each.kind in {"date", "measure"} and is_time(each.text)
    )
    planned = [each for each in dates if beside.of(other.text, each.start, each.end) == BEFORE]
    left = [each for each in dates if each not in planned]
    if not planned:
        put_off = [each for each in left if _PUT_OFF.search(other.text[: each.start])]
        return put_off[0].text if len(put_off) == 1 and on_topic(asking, other, _SAME_MATTER) else None
    if not left or not any(_same_day(read[0], day) for each in planned for day in mentions(f"in {each.text}")):
        return None
    return min(left, key=lambda each: max(planned[0].start - each.end, each.start - planned[0].end)).text


def _may_update(asking: Asking, answer: str, sentence: Evidence, other: Evidence) -> bool:
    if other == sentence and Aside(asking).always(answer, sentence.text) == BEFORE:
        return True
    return (other == sentence or is_later(sentence, other)) and _same_matter(asking, quantities(answer)[0], other)


def _same_matter(asking: Asking, read: Quantity, other: Evidence) -> bool:
    if on_topic(asking, other, _SAME_MATTER):
        return True
    shared = asked_stems(asking) & told_stems(other)
    return bool(shared) and (
        (read.value >= _LARGE and gives(read, other))
        or ((len(shared) > 1 or in_story(asking, other)) and _gives_as_before(asking, read, other))
    )


def _gives_as_before(asking: Asking, read: Quantity, other: Evidence) -> bool:
    """Say whether a sentence names a number as what it was before: the six of "from six to four years"."""
    beside = Aside(asking)
    return any(
        given.value == read.value and beside.of(other.text, candidate.start, candidate.end) == BEFORE
        for candidate, given in numbers_counted(asking, other.text)
    )


def _moved_to(asking: Asking, answer: str, one: Evidence, other: Evidence) -> str | None:
    """Give the one number that a sentence says the number read has moved to."""
    read = quantities(answer)[0]
    if not CHANGED.search(other.text):
        return None
    counted = {stem(noun) for noun in asking.noun} | counted_by(answer, one.text)
    moved = {
        given.value: with_unit(candidate, answer, other.text)
        for candidate, given in numbers_counted(asking, other.text)
        if (_unit(given, candidate, answer, other.text) == read.unit or _goes_on(answer, other.text, candidate))
        and not (same_quantity(read, given) or far_apart(given, read))
        and MOVED.search(other.text[: candidate.start])
        and not _is_voted(other.text[: candidate.start])
        and (bool(read.unit) or bool(counted & (counted_by(candidate.text, other.text) | stems(other.text))))
    }
    return next(iter(moved.values())) if len(moved) == 1 else None


def _unit(given: Quantity, number: Candidate, answer: str, text: str) -> str:
    """Give the unit of a number, with that of the number read where it stands behind it: "from six to four years"."""
    return given.unit or quantities(with_unit(number, answer, text))[0].unit


def _grown(asking: Asking, answer: str, sentence: Evidence, other: Evidence) -> str | None:
    """Give the higher number of deaths that a later sentence gives: a toll never falls."""
    counted = counted_alike(counted_noun(asking) or counted_by(answer, sentence.text))
    if _DEAD.isdisjoint(counted) or when_told(other) - when_told(sentence) < _NOT_AT_ONCE:
        return None
    if not (is_later(sentence, other) and (on_topic(asking, other) or in_story(asking, other))):
        return None
    read = quantities(answer)[0]
    higher = {
        given.value: candidate.text
        for candidate, given in numbers_counted(asking, other.text)
        if read.value < given.value <= _MOST_GROWN * read.value
        and not _DEAD.isdisjoint(counted_alike(counted_by(candidate.text, other.text)))
    }
    return next(iter(higher.values())) if len(higher) == 1 else None


def _is_voted(before: str) -> bool:
    voted = _VOTED.search(before)
    return voted is not None and not _FROM.search(before[: voted.start()])


def _goes_on(answer: str, text: str, number: Candidate) -> bool:
    """Say whether a bare number shares the unit of the one that it follows: "from 64 crowns to 48"."""
    before = re.escape(answer.strip().rstrip("."))
    return bool(re.search(rf"\bfrom {before}[^.;:!?]{{0,40}} to $", text[: number.start], re.IGNORECASE))


def _same_plan(asking: Asking, sentence: Evidence, other: Evidence) -> bool:
    """Say whether a sentence speaks of what was asked, or names with its title what the sentence read names."""
    if on_topic(asking, other, _SAME_MATTER):
        return True
    named = {name.text for name in names(sentence.text)}
    return any(plain_span(f"{other.article.title} {other.text}", name) for name in named)


def _same_day(one: Mention, other: Mention) -> bool:
    """Say whether two dates are the same, as far as both tell: "May" is the month of "May 2025"."""
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day), (one.weekday, other.weekday))
    told = [(first, second) for first, second in pairs if first is not None and second is not None]
    return bool(told) and all(first == second for first, second in told)


def _whole(dates: Iterable[Candidate]) -> list[Candidate]:
    """Leave out the dates that are a part of a longer one."""
    every = list(dates)
    return [
        each
        for each in every
        if not any(other.start <= each.start and each.end <= other.end and other != each for other in every)
    ]


_TELLING = {"number": _number_moved, "time": _day_moved}
"""What finds a newer value, by what is asked for."""
