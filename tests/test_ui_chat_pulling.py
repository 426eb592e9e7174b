from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from ui_started import wait_for

from qa.errors import ModelPullError
from qa.models.shelf import ShelfEntry
from qa.settings import LlmSettings, Settings
from ui.chat.pulling import Pull, Puller
from ui.engines import Engines

NAME = LlmSettings().model
NOW = datetime(2025, 7, 1, tzinfo=UTC)
ENTRY = ShelfEntry(NAME, "", "Apache-2.0", 2_000_000, None, True, ())


class ScriptedShelf:
    """A shelf whose pull stands still until it is told to go on."""

    def __init__(self, folder: Path, fault: Exception | None = None) -> None:
        self.folder, self.fault = folder, fault
        self.go, self.whole, self.pulls = threading.Event(), False, 0

    def entries(self) -> tuple[ShelfEntry, ...]:
        return (ENTRY,)

    def has(self, name: str) -> bool:
        return self.whole

    def pull(self, name: str, progress: Callable[[int, int, str], None]) -> None:
        self.pulls += 1
        progress(500_000, 2_000_000, "a hub")
        assert self.go.wait(10)
        if self.fault:
            raise self.fault
        self.whole = True


def puller(shelf: ScriptedShelf, **settings: str) -> Puller:
    return Puller(shelf, LlmSettings(**settings), lambda: NOW)  # type: ignore[arg-type]


def test_a_missing_model_is_offered_with_its_size(tmp_path: Path) -> None:
    found = puller(ScriptedShelf(tmp_path)).look()
    assert found.state == "missing"
    assert "2 MB" in found.said()


def test_a_model_that_comes_is_told_with_how_far_it_is_and_then_is_here(tmp_path: Path) -> None:
    shelf = ScriptedShelf(tmp_path)
    pulling = puller(shelf)
    pulling.start()
    wait_for(lambda: pulling.look().done)
    assert pulling.look() == Pull("coming", NAME, 500_000, 2_000_000)
    assert ": 25 % (2 MB)" in pulling.look().said()
    assert "quotes meanwhile" in pulling.look().said()
    pulling.start()
    shelf.go.set()
    wait_for(lambda: pulling.look().state == "here")
    assert shelf.pulls == 1
    assert pulling.look().said() == ""


def test_a_pull_that_fails_says_why_and_can_be_tried_again(tmp_path: Path) -> None:
    shelf = ScriptedShelf(tmp_path, ModelPullError("The disk is full."))
    shelf.go.set()
    pulling = puller(shelf)
    pulling.start()
    wait_for(lambda: pulling.look().state == "failed")
    assert pulling.look().said() == "The disk is full."
    shelf.fault = None
    pulling.start()
    wait_for(lambda: pulling.look().state == "here")


def test_a_pull_of_another_process_is_told_while_its_file_grows(tmp_path: Path) -> None:
    part = tmp_path / f"{NAME}.part"
    part.write_bytes(b"x" * 1000)
    os.utime(part, (NOW.timestamp(), NOW.timestamp()))
    pulling = puller(ScriptedShelf(tmp_path))
    assert pulling.look() == Pull("coming", NAME, 1000, 2_000_000)
    os.utime(part, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    assert pulling.look().state == "missing"


@pytest.mark.parametrize("settings", [{"base_url": "http://127.0.0.1:1/v1"}, {"model": "another"}])
def test_nothing_is_offered_for_a_model_that_is_on_no_shelf(tmp_path: Path, settings: dict[str, str]) -> None:
    pulling = puller(ScriptedShelf(tmp_path), **settings)
    assert pulling.look().state == "elsewhere"
    assert pulling.start().said() == ""


def engines(shelf: ScriptedShelf, started: list[str], monkeypatch: pytest.MonkeyPatch) -> Engines:
    library = SimpleNamespace(engine=SimpleNamespace(model=None), settings=Settings(), shelf=shelf)
    monkeypatch.setattr(Engines, "_start", lambda self, name: started.append(name) or name)
    return Engines(library)  # type: ignore[arg-type]


def test_a_model_that_was_awaited_answers_once_it_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, started = ScriptedShelf(tmp_path), list[str]()
    made = engines(shelf, started, monkeypatch)
    assert made._running(None) is made._default
    shelf.whole = True
    assert made._running(None) == made._running(NAME) == NAME
    assert made._running("quotes-only") is made._default
    assert started == [NAME]


def test_a_library_opened_without_its_model_goes_on_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, started = ScriptedShelf(tmp_path), list[str]()
    shelf.whole = True
    made = engines(shelf, started, monkeypatch)
    assert made._running(None) is made._default
    assert started == []
