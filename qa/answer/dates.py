"""Dates of a claim and of what backs it: the same day, month, year or weekday?

A quote that says "on Tuesday" or "yesterday" backs a date when its article's own date makes it that day; a year or a
month that a quote leaves out is that of its article. Spans of days, times of day and holidays are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qa.types import Span

_MONTHS = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = "|".join([*_MONTHS, *(f"{month[:3]}\\.?" for month in _MONTHS if month != "may"), "sept\\.?"])
_YEAR = r"(?:19|20)\d\d"
_DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b(?:(?P<iso>{_YEAR}-[01]\d-[0-3]\d)|(?P<day>{_DAY})(?:\s+of)?\s+(?P<month>{_MONTH})\b"
    rf"(?:,?\s+(?P<year>{_YEAR})\b)?"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>{_DAY})(?![\d:,]\d|\d|\s?(?:%|percent|per cent|million|people))"
    rf"(?:,?\s+(?P<year2>{_YEAR})\b)?"
    rf"|(?P<month3>{_MONTH}),?\s+(?P<year3>{_YEAR})\b|(?P<month4>{_MONTH})\b|(?P<weekday>{'|'.join(_WEEKDAYS)})\b"
    rf"|(?<![$€£,.\d])(?P<year5>{_YEAR})(?![\d,.]\d|\s?(?:%|people|km|miles|points)|\w)"
    rf"|(?P<relative>today|tonight|yesterday|tomorrow|(?:last|this|next) year)\b)",
    re.IGNORECASE,
)
_AMBIGUOUS = {"may", "march", "mar", "jan", "jun", "dec", "sept", "sep", "apr", "august"}
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:in|last|this|next|since|of|until|till|by|early|late|mid|through|from)[\s-]+)$", re.I
)
_RELATIVE = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
RELATIVE_YEARS = {"last": -1, "this": 0, "next": 1}
"""Years from an article's own in "last year" and the like."""
_NEAR = timedelta(days=200)


@dataclass(frozen=True, slots=True)
class Mention:
    """A date as a text gives it; what it leaves out is ``None``. ``days`` counts from the article's own date."""

    span: Span
    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    days: int | None = None
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """The dates of one quote and when its article was published."""

    mentions: tuple[Mention, ...]
    published: date | None


def mentions(text: str) -> list[Mention]:
    """Give the dates of a text in order."""
    return [mention for match in _DATE.finditer(text) if (mention := _mention(text, match)) is not None]


def missing_date(claimed: Sequence[Mention], quoted: Sequence[Dated]) -> Mention | None:
    """Give the first date of a claim that no quote backs. Relative words of a claim are nobody's date."""
    said = (one for one in claimed if one.days is None and one.years is None)
    return next((one for one in said if not any(backs(one, quote) for quote in quoted)), None)


def backs(claimed: Mention, quote: Dated) -> bool:
    """Tell whether a quote, read on the day its article was published, has a claim's date."""
    if any(_same(claimed, meant) for mention in quote.mentions for meant in _meanings(mention, quote.published)):
        return True
    return _is_its_own(claimed, quote)


def _same(claimed: Mention, meant: Mention) -> bool:
    pairs = (
        (claimed.year, meant.year),
        (claimed.month, meant.month),
        (claimed.day, meant.day),
        (claimed.weekday, meant.weekday),
    )
    return all(one is None or one == other for one, other in pairs)


def _meanings(mention: Mention, published: date | None) -> Iterator[Mention]:
    """Give what a quote's date may mean: itself, and the days that the article's date makes of it."""
    yield mention
    if published is None:
        return
    for day in _days(mention, published):
        yield Mention(mention.span, mention.text, day.year, day.month, day.day, day.weekday())
    if mention.years is not None:
        yield Mention(mention.span, mention.text, published.year + mention.years)
    if mention.month and not mention.day and not mention.year:
        yield Mention(mention.span, mention.text, _nearest_year(mention.month, published), mention.month)


def _days(mention: Mention, published: date) -> Iterator[date]:
    if mention.days is not None:
        yield published + timedelta(days=mention.days)
    elif mention.month and mention.day:
        years = [mention.year] if mention.year else [published.year + off for off in (-1, 0, 1)]
        found = (_day(year, mention.month, mention.day) for year in years)
        yield from (day for day in found if day and (mention.year or abs(day - published) <= _NEAR))
    elif mention.weekday is not None:
        near = (published + timedelta(days=off) for off in range(-6, 7))
        yield from (day for day in near if day.weekday() == mention.weekday)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest_year(month: int, published: date) -> int:
    gap = month - published.month
    return published.year + (-1 if gap > 6 else 1 if gap < -6 else 0)


def _is_its_own(claimed: Mention, quote: Dated) -> bool:
    """Tell whether a month or year that the quote leaves out is that of its article."""
    if quote.published is None or claimed.day or claimed.weekday is not None:
        return False
    if any(mention.year or mention.month for mention in quote.mentions):
        return False
    own = quote.published
    return claimed.year in (None, own.year) and claimed.month in (None, own.month)


def _mention(text: str, match: re.Match[str]) -> Mention | None:
    span, written = match.span(), match.group()
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
        return Mention(span, written, year, month, day) if _day(year, month, day) else None
    if match["weekday"]:
        return Mention(span, written, weekday=_WEEKDAYS.index(match["weekday"].lower()))
    if match["relative"]:
        return _relative(span, written)
    return _calendar(text, match)


def _relative(span: Span, written: str) -> Mention:
    word = written.lower().split()[0]
    if word in _RELATIVE:
        return Mention(span, written, days=_RELATIVE[word])
    return Mention(span, written, years=RELATIVE_YEARS[word])


def _calendar(text: str, match: re.Match[str]) -> Mention | None:
    month = match["month"] or match["month2"] or match["month3"] or match["month4"]
    if match["month4"] and not _is_month(text, match):
        return None
    day = match["day"] or match["day2"]
    year = match["year"] or match["year2"] or match["year3"] or match["year5"]
    number = int(re.sub(r"\D", "", day)) if day else None
    if number is not None and not 1 <= number <= 31:
        return None
    return Mention(match.span(), match.group(), int(year) if year else None, _month(month) if month else None, number)


def _is_month(text: str, match: re.Match[str]) -> bool:
    """Tell a month from "may" and "march", and from first names."""
    word = match["month4"].rstrip(".").lower()
    if not match["month4"][0].isupper():
        return word in _MONTHS and word not in _AMBIGUOUS
    return word not in _AMBIGUOUS or bool(_BEFORE_MONTH.search(text, 0, match.start()))


def _month(word: str) -> int:
    return next(at for at, month in enumerate(_MONTHS, 1) if month.startswith(word.lower().rstrip(".")[:3]))
