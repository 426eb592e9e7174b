"""The commands over a scripted library: what they print where, and how they end."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner
from ui_fakes import BRIDGE, NOW, make_onrecord

import ui.desk
from qa.errors import HomeLockedError
from ui.cli import app
from ui.service import Service


@pytest.fixture
def onrecord(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    library = make_onrecord(tmp_path)

    @contextmanager
    def open_desk(settings: object, *, with_model: bool = False, reading: bool = True) -> Iterator[Service]:
        yield Service(library, now=lambda: NOW)

    monkeypatch.setattr(ui.desk, "open_desk", open_desk)
    return library


def run(*words: str) -> SimpleNamespace:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "100"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(code=result.exit_code, out=result.stdout, err=result.stderr)


def fails_with(error: BaseException) -> Callable[..., object]:
    def raising(*args: object, **kwargs: object) -> object:
        raise error

    return raising


def test_ask_prints_the_answer_then_its_quotes_with_outlet_day_and_address(onrecord: SimpleNamespace) -> None:
    done = run("ask", "When did the bridge reopen?")
    assert done.code == 0
    assert done.out.splitlines() == [
        "The Tallow Bridge reopened on Monday. [1]",
        "",
        "Note: One article is undated and was left out.",
        "",
        "[1] “The Tallow Bridge reopened on Monday.”",
        "    The Herald (fictional sample) · 1 March 2025 · Bridge reopens",
        "    https://herald.example/bridge",
    ]


def test_ask_json_prints_one_object_on_one_line(onrecord: SimpleNamespace) -> None:
    done = run("ask", "When?", "--json", "--as-of", "2025-03-31", "--until", "2025-03-31", "--publisher", "The Herald")
    assert len(done.out.splitlines()) == 1
    printed = json.loads(done.out)
    assert printed["as_of"] == "2025-03-31T23:59:59.999999+00:00"
    citation = printed["citations"][0]
    assert BRIDGE.text[citation["start"] : citation["end"]] == citation["quote"]
    asked = onrecord.engine.asked[0]
    assert asked.filter.publishers == ("The Herald",)
    assert asked.filter.until.isoformat() == "2025-04-01T00:00:00+00:00"


def test_asking_today_means_now_and_not_tonight(onrecord: SimpleNamespace) -> None:
    run("ask", "When?", "--as-of", "2025-04-01")
    assert onrecord.engine.asked[0].as_of == NOW


@pytest.mark.parametrize("words", [["--quotes-only"], ["--model", "quotes-only"]])
def test_quotes_only_asks_for_no_model(onrecord: SimpleNamespace, words: list[str]) -> None:
    run("ask", "When?", *words)
    assert onrecord.engine.asked[0].quotes_only


def test_an_abstention_shows_the_closest_passages(onrecord: SimpleNamespace) -> None:
    onrecord.engine.abstain = True
    done = run("ask", "Who paid?")
    assert done.out.startswith("They do not say.")
    assert "The closest passages:" in done.out


@pytest.mark.parametrize(
    "words",
    [["ask", " "], ["ask", "When?", "--since", "yesterday"], ["articles", "show", "nothing"], ["search", ""]],
)
def test_what_the_caller_got_wrong_is_one_plain_line_and_exit_1(onrecord: SimpleNamespace, words: list[str]) -> None:
    done = run(*words)
    assert done.code == 1
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize("words", [["ask"], ["ask", "a", "b"], ["nothing"], ["articles", "list", "--limit", "0"]])
def test_wrong_usage_ends_with_2(onrecord: SimpleNamespace, words: list[str]) -> None:
    assert run(*words).code == 2


def test_ctrl_c_ends_with_130_and_one_line(onrecord: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onrecord.engine, "stream", fails_with(KeyboardInterrupt()))
    done = run("ask", "When?")
    assert done.code == 130
    assert done.err == "Stopped; what was finished before is kept.\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "x: Permission denied"),
        (HomeLockedError("h", "pid 1"), "Another process is using h"),
    ],
)
def test_what_the_system_refuses_is_one_plain_line(
    onrecord: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    monkeypatch.setattr(onrecord.engine, "stream", fails_with(error))
    done = run("ask", "When?")
    assert done.code == 1
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_articles_list_prints_the_fields_of_the_contract(onrecord: SimpleNamespace) -> None:
    printed = json.loads(run("articles", "list", "--json").out)
    assert [row["id"] for row in printed["articles"]] == ["bridge1", "ferry1"]
    assert {"id", "title", "url", "publisher", "published"} <= set(printed["articles"][0])


def test_an_unknown_date_is_said_to_be_unknown(onrecord: SimpleNamespace) -> None:
    assert "date unknown" in run("articles", "list").out.splitlines()[1]


def test_articles_show_json_gives_the_text_that_quotes_are_checked_against(onrecord: SimpleNamespace) -> None:
    assert json.loads(run("articles", "show", "bridge1", "--json").out)["text"] == BRIDGE.text


def test_articles_delete_says_how_many(onrecord: SimpleNamespace) -> None:
    assert json.loads(run("articles", "delete", "bridge1", "ferry1", "--json").out) == {"deleted": 2}


def test_search_says_why_each_passage_is_there(onrecord: SimpleNamespace) -> None:
    assert "dense 0.7" in run("search", "bridge").out
    assert json.loads(run("search", "bridge", "--json").out)["passages"][0]["why"] == {"dense": 0.7}


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import sys\nfrom ui.cli import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'pydantic', 'chromadb', 'gradio', 'tantivy', 'fastapi', 'sqlalchemy', 'numpy'}\n"
        "sys.exit(f'loaded {heavy & set(sys.modules)}' if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def every_command(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    commands = getattr(group, "commands", None)
    if commands is None:
        yield path
        return
    for name, command in commands.items():
        yield from every_command(command, (*path, name))


def test_every_command_has_help_with_an_example() -> None:
    import typer

    for path in every_command(typer.main.get_command(app)):
        done = run(*path, "--help")
        assert done.code == 0, path
        assert f"Example: onrecord {' '.join(path)}" in done.out, path


def test_the_version_is_the_packages() -> None:
    from importlib.metadata import version

    assert run("--version").out == f"onrecord {version('onrecord')}\n"
