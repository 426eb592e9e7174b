"""Notices when a caller has gone away while its answer is being made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import HTTPException, Request

T = TypeVar("T")
_GONE = 499
"""What nginx logs for a client that closed its connection; nobody is left to receive it."""


async def until_gone(request: Request, work: Awaitable[T]) -> T:
    """Await ``work``, but cancel it when the caller disconnects. The request's body must have been read.

    Raises:
        HTTPException: the caller is gone.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise HTTPException(_GONE, "The client has gone away")
        return await working
    finally:
        watching.cancel()
        working.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
