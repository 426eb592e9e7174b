"""``onrecord ingest`` on a real index: in this process, and through the server that owns the home."""

from __future__ import annotations

import json
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
from ingest.retry import MOST_TRIES
from qa.library.index import NewsIndex
from qa.settings import Settings
from ui.cli import app
from ui.client import Client
from ui.server import make_app
from ui.service import Service

LINES = (
    {"url": "https://herald.example/a", "title": "Bridge reopens", "text": "The Tallow Bridge reopened. " * 8},
    {"url": "https://herald.example/b", "title": "Ferry stops", "text": "The ferry to Ness stopped on Friday. " * 8},
)
COUNTS = ("added", "updated", "unchanged", "duplicates", "failed")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SimpleNamespace]:
    settings, embedder = Settings(home=tmp_path / "home", models=tmp_path / "models"), FakeEmbedder()
    with NewsIndex.open(settings.home, embedder=embedder.name, dim=embedder.dim) as index:
        yield SimpleNamespace(
            settings=settings, embedder=embedder, index=index, engine=ScriptedEngine(), shelf=ScriptedShelf(),
            retriever=ScriptedRetriever(index), close=lambda: None,
        )  # fmt: skip


@pytest.fixture(params=["here", "through the owner"])
def desk(request: pytest.FixtureRequest, library: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def given(value: object) -> None:
        @contextmanager
        def open_desk(settings: object, *, with_model: bool = False, reading: bool = True) -> Iterator[object]:
            yield value

        monkeypatch.setattr(ui.desk, "open_desk", open_desk)

    if request.param == "here":
        given(Service(library))
        yield
        return
    with started(make_app(library, chat=False)) as url, closing(Client(url)) as client:
        given(client)
        yield


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    file = tmp_path / "news.jsonl"
    file.write_text("\n".join([json.dumps(LINES[0]), "{broken", json.dumps(LINES[1])]), encoding="utf-8")
    return file


def ingest(*words: object) -> tuple[int, dict, str]:
    result = CliRunner().invoke(app, ["ingest", *map(str, words), "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout else {}, result.stderr


@pytest.mark.usefixtures("desk")
class TestIngest:
    def test_the_report_adds_up_and_names_what_failed(self, dump: Path) -> None:
        code, report, said = ingest(dump)
        assert code == 0
        assert list(report) == [*COUNTS, "passages", "seconds", "errors"]
        assert [report[name] for name in COUNTS] == [2, 0, 0, 0, 1]
        assert set(report["errors"][0]) == {"source", "reason"}
        assert said.count("\n") == 1

    def test_warnings_and_the_notice_of_other_languages_are_told_whoever_owns_the_home(self, tmp_path: Path) -> None:
        german = "Der Stadtrat von Hafenstadt hat am Montag den Bau einer neuen Mauer beschlossen. " * 5
        file = tmp_path / "news.jsonl"
        file.write_text(json.dumps({"text": german, "published": "2999-01-01"}), encoding="utf-8")
        _, report, said = ingest(file)
        assert list(report) == [*COUNTS, "passages", "seconds", "errors"]
        assert "the date 2999-01-01 cannot be right" in said
        assert "1 articles are not in English" in said
        assert "ONRECORD_EMBEDDER__NAME" in said

    def test_a_second_time_everything_is_unchanged(self, dump: Path) -> None:
        ingest(dump)
        assert [ingest(dump)[1][name] for name in COUNTS] == [0, 0, 2, 0, 1]

    def test_strict_exits_with_1_when_anything_failed(self, dump: Path) -> None:
        assert ingest(dump, "--strict")[0] == 1

    def test_a_dry_run_stores_nothing(self, dump: Path, library: SimpleNamespace) -> None:
        assert ingest(dump, "--dry-run")[1]["added"] == 2
        assert library.index.stats().articles == 0

    def test_a_missing_file_is_reported_and_changes_nothing(self, tmp_path: Path, library: SimpleNamespace) -> None:
        code, report, said = ingest(tmp_path / "nothing.txt")
        assert (code, report["failed"]) == (0, 1)
        assert "no such file" in said
        assert library.index.stats().articles == 0

    def test_unusual_names_are_mapped(self, tmp_path: Path, library: SimpleNamespace) -> None:
        file = tmp_path / "odd.jsonl"
        file.write_text(json.dumps({"kopf": "Bridge reopens", "inhalt": LINES[0]["text"]}), encoding="utf-8")
        assert ingest(file, "--map", "text=inhalt", "--map", "title=kopf")[1]["added"] == 1
        assert library.index.articles()[0].title == "Bridge reopens"

    def test_a_mapping_without_a_name_is_refused(self, dump: Path) -> None:
        assert ingest(dump, "--map", "text")[0] == 1

    @pytest.mark.parametrize("given", ["foo=body", "body=text"])
    def test_a_mapping_of_no_field_of_an_article_is_refused_in_one_sentence(self, dump: Path, given: str) -> None:
        printed = CliRunner().invoke(app, ["ingest", str(dump), "--map", given])
        assert printed.exit_code == 1
        assert printed.stderr.count("\n") == 1
        assert "no field of an article; those are text, title" in printed.stderr


@pytest.mark.usefixtures("desk")
class TestFailures:
    def test_what_failed_is_kept_with_its_reason_and_its_tries(self, dump: Path) -> None:
        ingest(dump)
        ingest(dump)
        assert [(item["source"], item["tries"]) for item in failures()] == [(f"{dump}:2", 2)]

    def test_what_is_mended_is_read_again_and_forgotten(self, dump: Path) -> None:
        ingest(dump)
        assert ingest("--retry-failed")[1]["failed"] == 1
        dump.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
        report = ingest("--retry-failed")[1]
        assert [report[name] for name in COUNTS] == [0, 0, 2, 0, 0]
        assert failures() == []

    def test_file_that_is_mended_is_forgotten_when_its_folder_is_read_again(self, dump: Path) -> None:
        folder = dump.parent / "news"
        folder.mkdir()
        lines, whole = dump.rename(folder / "lines.jsonl"), folder / "whole.jsonl"
        whole.write_bytes(b"\0\1\2")
        ingest(folder)
        assert {Path(item["source"]).name for item in failures()} == {"lines.jsonl:2", "whole.jsonl"}
        for file in (lines, whole):
            file.write_text("\n".join(map(json.dumps, LINES)), encoding="utf-8")
        ingest(folder, "--dry-run")
        assert len(failures()) == 2
        ingest(folder)
        assert failures() == []

    def test_what_was_read_with_a_mapping_is_read_again_with_it(self, tmp_path: Path, library: SimpleNamespace) -> None:
        odd, plain = tmp_path / "odd.jsonl", tmp_path / "plain.jsonl"
        odd.write_text(f"{json.dumps({'inhalt': LINES[0]['text']})}\n{{broken", encoding="utf-8")
        plain.write_text("{broken", encoding="utf-8")
        ingest(odd, "--map", "text=inhalt")
        ingest(plain)
        assert {Path(item["source"]).name: item["mapping"] for item in failures()} == {
            "odd.jsonl:2": ["text=inhalt"],
            "plain.jsonl:1": [],
        }
        odd.write_text("\n".join(json.dumps({"inhalt": line["text"]}) for line in LINES), encoding="utf-8")
        plain.write_text(json.dumps({"text": "The mayor spoke of it.", "inhalt": "No."}), encoding="utf-8")
        report = ingest("--retry-failed")[1]
        assert [report[name] for name in COUNTS] == [2, 0, 1, 0, 0]
        assert failures() == []
        assert "The mayor spoke of it." in {library.index.article(row.id).text for row in library.index.articles()}

    def test_what_failed_too_often_is_left_alone(self, dump: Path) -> None:
        for _ in range(MOST_TRIES):
            ingest(dump)
        code, report, said = ingest("--retry-failed")
        assert (code, report["failed"], report["unchanged"]) == (0, 0, 0)
        assert "left alone" in said

    def test_nothing_to_ingest_is_wrong_usage(self) -> None:
        assert CliRunner().invoke(app, ["ingest"]).exit_code == 2


CHROMAS_ROOM = "data_level0.bin"
"""Vectors only, and room for more that Chroma writes as it finds it in memory, which SECURITY.md says."""


@pytest.mark.usefixtures("desk")
class TestRetention:
    def test_by_outlet_a_story_stays_with_the_outlets_that_are_left(
        self, tmp_path: Path, library: SimpleNamespace
    ) -> None:
        ingest(carried(tmp_path))
        assert delete("--publisher", "the herald") == {"deleted": 1, "kept": 1}
        (story,) = library.index.articles()
        assert (story.publisher, story.url, story.published.year) == ("Post", "https://post.example/a", 2022)
        assert library.index.doctor().healthy

    def test_by_day_what_is_older_goes_and_what_has_no_date_stays(
        self, tmp_path: Path, library: SimpleNamespace
    ) -> None:
        ingest(carried(tmp_path))
        assert delete("--before", "2022-01-01") == {"deleted": 1, "kept": 1}
        assert delete("--before", "2999-01-01") == {"deleted": 1, "kept": 0}
        assert library.index.articles() == ()
        undated = tmp_path / "undated.txt"
        undated.write_text(LINES[1]["text"], encoding="utf-8")
        ingest(undated)
        assert delete("--before", "2999-01-01") == {"deleted": 0, "kept": 0}

    def test_no_file_of_the_home_keeps_the_words_of_what_was_deleted(
        self, tmp_path: Path, library: SimpleNamespace
    ) -> None:
        ingest(carried(tmp_path))
        delete("--publisher", "The Herald")
        delete("--publisher", "Post")
        home = [file for file in library.settings.home.rglob("*") if file.is_file() and file.name != CHROMAS_ROOM]
        assert len(home) > 5
        assert [file.name for file in home if b"Quillan" in file.read_bytes()] == []

    @pytest.mark.parametrize("words", [(), ("a1", "--before", "2022-01-01")])
    def test_ids_or_else_a_rule(self, words: tuple[str, ...]) -> None:
        assert CliRunner().invoke(app, ["articles", "delete", *words]).exit_code == 2


def failures() -> list[dict]:
    return json.loads(CliRunner().invoke(app, ["articles", "failed", "--json"]).stdout)["failed"]


def delete(*words: str) -> dict:
    return json.loads(CliRunner().invoke(app, ["articles", "delete", *words, "--json"]).stdout)


def carried(folder: Path) -> Path:
    text = "The Quillan ferry stopped at Ness on Friday. " * 8
    rows = [
        {"url": "https://herald.example/a", "publisher": "The Herald", "published": "2021-03-01", "text": text},
        {"url": "https://post.example/a", "publisher": "Post", "published": "2022-03-01", "text": text},
        {"url": "https://herald.example/b", "publisher": "The Herald", "published": "2021-04-01", **LINES[0]},
    ]
    rows[2]["url"] = "https://herald.example/b"
    file = folder / "carried.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


def test_what_failed_here_is_kept_and_listed(
    library: SimpleNamespace, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def open_desk(settings: object, *, with_model: bool = False, reading: bool = True) -> Iterator[object]:
        yield Service(library)

    monkeypatch.setattr(ui.desk, "open_desk", open_desk)
    ingest(dump)
    listed = CliRunner().invoke(app, ["articles", "failed"])
    assert "news.jsonl" in listed.stdout


@pytest.mark.usefixtures("desk")
class TestUpkeep:
    def test_doctor_finds_a_fresh_library_well(self, dump: Path) -> None:
        ingest(dump)
        printed = CliRunner().invoke(app, ["doctor", "--json", "--strict"])
        assert (printed.exit_code, json.loads(printed.stdout)["healthy"]) == (0, True)
        assert "All is well." in CliRunner().invoke(app, ["doctor"]).stdout


def test_a_backup_made_through_the_owner_restores(
    library: SimpleNamespace, dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(make_app(library, chat=False)) as url:
        monkeypatch.setenv("ONRECORD_HOME", str(library.settings.home))
        monkeypatch.setattr(ui.desk, "serving_owner", lambda settings: url)
        ingest(dump)
        copied = CliRunner().invoke(app, ["backup", str(tmp_path / "copy.db")])
        assert copied.exit_code == 0, copied.stderr
        assert CliRunner().invoke(app, ["reindex"]).stdout == "The indexes are rebuilt.\n"
    monkeypatch.setenv("ONRECORD_HOME", str(tmp_path / "fresh"))
    assert CliRunner().invoke(app, ["restore", str(tmp_path / "copy.db")]).exit_code == 0
    with NewsIndex.open(tmp_path / "fresh", embedder=library.embedder.name, dim=library.embedder.dim) as index:
        assert index.stats().articles == 2
    again = CliRunner().invoke(app, ["restore", str(tmp_path / "copy.db")])
    assert (again.exit_code, len(again.stderr.strip().splitlines())) == (1, 1)
