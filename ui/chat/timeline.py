"""An answer as a timeline: its quotes in the order of the days on which they were published. Pure: HTML only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from qa.answer.overview import read_overview
from qa.types import Citation
from ui.chat.safe import EMPTY, Markup, el
from ui.chat.view import TurnView
from ui.chat.words import day

_UNDATED = datetime.max.replace(tzinfo=UTC)
Chip = Callable[[Citation], Markup]


def is_timeline(view: TurnView) -> bool:
    """Tell whether an exchange asks what happened when, and is answered in quotes as far as it has come."""
    asked = view.standalone_question or view.question
    quoted = view.mode == "quotes" or view.status in {"searching", "reading", "stopped"}
    overview = read_overview(asked)
    return quoted and bool(view.citations) and overview is not None and not overview.newest_first


def timeline(citations: Sequence[Citation], chip: Chip) -> Markup:
    """Draw quotes oldest first, those of no known day last.

    Args:
        citations: the quotes; one that stands there twice is drawn once.
        chip: draws the mark that leads to a quote's source.
    """
    return el("ol", *(_event(one, chip) for one in in_order(citations)), class_="timeline")


def folded_timeline(view: TurnView, chip: Chip) -> Markup:
    """Draw an answer's quotes as a timeline to be opened; nothing where they are all of one day."""
    days = {one.published.date() for one in view.citations if one.published}
    if len(days) < 2 or view.status != "done" or is_timeline(view):
        return EMPTY
    return el("details", el("summary", "As a timeline"), timeline(view.citations, chip), class_="as-timeline")


def in_order(citations: Iterable[Citation]) -> list[Citation]:
    """Sort quotes by the day of publication, then as they were cited."""
    return sorted(dict.fromkeys(citations), key=lambda one: one.published or _UNDATED)


def _event(one: Citation, chip: Chip) -> Markup:
    stamp = one.published.date().isoformat() if one.published else None
    return el(
        "li",
        el("time", day(one.published), datetime=stamp),
        el("p", one.quote, chip(one), dir="auto"),
        el("p", el("bdi", one.publisher or "Unknown outlet", class_="outlet"), class_="byline"),
    )
