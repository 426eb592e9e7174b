"""Files of a library that a disk, a copy or another program has damaged since it was closed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedder, make_article, whole
from sqlalchemy import Connection, text

from qa.errors import CorruptIndexError, SchemaError
from qa.library.arrays import VectorFile
from qa.library.catalog import FILE
from qa.library.index import NewsIndex
from qa.library.rebuilding import backup, reindex, restore
from qa.library.rows import PassageRow
from qa.library.schema import STEPS, migrate
from qa.types import Carrier

EMBEDDER = FakeEmbedder(dim=16)
MANY = 1_100
"""More than Chroma keeps in its log: from a thousand on it writes the files of the approximate index."""
Damage = Callable[[bytes], bytes]
DAMAGES: dict[str, Damage] = {
    "junk": lambda found: b"broken" * (len(found) // 6 + 1),
    "a hole": lambda found: found[: len(found) // 2] + b"\xa5" * 64 + found[len(found) // 2 + 64 :],
    "half": lambda found: found[: len(found) // 2],
    "zeros": lambda found: bytes(len(found)),
    "nothing": lambda found: b"",
}


def open_index(home: Path) -> NewsIndex:
    return NewsIndex.open(home, embedder=EMBEDDER.name, dim=EMBEDDER.dim)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("kept") / "home"
    with open_index(home) as index:
        index.add([whole(make_article(f"Ship {n} left pier {n % 37}.", id=f"s{n}"), EMBEDDER) for n in range(MANY)])
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "home"))


def spoil(file: Path, damage: str) -> None:
    file.write_bytes(DAMAGES[damage](file.read_bytes()))


def the_file(home: Path, pattern: str) -> Path:
    return next(iter(sorted((home / "index").rglob(pattern))))


def assert_whole(home: Path) -> None:
    with open_index(home) as index:
        assert index.doctor(50).healthy
        assert index.stats().passages == MANY
        assert [hit.passage_id for hit in index.lexical("ship 77", 1)] == ["s77.1.0"]
        assert index.dense(EMBEDDER.embed_query("Ship 5 left pier 5\nShip 5 left pier 5."), 1)[0].score > 0.99


VECTORS = ("data_level0.bin", "header.bin", "link_lists.bin", "index_metadata.pickle", "chroma.sqlite3")
WORDS = ("*.term", "*.idx", "*.fast", "*.fieldnorm", "meta.json")
SPOILT = [(pattern, damage) for pattern in (*VECTORS, *WORDS) for damage in DAMAGES]
"""Of the exact vectors only the length is known: numbers that changed are still numbers."""


@pytest.mark.parametrize(("pattern", "damage"), [*SPOILT, ("vectors.f32", "half"), ("vectors.f32", "nothing")])
def test_damaged_file_of_an_index_is_recognised_at_opening(home: Path, pattern: str, damage: str) -> None:
    spoil(the_file(home, pattern), damage)
    for _ in range(2):
        with pytest.raises(CorruptIndexError, match=r"index of .* run `onrecord reindex`"):
            open_index(home)


@pytest.mark.parametrize("pattern", ["data_level0.bin", "*.idx", "vectors.f32"])
def test_rebuilding_brings_a_damaged_index_back_without_loss(home: Path, pattern: str) -> None:
    spoil(the_file(home, pattern), "half")
    with pytest.raises(CorruptIndexError):
        open_index(home)
    reindex(home)
    assert_whole(home)


@pytest.mark.parametrize("pattern", ["header.bin", "index_metadata.pickle", "*.term"])
def test_damage_is_recognised_after_a_kill_too(home: Path, pattern: str) -> None:
    the_file(home, "seal.json").unlink()
    spoil(the_file(home, pattern), "junk")
    for _ in range(2):
        with pytest.raises(CorruptIndexError, match="onrecord reindex"):
            open_index(home)


@pytest.mark.parametrize("name", ["vectors", "words"])
def test_index_folder_that_is_gone_is_recognised(home: Path, name: str) -> None:
    shutil.rmtree(home / "index" / "1" / name)
    with pytest.raises(CorruptIndexError, match="onrecord reindex"):
        open_index(home)


def test_copied_library_opens_though_every_file_is_newer(home: Path) -> None:
    for file in home.rglob("*"):
        os.utime(file)
    assert_whole(home)
    assert_whole(home)


def test_library_that_was_only_opened_and_written_to_stays_sound(home: Path) -> None:
    for number in range(4):
        with open_index(home) as index:
            assert not list(home.rglob("seal.json"))
            index.add([whole(make_article(f"Barge {number} sank.", id=f"b{number}"), EMBEDDER)])
            index.delete([f"b{number}"])
            index.dense(EMBEDDER.embed_query("barge"), 3)
        assert the_file(home, "seal.json").is_file()
    assert_whole(home)


def test_failed_write_leaves_no_seal_on_what_may_be_half_written(home: Path) -> None:
    def fail(step: str) -> None:
        if step == "vectors:written":
            raise OSError("gone")

    with open_index(home) as index:
        index._on_step = fail
        with pytest.raises(OSError, match="gone"):
            index.add([whole(make_article("A comet appeared.", id="comet"), EMBEDDER)])
    assert not list(home.rglob("seal.json"))
    with open_index(home) as index:
        assert [hit.passage_id for hit in index.lexical("comet", 1)] == ["comet.1.0"]


QUERY = """
import sys
from pathlib import Path
from qa.errors import CorruptIndexError
from qa.library.lexical import WordIndex
try:
    words = WordIndex(Path(sys.argv[1]))
    words.best("ship 5 left pier", 50)
    words.keys()
except CorruptIndexError as error:
    print(error)
