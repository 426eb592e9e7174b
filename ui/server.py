"""The one web application: the API under ``/v1``, its documentation at ``/docs``, health, and the chat at ``/``.

``make_app`` builds it around an opened library and starts nothing; ``serve`` owns the process: it takes the port, opens
the library as the home's owner, and runs until it is told to stop.
"""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from importlib.metadata import version
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, Response
from sse_starlette.sse import AppStatus
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match, Mount
from starlette.types import ASGIApp

from qa.errors import SettingsError
from qa.settings import Settings
from ui.answers import Answers
from ui.api import keeping, native, openai, schemas, tending, upkeep, watch
from ui.api.errors import add_error_handlers, share_error_shape
from ui.api.examples import with_examples
from ui.api.gate import Gate
from ui.api.logs import write_logs
from ui.api.mcp import Tools, make_mcp
from ui.api.metrics import Metrics
from ui.chat.document import HEADERS
from ui.following import Follower
from ui.heap import share_arenas
from ui.jobs import Jobs
from ui.keep import Keep
from ui.ownkey import own_key
from ui.reference import STYLE, STYLE_PATH, reference
from ui.service import Service

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

    from qa.compose import OnRecord

_EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_SHUTDOWN_SECONDS = 20
_BACKLOG = 128


def make_app(onrecord: OnRecord, *, chat: bool = True, local_only: bool = False, own_key: str | None = None) -> FastAPI:
    """Build the application around an opened library; the caller closes the library.

    Args:
        onrecord: the opened library.
        chat: whether the chat page is mounted at ``/``.
        local_only: whether requests that name another host than this machine are refused.
        own_key: the key of this machine's own commands, where keys are needed.
    """
    service, settings = Service(onrecord), onrecord.settings.server
    answers = Answers(service, settings)
    metrics = Metrics(service.stats, answers.model_slots)
    answers.seen, service.seen, service.seen_tokens = metrics.answer, metrics.report, metrics.tokens
    keep = Keep(onrecord.settings.home)
    jobs = Jobs(service, keep)
    follower = Follower(service)
    tools = make_mcp(Tools(service, answers.answer_out))
    mcp_routes = tools.streamable_http_app().routes
    app = _bare_app(answers, jobs, follower, tools)
    add_error_handlers(app)
    _add_health(app, service)
    _add_reference(app)
    for router in (
        native.make_router(service, answers),
        openai.make_router(service, answers),
        upkeep.make_router(service),
        keeping.make_router(service, keep, jobs),
        tending.make_router(service),
        watch.make_router(follower, folders=not (settings.api_keys or settings.users)),
        metrics.router(),
    ):
        app.include_router(router)
    app.router.routes.extend(mcp_routes)
    _refuse_the_rest(app)
    if settings.cors:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors, allow_methods=["*"], allow_headers=["*"])
    if chat:
        from ui.chat.page import mount

        app = mount(app, onrecord, answers)
        _settle_chat(app)
    app.add_middleware(Gate, settings=settings, local_only=local_only, own_key=own_key, seen=metrics.request)
    return app


class Documented(FastAPI):
    """An application whose description holds an example of every request and response."""

    def openapi(self) -> dict[str, Any]:
        """Describe the API; made once."""
        if self.openapi_schema is None:
            self.openapi_schema = with_examples(super().openapi())
        return self.openapi_schema


