"""The HTTP responses that answers stream in by: which one a thread received last, and how long one may go on.

`httpx` event hooks. This module knows no model and no prompts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import cast

import httpx


class LatestResponse:
    """Remembers the response that each thread received last."""

    def __init__(self) -> None:
        self._here = threading.local()

    def __call__(self, response: httpx.Response) -> None:
        """Remember a response."""
        self._here.response = response

    def forget(self) -> None:
        """Forget this thread's response."""
        self._here.response = None

    def latest(self) -> httpx.Response | None:
        """Give this thread's response, if there is one."""
        return getattr(self._here, "response", None)


class Deadline:
    """Breaks off a response that goes on for too long, however often something of it comes.

    Args:
        seconds: how long a response may go on once its headers have come.
        timer: seconds, from any moment on.
    """

    def __init__(self, seconds: float, timer: Callable[[], float]) -> None:
        self._seconds = seconds
        self._timer = timer

    def __call__(self, response: httpx.Response) -> None:
        """Have reading a response raise ``httpx.ReadTimeout`` when its time is up."""
        stream = cast("httpx.SyncByteStream", response.stream)
        response.stream = _Ending(stream, self._timer() + self._seconds, self._timer)


class _Ending(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, until: float, timer: Callable[[], float]) -> None:
        self._stream = stream
        self._until = until
        self._timer = timer

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if self._timer() > self._until:
                raise httpx.ReadTimeout("the response went on for too long")
            yield part

    def close(self) -> None:
        self._stream.close()
