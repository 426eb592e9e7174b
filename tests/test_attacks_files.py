"""The chat's own routes for files, given paths and addresses that are not the caller's to give."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeEmbedder
from fastapi.testclient import TestClient
from ui_fakes import GRADIO_WARNINGS, ScriptedEngine, ScriptedRetriever, ScriptedShelf

from qa.library.index import NewsIndex
from qa.settings import Settings
from ui.server import make_app

pytestmark = GRADIO_WARNINGS
SECRET = "The server's own secret lies at Hesk Point and is nobody's business."
HARBOUR = "The harbour of Ness reopened on Monday after eleven weeks of dredging."


class Chat:
    """The mounted chat, as a program sees it that knows Gradio's protocol."""

    def __init__(self, http: TestClient, index: NewsIndex, uploads: Path) -> None:
        self.http, self.index, self.uploads = http, index, uploads
        config = http.get("/config").json()
        files = {one["id"] for one in config["components"] if one["type"] == "file"}
        self._adding = next(one for one in config["dependencies"] if files & set(one["inputs"]))
        self._file = next(n for n, one in enumerate(self._adding["inputs"]) if one in files)
        self.fields = len(self._adding["inputs"])

    def upload(self, name: str) -> Path:
        """Upload a file of this name and give where the server keeps it."""
        sent = self.http.post("/gradio_api/upload", files={"files": (name, HARBOUR.encode(), "text/markdown")})
        return Path(sent.json()[0])

    def add(self, path: object, field: int | None = None, **more: object) -> None:
        """Add what is said to be an uploaded file, in the field for files or another, and wait until that has ended."""
        data: list[object] = [None] * self.fields
        given = {"path": str(path), "meta": {"_type": "gradio.FileData"}, **more}
        data[self._file if field is None else field] = [given] if field in {None, self._file} else given
        asked = {"data": data, "fn_index": self._adding["id"], "session_hash": "one"}
        assert self.http.post("/gradio_api/queue/join", json=asked).status_code == 200
        told = self.http.get("/gradio_api/queue/data", params={"session_hash": "one"}).text
        assert json.loads(told.split("data: ")[-1])["msg"] == "close_stream"

    def texts(self) -> list[str]:
        """Give the texts of all articles."""
        return [article.text for article in self.index.articles()]

    def stored(self) -> str:
        """Give the texts of all files that the chat keeps for now."""
        return "".join(file.read_text("utf-8") for file in self.uploads.rglob("*") if file.is_file())


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    settings, embedder = Settings(home=tmp_path / "home", models=tmp_path / "models"), FakeEmbedder()
    with NewsIndex.open(settings.home, embedder=embedder.name, dim=embedder.dim) as index:
        library = SimpleNamespace(
            settings=settings, embedder=embedder, index=index, engine=ScriptedEngine(), shelf=ScriptedShelf(),
            retriever=ScriptedRetriever(index), close=lambda: None,  # type: ignore[arg-type]
        )  # fmt: skip
        with TestClient(make_app(library), raise_server_exceptions=False) as http:  # type: ignore[arg-type]
            yield Chat(http, index, tmp_path / "uploads")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "home" / "secret.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(SECRET, "utf-8")
    return file


@pytest.fixture
def inside() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

    with HTTPServer(("127.0.0.1", 0), Inside) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x.md", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "name", ["../../escaped.md", "/escaped.md", "..\\..\\escaped.md", "a/../../escaped.md", "....//escaped.md"]
)
def test_an_upload_whose_name_is_a_path_lands_nowhere_else(chat: Chat, name: str, tmp_path: Path) -> None:
    kept = chat.upload(name)
    assert kept.resolve().parent.parent == chat.uploads.resolve()
    assert [file.resolve() for file in tmp_path.rglob("*escaped*")] == [kept.resolve()]
    chat.add(kept)
    assert chat.texts() == [HARBOUR]
    assert [article.source for article in chat.index.articles()] == [kept.name]


def test_the_chat_adds_no_file_that_was_not_uploaded(
    chat: Chat, secret: Path, inside: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = inside
    kept = chat.upload("harbour.md")
    for path in (
        secret,
        f"{kept.parent}/../../home/secret.md",
        f"{kept}/../../../home/secret.md",
        f"file://{secret}",
        tmp_path / "home",
        "/proc/self/environ",
        address,
    ):
        chat.add(path)
    for field in range(chat.fields):
        chat.add(secret, field, orig_name="harbour.md", url=address)
    assert chat.texts() == []
    assert SECRET not in chat.stored()
    assert asked == []


def test_the_chat_hands_out_no_file_and_fetches_nothing(
    chat: Chat, secret: Path, inside: tuple[str, list[str]]
) -> None:
    address, asked = inside
    chat.upload("harbour.md")
    home = "home/secret.md"
    given = [
        secret, f"%2e%2e%2f{secret}", str(secret).replace("/", "%2f"), f"file://{secret}", f"{chat.uploads}/../{home}",
        f"{chat.uploads}%2f..%2f{home}", "/etc/passwd", "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", address,
        address.replace("/", "%2f"), address.replace("http", "HTTP"), "https://news.example/x.md",
    ]  # fmt: skip
    routes = [f"/gradio_api/{route}{one}" for route in ("file=", "file/", "proxy=", "stream/") for one in given]
    routes += [f"/{route}/{one}" for route in ("static", "assets", "svelte", "chat-assets") for one in given]
    for route in routes:
        answer = chat.http.get(route, follow_redirects=False)
        assert 400 <= answer.status_code < 500, route
        assert SECRET not in answer.text
        assert "root:" not in answer.text
    outside = chat.http.get("/gradio_api/file=https://news.example/x.md")
    assert outside.json()["error"]["code"] == "elsewhere"
    assert asked == []
