"""How moments, spans of time and counts are said to a reader, in plain English and UTC."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from qa.types import Searched, Understood

_MONTHS = tuple(calendar.month_name)  # 0 is empty


def day(moment: datetime | date | None) -> str:
    """Say a day (``3 March 2025``), or that it is not known."""
    return f"{moment.day} {_MONTHS[moment.month]} {moment.year}" if moment else "date unknown"


def window(understood: Understood) -> str | None:
    """Say the inferred span of time, its last day included; ``None`` where there is none."""
    since, until = understood.since, understood.until
    last = until - timedelta(microseconds=1) if until else None
    if since and last:
        return _between(since.date(), last.date())
    if since:
        return f"since {day(since)}"
    return f"until {day(last)}" if last else None


def understood_as(understood: Understood) -> str | None:
    """Say everything that was read from the question's words; ``None`` where nothing was."""
    parts = [window(understood), ", ".join(understood.publishers) or None]
    if not any(parts) and understood.recency is not None:
        parts.append("the newest first")
    return "; ".join(part for part in parts if part) or None


def counted(number: int, one: str, many: str | None = None) -> str:
    """Say how many: ``1 article``, ``1,204 articles``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def searched(found: Searched) -> str:
    """Say what was in scope."""
    left_out = f", {found.undated_left_out:,} without a date left out" if found.undated_left_out else ""
    return f"{counted(found.articles, 'article')} searched{left_out}"


def _between(first: date, last: date) -> str:
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTHS[first.month]} – {day(last)}"
    return f"{day(first)} – {day(last)}"
