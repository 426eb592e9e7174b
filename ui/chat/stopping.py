"""Answers that end when their reader says so: one running answer a reader, stopped from another of their events.

Gradio marks an event as cancelled and only looks at the mark when the next value comes; an answer between two claims
would go on. Here the wait itself is left at once. For one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Literal, TypeVar

T = TypeVar("T")


class Running:
    """The answers that are being made, one for each reader."""

    def __init__(self) -> None:
        self._stops: dict[str, asyncio.Event] = {}

    def stop(self, reader: str) -> None:
        """Stop a reader's answer, if one is being made."""
        if reader in self._stops:
            self._stops[reader].set()

    def busy(self, reader: str) -> bool:
        """Tell whether an answer is being made for a reader."""
        return reader in self._stops

    async def watch(self, reader: str, steps: AsyncGenerator[T, None]) -> AsyncIterator[T]:
        """Give the steps of a reader's answer until they end or are stopped; an earlier answer of theirs is stopped."""
        self.stop(reader)
        stop = self._stops[reader] = asyncio.Event()
        try:
            async for step in _until(stop, steps):
                yield step
        finally:
            if self._stops.get(reader) is stop:
                del self._stops[reader]


async def _until(stop: asyncio.Event, steps: AsyncGenerator[T, None]) -> AsyncIterator[T]:
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while (step := await _next(stopped, steps)) is not None:
            yield step
    finally:
        stopped.cancel()
        await steps.aclose()


async def _next(stopped: asyncio.Task[Literal[True]], steps: AsyncGenerator[T, None]) -> T | None:
    coming = asyncio.ensure_future(anext(steps, None))
    either: list[asyncio.Future[Any]] = [coming, stopped]
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return None if stopped.done() else coming.result()
    finally:
        if not coming.done():
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
