"""Numbers as values: is what a claim counts also counted in a quote?

Knows digits and words, magnitudes ("1.2 million", "$787.5m"), money, percentages, ordinals and the commonest measures.
The rule, in one place: numbers are the same when their values are equal, and a *rounded* number is backed by any value
that rounds to it at the last digit it is written with ("about 1.2 million" by 1,180,000, not by 1,140,000) and differs
by a tenth at most. A number
counts as rounded when a word such as "about" stands before it, or when it has a magnitude word and at least two
digits. "More than" and "nearly" allow one whole unit of the last digit, upwards or downwards only. Dates are read
elsewhere; what a number counts ("47 dead" or "47 hurt") is not known here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from qa.types import Span

Hedge: TypeAlias = Literal["", "about", "over", "under"]

_MAGNITUDES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12} | {
    "k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12, "dozen": 12.0
}  # fmt: skip
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: value for value, word in enumerate(_SMALL)} | {word: 10 * at for at, word in enumerate(_TENS, 2)}
_ORDINALS = {
    word: at for at, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
} | {word: at for at, word in enumerate("eleventh twelfth thirteenth fourteenth fifteenth".split(), 11)}
_UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "pc": "%", "percentage point": "%", "percentage points": "%",
    "$": "$", "us$": "$", "dollars": "$", "dollar": "$", "usd": "$", "€": "€", "euros": "€", "euro": "€",
    "£": "£", "pounds": "£", "pound": "£", "¥": "¥", "yen": "¥", "₹": "₹", "rupees": "₹",
    "cents": "cent", "cent": "cent",
    "km": "km", "kilometres": "km", "kilometers": "km", "kilometre": "km", "kilometer": "km",
    "mph": "mph", "kph": "kph",
    "miles": "mile", "mile": "mile", "metres": "metre", "meters": "metre", "metre": "metre", "meter": "metre",
    "feet": "foot", "foot": "foot", "ft": "foot", "inches": "inch", "inch": "inch", "kg": "kg", "kilograms": "kg",
    "tonnes": "ton", "tonne": "ton", "tons": "ton", "ton": "ton", "seconds": "second", "minutes": "minute",
    "minute": "minute", "hours": "hour", "hour": "hour", "days": "day", "day": "day", "weeks": "week", "week": "week",
    "months": "month", "month": "month", "years": "year", "year": "year", "decades": "decade", "degrees": "degree",
}  # fmt: skip
_MOST_ROUNDING = 0.1
"""A rounded number may differ from the exact one by a tenth at most ("about 100" is not 140)."""
_OF = re.compile(r"\s+(?:out )?of (?:the |its |their |all )?", re.IGNORECASE)
_STRICT = {"%", "$", "€", "£", "¥", "₹", "ordinal", "time"}
_HEDGE_WORDS: dict[Hedge, tuple[str, ...]] = {
    "about": ("about", "around", "approximately", "roughly", "some", "estimated", "circa"),
    "over": ("more than", "over", "at least", "above", "exceeding", "upwards of"),
    "under": ("nearly", "almost", "less than", "under", "fewer than", "up to", "close to"),
}
_HEDGES = {word: hedge for hedge, words in _HEDGE_WORDS.items() for word in words}
_HEDGE = re.compile(rf"\b({'|'.join(sorted(_HEDGES, key=len, reverse=True))})\s+(?:an?\s+)?[$€£¥₹]?$", re.IGNORECASE)
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORD = "|".join(sorted([*_WORDS, *_ORDINALS, "hundred", "thousand", "million", "billion", "trillion"], key=len)[::-1])
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True) if unit[-1].isalpha())
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<money>us\$|[$€£¥₹])?\s?(?:(?P<clock>\d{{1,2}}(?:[:.]\d\d)?)\s?(?P<half>[ap]\.?m\b\.?)"
    rf"|(?P<colon>\d{{1,2}}:\d\d)(?!\w|:)"
    rf"|(?P<digits>{_DIGITS})(?P<ordinal>st|nd|rd|th)?(?![\d])"
    rf"(?:[\s-]?(?P<magnitude>hundred|thousand|million|billion|trillion|dozen|mln|mn|bn|tn|[kmb])\b)?"
    rf"|(?P<words>(?:(?:an?|half an?)\s+(?=hundred|thousand|million|billion|trillion|dozen))?"
    rf"(?:dozen|(?:{_WORD})(?:(?:\s+and\s+|[\s-])(?:{_WORD}))*(?:\s+and\s+a\s+half)?))\b)"
    rf"(?:\s?(?P<sign>%)|[\s-](?P<unit>{_UNIT})\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text.

    Args:
        value: in units of one ("1.2 million" is 1200000; a time of day is in minutes).
        unit: ``%``, a currency's sign, ``ordinal``, ``time``, a measure's name, or empty.
        step: one unit of the last digit written ("1.2 million" has 100000).
        hedge: what a word before it allows.
        scaled: written with a magnitude and at least two digits, so that it may be rounded.
        span: where it stands, in code points of the text.
        text: as written.
    """

    value: float
    unit: str
    step: float
    hedge: Hedge
    scaled: bool
    span: Span
    text: str


def quantities(text: str, skip: Sequence[Span] = ()) -> list[Quantity]:
    """Give the numbers of a text in order, those within the spans to skip (its dates) left out."""
    found = (_quantity(text, match) for match in _NUMBER.finditer(text) if not _within(match.span(), skip))
    return [quantity for quantity in found if quantity is not None]


