"""Follow feeds, sitemaps, pages and folders: look again at an interval, later and later where looking fails.

Subscriptions are kept by the library. What is due is decided from the moment it is given; waiting is somebody else's
(``loop`` is told how). A source that is unchanged since the last look (304) costs one request; where something of it
failed it is read again, until that has failed as often as ``retry`` allows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from ingest.fetch import Fetched
from ingest.readers.base import Item
from ingest.report import Report
from ingest.retry import MOST_TRIES, settled
from ingest.sources import ReadOptions, make_web, read_source
from ingest.web import Getter
from qa.errors import FetchError, OnRecordError
from qa.library.ledger import Failure, Subscription

LONGEST = 24 * 3600.0
"""The longest that a failing source is left alone, in seconds."""
SHORTEST = 60.0
"""The shortest interval, in seconds."""
_LIST = re.compile(rb"<(?:\w+:)?(?:opml|sitemapindex)\b", re.IGNORECASE)
_HEAD = 2000
log = logging.getLogger(__name__)


class Shelf(Protocol):
    """Where subscriptions are kept."""

    def subscribe(self, subscription: Subscription) -> None:
        """Keep one, replacing that of the same source."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Give all of them."""

    def failures(self) -> tuple[Failure, ...]:
        """Give what could not be ingested so far."""

    def succeeded(self, sources: Sequence[str]) -> None:
        """Forget the failures of sources."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one source: the subscription as it is kept now, and the report; ``None`` when nothing had changed."""

    subscription: Subscription
    report: Report | None


def wait_of(subscription: Subscription) -> float:
    """Give the seconds between two looks: the interval, doubled with every failure in a row up to a day."""
    interval = max(subscription.interval, SHORTEST)
    return min(interval * 2.0 ** min(subscription.failures, 20), max(LONGEST, interval))


def due_at(subscription: Subscription) -> datetime | None:
    """Give the moment of the next look; ``None`` for one never looked at, which is due at once."""
    last = subscription.last_run
    return None if last is None else last + timedelta(seconds=wait_of(subscription))


def due(subscriptions: tuple[Subscription, ...], now: datetime) -> tuple[Subscription, ...]:
    """Give what is due, the longest overdue first; so is what was looked at later than now: the clock was wrong."""
    waiting = [(due_at(one), one) for one in subscriptions]
    ready = [(at, one) for at, one in waiting if at is None or at <= now or (one.last_run or now) > now]
    return tuple(
        one for _, one in sorted(ready, key=lambda pair: (pair[0] is not None, pair[0] or now, pair[1].source))
    )


class Watcher:
    """Looks at what is due.

    Args:
        shelf: where subscriptions are kept.
        ingest: takes what was read.
        options: how sources are read; its ``getter`` fetches.
        now: the present moment, aware UTC.
    """

    def __init__(
        self,
        shelf: Shelf,
        ingest: Callable[[Iterator[Item]], Report],
        options: ReadOptions,
        now: Callable[[], datetime],
    ) -> None:
        self._shelf, self._ingest, self._options, self._now = shelf, ingest, options, now

    def run_due(self) -> Iterator[Look]:
        """Look once at everything that is due, one after the other, and keep how it went."""
        return (self.look(one) for one in due(self._shelf.subscriptions(), self._now()))

    def loop(self, wait: Callable[[float], bool]) -> Iterator[Look]:
        """Look at whatever is due, for as long as ``wait`` says.

        Args:
            wait: waits for at most so many seconds and says whether to go on.
        """
        while True:
            yield from self.run_due()
            if not wait(self.pause()):
                return

    def pause(self) -> float:
        """Give the seconds until something is due, at most ``SHORTEST`` so that new subscriptions are seen."""
        moments = [due_at(one) for one in self._shelf.subscriptions()]
        waits = [0.0 if at is None else (at - self._now()).total_seconds() for at in moments]
        return min([SHORTEST, *(max(wait, 0.0) for wait in waits)])

    def look(self, subscription: Subscription) -> Look:
        """Look at one source now."""
        now = self._now()
        failed = {failure.source: failure for failure in self._shelf.failures()}
        worn = {source: failure.reason for source, failure in failed.items() if failure.tries >= MOST_TRIES}
        remembering = _Remembering(self._options.getter, subscription, worn)
        asked: set[str] = set()
        options = replace(self._options, getter=remembering if self._options.getter else None, asked=asked)
        items = read_source(subscription.source, options, make_web(options))
        report: Report | None = None
        try:
            report = self._ingest(_unless_unchanged(items, remembering))
            result, failures = _went(report, remembering, subscription.failures)
            # Of a source that is unchanged nothing was read but itself.
            mine = [one for one in failed.values() if not remembering.unchanged or one.source == subscription.source]
            self._forget(mine, (subscription.source, *asked))
        except OnRecordError:
            raise
        except Exception as error:  # one source must not keep the others from being looked at
            log.exception("%s could not be looked at", subscription.source)
            result, failures = f"failed: it could not be read ({type(error).__name__})", subscription.failures + 1
        kept = replace(remembering.subscription, last_run=now, last_result=result, failures=failures)
        if report is None or any(error.source not in worn for error in report.errors):
            kept = replace(kept, etag=None, last_modified=None)  # what failed is tried again, though nothing changed
        if any(one.source == kept.source for one in self._shelf.subscriptions()):
            self._shelf.subscribe(kept)
        return Look(kept, None if remembering.unchanged else report)

    def _forget(self, failed: Sequence[Failure], read: Sequence[str]) -> None:
        """Forget what had failed and did not fail again when it was read."""
        if failed and (gone := settled(failed, self._shelf.failures(), read)):
            self._shelf.succeeded(gone)


class _Remembering:
    """Fetches on behalf of a subscription: sends what its host said last, and keeps what it says now.

    Addresses in ``worn`` have failed too often and are not asked for again; the reason stays what it was.
    """

    def __init__(self, getter: Getter | None, subscription: Subscription, worn: Mapping[str, str]) -> None:
        self._getter, self._worn = getter, worn
        self.subscription = subscription
        self.unchanged = False

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        if self._getter is None:
            raise FetchError(url, "nothing may be fetched here")
        if url != self.subscription.source:
            if url in self._worn:
                raise FetchError(url, self._worn[url])
            return self._getter.get(url, etag=etag, last_modified=last_modified)
        mine = self.subscription
        fetched = self._getter.get(url, etag=mine.etag, last_modified=mine.last_modified)
        self.unchanged = fetched.unchanged
        # A list may stay the same while what it lists changes.
        lists = _LIST.search(fetched.data[:_HEAD]) is not None
        etag, modified = (None, None) if lists else (fetched.etag, fetched.last_modified)
        self.subscription = replace(mine, etag=etag, last_modified=modified)
        return fetched


def _unless_unchanged(items: Iterator[Item], remembering: _Remembering) -> Iterator[Item]:
    # What an unchanged source holds is not sent, so there is nothing to read and nothing wrong with that.
    for item in items:
        if not remembering.unchanged:
            yield item


def _went(report: Report, remembering: _Remembering, failures: int) -> tuple[str, int]:
    if remembering.unchanged:
        return "unchanged", 0
    if report.inputs == report.failed:
        why = report.errors[0].reason if report.errors else "nothing was found"
        return f"failed: {why}", failures + 1
    numbers = {"added": report.added, "updated": report.updated, "failed": report.failed}
    said = ", ".join(f"{count} {name}" for name, count in numbers.items() if count)
    return said or "nothing new", 0
