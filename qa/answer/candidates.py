"""Spans of a sentence that could be a short answer: names, numbers with their units, dates, quoted words, noun phrases.

Everything is found by rule, with exact offsets into the sentence, and nothing is ranked here: a span that is offered
too often costs a little time, one that is not offered cannot be the answer. English only; in other scripts than Latin
only numbers and quoted words are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["name", "part", "piece", "number", "measure", "date", "year", "quoted", "words", "told"]
"""``name`` a whole capitalised run, ``part`` of one at a natural joint, ``piece`` any other part; ``measure`` a number
with its unit; ``year`` a number where a year stands (see ``is_year``), besides ``number``; ``words`` a run of
lower-case words; ``told`` what a model said and no rule offers."""

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMERALS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion "
    "dozen first second third"
).split()
FUNCTION_WORDS = frozenset(
    "a an the of in on at to for from by with and or nor is are was were be been being am has have had having do does "
    "did doing this that these those it its it's he she they him her his hers their them theirs as which what who whom "
    "whose when where why how many much will would shall should can could may might must not no all except i you we me "
    "us my your our if than then so such more most also after before during while since until under over about into "
    "out up down off between among against through but says said say told just only even still like both each other "
    "another any some few own same too very here there now because however although though whether per via amid "
    "later earlier again ever never once yet ago almost nearly already always often perhaps maybe".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of a sentence; offsets count code points of the sentence."""

    start: int
    end: int
    text: str
    kind: Kind


_AMOUNT = (
    r"(?<![A-Za-z]-)(?<!\d)(?:[$£€¥]|US\$)?\d(?:[\d,]*\d)?(?:\.\d+)?"
    r"(?:\s?(?:%|percent|per cent|million|billion|trillion|bn|m|k|°[CF])\b|%|°|[CF]\b|(?:st|nd|rd|th)\b)?"
)
_NUMERAL = r"\b(?:{0})\b(?:[\s-]+(?:and\s+)?(?:{0})\b)*(?:\s+and\s+a\s+half\b)?(?:\s+(?:percent|per\s+cent)\b)?".format(
    "|".join(NUMERALS)
)
_NUMBER = re.compile(f"{_NUMERAL}|{_AMOUNT}", re.IGNORECASE)
_UNIT = re.compile(r"[\s-]+([^\W\d_]+)")
_COUNTED = re.compile(r"(?: [^\W\d_]+){1,2}? [^\W\d_]+(?<![sui])s\b")
"""A plural behind one or two words that say more of it: "86,000 baby monitors", "35,000 Glasswing customers"."""
_PLURALS = frozenset("people children men women police feet".split())
_NOT_COUNTING = re.compile(
    r"one|1|.*[$£€¥%].*|.*(?:per ?cent|\d(?:st|nd|rd|th))|\D*(?:first|second|third)", re.IGNORECASE
)
"""Numbers behind which a plural would be a verb: "the $3 million fund pays"."""
_MORE = re.compile(rf"\s+(?:an?|per)\s+[^\W\d_]+|(?:,?\s+and)?\s+(?:{_NUMERAL}|\d+)\s+[^\W\d_]+", re.IGNORECASE)
"""What goes on with a measure: "163 kilometres an hour", "six hours and twenty minutes"."""
_DATE = re.compile(
    r"\b(?:(?:{days}),?\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{months})\b\.?(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b)?"
    r"(?:,?\s+(?:1[5-9]|20)\d\d)?".format(days="|".join(WEEKDAYS), months="|".join(MONTHS))
)
_SCORE = re.compile(r"(?<![\w–.,/-])\d{1,3}[–-]\d{1,3}(?![\w–/-]|[.,]\d)")
_CLOCK = re.compile(
    r"\b\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?|\b\d{1,2}(?:\.\d\d)?\s?[ap]\.?m\b\.?", re.IGNORECASE
)
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b")
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_BEFORE_YEAR = re.compile(r"\b(?:in|since|until|till|during|before|after|early|late|mid)[\s-]$", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"]([^“”\"]{2,80})[”\"]|‘([^‘’]{2,60})’(?!\w)")
_TOKEN = re.compile(r"(?<!\d)[^\W\d_][\w’'&.\-]*")
_CALENDAR = frozenset([*MONTHS, *WEEKDAYS])
_MAGNITUDES = frozenset("hundred thousand million billion trillion percent".split())
_JOINING = frozenset("of the and de & for in la del van von al to on".split())
_GAPS = frozenset({"", "&", "-"})
_INSIDE = re.compile(r"\d{1,3}")  # "Three 6 Mafia"
_EDGE_LEFT = " \t\"“”‘'(),;:—–-"
_EDGE_RIGHT = " \t\"“”’'(),;:.!?—–-"


@lru_cache(maxsize=1024)
def find_candidates(sentence: str) -> tuple[Candidate, ...]:
    """Give every span of a sentence that could answer a question, each once, by its first kind.

    Kept for a while, since choosing evidence and reading it look at the same sentences.
    """
    found: dict[tuple[int, int], Candidate] = {}
    for start, end, kind in _spans(sentence):
        tidy = _tidied(sentence, start, end)
        if tidy[0] < tidy[1]:
            found.setdefault(tidy, Candidate(*tidy, sentence[slice(*tidy)], kind))
    return tuple(found.values())


def is_year(sentence: str, candidate: Candidate) -> bool:
    """Say whether a number stands where a year does: "in 1972", and no unit behind it."""
    if candidate.kind != "number" or not YEAR.fullmatch(candidate.text):
        return False
    unit = _UNIT.match(sentence, candidate.end)
    counted = unit is not None and unit.group(1).lower() not in FUNCTION_WORDS
    return not counted and bool(_BEFORE_YEAR.search(sentence[: candidate.start]))


