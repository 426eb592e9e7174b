"""A server over the real stores with a stand-in for the embedder, which starts in a moment; forked, so POSIX only."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
from fakes import FakeEmbedder
from ui_started import wait_for

import ingest.pipeline
import ingest.sources  # noqa: F401
from qa.answer.engine import NewsQueryEngine
from qa.compose import OnRecord
from qa.library.home import HomeLock
from qa.library.index import NewsIndex
from qa.models.shelf import Shelf
from qa.search.retrieve import NewsRetriever
from qa.settings import Settings
from ui.server import bind, make_app, run_server, url_of

EMBEDDER = FakeEmbedder()


def open_library(home: Path, owner_url: str | None = None, **settings: object) -> OnRecord:
    """Open a library as `qa.compose` does, but for the embedder; without a model, so that it answers in quotes."""
    made = Settings(home=home, models=home / "models", **settings)  # type: ignore[arg-type]
    with ExitStack() as opening:
        lock = HomeLock.acquire(home, owner_url)
        opening.callback(lock.release)
        index = opening.enter_context(NewsIndex.open(home, embedder=EMBEDDER.name, dim=EMBEDDER.dim, lock=lock))
        retriever = NewsRetriever(index, EMBEDDER, made.retrieval, None)  # type: ignore[arg-type]
        engine = NewsQueryEngine(retriever, EMBEDDER, made.answer, None)  # type: ignore[arg-type]
        shelf = Shelf(made.models)
        return OnRecord(made, shelf, EMBEDDER, index, retriever, engine, opening.pop_all())  # type: ignore[arg-type]


@contextmanager
def served(home: Path) -> Iterator[tuple[str, int]]:
    """Serve a home from a forked process and give the server's address and process id; it is killed at the end."""
    with closing(bind("127.0.0.1", 0)) as listening:
        url = url_of(listening)
        child = os.fork()
        if not child:
            try:
                run_server(make_app(open_library(home, url), chat=False), listening)
            finally:
                os._exit(1)
        try:
            wait_for(lambda: _ready(url), 60)
            yield url, child
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False
