"""Keeping a library whole: examining, rebuilding, embedding anew, copying, migrating, and saying what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder, make_article, whole
from sqlalchemy import Connection, create_engine, event, text

from qa.errors import (
    CorruptIndexError,
    EmbedderMismatchError,
    HomeUnwritableError,
    NotFoundError,
    SchemaError,
    UsageError,
)
from qa.library.arrays import Scores
from qa.library.catalog import FILE, Catalog
from qa.library.following import generation_folder
from qa.library.home import HomeLock, Owner, owner
from qa.library.index import NewsIndex
from qa.library.ledger import Signed, Subscription, alike
from qa.library.reading import Integers
from qa.library.rebuilding import backup, reembed, reindex, restore
from qa.library.schema import STEPS, migrate, tables, version_of
from qa.library.sharing import Shared
from qa.library.vectors import VectorIndex
from qa.types import Vector

EMBEDDER = FakeEmbedder()
ARTICLES = [make_article(f"Story {number} tells of harbours and bridges.", id=f"s{number}") for number in range(5)]
NOW = datetime(2025, 5, 1, tzinfo=UTC)


def open_index(home: Path) -> NewsIndex:
    return NewsIndex.open(home, embedder=EMBEDDER.name, dim=EMBEDDER.dim)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_index(tmp_path / "home") as index:
        index.add([whole(article) for article in ARTICLES])
    return tmp_path / "home"


@pytest.fixture
def index(home: Path) -> Iterator[NewsIndex]:
    with open_index(home) as opened:
        yield opened


def test_a_healthy_library_needs_nothing(index: NewsIndex) -> None:
    report = index.doctor()
    assert report.healthy
    assert (report.articles, report.passages, report.vectors, report.words) == (5, 5, 5, 5)
    assert (report.recall, report.lost, report.sample) == (1.0, (), 5)


def test_an_empty_library_is_healthy(tmp_path: Path) -> None:
    with open_index(tmp_path) as index:
        assert index.doctor().healthy


def test_edits_and_deletions_leave_the_three_stores_equal(index: NewsIndex) -> None:
    index.add([whole(replace(ARTICLES[0], text="Now it tells of tunnels."))])
    index.add([whole(replace(ARTICLES[1], section="Local"))])
    index.delete(["s2", "s0"])
    report = index.doctor()
    assert report.healthy
    assert (report.passages, report.vectors, report.words) == (3, 3, 3)


def test_no_file_keeps_the_text_of_a_deleted_article(index: NewsIndex) -> None:
    index.add([whole(make_article("The xylophonist vanished. Nobody saw the xylophonist.", id="x"))])
    assert any(b"xylophonist vanished" in path.read_bytes() for path in index.home.glob("catalog*"))
    index.delete(["x"])
    assert not any(b"xylophonist vanished" in path.read_bytes() for path in index.home.rglob("*") if path.is_file())


def test_what_an_index_lacks_is_found_and_rebuilding_brings_it_back(index: NewsIndex) -> None:
    with index._derived.lent() as derived:
        derived.vectors.delete([1, 2])
        derived.words.delete([3])
        derived.words.commit()
    report = index.doctor()
    assert (report.missing_vectors, report.missing_words) == (2, 1)
    assert all("onrecord reindex" in advice for advice in report.advice)
    index.reindex()
    assert index.doctor().healthy
    assert len(list((index.home / "index").iterdir())) == 1


def test_records_that_their_own_vector_cannot_find_are_named(index: NewsIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add([whole(make_article(f"word{number} " * 9, id=f"w{number}")) for number in range(30)])
    monkeypatch.setattr("qa.library.vectors._COMPARISONS", 0)
    nearest = VectorIndex.nearest

    def forgetful(self: VectorIndex, vector: Vector, k: int) -> tuple[Integers, Scores]:
        keys, scores = nearest(self, vector, k + 1)
        return keys[keys != 7][:k], scores[keys != 7][:k]

    monkeypatch.setattr(VectorIndex, "nearest", forgetful)
    report = index.doctor()
    assert report.lost == ("w1.1.0",)
    assert report.recall is not None
    assert report.recall < 1
    assert "reindex" in report.advice[0]


def test_what_an_index_loses_that_no_search_goes_by_is_no_cause_for_advice(
    index: NewsIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add([whole(make_article(f"word{number} " * 9, id=f"w{number}")) for number in range(30)])
    nearest = VectorIndex.nearest
    monkeypatch.setattr(VectorIndex, "nearest", lambda self, vector, k: tuple(e[1:] for e in nearest(self, vector, k)))
    report = index.doctor()
    assert len(report.lost) > 0
    assert report.healthy


@pytest.mark.parametrize("name", ["vectors", "words"])
def test_a_broken_index_is_recognised_and_rebuilt_without_loss(home: Path, name: str) -> None:
    for path in (generation_folder(home, "1") / name).rglob("*"):
        if path.is_file():
            path.write_bytes(b"broken" * 100)
    with pytest.raises(CorruptIndexError, match="onrecord reindex"):
        open_index(home)
    reindex(home)
    with open_index(home) as index:
        assert index.doctor().healthy
        assert index.doctor().passages == 5


def test_a_lost_index_folder_is_built_again_at_opening(home: Path) -> None:
    shutil.rmtree(home / "index")
    with open_index(home) as index:
        assert index.doctor().healthy


def test_a_broken_catalog_is_recognised_and_named(home: Path) -> None:
    (home / FILE).write_bytes(b"this was a catalog once" * 1000)
    with pytest.raises(CorruptIndexError, match="restore"):
        open_index(home)


def test_another_embedder_can_take_over_and_goes_on_where_it_stopped(home: Path) -> None:
    other = FakeEmbedder(dim=32)
    calls: list[int] = []

    def embed(titles, passages):  # type: ignore[no-untyped-def]
        calls.append(len(passages))
        return other.embed_passages(titles, passages)

    def stop(step: str) -> None:
        raise KeyboardInterrupt(step)

    with pytest.raises(KeyboardInterrupt):
        reembed(home, embedder="other", dim=32, embed=embed, on_step=stop)
    open_index(home).close()
    reembed(home, embedder="other", dim=32, embed=embed)
    assert calls == [5]
    with pytest.raises(EmbedderMismatchError):
        open_index(home)
    with NewsIndex.open(home, embedder="other", dim=32) as index:
        assert index.doctor().healthy
        assert index.dense(other.embed_query(ARTICLES[3].title + "\n" + ARTICLES[3].text), 1)[0].passage_id == "s3.1.0"


def test_a_copy_made_in_use_becomes_a_library_elsewhere(index: NewsIndex, tmp_path: Path) -> None:
    copy = index.backup(tmp_path / "copy.db")
    index.delete(["s0"])
    restore(tmp_path / "elsewhere", copy)
    with open_index(tmp_path / "elsewhere") as restored:
        assert len(restored.articles()) == 5
        assert restored.doctor().healthy


def test_restoring_never_overwrites_a_library_and_wants_a_copy(home: Path, tmp_path: Path) -> None:
    copy = backup(home, tmp_path)
    with pytest.raises(UsageError, match="already"):
        restore(home, copy)
    with pytest.raises(NotFoundError):
        restore(tmp_path / "new", tmp_path / "nothing.db")
    (tmp_path / "bad.db").write_bytes(b"no database at all" * 500)
    with pytest.raises(CorruptIndexError):
        restore(tmp_path / "new", tmp_path / "bad.db")
    assert not (tmp_path / "new" / FILE).exists()


def test_nothing_to_rebuild_or_copy_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        reindex(tmp_path)
    with pytest.raises(NotFoundError):
        backup(tmp_path, tmp_path / "copy.db")


def test_a_library_of_a_newer_onrecord_is_refused(home: Path) -> None:
    engine = create_engine(f"sqlite:///{home / FILE}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '99' WHERE key = 'schema'"))
    engine.dispose()
    with pytest.raises(SchemaError, match="update OnRecord"):
        open_index(home)


def test_older_libraries_are_migrated_step_by_step_after_a_copy(home: Path) -> None:
    def second(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE versions ADD COLUMN mood TEXT"))

    def broken(connection: Connection) -> None:
        connection.execute(text("UPDATE versions SET mood = 'calm'"))
        raise RuntimeError("stopped")

    catalog = Catalog(home)
    with pytest.raises(RuntimeError, match="stopped"):
        migrate(catalog._engine, catalog.copy_to, home, [*STEPS, second, broken])
    assert version_of(catalog._engine) == len(STEPS) + 1
    with catalog.reading() as connection:
        assert connection.scalar(text("SELECT count(mood) FROM versions")) == 0
    assert (home / f"catalog.schema-{len(STEPS)}.bak").stat().st_size > 0
    catalog.close()


def test_a_failing_write_changes_nothing_and_the_next_one_works(index: NewsIndex) -> None:
    def fail(step: str) -> None:
        if step == "catalog:written":
            raise OSError("the cable was pulled")

    index._on_step = fail
    with pytest.raises(OSError, match="cable"):
        index.add([whole(make_article("Something new.", id="new"))])
    index._on_step = lambda step: None
    assert len(index.articles()) == 5
    index.add([whole(make_article("Something new.", id="new"))])
    assert index.doctor().passages == 6


def test_articles_whose_indexing_failed_are_found_after_the_next_write(index: NewsIndex) -> None:
    def fail(step: str) -> None:
        if step == "vectors:written":
            raise OSError("gone")

    index._on_step = fail
    with pytest.raises(OSError, match="gone"):
        index.add([whole(make_article("A comet appeared.", id="comet"))])
    index._on_step = lambda step: None
    index.add([whole(make_article("Another matter.", id="other"))])
    assert [hit.passage_id for hit in index.lexical("comet", 3)] == ["comet.1.0"]
    assert index.doctor().healthy


PROJECT = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])}
FILL = """
import sys
from pathlib import Path
from fakes import FakeEmbedder, make_article, whole
from qa.errors import HomeUnwritableError
from qa.library.index import NewsIndex
home = Path(sys.argv[1])
with NewsIndex.open(home, embedder="fake-embedder", dim=64) as index:
    try:
        for number in range(400):
            words = " ".join(f"w{(number * 7 + step * step) % 997}" for step in range(20000))
            index.add([whole(make_article(f"Story {number}. {words}", id=f"n{number}"))])
    except HomeUnwritableError as error:
        print(error)
        (home.parent / "filler").unlink()
