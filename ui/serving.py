"""A server in a process of its own on a home of its own, for as long as a block lasts: what the load bench asks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ingest.sources import ReadOptions, read_sources
from qa.errors import ServerError
from qa.settings import Settings
from ui.server import bind, url_of

_START_SECONDS = 180.0
_SAMPLE = Path(__file__).parents[1] / "eval" / "sample" / "articles.jsonl"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it is and which process it is."""

    url: str
    pid: int


@contextmanager
def served_sample(settings: Settings) -> Iterator[Served]:
    """Serve the sample news from a home that is made for this and deleted afterwards.

    Args:
        settings: those of this process; only the home is another.

    Raises:
        ServerError: the server does not start.
    """
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as home:
        _fill(settings.model_copy(update={"home": Path(home)}))
        with _process(home) as served:
            yield served


def _fill(settings: Settings) -> None:
    from qa.compose import open_library
    from ui.service import Service

    with closing(open_library(settings, with_model=False)) as onrecord:
        Service(onrecord).ingest(read_sources([str(_SAMPLE)], ReadOptions()))


@contextmanager
def _process(home: str) -> Iterator[Served]:
    with closing(bind("127.0.0.1", 0)) as free:
        url, port = url_of(free), free.getsockname()[1]
    command = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(  # noqa: S603 - this interpreter and our own command
        command, env={**os.environ, "ONRECORD_HOME": home}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_until_ready(process, url)
            yield Served(url, process.pid)
        finally:
            process.terminate()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=5, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise ServerError("The server to be measured does not start; run `onrecord serve` to see why.")
