"""Runs a blocking iterator in a thread and hands its items to the event loop, one by one.

When the consumer goes away the iterator is closed in its own thread, between two items at the latest, and ``stopped``
says so while an item is still being made.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


class Relay(Generic[T]):
    """An asynchronous iterator over what a blocking one makes in a thread. Made in a running event loop.

    Args:
        make: makes the iterator, in the thread; it is given ``stopped``, which turns true when the consumer is gone.
        executor: where the thread comes from.
        on_end: called in the event loop once the thread has finished, also when the consumer is long gone.
    """

    def __init__(
        self, make: Callable[[Callable[[], bool]], Iterator[T]], executor: Executor, on_end: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[T | _End] = asyncio.Queue()
        self._stop = threading.Event()
        self._make = make
        self._loop.run_in_executor(executor, self._drain).add_done_callback(lambda _: on_end())

    def __aiter__(self) -> Relay[T]:
        return self

    async def __anext__(self) -> T:
        """Give the next item; what the iterator raised is raised here."""
        item = await self._items.get()
        if not isinstance(item, _End):
            return item
        self._items.put_nowait(item)
        raise item.error or StopAsyncIteration

    def stop(self) -> None:
        """Tell the thread that nobody listens any more."""
        self._stop.set()

    def _drain(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001 - carried to the consumer, who raises it
            self._put(_End(error))
        else:
            self._put(_End())

    def _run(self) -> None:
        if self._stop.is_set():
            return
        made = self._make(self._stop.is_set)
        try:
            for item in made:
                if self._stop.is_set():
                    return
                self._put(item)
        finally:
            close = getattr(made, "close", None)
            if close is not None:
                close()

    def _put(self, item: T | _End) -> None:
        self._loop.call_soon_threadsafe(self._items.put_nowait, item)