"""


def test_panic_of_a_word_index_is_one_sentence(home: Path) -> None:
    file = the_file(home, "*.fast")
    found = file.read_bytes()
    file.write_bytes(b"\xff" * 40 + found[40:])
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", QUERY, str(file.parent)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "run `onrecord reindex`" in done.stdout


# The catalog


@pytest.mark.parametrize("lost", ["emptied", "gone"])
def test_catalog_that_is_lost_is_not_taken_for_a_new_library(home: Path, tmp_path: Path, lost: str) -> None:
    copy = backup(home, tmp_path / "copy.db")
    (home / FILE).unlink()
    if lost == "emptied":
        (home / FILE).touch()
    for attempt in (open_index, reindex):
        with pytest.raises(CorruptIndexError, match=r"`onrecord restore` with a backup, or delete .*index to begin"):
            attempt(home)
    assert (home / "index" / "1" / "words" / "meta.json").is_file()
    restore(home, copy)
    assert_whole(home)


def test_lost_library_can_be_begun_anew(home: Path) -> None:
    (home / FILE).write_bytes(b"")
    shutil.rmtree(home / "index")
    with open_index(home) as index:
        assert index.stats().articles == 0


def test_restored_library_takes_up_nothing_that_the_lost_one_left(home: Path, tmp_path: Path) -> None:
    copy = backup(home, tmp_path / "copy.db")
    with open_index(home) as index:
        index.add([whole(make_article("A comet appeared.", id="comet"), EMBEDDER)])
        shutil.copy(home / f"{FILE}-wal", tmp_path / "wal")
    (home / FILE).write_bytes(b"")
    shutil.copy(tmp_path / "wal", home / f"{FILE}-wal")
    restore(home, copy)
    assert_whole(home)


def test_empty_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copy.db").touch()
    with pytest.raises(CorruptIndexError, match="is empty"):
        restore(tmp_path / "home", tmp_path / "copy.db")


@pytest.mark.parametrize("damage", ["half", "zeros"])
def test_catalog_cut_short_or_blanked_is_recognised_at_opening(home: Path, damage: str) -> None:
    spoil(home / FILE, damage)
    with pytest.raises(CorruptIndexError, match=r"damaged .* run `onrecord restore` with a backup"):
        open_index(home)


def bad_pages(catalog: bytes) -> Iterator[bytes]:
    size = int.from_bytes(catalog[16:18], "big")
    for page in range(1, len(catalog) // size, len(catalog) // size // 24):
        yield catalog[: page * size] + b"\xa5" * size + catalog[(page + 1) * size :]


def test_bad_page_of_the_catalog_is_recognised_by_opening_or_by_doctor(home: Path) -> None:
    with closing(sqlite3.connect(home / FILE)) as catalog:
        catalog.execute("VACUUM")  # a page that is not in use may hold anything
    found = (home / FILE).read_bytes()
    said = []
    for spoilt in bad_pages(found):
        (home / FILE).write_bytes(spoilt)
        said.append(what_is_said(home))
    assert all("run `onrecord restore` with a backup" in each for each in said)
    assert any(each.startswith("The catalog is damaged") for each in said)
    assert any(each.startswith(f"The catalog {home / FILE} is damaged") for each in said)


def what_is_said(home: Path) -> str:
    try:
        with open_index(home) as index:
            return " ".join(index.doctor(5).advice)
    except CorruptIndexError as error:
        return str(error)


def second(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE versions ADD COLUMN mood TEXT"))


def test_older_library_is_opened_searched_and_can_be_taken_back(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr("qa.library.catalog.migrate", partial(migrate, steps=[*STEPS, second]))
        assert_whole(home)
        with open_index(home) as index:
            index.add([whole(make_article("A comet appeared.", id="comet"), EMBEDDER)])
            assert [hit.passage_id for hit in index.lexical("comet", 1)] == ["comet.1.0"]
    with pytest.raises(SchemaError, match="update OnRecord"):
        open_index(home)
    restore(tmp_path / "before", home / f"catalog.schema-{len(STEPS)}.bak")
    assert_whole(tmp_path / "before")


def test_library_from_before_carriers_had_facts_of_their_own_is_brought_up_to_date(home: Path) -> None:
    with closing(sqlite3.connect(home / FILE)) as older:
        for column in ("authors", "section", "provider_id", "source", "until"):
            older.execute(f"ALTER TABLE carriers DROP COLUMN {column}")
        older.execute("ALTER TABLE failures DROP COLUMN mapping")
        older.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
        older.commit()
    assert_whole(home)
    with open_index(home) as index:
        index.carry("s0", Carrier("Post", "https://post.example/s0", None, "A ship", ("Ana Reed",)))
        assert [carrier.authors for carrier in index.article("s0").carriers] == [(), ("Ana Reed",)]
    assert (home / "catalog.schema-1.bak").is_file()


# The file of vectors


def row(key: int) -> PassageRow:
    return PassageRow(key, key, "", "", np.full(3, key, dtype=np.float32))


def test_vectors_are_written_without_what_only_posix_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    really = os.open
    for name in ("pwrite", "pread"):
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr("qa.library.arrays._BINARY", 1 << 40)

    def noted(path: Path, flags: int, mode: int = 0o777) -> int:
        opened.append(flags)
        return really(path, flags % 2**40, mode)

    monkeypatch.setattr(os, "open", noted)
    file = VectorFile(tmp_path, 3)
    file.upsert([row(2), row(3), row(7)])
    file.upsert([row(3)])
    file.delete([2, 99])
    file.commit()
    assert file.rows(np.array([1, 2, 3, 7, 8]))[:, 0].tolist() == [0, 0, 3, 7, 0]
    file.close()
    assert (tmp_path / "vectors.f32").stat().st_size == 7 * 3 * 4
    assert [flags >> 40 for flags in opened] == [1]
