"""A bounded number of answers at once, a bounded number waiting in line, and a clear refusal for the rest."""

from __future__ import annotations

import asyncio

from ui.api.errors import BusyError


class Slots:
    """Places to work at, given out first come, first served. For one event loop.

    Args:
        places: how many may work at once.
        queue: how many more may wait.
        seconds: about how long one takes, for telling the refused when to come back.
    """

    def __init__(self, places: int, queue: int, seconds: float = 5.0) -> None:
        self._free = asyncio.Semaphore(places)
        self._places = places
        self._queue = queue
        self._seconds = seconds
        self.waiting = 0
        self.working = 0

    async def take(self) -> None:
        """Take a place, waiting for it when need be; give it back with ``give_back``.

        Raises:
            BusyError: all places are taken and the line is full.
        """
        await self._wait()
        self.working += 1

    def give_back(self) -> None:
        """Free a place that was taken."""
        self.working -= 1
        self._free.release()

    async def _wait(self) -> None:
        if self._free.locked() and self.waiting >= self._queue:
            raise BusyError(
                f"{self.working} answers are being written and {self.waiting} wait; try again in a moment.",
                max(1, round(self._seconds * (self.waiting + 1) / self._places)),
            )
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
