"""Read dates as publishers write them: aware UTC, or ``None``; never a guess.

A date without a zone is taken as UTC; one in a zone that is not known here, or whose name several zones share, is
unknown. A date whose year, month or day is missing, or whose day and month could be swapped, is unknown. Relative dates
("2 hours ago") are unknown too, for nothing here knows when they were written.
This is the only module that imports dateutil and dateparser.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from dateutil import parser as dateutil_parser

EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
"""Nothing older is believed: newspapers begin in the 17th century."""
TOLERANCE = timedelta(days=1)
"""How far ahead of now a date may lie before it is not believed."""

_LONGEST = 100
_YEAR_FIRST = re.compile(r"\s*\d{4}[-/.]")
_NUMERIC = re.compile(r"(?<![\d:])(\d{1,2})([-/. ])(\d{1,2})\2\d{2,4}\b")
_EPOCH = re.compile(r"\d{9,10}(\.\d+)?|\d{13}")
_HOUR = 3600
_ZONES = {
    name: int(hours * _HOUR)
    for name, hours in {
        "UTC": 0,
        "GMT": 0,
        "Z": 0,
        "UT": 0,
        "WET": 0,
        "WEST": 1,
        "BST": 1,
        "CET": 1,
        "MEZ": 1,
        "CEST": 2,
        "MESZ": 2,
        "EET": 2,
        "EEST": 3,
        "MSK": 3,
        "SAST": 2,
        "JST": 9,
        "KST": 9,
        "AEST": 10,
        "AEDT": 11,
        "EST": -5,
        "EDT": -4,
        "CST": -6,
        "CDT": -5,
        "MST": -7,
        "MDT": -6,
        "PST": -8,
        "PDT": -7,
        "AKST": -9,
        "AKDT": -8,
        "HST": -10,
        "NDT": -2.5,
        "NST": -3.5,
        "ADT": -3,
        "ART": -3,
        "BRT": -3,
        "CLT": -4,
        "COT": -5,
        "PET": -5,
        "CAT": 2,
        "EAT": 3,
        "WAT": 1,
        "TRT": 3,
        "PKT": 5,
        "NPT": 5.75,
        "WIB": 7,
        "WITA": 8,
        "WIT": 9,
        "HKT": 8,
        "PHT": 8,
        "SGT": 8,
        "AWST": 8,
        "ACST": 9.5,
        "ACDT": 10.5,
        "NZST": 12,
        "NZDT": 13,
    }.items()
}
_ZONE_AT_END = re.compile(r"\d\s*([A-Z]{3,5})(?:\s*\(.*\))?$")
_FROM_GMT = re.compile(r"\b(?:GMT|UTC)(?=[+-]\d)")
# "GMT+0200" is ahead of Greenwich, as JavaScript writes it; dateutil reads it as POSIX does, the other way round.
_NO_ZONES = ("UHR", "BCE")
_LEAST_EPOCH = 1e8
# Two defaults that share no part: a part that the text leaves out shows as a difference.
_DEFAULTS = (datetime(2001, 2, 3), datetime(2014, 11, 25))  # noqa: DTZ001


def parse_date(value: object) -> datetime | None:
    """Give the moment that a publisher's date stands for, or ``None`` where it is not certain.

    Args:
        value: a string, a ``date`` or ``datetime``, or seconds or milliseconds since 1970.
    """
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        # 20230413 is a day; a smaller number could be a year as well as a moment of the seventies.
        return _epoch(float(value)) if abs(value) >= _LEAST_EPOCH else _iso(str(value))
    return _parse(str(value).strip()) if len(str(value)) <= _LONGEST else None


def believable(moment: datetime | None, now: datetime) -> bool:
    """Say whether news can have been published at this moment: after 1600 and not in the future."""
    return moment is not None and EARLIEST <= moment <= now + TOLERANCE


@lru_cache(maxsize=4096)
def _parse(text: str) -> datetime | None:
    if not text:
        return None
    if _EPOCH.fullmatch(text):
        return _epoch(float(text))
    try:
        return _iso(text) or _free(text) or _foreign(text)
    except _UnknownZoneError:
        return None


class _UnknownZoneError(Exception):
    """The date is in a zone of unknown meaning."""


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d\d-?\d\d", text):
        return None
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _free(text: str) -> datetime | None:
    text = _FROM_GMT.sub("", text)
    readings = [_dateutil(text, default, False) for default in _DEFAULTS]
    if _NUMERIC.search(text) and not _YEAR_FIRST.match(text):
        readings.append(_dateutil(text, _DEFAULTS[0], True))
    return readings[0] if all(reading == readings[0] for reading in readings) else None


def _dateutil(text: str, default: datetime, dayfirst: bool) -> datetime | None:
    try:
        return _utc(dateutil_parser.parse(text, default=default, dayfirst=dayfirst, tzinfos=_zone))
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None


def _zone(name: str | None, offset: int | None) -> int:
    if offset is not None:
        return offset
    if name and name not in _ZONES:
        raise _UnknownZoneError(name)
    return _ZONES.get(name or "", 0)


def _foreign(text: str) -> datetime | None:
    """Read a date in another language, or a malformed one, if day, month and year are all there."""
    zone = _ZONE_AT_END.search(text)
    if zone and zone[1] not in (*_ZONES, *_NO_ZONES):
        raise _UnknownZoneError(zone[1])
    match = _NUMERIC.search(text)
    if not any(char.isdigit() for char in text) or (match and match[1] != match[3] and int(match[1]) <= 12):
        return None
    import dateparser  # imported late: it loads 200 languages

    try:
        found = dateparser.parse(text, settings=_DATEPARSER)
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None
    return _utc(found) if found else None


_DATEPARSER = {
    "TIMEZONE": "UTC",
    "RETURN_AS_TIMEZONE_AWARE": True,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "PARSERS": ["absolute-time"],
}


def _epoch(seconds: float) -> datetime | None:
    seconds = seconds / 1000 if abs(seconds) > 1e11 else seconds
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _utc(moment: datetime) -> datetime | None:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
