"""Dates and moments as people and programs write them, read into the bounds that a search uses.

A day (``2025-03-01``) or a moment (``2025-03-01T09:30``, with or without an offset) in ISO 8601; what has no offset is
UTC. The present moment is an argument.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from qa.errors import UsageError

_SHAPE = "an ISO 8601 day (2025-03-01) or moment (2025-03-01T09:30Z)"


def parse_since(text: str) -> datetime:
    """Give the inclusive lower bound: a day begins at its midnight, UTC.

    Raises:
        UsageError: ``text`` is neither a day nor a moment.
    """
    found = _parse(text)
    return found if isinstance(found, datetime) else _midnight(found)


def parse_until(text: str) -> datetime:
    """Give the exclusive upper bound: a day counts whole, so its bound is the next midnight, UTC.

    Raises:
        UsageError: ``text`` is neither a day nor a moment.
    """
    found = _parse(text)
    return found if isinstance(found, datetime) else _next_midnight(found, text)


def parse_as_of(text: str, now: datetime) -> datetime:
    """Give the moment at which a question is asked: a day means its end, and today means ``now``.

    Raises:
        UsageError: ``text`` is neither a day nor a moment.
    """
    found = _parse(text)
    if isinstance(found, datetime):
        return found
    if found == now.date():
        return now
    return _next_midnight(found, text) - timedelta(microseconds=1)


def _parse(text: str) -> date | datetime:
    text = text.strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is not a date; write {_SHAPE}.") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _next_midnight(day: date, text: str) -> datetime:
    try:
        return _midnight(day) + timedelta(days=1)
    except OverflowError:
        raise UsageError(f"{text!r} is too far in the future; write an earlier day.") from None
