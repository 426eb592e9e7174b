"""A server that really listens, in a thread, on a free port of loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from ui.server import bind, url_of


@contextmanager
def started(app: FastAPI, grace: int = 2) -> Iterator[str]:
    """Serve an application for as long as the block lasts and give its address.

    Args:
        app: the application.
        grace: seconds that running requests may take when the block ends.
    """
    listening = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=grace))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield url_of(listening)
    finally:
        server.should_exit = True
        thread.join(10 + grace)
        listening.close()


def wait_for(true: Callable[[], object], seconds: float = 10.0) -> float:
    """Wait until something holds and give the seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        threading.Event().wait(0.005)
    return time.monotonic() - began