with NewsIndex.open(home, embedder="fake-embedder", dim=64) as index:
    report = index.doctor()
    print(report.healthy, report.articles >= 1, report.advice)
"""


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting a small disk needs root")


@needs_root
def test_a_full_disk_is_said_in_one_line_and_loses_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=12m") as disk:
        (disk / "filler").write_bytes(b"x" * 4_000_000)
        done = subprocess.run(
            [sys.executable, "-c", FILL, str(disk / "home")],
            capture_output=True, text=True, check=False, env={**os.environ, **PROJECT},
        )  # fmt: skip
    said = done.stdout.splitlines()
    assert said, done.stderr
    assert "cannot be written" in said[0]
    assert said[1].startswith("True True"), done.stdout + done.stderr


@needs_root
def test_a_read_only_home_is_said_in_one_line(home: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=30m") as disk:
        shutil.copytree(home, disk / "home")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(HomeUnwritableError, match="cannot be written"):
            open_index(disk / "home")


needs_no_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root may write wherever it likes, and Windows has no such modes"
)


@contextmanager
def unwritable(home: Path) -> Iterator[None]:
    """Take the right to write under a home away, as another user's files are."""
    modes = {path: path.stat().st_mode for path in [home, *home.rglob("*")]}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def assert_asking_ends_in_one_line(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from ui.cli import main; main()", "ask", "--quotes-only", "Who told the story?"],
        capture_output=True, text=True, check=False, env={**os.environ, "ONRECORD_HOME": str(home), **PROJECT},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "cannot be written" in done.stderr


@needs_no_root
def test_a_home_of_someone_else_is_said_in_one_line(home: Path) -> None:
    with unwritable(home):
        with pytest.raises(HomeUnwritableError, match="cannot be written"):
            open_index(home)
        assert_asking_ends_in_one_line(home)
    with open_index(home) as index:
        assert index.doctor().healthy


@needs_no_root
@pytest.mark.parametrize("kept", ["catalog.db", "index", "index/1"])
def test_a_part_of_a_home_that_cannot_be_written_is_said_in_one_line(home: Path, kept: str) -> None:
    with unwritable(home / kept), pytest.raises(HomeUnwritableError, match="cannot be written"), open_index(home) as it:
        it.add([whole(make_article("Something new.", id="new"))])


@needs_root
def test_asking_on_a_read_only_disk_ends_in_one_line(home: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=30m") as disk:
        copy = Path(shutil.copytree(home, disk / "home"))
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert_asking_ends_in_one_line(copy)


@needs_root
def test_asking_on_a_full_disk_ends_in_one_line(home: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=30m") as disk:
        copy = Path(shutil.copytree(home, disk / "home"))
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 65536):
                pass
        assert_asking_ends_in_one_line(copy)


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(HomeUnwritableError):
        open_index(tmp_path / "file" / "home")


def test_the_owner_of_a_home_is_known_while_it_lives(tmp_path: Path) -> None:
    assert owner(tmp_path / "none") is None
    with HomeLock.acquire(tmp_path, "http://127.0.0.1:1") as lock:
        assert owner(tmp_path) == Owner(os.getpid(), "http://127.0.0.1:1")
        lock.announce("http://127.0.0.1:2")
        assert owner(tmp_path) == Owner(os.getpid(), "http://127.0.0.1:2")
    assert owner(tmp_path) is None


def test_a_given_lock_outlives_the_index(tmp_path: Path) -> None:
    with HomeLock.acquire(tmp_path) as lock:
        NewsIndex.open(tmp_path, embedder="e", dim=4, lock=lock).close()
        assert owner(tmp_path) is not None


def test_what_is_replaced_is_closed_once_its_last_user_is_done() -> None:
    closed: list[str] = []
    shared = Shared("old", closed.append)
    with shared.lent() as one, shared.lent():
        shared.replace("new")
        assert (one, closed) == ("old", [])
        with shared.lent() as two:
            assert two == "new"
    assert closed == ["old"]
    shared.end()
    shared.end()
    assert closed == ["old", "new"]


def test_near_duplicates_are_looked_up_by_index_and_not_by_scanning() -> None:
    engine = create_engine("sqlite://")
    tables.create_all(engine)
    asked: list[tuple[str, Any]] = []
    with engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        alike(connection, range(16), 10)
        plan = [line for sql, given in list(asked) for line in _plan(connection, sql, given)]
    assert any("signatures_by_band" in line for line in plan), plan
    assert not [line for line in plan if line.startswith("SCAN signatures")], plan


def _plan(connection: Connection, sql: str, given: Any) -> list[str]:
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()]


def test_signatures_failures_and_subscriptions_are_remembered(home: Path) -> None:
    with open_index(home) as index:
        index.sign([Signed("s0", (4, 4, 4), b"former"), Signed("s1", (5, 9, 9), b"other")])
        index.sign([Signed("s0", (5, -(1 << 62), 7), b"sketch")])
        index.failed([("feed", "no answer")], NOW)
        index.failed([("feed", "still none")], NOW)
        index.subscribe(Subscription("feed", 600.0))
        index.subscribe(Subscription("feed", 900.0, etag='"x"', last_run=NOW))
    with open_index(home) as index:
        assert [found.article_id for found in index.alike([0, -(1 << 62), 0])] == ["s0"]
        assert {found.sketch for found in index.alike([5, 0, 0])} == {b"sketch", b"other"}
        assert [(failure.reason, failure.tries) for failure in index.failures()] == [("still none", 2)]
        assert index.subscriptions() == (Subscription("feed", 900.0, etag='"x"', last_run=NOW),)
        index.delete(["s0"])
        assert index.alike([0, -(1 << 62), 0]) == ()
        index.succeeded(["feed"])
        assert index.unsubscribe("feed")
        assert (index.failures(), index.subscriptions()) == ((), ())
