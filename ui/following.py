"""Sources that are followed: kept in the library, looked at by whoever owns it while that runs.

``serve`` runs a ``Follower`` in a thread of its own; ``onrecord watch run`` does the same in the foreground.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ingest.entries import is_address
from qa.errors import NotFoundError, OnRecordError, UsageError
from ui.api.watch_schemas import FollowedItem, FollowedOut

if TYPE_CHECKING:
    from ingest.readers.base import Item
    from ingest.report import Report
    from ingest.watch import Look
    from qa.library.index import NewsIndex
    from qa.library.ledger import Subscription
    from ui.service import Service

log = logging.getLogger("onrecord.watch")

_MINUTE = 60
_BATCH = 50
# Articles taken at a time: between two batches other writers have their turn.
_PAUSE = 60.0
# Seconds until the next try after something went wrong that is not one source's fault.


def source_of(given: str, folder_of: Callable[[str], str] = os.path.abspath) -> str:
    """Give a source as it is kept: an address as it is, a file or folder by its whole path.

    Raises:
        UsageError: it is neither.
    """
    if is_address(given):
        return given
    path = os.path.expanduser(given)
    if not os.path.exists(path):
        raise UsageError(f"{given} is neither an http(s) address nor a file or folder that is there.")
    return folder_of(path)


def follow(index: NewsIndex, sources: Sequence[str], minutes: float) -> FollowedOut:
    """Keep sources to be looked at every so many minutes, all of them or, if one is no source, none.

    Raises:
        UsageError: one is neither an address nor a file or folder.
    """
    from dataclasses import replace

    from qa.library.ledger import Subscription

    known = {one.source: one for one in index.subscriptions()}
    for source in [source_of(given) for given in sources]:
        kept = known.get(source, Subscription(source, 0.0))
        index.subscribe(replace(kept, interval=minutes * _MINUTE))
    return followed(index)


def unfollow(index: NewsIndex, sources: Sequence[str]) -> FollowedOut:
    """Follow sources no longer, all of them or, if one is not followed, none.

    Raises:
        NotFoundError: one of them is not followed.
    """
    known = {one.source for one in index.subscriptions()}
    chosen = [given if given in known else os.path.abspath(os.path.expanduser(given)) for given in sources]
    for given, source in zip(sources, chosen, strict=True):
        if source not in known:
            raise NotFoundError(f"{given} is not followed; `onrecord watch list` shows what is.")
    for source in chosen:
        index.unsubscribe(source)
    return followed(index)


def followed(index: NewsIndex) -> FollowedOut:
    """Give everything that is followed, by source."""
    return FollowedOut(followed=tuple(_item(one) for one in index.subscriptions()))


def _item(one: Subscription) -> FollowedItem:
    from ingest.watch import due_at

    following = due_at(one)
    return FollowedItem(
        source=one.source,
        minutes=one.interval / _MINUTE,
        last_run=one.last_run.isoformat() if one.last_run else None,
        last_result=one.last_result,
        next_run=following.isoformat() if following else None,
        failures=one.failures,
    )


class _StoppedError(Exception):
    """The look that was under way is not to be finished."""


class Follower:
    """Looks at what is followed when it is due; ``start`` does so in a thread until ``close``.

    Args:
        service: the opened library.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stopped = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="onrecord-watch", daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def close(self) -> None:
        """Look no more; a look that is under way ends after its batch."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def followed(self) -> FollowedOut:
        """Give everything that is followed."""
        return followed(self._service.onrecord.index)

    def follow(self, sources: Sequence[str], minutes: float) -> FollowedOut:
        """Follow more sources; they are looked at at once."""
        found = follow(self._service.onrecord.index, sources, minutes)
        self._wake.set()
        return found

    def unfollow(self, sources: Sequence[str]) -> FollowedOut:
        """Follow sources no longer."""
        return unfollow(self._service.onrecord.index, sources)

    def looks(self, wait: Callable[[float], bool], *, once: bool = False) -> Iterator[Look]:
        """Look at whatever is due, for as long as ``wait`` says, or once.

        Args:
            wait: waits for at most so many seconds and says whether to go on.
        """
        from ingest.watch import Watcher
        from ui.fetching import fetching

        service = self._service
        with fetching(service.onrecord.settings.ingest) as options:
            watcher = Watcher(service.onrecord.index, self._take, options, service.now)
            yield from watcher.run_due() if once else watcher.loop(wait)

    def _take(self, items: Iterator[Item]) -> Report:
        from ingest.report import added_up

        return added_up(self._service.take(batch) for batch in self._batches(items))

    def _batches(self, items: Iterator[Item]) -> Iterator[list[Item]]:
        while batch := list(islice(items, _BATCH)):
            if self._stopped:
                raise _StoppedError
            yield batch

    def _run(self) -> None:
        while not self._stopped:
            try:
                self._look_on()
            except _StoppedError:
                return
            except OnRecordError as error:
                log.warning("following goes on in a minute: %s", error)
                self._wait(_PAUSE)
            except Exception:  # the outermost loop: one bad look must not end the following
                log.exception("following goes on in a minute")
                self._wait(_PAUSE)

    def _look_on(self) -> None:
        if not self.followed().followed:
            self._wait(_PAUSE)
            return
        for look in self.looks(self._wait):
            log.info("%s: %s", look.subscription.source, look.subscription.last_result)
            if self._stopped:
                return

    def _wait(self, seconds: float) -> bool:
        self._wake.wait(seconds)
        self._wake.clear()
        return not self._stopped
