"""A server over the real stores with a stand-in for the embedder, which starts in a moment; forked, so POSIX only.

Or the server as it is: with the real embedder, the default model where it has been pulled, and the chat's page.
"""

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
import qa.compose
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


def pulled_model() -> str | None:
    """Give the name of the default model where it has been pulled."""
    made = Settings()
    return made.llm.model if Shelf(made.models).has(made.llm.model) else None


def open_real(home: Path, owner_url: str) -> OnRecord:
    """Open a library as `onrecord serve` does, in quotes where the default model has not been pulled."""
    return qa.compose.open_library(Settings(home=home), owner_url=owner_url, with_model=pulled_model() is not None)


@contextmanager
def served(home: Path, *, real: bool = False) -> Iterator[tuple[str, int]]:
    """Serve a home from a forked process and give the server's address and process id; it is killed at the end.

    Args:
        real: with nothing stood in for, and the chat's page.
    """
    with closing(bind("127.0.0.1", 0)) as listening:
        url = url_of(listening)
        child = os.fork()
        if not child:
            try:
                opened = open_real(home, url) if real else open_library(home, url)
                run_server(make_app(opened, chat=real), listening)
            finally:
                os._exit(1)
        try:
            wait_for(lambda: _ready(url), 240 if real else 60)
            yield url, child
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False
