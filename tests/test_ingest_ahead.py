"""Reading ahead in a thread: in order, with its errors, and never in the way of somebody who presses Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_server import Reply, ScriptedServer
from ui_started import wait_for

from ingest.ahead import PATIENCE, Ahead

SLOW = 60
# A background job is started with Ctrl-C ignored, which would be handed down.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
PROGRAM = [sys.executable, "-c", f"{LISTENING}; from ui.cli import main; main()"]


def take_one_and_raise(error: BaseException, items: Iterator[int]) -> None:
    with Ahead(items, 2) as ahead:
        next(iter(ahead))
        raise error


def has_stored(home: Path) -> bool:
    """Whether the last index to follow has taken up an article; an empty library has its cursor at 0."""
    return any(json.loads(file.read_bytes())["seq"] for file in home.rglob("words.cursor"))


def test_items_come_in_order_and_an_error_at_its_place() -> None:
    def items() -> Iterator[int]:
        yield from range(5)
        raise OSError("disk gone")

    seen: list[int] = []
    with pytest.raises(OSError, match="disk gone"), Ahead(items(), 2) as ahead:
        seen.extend(ahead)
    assert seen == [0, 1, 2, 3, 4]


def test_ctrl_c_does_not_wait_for_what_is_slow_to_be_read() -> None:
    go = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        go.wait(SLOW)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        take_one_and_raise(KeyboardInterrupt(), items())
    assert PATIENCE <= time.monotonic() - began < SLOW / 4
    go.set()


def test_consumer_that_fails_waits_for_the_reading_to_end() -> None:
    with pytest.raises(ValueError, match="no"):
        take_one_and_raise(ValueError("no"), iter(range(1000)))
    assert not any(thread.name == "onrecord-reader" for thread in threading.enumerate())


@pytest.mark.timeout(300)
def test_command_that_waits_for_a_host_ends_at_once_on_ctrl_c_and_keeps_what_is_stored(tmp_path: Path) -> None:
    news = tmp_path / "news.txt"
    news.write_text("The Tallow Bridge reopened on Monday. " * 5, encoding="utf-8")
    told = {
        "HOME": str(tmp_path / "home"),
        "INGEST__ALLOW_PRIVATE": "1",
        "INGEST__TIMEOUT": str(SLOW),
        "INGEST__BATCH": "1",
    }
    environ = os.environ | {f"ONRECORD_{name}": value for name, value in told.items()}
    with ScriptedServer().on("/slow", Reply((b"<html>",), length=1000, hang=True)) as host:
        command = [*PROGRAM, "ingest", str(news), f"{host.url}/slow"]
        with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
            wait_for(lambda: any(request.path == "/slow" for request in host.requests), seconds=200)
            wait_for(lambda: has_stored(tmp_path / "home"), seconds=60)
            began = time.monotonic()
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=SLOW)
            seconds = time.monotonic() - began
    print(f"ended {seconds:.1f} s after Ctrl-C")
    assert run.returncode == 130
    assert said.splitlines()[-1] == "Stopped; what was finished before is kept."
    assert seconds < SLOW / 4
    listed = subprocess.run([*PROGRAM, "articles", "list"], env=environ, capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 1
