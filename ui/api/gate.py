"""What every request passes before a route sees it: its id, its caller, rate and size; and the log of it.

Pure ASGI, so that streams are not held up. A caller must be known wherever keys or users are set; without them only
this machine's own programs can reach the server (see ``serve``), and requests that name another host are refused, since
a page of a stranger can point a name of its own at this machine. For the same reason no page of another site may change
anything unless it is listed.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.settings import ServerSettings
from ui.api.callers import Callers
from ui.api.errors import BusyError, RefusedError, error_response
from ui.api.logs import log_fields, request_id
from ui.api.pace import Pace

log = logging.getLogger("onrecord.requests")

_GUARDED = ("/v1/", "/mcp", "/metrics")
_OPEN = ("/healthz", "/readyz")
_CALLED = ("/v1/", "/mcp")
_SAFE = ("GET", "HEAD", "OPTIONS")
_PAGES = ("/docs", "/openapi.json", "/articles/")
_READING = ("/v1/ask", "/v1/ask/stream", "/v1/chat/completions", "/v1/feedback", "/mcp")
"""What is sent with POST and changes nothing in the library."""
_BODY_SECONDS = 30.0
"""Longest wait for the next piece of a request's body."""
_WHOLE_BODY_SECONDS = 300.0
"""Longest wait for the whole of it."""
_ELSEWHERE = re.compile(r"/gradio_api/file[=/]https?:", re.IGNORECASE)
"""Where Gradio fetches from another host for whoever asks, past the bounds of our own fetching; no page needs it."""
_NO_WEB_SOCKETS = 1008
"""Policy violation (RFC 6455): nothing here speaks over web sockets."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOCAL = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?", re.IGNORECASE)


@dataclass(slots=True)
class Passage:
    """What is known of one request while it is served."""

    id: str
    began: float
    status: int = 0
    caller: str = "-"
    sent: bool = field(default=False)


class Gate:
    """Stands before an application; see the module.

    Args:
        app: the application.
        settings: keys, rate and sizes.
        local_only: whether requests that name another host are refused.
        own_key: the key of this machine's own commands.
        clock: seconds, for durations and rates.
        seen: told method, route's path, status and seconds of every request.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        *,
        local_only: bool = False,
        own_key: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        seen: Callable[[str, str, int, float], None] | None = None,
    ) -> None:
        self._app = app
        self._callers = Callers(settings, clock, own_key)
        self._origins = settings.cors
        self._pace = Pace(settings.rate, clock)
        self._max_body = settings.max_body
        self._local_only = local_only
        self._clock = clock
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or refuse it, and log it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _NO_WEB_SOCKETS})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = Passage(_request_id(scope), self._clock())
        request_id.set(passage.id)
        sending = _sending(passage, send)
        try:
            await self._admit(scope, passage)
            await self._app(scope, self._receiving(scope, receive), sending)
        except (RefusedError, BusyError) as error:
            if passage.sent:
                raise
            await error_response(error)(scope, receive, sending)
        except asyncio.CancelledError:
            # The server is told to stop and will not wait any longer; whoever still waits is told so.
            if not passage.sent:
                stopping = RefusedError("The server is being stopped; ask again when it is back.", 503, "stopping")
                await error_response(stopping)(scope, receive, sending)
        finally:
            self._log(scope, passage)

    async def _admit(self, scope: Scope, passage: Passage) -> None:
        request = Request(scope)
        if self._local_only and not _LOCAL.fullmatch(request.headers.get("host", "")):
            raise RefusedError("This server answers only to this machine's own names.", 403, "host")
        path, writes = scope["path"], _writes(scope["method"], scope["path"])
        if path in _OPEN:
            return
        self._refuse_strange_page(request)
        if _ELSEWHERE.match(path):
            raise RefusedError("This server fetches nothing for others; ask the other host itself.", 403, "elsewhere")
        caller = await self._callers.find(request, path.startswith(_GUARDED))
        passage.caller = caller.name if caller else (request.client.host if request.client else "-")
        if caller and writes and "write" not in caller.scopes:
            raise RefusedError("This key may only read; use one with the scope write.", 403, "scope")
        if path.startswith(_GUARDED):
            self._pace.spend(passage.caller)

    def _refuse_strange_page(self, request: Request) -> None:
        """Refuse what a browser sends from another site's page, which it would sign with the reader's own name."""
        origin = request.headers.get("origin")
        if origin is None or request.method in _SAFE or origin in self._origins or "*" in self._origins:
            return
        if origin.partition("://")[2] != request.headers.get("host", ""):
            raise RefusedError(
                f"Pages of {origin[:200]} may not call this server; list it in ONRECORD_SERVER__CORS.", 403, "origin"
            )

    def _receiving(self, scope: Scope, receive: Receive) -> Receive:
        """Count the body as it comes, and do not wait for it for ever."""
        length = Request(scope).headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._max_body:
            raise RefusedError(
                f"The request is larger than {self._max_body:,} bytes; send less at once.", 413, "too_large"
            )
        left, whole, until = self._max_body, False, math.inf

        async def counted() -> Message:
            nonlocal left, whole, until
            if whole:
                return await receive()
            now = self._clock()
            until = min(until, now + _WHOLE_BODY_SECONDS)
            try:
                message = await asyncio.wait_for(receive(), min(_BODY_SECONDS, until - now))
            except TimeoutError:
                raise HTTPException(408, "The body did not come in time") from None
            whole = not message.get("more_body", False)
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"The request is larger than {self._max_body:,} bytes")
            return message

        return counted

    def _log(self, scope: Scope, passage: Passage) -> None:
        seconds = self._clock() - passage.began
        route = getattr(scope.get("route"), "path", None) or "/"
        if self._seen:
            self._seen(scope["method"], route, passage.status, seconds)
        log_fields(
            log,
            _level(scope["path"], passage.status),
            "request",
            request=passage.id,
            caller=passage.caller,
            method=scope["method"],
            route=route,
            status=passage.status,
            ms=round(seconds * 1000, 1),
        )


def _level(path: str, status: int) -> int:
    """Tell how loud a request is: the parts of a page and what watches the server are not worth a line."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return logging.ERROR
    return logging.INFO if path.startswith(_CALLED) else logging.DEBUG


def _writes(method: str, path: str) -> bool:
    if not path.startswith((*_GUARDED, *_PAGES)):
        # The chat adds and deletes articles over paths of Gradio's own.
        return True
    return method not in _SAFE and path.rstrip("/") not in _READING


def _request_id(scope: Scope) -> str:
    given = Request(scope).headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _sending(passage: Passage, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            passage.status, passage.sent = message["status"], True
            headers: Sequence[tuple[bytes, bytes]] = message.get("headers", ())
            message = {**message, "headers": [*headers, (b"x-request-id", passage.id.encode())]}
        await send(message)

    return sending