def same_number(claimed: Quantity, quoted: Quantity, *, alone: bool = False) -> bool:
    """Tell whether a quote's number backs a claim's, by the rule on top of this module.

    Args:
        alone: the claim is nothing but this number, so that a missing unit says nothing.
    """
    return _same_unit(claimed.unit, quoted.unit, alone) and _same_value(claimed, quoted)


def missing_number(claim: str, claimed: Sequence[Quantity], quoted: Sequence[Quantity]) -> Quantity | None:
    """Give the first number of a claim that none of the quoted numbers backs."""
    alone = len(claimed) == 1 and claimed[0].text.strip() == claim.strip().rstrip(".")
    return next((one for one in claimed if not any(same_number(one, other, alone=alone) for other in quoted)), None)


def whole_for_part(claimed: Sequence[Quantity], texts: Sequence[str]) -> Quantity | None:
    """Give a claim's number that the texts have only as the whole of a part it leaves out ("37 of the 61")."""
    parts = [(part, whole) for text in texts for part, whole in _shares(text)]
    plain_numbers = [number for text in texts for number in quantities(text)]
    for one in claimed:
        as_whole = [part for part, whole in parts if same_number(one, whole)]
        standing = sum(same_number(one, number) for number in plain_numbers)
        if as_whole and standing == len(as_whole) and not any(same_number(c, p) for c in claimed for p in as_whole):
            return one
    return None


def _shares(text: str) -> list[tuple[Quantity, Quantity]]:
    found = quantities(text)
    return [(one, other) for one, other in pairwise(found) if _OF.fullmatch(text[one.span[1] : other.span[0]])]


def _same_unit(claimed: str, quoted: str, alone: bool) -> bool:
    if claimed == quoted or (alone and not claimed):
        return True
    if claimed in _STRICT:
        return False
    return not (claimed and quoted) if quoted not in _STRICT else not claimed and quoted in "$€£¥₹"


def _same_value(claimed: Quantity, quoted: Quantity) -> bool:
    if not (math.isfinite(claimed.value) and math.isfinite(quoted.value)):
        return claimed.text.strip() == quoted.text.strip()  # more digits than a float holds
    if abs(claimed.value - quoted.value) <= 1e-9 * max(1.0, abs(claimed.value)):
        return True
    gap = quoted.value - claimed.value
    if claimed.hedge == "over":
        return 0 < gap < claimed.step
    if claimed.hedge == "under":
        return 0 < -gap < claimed.step
    near = min(claimed.step / 2, _MOST_ROUNDING * claimed.value)
    return (claimed.hedge == "about" or claimed.scaled) and -near <= gap < near


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    read = _clock(match) or _written(match) or _spelt(match)
    if read is None:
        return None
    value, unit, step, scaled = read
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    hedge = _HEDGE.search(text, max(0, start - 20), start)
    allowed: Hedge = _HEDGES[hedge[1].lower()] if hedge else ""
    return Quantity(value, unit, step, allowed, scaled, (start, match.end()), text[start : match.end()])


def _clock(match: re.Match[str]) -> tuple[float, str, float, bool] | None:
    written = match["clock"] or match["colon"]
    if not written:
        return None
    hour, _, minute = written.replace(".", ":").partition(":")
    half = (match["half"] or "").lower()[:1]
    hours = int(hour) % 12 + (12 if half == "p" else 0) if half else int(hour)
    return 60.0 * hours + int(minute or 0), "time", 1.0, False


def _written(match: re.Match[str]) -> tuple[float, str, float, bool] | None:
    if not match["digits"]:
        return None
    digits = match["digits"].replace(",", "")
    scale = _MAGNITUDES[match["magnitude"].lower()] if match["magnitude"] else 1.0
    many = bool(match["magnitude"]) and len(digits.replace(".", "").strip("0")) > 1
    unit = "ordinal" if match["ordinal"] else _unit(match)
    return float(digits) * scale, unit, _last_place(digits) * scale, many


def _last_place(digits: str) -> float:
    """Give the place of the last digit written: 0.1 for 1.2, 1 for 47, 1000 for 12000 (its zeros are no digits)."""
    whole, _, decimals = digits.partition(".")
    if decimals:
        return float(10.0 ** -len(decimals))
    zeros = len(whole) - len(whole.rstrip("0"))
    return float(10.0 ** min(zeros, max(len(whole) - 1, 0)))


_HALF = {"a", "and", "half"}


def _spelt(match: re.Match[str]) -> tuple[float, str, float, bool] | None:
    words = re.split(r"[\s-]+", match["words"].lower())
    if words in (["one"], ["second"]):
        return None  # "one of them", "a second later": words more often than numbers
    value, unit = _value_of([word for word in words if word not in _HALF]), _unit(match)
    value += 0.5 * (words[-2:] == ["a", "half"] and len(words) > 2)
    ordinal = words[-1] in _ORDINALS
    return value, "ordinal" if ordinal else unit, _last_place(str(int(value))) if value >= 1 else 1.0, False


def _value_of(words: Sequence[str]) -> float:
    total = current = 0.0
    for word in words:
        if word in ("hundred", "dozen"):
            current = (current or 1.0) * _MAGNITUDES[word]
        elif word in _MAGNITUDES:
            total, current = total + (current or 1.0) * _MAGNITUDES[word], 0.0
        elif word == "half":
            current = 0.5
        else:
            current += _WORDS.get(word, _ORDINALS.get(word, 0))
    return total + current


def _unit(match: re.Match[str]) -> str:
    if match["money"]:
        return _UNITS[match["money"].lower()]
    return "%" if match["sign"] else _UNITS.get((match["unit"] or "").lower(), "")


def _within(span: Span, spans: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in spans)
