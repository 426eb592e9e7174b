"""What a run of ingestion says of itself: how far it is, and what became of everything it was given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

MOST_ERRORS = 1000
"""Reasons kept in a report; all are counted."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one source: why it failed, or what was put right."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the inputs: each is counted in exactly one of the first five numbers.

    Args:
        added: articles that were not known before.
        updated: articles whose text or facts changed.
        unchanged: articles that are stored already, as they are.
        duplicates: new addresses or outlets of a story text that is stored already.
        failed: inputs that hold no article or could not be read.
        passages: passages stored.
        embedded: passages of those that had to be embedded; the others kept their vectors.
        rough: articles stored in a language that the default embedder knows only roughly.
        seconds: wall-clock time of the run.
        errors: why inputs failed, the first ``MOST_ERRORS`` of them.
        warnings: what was put right, such as a date in the future that is now unknown.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: int = 0
    passages: int = 0
    embedded: int = 0
    rough: int = 0
    seconds: float = 0.0
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def inputs(self) -> int:
        """Everything that was read or refused."""
        return self.added + self.updated + self.unchanged + self.duplicates + self.failed


def added_up(reports: Iterable[Report]) -> Report:
    """Give one report of several runs."""
    total = Report()
    for report in reports:
        counts = {name: getattr(total, name) + getattr(report, name) for name in _SUMMED}
        total = Report(
            **counts,
            errors=(*total.errors, *report.errors)[:MOST_ERRORS],
            warnings=(*total.warnings, *report.warnings)[:MOST_ERRORS],
        )
    return total


_SUMMED = ("added", "updated", "unchanged", "duplicates", "failed", "passages", "embedded", "rough", "seconds")


@dataclass(frozen=True, slots=True)
class Status:
    """How far a run is: inputs dealt with, articles stored, passages embedded, seconds since its start, last source."""

    inputs: int
    articles: int
    passages: int
    seconds: float
    source: str


class Progress(Protocol):
    """Somebody who wants to know how far a run is."""

    def update(self, status: Status) -> None:
        """Be told, after every batch."""


class Silent:
    """Nobody wants to know."""

    def update(self, status: Status) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Tally:
    """The report while it is being made."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: int = 0
    passages: int = 0
    embedded: int = 0
    rough: int = 0
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def fail(self, source: str, reason: str) -> None:
        """Count an input that failed."""
        self.failed += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(Remark(source, reason))

    def warn(self, source: str, reason: str) -> None:
        """Keep a warning; the input is counted elsewhere."""
        if len(self.warnings) < MOST_ERRORS:
            self.warnings.append(Remark(source, reason))

    def report(self, seconds: float) -> Report:
        """Close the tally."""
        return Report(
            self.added, self.updated, self.unchanged, self.duplicates, self.failed, self.passages, self.embedded,
            self.rough, seconds, tuple(self.errors), tuple(self.warnings),
        )  # fmt: skip