def _spans(sentence: str) -> Iterator[tuple[int, int, Kind]]:
    yield from _numbers(sentence)
    for pattern in (_DATE, _WEEKDAY, _CLOCK):
        for match in pattern.finditer(sentence):
            yield *match.span(), "date"
    for match in _SCORE.finditer(sentence):
        yield *match.span(), "measure"
    for match in _QUOTED.finditer(sentence):
        yield *match.span(1 if match.group(1) else 2), "quoted"
    tokens = list(_TOKEN.finditer(sentence))
    yield from _names(sentence, tokens)
    yield from _runs(sentence, tokens)


def _numbers(sentence: str) -> Iterator[tuple[int, int, Kind]]:
    for match in _NUMBER.finditer(sentence):
        yield *match.span(), "number"
        unit = _UNIT.match(sentence, match.end())
        if unit and unit.group(1).lower() not in FUNCTION_WORDS:
            yield match.start(), _end_of_unit(sentence, match, unit), "measure"
            more = _MORE.match(sentence, unit.end())
            if more:
                yield match.start(), more.end(), "measure"


def _end_of_unit(sentence: str, number: re.Match[str], unit: re.Match[str]) -> int:
    """Give where what is counted ends: with the unit, or with the plural that the unit is only an attribute of."""
    counted = _COUNTED.match(sentence, number.end())
    is_whole = (
        unit.group(1).endswith("s") or unit.group(1).lower() in _PLURALS or _NOT_COUNTING.fullmatch(number.group())
    )
    if is_whole or counted is None or not FUNCTION_WORDS.isdisjoint(counted.group().lower().split()):
        return unit.end()
    return counted.end()


def _names(sentence: str, tokens: list[re.Match[str]]) -> Iterator[tuple[int, int, Kind]]:
    position = 0
    while position < len(tokens):
        if not _capitalised(tokens[position].group()):
            position += 1
            continue
        last = _last_of_name(sentence, tokens, position)
        yield from _name_and_parts(tokens[position : last + 1])
        position = last + 1


def _last_of_name(sentence: str, tokens: list[re.Match[str]], first: int) -> int:
    last = first
    while True:
        step = next((hop for hop in (1, 2, 3) if _joined(sentence, tokens, last, hop)), None)
        if step is None:
            return last
        last += step


def _joined(sentence: str, tokens: list[re.Match[str]], last: int, hop: int) -> bool:
    """Say whether the token ``hop`` further goes on with the name, over joining words in between."""
    if last + hop >= len(tokens) or not _capitalised(tokens[last + hop].group()):
        return False
    if hop > 1 and tokens[last + hop].group().rstrip(".-'’") in _CALENDAR:
        return False
    between = [tokens[last + step].group() for step in range(1, hop)]
    gaps = {sentence[tokens[last + step].end() : tokens[last + step + 1].start()].strip() for step in range(hop)}
    return all(word in _JOINING for word in between) and all(gap in _GAPS or _INSIDE.fullmatch(gap) for gap in gaps)


def _name_and_parts(run: list[re.Match[str]]) -> Iterator[tuple[int, int, Kind]]:
    if len(run) > 1 and run[0].group().lower() in FUNCTION_WORDS:
        run = run[1:]
    if all(token.group().lower() in FUNCTION_WORDS for token in run):
        return
    yield run[0].start(), run[-1].end(), "name"
    for first in range(len(run)):
        for last in range(first, min(len(run), first + 4)):
            if (first, last) != (0, len(run) - 1) and _could_stand(run, first, last):
                kind: Kind = "part" if _at_joints(run, first, last) else "piece"
                yield run[first].start(), run[last].end(), kind


def _could_stand(run: list[re.Match[str]], first: int, last: int) -> bool:
    return (
        _capitalised(run[first].group())
        and _capitalised(run[last].group())
        and not (first == last and run[first].group().lower() in FUNCTION_WORDS)
    )


def _at_joints(run: list[re.Match[str]], first: int, last: int) -> bool:
    left = first == 0 or run[first - 1].group() in _JOINING or _possessive(run[first - 1].group())
    right = last == len(run) - 1 or run[last + 1].group() in _JOINING or _possessive(run[last].group())
    return left and right


def _runs(sentence: str, tokens: list[re.Match[str]]) -> Iterator[tuple[int, int, Kind]]:
    for first in range(len(tokens)):
        for last in range(first, min(len(tokens), first + 3)):
            if last > first and sentence[tokens[last - 1].end() : tokens[last].start()] != " ":
                break
            group = [token.group() for token in tokens[first : last + 1]]
            if any(word.lower() in FUNCTION_WORDS or word.lower() in _MAGNITUDES for word in group):
                break
            if not all(_capitalised(word) for word in group):
                yield tokens[first].start(), tokens[last].end(), "words"


def _capitalised(word: str) -> bool:
    return word[0].isupper() or any(char.isupper() for char in word[1:])


def _possessive(word: str) -> bool:
    return word.endswith(("'s", "’s"))


def _tidied(sentence: str, start: int, end: int) -> tuple[int, int]:
    if _possessive(sentence[start:end]):
        end -= 2
    while start < end and sentence[start] in _EDGE_LEFT:
        start += 1
    while end > start and sentence[end - 1] in _EDGE_RIGHT and not _initials(sentence[start:end]):
        end -= 1
    return start, end


def _initials(text: str) -> bool:
    # "U.K." and "a.m." keep their last point, "Ltd." does not need it.
    return bool(re.search(r"\b(?:[A-Za-z]\.){2,}$", text))
