"""Serves the scripted library and is told to stop in the middle of a stream; run as a program with a folder.

What the client gets of the stream goes to stdout, one event a line.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path

import httpx
from ui_fakes import make_onrecord

from ui.server import bind, make_app, run_server, url_of


def read(url: str, gate: threading.Event) -> None:
    body = {"question": "When did the bridge reopen?"}
    with httpx.stream("POST", f"{url}/v1/ask/stream", json=body, timeout=60, trust_env=False) as response:
        for line in response.iter_lines():
            if line.startswith("event: "):
                print(line, flush=True)
            if line == "event: search":
                os.kill(os.getpid(), signal.SIGTERM)
                threading.Timer(1.5, gate.set).start()


if __name__ == "__main__":
    onrecord, gate = make_onrecord(Path(sys.argv[1])), threading.Event()
    onrecord.engine.gate = gate
    signal.signal(signal.SIGTERM, lambda number, frame: None)  # uvicorn raises the signal again once it has ended
    with closing(bind("127.0.0.1", 0)) as listening:
        reading = threading.Thread(target=read, args=(url_of(listening), gate))
        reading.start()
        run_server(make_app(onrecord, chat=False), listening)
        reading.join(30)
