"""Requests made to hold the server up or to write into its log."""

from __future__ import annotations

import io
import json
import logging
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from ui_fakes import make_onrecord
from ui_started import started

from qa.settings import ServerSettings
from ui.api import gate
from ui.api.logs import JsonFormatter
from ui.server import make_app

FORGED = '\n{"level": "error", "message": "forged"}\r\n\u2028\x85\x1b[2J'


def test_nothing_a_caller_sends_makes_a_second_log_line(tmp_path: Path) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    log = logging.getLogger("onrecord")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    onrecord = make_onrecord(tmp_path, server=ServerSettings(log_questions=True))
    try:
        with TestClient(make_app(onrecord, chat=False)) as http:  # type: ignore[arg-type]
            http.post("/v1/ask", json={"question": f"Who?{FORGED}"}, headers={"user-agent": "x\ty"})
            http.get("/v1/search", params={"q": FORGED})
            http.get(f"/v1/articles/{'%0a%7b%22forged%22'}")
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
    lines = written.getvalue().split("\n")[:-1]
    assert len(lines) >= 3
    assert all("at" in json.loads(line) and json.loads(line)["message"] != "forged" for line in lines)
    assert "\x1b" not in written.getvalue()


def test_body_that_does_not_come_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_BODY_SECONDS", 0.2)
    with started(make_app(make_onrecord(tmp_path), chat=False)) as url:  # type: ignore[arg-type]
        where = urlsplit(url)
        with socket.create_connection((where.hostname, where.port), timeout=20) as slow:  # type: ignore[arg-type]
            slow.sendall(
                f"POST /v1/ask HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
                'Content-Length: 500\r\n\r\n{"question": "Wh'.encode()
            )
            assert slow.recv(200).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/stats HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
    ],
    ids=["header", "path", "negative", "smuggled", "tls"],
)
def test_broken_http_is_refused_and_the_next_request_served(sent: bytes, tmp_path: Path) -> None:
    with started(make_app(make_onrecord(tmp_path), chat=False)) as url:  # type: ignore[arg-type]
        where = urlsplit(url)
        with socket.create_connection((where.hostname, where.port), timeout=20) as raw:  # type: ignore[arg-type]
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            answer = raw.recv(100)
        assert answer == b"" or answer.split()[1].startswith(b"4"), answer
        with socket.create_connection((where.hostname, where.port), timeout=20) as raw:  # type: ignore[arg-type]
            raw.sendall(f"GET /healthz HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
            assert b"200" in raw.recv(100)