def _bare_app(answers: Answers, jobs: Jobs, follower: Follower, tools: FastMCP[None]) -> FastAPI:
    app = Documented(
        title="OnRecord",
        version=version("onrecord"),
        description="Ask the news. Every claim in the answer carries a quote you can check.",
        lifespan=_living(answers, jobs, follower, tools),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        # The framework's own pages load scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    app.state.answers = answers
    return app


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve the library of the settings until told to stop.

    Args:
        settings: the settings of this process.
        host: the address to bind.
        port: the port to bind; 0 takes a free one.

    Raises:
        SettingsError: the address cannot be bound, or it is open to others and there are no keys.
        HomeLockedError: another process owns the home.
    """
    with closing(bind(host, port)) as listening:
        _refuse_open_door(settings, listening)
        _serve(settings, listening)


def _serve(settings: Settings, listening: socket.socket) -> None:
    from ui.desk import open_answering
    from ui.terminal import hint

    url = url_of(listening)
    write_logs(sys.stderr)
    hint(f"Opening the library in {settings.home} ...")
    with (
        closing(open_answering(settings, owner_url=url)) as onrecord,
        own_key(settings.home) as key,
    ):
        hint(f"OnRecord is at {url} (the API's documentation at {url}/docs); Ctrl-C stops it.")
        # uvicorn ends gracefully and then raises the signal again; the library is to be closed before that ends us.
        signal.signal(signal.SIGTERM, _leave)
        run_server(make_app(onrecord, local_only=not _guarded(settings), own_key=key), listening)


def _leave(number: int, frame: object) -> None:
    raise SystemExit(0)


def run_server(app: FastAPI, listening: socket.socket) -> None:
    """Run an application on a bound socket until a signal stops it; running requests may finish."""
    share_arenas()
    # Streams are waited for as whole answers are; left alone, the library would cut them off at the first signal.
    AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]
    uvicorn.Server(uvicorn_config(app)).run(sockets=[listening])


def uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    """Say how an application is run; a proxy on this machine is believed, the last address that it forwards counts."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        server_header=False,
        lifespan="on",
    )


def bind(host: str, port: int) -> socket.socket:
    """Take a port before anything slow is loaded.

    Raises:
        SettingsError: it is taken, or may not be used.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return _listening(socket.socket(family, socket.SOCK_STREAM), address)
    except OSError as error:
        raise SettingsError(
            f"Port {port} of {host} cannot be used ({(error.strerror or str(error)).lower()}); "
            f"choose another: `onrecord serve --port {port + 1}`."
        ) from error


def _listening(fresh: socket.socket, address: tuple[object, ...]) -> socket.socket:
    try:
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        fresh.bind(address)
        # Listening from the start: a bound socket that does not listen could be bound a second time.
        fresh.listen(_BACKLOG)
    except OSError:
        fresh.close()
        raise
    return fresh


def url_of(listening: socket.socket) -> str:
    """Give the address at which this machine reaches a bound socket."""
    host, port = listening.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{reachable}:{port}"


def _refuse_open_door(settings: Settings, listening: socket.socket) -> None:
    host = listening.getsockname()[0]
    if not ip_address(host.partition("%")[0]).is_loopback and not _guarded(settings):
        raise SettingsError(
            f"{host} can be reached by others; set ONRECORD_SERVER__API_KEYS to the keys that may call "
            '(a JSON list, `["name:read:SECRET"]`) or ONRECORD_SERVER__USERS, or serve on 127.0.0.1.'
        )


def _guarded(settings: Settings) -> bool:
    return bool(settings.server.api_keys or settings.server.users)


def _living(
    answers: Answers, jobs: Jobs, follower: Follower, tools: FastMCP[None]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        follower.start()
        async with tools.session_manager.run():
            yield
        # Streams that still run would hold the shutdown up; they are told to end.
        await run_in_threadpool(answers.close)
        await run_in_threadpool(jobs.close)
        await run_in_threadpool(follower.close)

    return lifespan


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", response_model=schemas.HealthOut, tags=["health"])
    def healthz() -> schemas.HealthOut:
        """Say that the process is alive."""
        return schemas.HealthOut(status="ok")

    @app.get("/readyz", response_model=schemas.HealthOut, tags=["health"])
    def readyz() -> schemas.HealthOut:
        """Say that questions can be answered, from how many articles and by which model."""
        return service.ready()


def _add_reference(app: FastAPI) -> None:
    @app.get("/docs", response_class=HTMLResponse, include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(reference(app.openapi()), headers=HEADERS)

    @app.get(STYLE_PATH, include_in_schema=False)
    def style() -> Response:
        return Response(STYLE, media_type="text/css")


def _settle_chat(app: FastAPI) -> None:
    from gradio.routes import App

    # The chat is an application of its own behind the same address.
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, App):
            share_error_shape(route.app)


def _refuse_the_rest(app: FastAPI) -> None:
    # The chat is mounted at / and would otherwise answer for paths of the API that do not exist, in its own shape.
    @app.api_route("/v1/{path:path}", methods=_EVERY_METHOD, include_in_schema=False)
    def nothing_here(request: Request, path: str) -> None:
        known = [route for route in app.routes if route.matches(request.scope)[0] is Match.PARTIAL]
        if known:
            raise HTTPException(405, "This method is not allowed here")
        raise HTTPException(404, "There is nothing here")
