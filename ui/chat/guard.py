"""What the browser is told about the chat's page: load from here only, and never in another site's frame.

The page escapes what it shows; this is the second wall behind it, and it keeps the page offline whatever Gradio adds.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio builds its templates with Function() and starts from inline scripts.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def guarded(app: FastAPI) -> FastAPI:
    """Add the policy to the chat's page; the other routes of ``app`` answer for themselves."""
    app.add_middleware(Guard)
    return app


class Guard:
    """ASGI middleware that adds the headers to the page at ``/``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message))
            await send(message)

        chat = scope["type"] == "http" and scope["path"] == "/"
        await self._app(scope, receive, send_guarded if chat else send)


def _guard(headers: MutableHeaders) -> None:
    if not headers.get("content-type", "").startswith("text/html"):
        return
    headers.setdefault("content-security-policy", POLICY)
    headers.setdefault("referrer-policy", "no-referrer")
    headers.setdefault("x-content-type-options", "nosniff")
