"""How often each caller may ask: a bucket that fills at a steady rate (token bucket)."""

from __future__ import annotations

import math
from collections.abc import Callable

from ui.api.errors import BusyError

_MINUTE = 60.0
_CALLERS = 10_000
"""Callers remembered; beyond that the one that asked longest ago is forgotten."""


class Pace:
    """Counts the requests of each caller. For one event loop.

    Args:
        rate: requests a minute for each caller, and how many may come at once; 0 sets no limit.
        clock: seconds.
    """

    def __init__(self, rate: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, caller: str) -> None:
        """Count one request.

        Raises:
            BusyError: the caller has had all that a minute allows.
        """
        if not self._rate:
            return
        now = self._clock()
        left, since = self._buckets.pop(caller, (float(self._rate), now))
        left = min(float(self._rate), left + (now - since) * self._rate / _MINUTE)
        self._buckets[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > _CALLERS:
            del self._buckets[next(iter(self._buckets))]
        if left < 1:
            seconds = math.ceil((1 - left) * _MINUTE / self._rate)
            raise BusyError(f"More than {self._rate} requests a minute; try again in {seconds} s.", seconds)
