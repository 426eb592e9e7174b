"""A loopback HTTP server that answers from a script, well or badly: the endpoint, hub and package index of the tests.

Each path has a list of replies, used one after the other; the last one is repeated. Every request is kept.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote


@dataclass(frozen=True)
class Reply:
    """What is answered.

    Args:
        body: pieces, sent one by one.
        length: the ``Content-Length`` claimed; that of the body unless given.
        chunked: sent in chunks and without a length; ``cut`` then leaves out the final chunk.
        cut: the connection is dropped after this many pieces.
        hang: nothing more is sent after the pieces, but the connection stays open until the server closes.
        ranges: whether a ``Range`` is honoured.
    """

    body: tuple[bytes, ...] = ()
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    chunked: bool = False
    cut: int | None = None
    hang: bool = False
    ranges: bool = False


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        return json.loads(self.body)  # type: ignore[no-any-return]


@dataclass
class ScriptedServer:
    """Runs from ``with`` on; ``url`` is its base address without a trailing slash."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when a client left before everything was sent."""
    closing: threading.Event = field(default_factory=threading.Event)

    def on(self, path: str, *replies: Reply) -> ScriptedServer:
        self.replies[path] = list(replies)
        return self

    def next_reply(self, path: str) -> Reply:
        script = self.replies.get(path)
        if not script:
            return Reply((b'{"error":"not scripted"}',), status=404)
        return script.pop(0) if len(script) > 1 else script[0]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ScriptedServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler_for(script: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            path = unquote(self.path.split("?")[0])
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.requests.append(Request(self.command, path, headers, body))
            try:
                self._send(_ranged(script.next_reply(path), headers.get("range")))
            except (BrokenPipeError, ConnectionResetError):
                script.gone.set()
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("content-type", reply.content_type)
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.chunked:
                self.send_header("transfer-encoding", "chunked")
            else:
                size = sum(map(len, reply.body)) if reply.length is None else reply.length
                self.send_header("content-length", str(size))
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(reply)

        def _send_body(self, reply: Reply) -> None:
            for piece in reply.body[: reply.cut]:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.chunked else piece)
                self.wfile.flush()
            if reply.hang:
                self._wait_for_the_client_to_leave()
            if reply.cut is not None or reply.hang:
                self.close_connection = True
            elif reply.chunked:
                self.wfile.write(b"0\r\n\r\n")

        def _wait_for_the_client_to_leave(self) -> None:
            self.connection.settimeout(0.02)
            while not script.closing.is_set():
                try:
                    if not self.connection.recv(1):
                        script.gone.set()
                        return
                except TimeoutError:
                    continue

    return Handler


def _ranged(reply: Reply, wanted: str | None) -> Reply:
    if not (reply.ranges and wanted):
        return reply
    whole = b"".join(reply.body)
    start = int(wanted.removeprefix("bytes=").split("-")[0])
    if start >= len(whole):
        return Reply(status=416, headers=(("content-range", f"bytes */{len(whole)}"),))
    says = ("content-range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
    return Reply(
        (whole[start:],), 206, reply.content_type, (*reply.headers, says), cut=reply.cut, hang=reply.hang, ranges=True
    )


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply((json.dumps(value).encode(),), status)


def file_reply(content: bytes, pieces: int = 4, *, headers: Iterable[tuple[str, str]] = (), **more: object) -> Reply:
    """A file that can be asked for by range; ``cut=2`` drops the connection half way."""
    step = max(1, -(-len(content) // pieces))
    body = tuple(content[start : start + step] for start in range(0, len(content), step))
    values: dict[str, object] = {"content_type": "application/octet-stream", "ranges": True, "length": len(content)}
    return Reply(body, headers=tuple(headers), **{**values, **more})  # type: ignore[arg-type]


def chat_reply(words: Sequence[str], *, finish: str | None = "stop", **more: object) -> Reply:
    """A streamed OpenAI chat answer of these pieces of text."""
    events = [_event({"content": word}) for word in words]
    end = [_event({}, finish), b"data: [DONE]\n\n"] if finish else []
    values: dict[str, object] = {"content_type": "text/event-stream", "chunked": True}
    return Reply(tuple(events + end), **{**values, **more})  # type: ignore[arg-type]


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def wheel_index(server: ScriptedServer, project: str, wheel: str, content: bytes) -> None:
    """Let the server be a package index that has this one wheel of this project."""
    digest = hashlib.sha256(content).hexdigest()
    page = f'<!DOCTYPE html><html><body><a href="/files/{wheel}#sha256={digest}">{wheel}</a></body></html>'
    server.on(f"/simple/{project}/", Reply((page.encode(),), content_type="text/html"))
    server.on(f"/files/{wheel}", Reply((content,), content_type="application/octet-stream"))
