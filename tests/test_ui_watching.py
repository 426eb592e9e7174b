"""``onrecord watch``: sources are kept, looked at in the foreground, and by the server that owns the home."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeEmbedder
from typer.testing import CliRunner
from ui_fakes import ScriptedEngine, ScriptedRetriever, ScriptedShelf
from ui_started import started

import ui.desk
from qa.errors import UsageError
from qa.library.index import NewsIndex
from qa.settings import ServerSettings, Settings
from ui.cli import app
from ui.client import Client
from ui.following import Follower
from ui.server import make_app
from ui.service import Service


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SimpleNamespace]:
    settings, embedder = Settings(home=tmp_path / "home", models=tmp_path / "models"), FakeEmbedder()
    with NewsIndex.open(settings.home, embedder=embedder.name, dim=embedder.dim) as index:
        yield SimpleNamespace(
            settings=settings, embedder=embedder, index=index, engine=ScriptedEngine(), shelf=ScriptedShelf(),
            retriever=ScriptedRetriever(index), close=lambda: None,
        )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "incoming"
    made.mkdir()
    (made / "a.txt").write_text("The Tallow Bridge reopened on Friday. " * 8, encoding="utf-8")
    return made


def given(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def open_desk(settings: object, *, with_model: bool = False, reading: bool = True) -> Iterator[object]:
        yield value

    monkeypatch.setattr(ui.desk, "open_desk", open_desk)


def watch(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["watch", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def followed() -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(watch("list", "--json")[1])["followed"]
    return listed


def test_sources_are_kept_listed_and_removed(
    library: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(Service(library), monkeypatch)
    assert watch("list")[2] == "Nothing is followed.\n"
    assert watch("add", folder, "https://herald.example/feed.xml", "--every", "5")[0] == 0
    assert [(one["source"], one["minutes"]) for one in followed()] == [
        (str(folder), 5.0),
        ("https://herald.example/feed.xml", 5.0),
    ]
    assert watch("remove", "https://herald.example/feed.xml")[0] == 0
    assert [one["source"] for one in followed()] == [str(folder)]
    code, _, said = watch("remove", "https://herald.example/other.xml")
    assert (code, said.count("\n")) == (1, 1)


@pytest.mark.parametrize("source", ["not-there", "~nobody-of-that-name", "long" * 2000, "nul\0", ""])
def test_what_is_no_source_is_refused_and_nothing_is_kept(
    library: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    given(Service(library), monkeypatch)
    for words in (("add", folder, source), ("remove", source)):
        code, _, said = watch(*words)
        assert (code, said.count("\n")) == (1, 1)
    assert followed() == []
    assert watch("run", "--once")[0] == 1


def test_a_look_in_the_foreground_adds_what_is_new_and_is_kept_with_its_result(
    library: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(Service(library), monkeypatch)
    watch("add", folder)
    assert "1 added" in watch("run", "--once")[1]
    (one,) = followed()
    assert one["last_result"] == "1 added"
    assert str(one["next_run"]) > str(one["last_run"])
    assert watch("run", "--once")[1] == ""


def test_a_new_interval_keeps_what_is_known_of_a_source(
    library: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(Service(library), monkeypatch)
    watch("add", folder)
    watch("run", "--once")
    watch("add", folder, "--every", "60")
    (one,) = followed()
    assert (one["minutes"], one["last_result"]) == (60.0, "1 added")


def test_the_server_looks_by_itself_at_what_is_added_through_it(
    library: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()
    subscribe = library.index.subscribe

    def noted(subscription: object) -> None:
        subscribe(subscription)
        if getattr(subscription, "last_run", None):
            seen.set()

    monkeypatch.setattr(library.index, "subscribe", noted)
    with started(make_app(library, chat=False, local_only=True)) as url, closing(Client(url)) as client:
        given(client, monkeypatch)
        watch("add", folder)
        assert seen.wait(30)
        (one,) = followed()
        assert one["last_result"] == "1 added"
        assert "looks by itself" in watch("run")[2]
    assert library.index.stats().articles == 1


def test_a_server_that_others_reach_follows_no_folders(library: SimpleNamespace, folder: Path) -> None:
    library.settings = Settings(
        home=library.settings.home, models=library.settings.models, server=ServerSettings(api_keys=["a:write:secret"])
    )
    with started(make_app(library, chat=False)) as url, closing(Client(url, "secret")) as client:
        with pytest.raises(UsageError, match="no http"):
            client.follow([str(folder)], 15)
        assert client.followed().followed == ()


def test_a_follower_that_is_closed_records_no_failure(library: SimpleNamespace, folder: Path) -> None:
    follower = Follower(Service(library))
    follower.follow([str(folder)], 15)
    follower.close()
    follower.start()
    follower.close()
    assert [one.last_result for one in library.index.subscriptions()] == [None]
