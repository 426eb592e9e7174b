"""Rebuilding the derived indexes beside the live ones, embedding everything anew, copies of a whole library.

Every one of these ends in a single commit or rename, so that whatever stops it leaves the library as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from qa.errors import CorruptIndexError, NotFoundError, UsageError
from qa.library import reading, writing
from qa.library.catalog import FILE, INDEXES, Catalog, describe_embedder, is_empty, refuse_lost, remember
from qa.library.following import Derived, OnStep, catch_up, generation_folder, open_derived, prove
from qa.library.home import HomeLock
from qa.library.home import writing as writing_to
from qa.types import Passage, PassageVectors

FIRST_GENERATION = "1"
_BATCH = 128
Embed = Callable[[Sequence[str], Sequence[Passage]], Sequence[PassageVectors]]
"""Makes vectors of passages; the first argument holds the title of each one's article."""
Progress = Callable[[int, int], None]
"""Told how many passages are done, of how many."""


def live_generation(catalog: Catalog) -> str:
    """Give the name of the generation of indexes that is live."""
    return catalog.value("generation") or FIRST_GENERATION


def rebuild(catalog: Catalog, dim: int, on_step: OnStep) -> Derived:
    """Build all indexes afresh beside the live ones and make the new ones live; give them, open.

    Raises:
        HomeUnwritableError: the disk is full or read-only; the old ones stay live.
    """
    fresh = str(int(live_generation(catalog)) + 1)
    folder = generation_folder(catalog.home, fresh)
    shutil.rmtree(folder, ignore_errors=True)
    derived = open_derived(catalog, folder, dim)
    try:
        catch_up(catalog, derived, on_step, shorten=False)
        prove(catalog, derived)
        on_step("reindex:built")
        with catalog.changing() as connection:
            remember(connection, "generation", fresh)
    except BaseException:
        derived.close()
        raise
    on_step("reindex:swapped")
    return derived


def reindex(home: Path, *, lock: HomeLock | None = None, on_step: OnStep = lambda step: None) -> None:
    """Rebuild the indexes of a library that nobody has open; the old ones need not be readable.

    Raises:
        HomeLockedError: another process owns the home.
        HomeUnwritableError: the disk is full or read-only; the old indexes stay live.
        NotFoundError: there is no library.
    """
    with _Opened(home, lock) as catalog:
        rebuild(catalog, _stored_dim(catalog), on_step).close()


def reembed(
    home: Path,
    *,
    embedder: str,
    dim: int,
    embed: Embed,
    lock: HomeLock | None = None,
    on_step: OnStep = lambda step: None,
    progress: Progress = lambda done, total: None,
) -> None:
    """Embed every passage anew with another embedder; the indexes are rebuilt when the library is next opened.

    What was embedded before a kill is kept and taken up by the next attempt with the same embedder.

    Args:
        home: the library, which nobody has open.
        embedder, dim: name of the new embedder and length of its vectors.
        embed: makes the vectors.
        lock: the lock already held on the home, if any.
        on_step: told each step of writing.
        progress: told how far it is.

    Raises:
        HomeLockedError: another process owns the home.
        HomeUnwritableError: the disk is full or read-only; the old vectors stay.
        NotFoundError: there is no library.
    """
    with _Opened(home, lock) as catalog:
        name = describe_embedder(embedder, dim)
        with catalog.changing() as connection:
            writing.begin_next(connection, again=catalog.value("next_embedder") != name)
            remember(connection, "next_embedder", name)
        _fill_next(catalog, embed, on_step, progress)
        fresh = {"embedder": name, "next_embedder": "", "generation": str(int(live_generation(catalog)) + 1)}
        with catalog.changing() as connection:
            writing.take_next(connection)
            for key, value in fresh.items():
                remember(connection, key, value)
        on_step("reembed:swapped")


def backup(home: Path, to: Path, *, lock: HomeLock | None = None) -> Path:
    """Copy a library that nobody has open into one file; the indexes are not copied, they follow from it.

    Raises:
        NotFoundError: there is no library.
        HomeLockedError: another process owns the home (ask it to make the copy).
        HomeUnwritableError: the copy cannot be written.
    """
    with _Opened(home, lock) as catalog:
        return copy_out(catalog, to)


def copy_out(catalog: Catalog, to: Path) -> Path:
    """Copy an open catalog into one file, or into a folder under its usual name; give the file."""
    target = to / FILE if to.is_dir() else to
    with writing_to(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    catalog.copy_to(target)
    return target


def restore(home: Path, source: Path) -> None:
    """Make a library of a copy, in a home that holds none yet; its indexes are built when it is opened.

    Raises:
        NotFoundError: there is no such copy.
        UsageError: the home already holds a library.
        HomeUnwritableError: the home cannot be written.
        CorruptIndexError, SchemaError: the copy is damaged, or of a newer OnRecord.
    """
    found = source / FILE if source.is_dir() else source
    if not found.is_file():
        raise NotFoundError(f"There is no backup at {source}.")
    if is_empty(found):
        raise CorruptIndexError(f"The backup {found} is empty; restore another one.")
    with HomeLock.acquire(home):
        if not is_empty(home / FILE):
            raise UsageError(f"{home} already holds a library; restore into an empty home (set ONRECORD_HOME).")
        shutil.rmtree(home / INDEXES, ignore_errors=True)
        with writing_to(home):
            for left in ("-wal", "-shm"):
                # What a lost catalog had not yet taken in would be read into this one.
                (home / f"{FILE}{left}").unlink(missing_ok=True)
            part = shutil.copyfile(found, home / f"{FILE}.restoring")
            Catalog(home, part.name).close()
            part.replace(home / FILE)


class _Opened:
    """A library's lock and catalog, for as long as a ``with`` lasts."""

    def __init__(self, home: Path, lock: HomeLock | None) -> None:
        refuse_lost(home / FILE)
        if not (home / FILE).exists():
            raise NotFoundError(f"There is no library at {home}; `onrecord ingest` makes one.")
        self._home = home
        self._given = lock

    def __enter__(self) -> Catalog:
        self._held = self._given or HomeLock.acquire(self._home)
        try:
            self._catalog = Catalog(self._home)
        except BaseException:
            self._release()
            raise
        return self._catalog

    def __exit__(self, *_: object) -> None:
        self._catalog.close()
        self._release()

    def _release(self) -> None:
        if self._given is None:
            self._held.release()


def _stored_dim(catalog: Catalog) -> int:
    described = catalog.value("embedder")
    if described is None:
        raise NotFoundError(f"The library at {catalog.home} holds nothing yet.")
    return int(described.rsplit("(", 1)[1].rstrip(")"))


def _fill_next(catalog: Catalog, embed: Embed, on_step: OnStep, progress: Progress) -> None:
    with catalog.reading() as connection:
        keys, left = reading.keys_to_embed(connection)
    for start in range(0, len(left), _BATCH):
        part = left[start : start + _BATCH]
        with catalog.reading() as connection:
            found = reading.passages_to_embed(connection, part)
        made = embed([title for _, title, _ in found], [passage for _, _, passage in found])
        with catalog.changing() as connection:
            writing.store_next(connection, [key for key, _, _ in found], made)
        on_step("reembed:written")
        progress(keys - len(left) + start + len(part), keys)
