"""A model file that a disk or a broken copy has damaged since it was pulled."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import FakeEmbedder, make_article, whole
from scripted_server import ScriptedServer, file_reply
from typer.testing import CliRunner

from qa.errors import ModelMissingError
from qa.library.index import NewsIndex
from qa.models import checksum
from qa.models.pull import HubFile
from qa.models.shelf import Shelf, ShelfEntry
from qa.settings import Settings
from qa.types import AnswerDone, Question
from ui.cli import app
from ui.desk import open_answering
from ui.engines import Engines

CONTENT = b"GGUF" + bytes(range(256)) * 64
TINY = ShelfEntry(
    "tiny", "for tests", "MIT", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), True,
    (HubFile("maker/tiny", "tiny.gguf"),),
)  # fmt: skip


@pytest.fixture
def hub() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running.on("/maker/tiny/resolve/main/tiny.gguf", file_reply(CONTENT))


@pytest.fixture
def shelf(hub: ScriptedServer, tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models", hub=hub.url, built_in=(TINY,))


def test_model_file_cut_short_is_said_and_mended(shelf: Shelf) -> None:
    file = shelf.pull("tiny")
    file.write_bytes(CONTENT[:100])
    assert not shelf.has("tiny")
    with pytest.raises(ModelMissingError, match="cut short; run `onrecord models pull tiny`"):
        shelf.path("tiny")
    assert shelf.pull("tiny").read_bytes() == CONTENT
    assert shelf.path("tiny") == file


def test_model_file_with_another_checksum_is_said_and_pulled_anew(shelf: Shelf) -> None:
    file = shelf.pull("tiny")
    file.write_bytes(CONTENT[:-1] + b"!")
    assert not shelf.has("tiny")
    with pytest.raises(ModelMissingError, match="is damaged; run `onrecord models pull tiny`"):
        shelf.path("tiny")
    assert shelf.pull("tiny").read_bytes() == CONTENT
    assert shelf.has("tiny")


def test_model_file_that_rotted_in_place_is_mended_by_a_pull(shelf: Shelf) -> None:
    file = shelf.pull("tiny")
    found = file.stat()
    file.write_bytes(CONTENT[:-1] + b"!")
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert shelf.pull("tiny").read_bytes() == CONTENT


def test_model_file_is_read_whole_only_when_it_may_have_changed(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    really = checksum.read_sha256
    file = shelf.pull("tiny")

    def noted(path: Path) -> str:
        read.append(path)
        return really(path)

    monkeypatch.setattr(checksum, "read_sha256", noted)
    assert shelf.has("tiny")
    assert shelf.path("tiny") == file
    assert read == []
    os.utime(file, ns=(1, 1))
    for _ in range(3):
        assert shelf.has("tiny")
    assert read == [file]
    shelf.remove("tiny")
    assert [path.name for path in shelf.folder.iterdir()] == [".tiny.lock"]


def test_model_in_a_folder_that_cannot_be_written_is_checked_all_the_same(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelf.pull("tiny")
    (shelf.folder / ".tiny.checked").write_text("{")
    monkeypatch.setattr(Path, "write_text", lambda *args, **kwargs: (_ for _ in ()).throw(PermissionError("no")))
    assert shelf.path("tiny") == file
    file.write_bytes(CONTENT[:-1] + b"!")
    assert not shelf.has("tiny")


# Answers while the file is damaged


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A library of one article under a stand-in embedder, whose default model is the one called tiny."""
    embedder, home = FakeEmbedder(), tmp_path / "home"
    with NewsIndex.open(home, embedder=embedder.name, dim=embedder.dim) as index:
        index.add([whole(make_article("The Tallow Bridge reopened on Monday. Repairs took eleven months."))])
    monkeypatch.setattr("qa.models.encoders.make_embedder", lambda settings: embedder)
    named = {"HOME": str(home), "MODELS": str(tmp_path / "models"), "LLM__MODEL": "tiny"}
    for name, value in named.items():
        monkeypatch.setenv(f"ONRECORD_{name}", value)
    return Settings()


def changed_since_pulled(shelf: Shelf, folder: Path) -> str:
    added = Shelf(shelf.folder, hub=shelf._hub)
    added.add("maker/tiny/tiny.gguf", small=True)
    added.pull("tiny").write_bytes(CONTENT[:-1] + b"!")
    return "damaged; run `onrecord models pull tiny`."


def no_model_at_all(shelf: Shelf, folder: Path) -> str:
    added = Shelf(shelf.folder, hub=shelf._hub)
    added.add("maker/tiny/tiny.gguf", small=True)
    added.pull("tiny")
    return "llama.cpp cannot load"


def no_model_of_ones_own(shelf: Shelf, folder: Path) -> str:
    (folder / "tiny.gguf").write_bytes(CONTENT)
    Shelf(shelf.folder).add(folder / "tiny.gguf", small=True)
    return "run `onrecord models remove tiny` or put it back."


DAMAGED = pytest.mark.parametrize("damage", [changed_since_pulled, no_model_at_all, no_model_of_ones_own])


@DAMAGED
def test_question_is_answered_in_quotes_and_one_line_says_what_to_run(
    settings: Settings, shelf: Shelf, tmp_path: Path, damage: object
) -> None:
    said = damage(shelf, tmp_path)  # type: ignore[operator]
    done = CliRunner().invoke(app, ["ask", "When did the Tallow Bridge reopen?"], env={"COLUMNS": "100"})
    assert done.exit_code == 0
    assert "The Tallow Bridge reopened on Monday." in done.stdout
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr
    assert "run `onrecord models " in done.stderr
    assert done.stderr.endswith("Until then answers are made of quotes only.\n")


@DAMAGED
def test_server_opens_its_library_without_the_model(
    settings: Settings, shelf: Shelf, tmp_path: Path, damage: object, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(shelf, tmp_path)  # type: ignore[operator]
    with open_answering(settings, owner_url="http://127.0.0.1:1") as library:
        question = Question("When did the Tallow Bridge reopen?", as_of=datetime(2025, 4, 1, tzinfo=UTC))
        for name in (None, "tiny"):
            told = list(Engines(library).stream(name, question, lambda: False))
            assert isinstance(told[-1], AnswerDone)
            assert (told[-1].answer.mode, told[-1].answer.model) == ("quotes", None)
    assert "`onrecord models" in capsys.readouterr().err
