"""Run an iterator in a thread of its own, a few items ahead of whoever consumes it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
_END = object()
_POLL = 0.2
PATIENCE = 0.5
"""Seconds that Ctrl-C waits for what is being read."""


class Ahead(Generic[T]):
    """Iterates over another iterable that runs in a thread, at most ``depth`` items ahead.

    What the other raises is raised here, at the same place. Use it as a context manager: leaving it stops the thread
    and waits for it, also when the consumer failed; but somebody who presses Ctrl-C does not wait for a host that is
    slow to answer.

    Args:
        items: the iterable to run ahead.
        depth: the most items that wait, at least 1.
    """

    def __init__(self, items: Iterable[T], depth: int) -> None:
        self._items = items
        self._queue: queue.Queue[object] = queue.Queue(depth)
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="onrecord-reader", daemon=True)

    def __enter__(self) -> Ahead[T]:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Stop the thread and wait for it; after Ctrl-C for ``PATIENCE`` at most."""
        self._stop.set()
        self._thread.join(PATIENCE if kind is not None and issubclass(kind, KeyboardInterrupt) else None)

    def __iter__(self) -> Iterator[T]:
        while (item := self._queue.get()) is not _END:
            yield item  # type: ignore[misc]
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001  (handed over to the consumer's thread)
            self._error = error
        self._put(_END)

    def _put(self, item: object) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_POLL)
            except queue.Full:
                continue
            return True
        return False
