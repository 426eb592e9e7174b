"""What the files of the indexes were when they were last closed, so that one changed since is not read.

A damaged file of an index can end the process, which nothing in it can catch, so it must be found before it is opened.
The seal is lifted at opening and renewed at closing; after a kill there is none. A file whose size and time of change
are the seal's is taken for the same, which keeps opening fast; another, as in a copied home, is held to its checksum.
What a disk changes in place, without a new time of change, is not found.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from qa.library.home import corrupt, replace_file

_FILE = "seal.json"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Mark:
    """A file's size in bytes, its time of change in nanoseconds and its CRC-32."""

    size: int
    changed: int
    sum: int


class Seal:
    """The seal of the indexes in one folder.

    Args:
        folder: the folder of a generation of indexes.
        names: the indexes that are sealed, each a folder in it.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._names = names
        self._marks = _read(folder / _FILE)
        self._earned = False

    @property
    def made(self) -> bool:
        """Whether the indexes were closed in order when they were last open."""
        return bool(self._marks)

    def lift(self, kept: Sequence[str]) -> None:
        """Compare the files of the indexes that are kept, and not filled afresh, with the seal, and take it off.

        Raises:
            CorruptIndexError: one has changed; the seal stays.
        """
        for file, mark in self._marks.items():
            name = file.split("/")[0]
            if name in kept and not _is_same(self._folder / file, mark):
                raise corrupt(name, f"its file {file} has changed since it was closed")
        (self._folder / _FILE).unlink(missing_ok=True)

    def earn(self) -> None:
        """Have the indexes sealed when they are closed, since they can be read."""
        self._earned = True

    @contextmanager
    def at_stake(self) -> Iterator[None]:
        """Forfeit the seal if what is done fails."""
        try:
            yield
        except BaseException:
            self._earned = False
            raise

    def renew(self) -> None:
        """Seal the indexes, now closed, if that was earned; a disk that refuses leaves them unsealed."""
        if not self._earned:
            return
        with suppress(OSError):
            found = {name: asdict(_mark(self._folder / name, self._marks.get(name))) for name in self._files()}
            replace_file(self._folder / _FILE, json.dumps(found).encode())

    def _files(self) -> Iterator[str]:
        for name in self._names:
            for path in sorted((self._folder / name).rglob("*")):
                if path.is_file() and path.suffix != ".lock":
                    yield path.relative_to(self._folder).as_posix()


def _read(path: Path) -> Mapping[str, _Mark]:
    try:
        return {name: _Mark(**mark) for name, mark in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _is_same(path: Path, mark: _Mark) -> bool:
    if not path.is_file() or path.stat().st_size != mark.size:
        return False
    return _mark(path, mark).sum == mark.sum


def _mark(path: Path, known: _Mark | None) -> _Mark:
    """Mark a file; its checksum is the known one as long as size and time of change are."""
    found = path.stat()
    if known and (known.size, known.changed) == (found.st_size, found.st_mtime_ns):
        return known
    return _Mark(found.st_size, found.st_mtime_ns, _sum(path))


def _sum(path: Path) -> int:
    total = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            total = zlib.crc32(block, total)
    return total
