"""Calendar arithmetic in half-open spans of days: weeks, months, quarters, seasons, thirds.

Weeks begin on Monday; seasons are the northern hemisphere's. This module knows no words and no clock.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

Part: TypeAlias = Literal["early", "mid", "late"]

_WEEK = 7
_SATURDAY = 5
_SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, ``since`` inclusive, ``until`` exclusive; ``None`` leaves a side open."""

    since: date | None
    until: date | None

    @property
    def length(self) -> int | None:
        """How many days, or ``None`` when a side is open."""
        return (self.until - self.since).days if self.since and self.until else None


def day(at: date, count: int = 1) -> Days:
    """Give ``count`` days from ``at`` on."""
    return Days(at, at + timedelta(days=count))


def week_of(at: date) -> Days:
    """Give the week, Monday to Sunday, that holds ``at``."""
    return day(at - timedelta(days=at.weekday()), _WEEK)


def weekend_before(at: date) -> Days:
    """Give the Saturday and Sunday that ``at`` lies in or that were the last before it."""
    return day(at - timedelta(days=(at.weekday() - _SATURDAY) % _WEEK), 2)


def months(year: int, month: int, count: int = 1) -> Days:
    """Give ``count`` calendar months from ``month`` (1 to 12) of ``year`` on."""
    first = date(year, month, 1)
    return Days(first, shift_months(first, count))


def quarter(year: int, number: int) -> Days:
    """Give quarter 1 to 4 of a calendar year."""
    return months(year, 3 * number - 2, 3)


def half(year: int, number: int) -> Days:
    """Give half 1 or 2 of a calendar year."""
    return months(year, 6 * number - 5, 6)


def year_of(year: int) -> Days:
    """Give a calendar year."""
    return months(year, 1, 12)


def season(name: str, year: int) -> Days:
    """Give a northern season by the year it begins in: ``winter`` 2024 ends with February 2025."""
    return months(year, _SEASON_STARTS[name], 3)


def shift_months(at: date, count: int) -> date:
    """Move a date by calendar months; the 31st becomes the last day of a shorter month."""
    year, month = divmod(at.year * 12 + at.month - 1 + count, 12)
    return date(year, month + 1, min(at.day, monthrange(year, month + 1)[1]))


def unit_ago(at: date, count: int, unit: str) -> Days:
    """Give the calendar day, week, month, quarter or year that lies ``count`` of its kind before ``at``."""
    if unit == "day":
        return day(at - timedelta(days=count))
    if unit == "week":
        return week_of(at - timedelta(weeks=count))
    then = shift_months(at, -count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit])
    if unit == "month":
        return months(then.year, then.month)
    return quarter(then.year, (then.month + 2) // 3) if unit == "quarter" else year_of(then.year)


def rolling(at: date, count: int, unit: str) -> Days:
    """Give the ``count`` days, weeks, months, quarters, years or decades that end with ``at``."""
    end = at + timedelta(days=1)
    if unit in ("day", "week"):
        return Days(at - timedelta(days=count * (1 if unit == "day" else _WEEK)), end)
    return Days(shift_months(at, -count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]), end)


def last_weekday(at: date, weekday: int) -> date:
    """Give the last ``weekday`` (Monday is 0) up to and including ``at``."""
    return at - timedelta(days=(at.weekday() - weekday) % _WEEK)


def last_date(at: date, month: int, number: int) -> date | None:
    """Give the last such day of the year up to and including ``at``; ``None`` for one that no year has."""
    for year in range(at.year, at.year - 9, -1):
        found = exact(year, month, number)
        if found and found <= at:
            return found
    return None


def exact(year: int, month: int, number: int) -> date | None:
    """Give the date, or ``None`` where the calendar has none."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def part_of(days: Days, part: Part) -> Days:
    """Give the first, middle or last third of a closed span; of a year, four months."""
    if days.since is None or days.until is None:
        return days
    length = (days.until - days.since).days
    if length > 360:
        marks = [shift_months(days.since, 4), shift_months(days.since, 8)]
    else:
        marks = [days.since + timedelta(days=length // 3), days.since + timedelta(days=2 * (length // 3))]
    bounds = {"early": (days.since, marks[0]), "mid": (marks[0], marks[1]), "late": (marks[1], days.until)}
    return Days(*bounds[part])


def hull(one: Days, other: Days) -> Days:
    """Give the shortest span that holds both."""
    since = min(one.since, other.since) if one.since and other.since else None
    until = max(one.until, other.until) if one.until and other.until else None
    return Days(since, until)


def meet(one: Days, other: Days) -> Days | None:
    """Give what both share, or ``None``."""
    since = max((each.since for each in (one, other) if each.since), default=None)
    until = min((each.until for each in (one, other) if each.until), default=None)
    return None if since and until and since >= until else Days(since, until)
