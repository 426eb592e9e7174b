"""Requests made to hold the server up or to write into its log."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from ui_fakes import make_onrecord
from ui_started import started

from qa.settings import ServerSettings
from ui.api import gate
from ui.api.logs import JsonFormatter
from ui.server import make_app

FORGED = '\n{"level": "error", "message": "forged"}\r\n\u2028\u2029\x0b\x1c\x85\x9b2J\x7f\x1b[2J'


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
    lines = written.getvalue().splitlines()
    assert len(lines) >= 3
    assert all("at" in json.loads(line) and json.loads(line)["message"] != "forged" for line in lines)
    assert any(json.loads(line).get("question") == f"Who?{FORGED}" for line in lines)
    assert not set("\x1b\x7f\x9b") & set(written.getvalue())


def test_a_log_line_can_always_be_written() -> None:
    record = logging.LogRecord("onrecord", logging.INFO, "", 0, "half a pair: \ud800", (), None)
    assert json.loads(JsonFormatter().format(record).encode("utf-8"))["message"] == "half a pair: \ud800"


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


def test_body_that_trickles_is_given_up(tmp_path: Path) -> None:
    now, pieces = [0.0], [0]

    async def trickle() -> Message:
        now[0] += 29
        pieces[0] += 1
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass

    app = gate.Gate(read, ServerSettings(), clock=lambda: now[0])
    scope = {"type": "http", "method": "POST", "path": "/v1/ask", "headers": [], "client": ("127.0.0.1", 1)}
    with pytest.raises(HTTPException) as given_up:
        asyncio.run(app(scope, trickle, _unsent))
    assert given_up.value.status_code == 408
    assert 300 <= now[0] < 330
    assert pieces[0] == 11


async def _unsent(message: Message) -> None:
    raise AssertionError(message)


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
