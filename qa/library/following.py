"""How the derived indexes follow the catalog: each applies the change log from its own cursor, or is filled afresh.

Applying is idempotent: for every passage the log names, an index takes what the catalog holds now, or deletes it when
the catalog holds nothing. So it does not matter where a killed process stopped. The indexes of one generation lie in
one folder; the catalog remembers which generation is live.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from qa.library import reading
from qa.library.arrays import VectorFile
from qa.library.catalog import INDEXES, Catalog
from qa.library.home import replace_file, writing
from qa.library.lexical import WordIndex
from qa.library.rows import PassageRow
from qa.library.seal import Seal
from qa.library.vectors import VectorIndex
from qa.library.writing import forget_changes

_CHUNK = 4_000
_NAMES = ("arrays", "vectors", "words")
_SEALED = ("vectors", "words")
# The arrays change with every write and are read as they are: their length says enough.
_ANY_WORD = "news"
OnStep = Callable[[str], None]
"""Told the name of each step of writing as it is done; tests stop the process there."""


class Follower(Protocol):
    """An index that can be brought to what the catalog holds."""

    name: str

    def upsert(self, rows: Sequence[PassageRow]) -> None:
        """Add or replace passages."""

    def delete(self, keys: Sequence[int]) -> None:
        """Delete passages; unknown ones are no error."""

    def commit(self) -> None:
        """Make it last."""


@dataclass(frozen=True)
class Derived:
    """The indexes of one generation, open."""

    folder: Path
    arrays: VectorFile
    vectors: VectorIndex
    words: WordIndex
    seal: Seal

    def followers(self) -> tuple[Follower, ...]:
        """Give the three, in the order in which they follow."""
        return self.arrays, self.vectors, self.words

    def close(self) -> None:
        """Close the three, and seal them if they were sound to the last."""
        self.words.close()
        self.vectors.close()
        self.arrays.close()
        self.seal.renew()


def generation_folder(home: Path, generation: str) -> Path:
    """Give the folder that a generation of indexes lies in."""
    return home / INDEXES / generation


def open_derived(catalog: Catalog, folder: Path, dim: int) -> Derived:
    """Open the indexes under a folder; one that cannot catch up from the log is emptied first.

    Raises:
        CorruptIndexError: one of them cannot be opened, or has changed since it was closed.
        HomeUnwritableError: the folder cannot be written.
    """
    seal = Seal(folder, _SEALED)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        kept = [name for name in _NAMES if _can_follow(catalog, _cursor(folder, name))]
        for name in set(_NAMES).difference(kept):
            _cursor_file(folder, name).unlink(missing_ok=True)
            shutil.rmtree(folder / name, ignore_errors=True)
        seal.lift(kept)
    opened: list[VectorFile | VectorIndex] = []
    try:
        opened.append(arrays := VectorFile(folder / "arrays", dim))
        opened.append(vectors := VectorIndex(folder / "vectors"))
        return Derived(folder, arrays, vectors, WordIndex(folder / "words"), seal)
    except BaseException:
        for index in opened:
            index.close()
        raise


def catch_up(catalog: Catalog, derived: Derived, on_step: OnStep, *, shorten: bool = True) -> None:
    """Bring every index to what the catalog holds, then drop the lines of the log that all of them have applied.

    Args:
        catalog: what they follow.
        derived: the indexes.
        on_step: told each step.
        shorten: whether to drop the lines; not while another generation still needs them.
    """
    with catalog.reading() as connection:
        last = reading.last_change(connection)
    with derived.seal.at_stake():
        for index in derived.followers():
            _catch_up_one(catalog, derived.folder, index, last, on_step)
    if shorten:
        with catalog.changing() as connection:
            forget_changes(connection, last)
        on_step("log:shortened")


def prove(catalog: Catalog, derived: Derived) -> None:
    """Make sure that indexes which have caught up can be read, so that damage shows before the first question.

    Sealed ones are as they were left; the others are asked one thing each, for which the approximate index is loaded:
    a tenth of a second, or more in a large library.

    Raises:
        CorruptIndexError: one of them is damaged.
    """
    with catalog.reading() as connection:
        last = reading.last_embedded(connection)
    derived.arrays.hold(last)
    if last and not derived.seal.made:
        derived.vectors.nearest(derived.arrays.rows(np.array([last], dtype=np.int64))[0], 1)
        derived.words.best(_ANY_WORD, 1)
    derived.seal.earn()


def drop_generations(home: Path, live: str) -> None:
    """Remove what killed rebuilds left behind."""
    for folder in (home / INDEXES).glob("*"):
        if folder.name != live:
            shutil.rmtree(folder, ignore_errors=True)


def _catch_up_one(catalog: Catalog, folder: Path, index: Follower, last: int, on_step: OnStep) -> None:
    cursor = _cursor(folder, index.name)
    if cursor == last and cursor is not None:
        return
    _take_up(catalog, index, _keys_to_take_up(catalog, cursor, last), on_step)
    with writing(folder):
        replace_file(_cursor_file(folder, index.name), json.dumps({"seq": last}).encode())
    on_step(f"{index.name}:cursor")


def _take_up(catalog: Catalog, index: Follower, keys: Sequence[int], on_step: OnStep) -> None:
    for chunk in _chunks(keys):
        with catalog.reading() as connection:
            rows = reading.passage_rows(connection, chunk)
        gone = sorted(set(chunk) - {row.key for row in rows})
        if rows:
            index.upsert(rows)
        if gone:
            index.delete(gone)
        on_step(f"{index.name}:written")
    index.commit()
    on_step(f"{index.name}:committed")


def _keys_to_take_up(catalog: Catalog, cursor: int | None, last: int) -> Sequence[int]:
    with catalog.reading() as connection:
        if cursor is None:
            keys: list[int] = reading.passage_keys(connection)[:, 0].tolist()
            return keys
        return reading.changed_keys(connection, cursor, last)


def _can_follow(catalog: Catalog, cursor: int | None) -> bool:
    if cursor is None:
        return False
    with catalog.reading() as connection:
        last, first = reading.last_change(connection), reading.first_change(connection)
    return cursor == last or (cursor < last and first is not None and first <= cursor + 1)


def _cursor_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.cursor"


def _cursor(folder: Path, name: str) -> int | None:
    try:
        return int(json.loads(_cursor_file(folder, name).read_bytes())["seq"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return None


def _chunks(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))
