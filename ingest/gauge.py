"""How far the reading of files is: bytes and files of how many, so that somebody can be told how long it will take.

The reading runs ahead of the storing, so every item leaves a mark: the place up to which its file was read. Whoever
counts the items that are dealt with asks for the place of the last of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Gauge:
    """A measure of what there is to read, and the marks of what has been; filled by one thread, asked by another.

    Args:
        files, size: how many files there are and their bytes; ``None`` where that cannot be known beforehand.
    """

    files: int | None = None
    size: int | None = None
    _read: int = 0
    _ended: int = 0
    _marks: deque[tuple[int, int]] = field(default_factory=deque)
    _taken: int = 0
    _place: tuple[int, int] = (0, 0)

    def mark(self, position: int) -> None:
        """Note that an item was read, and how many bytes of the present file."""
        self._marks.append((self._read + position, self._ended))

    def end(self, size: int) -> None:
        """Note that a file of so many bytes has been read to its end."""
        self._read += size
        self._ended += 1

    def place(self, items: int) -> tuple[int, int]:
        """Give the bytes and whole files read when so many items had been."""
        while self._taken < items and self._marks:
            self._place = self._marks.popleft()
            self._taken += 1
        return self._place


def measure(paths: Iterable[Path] | None) -> Gauge:
    """Count files and their bytes; ``None`` stands for what cannot be counted."""
    if paths is None:
        return Gauge()
    sizes = [_size(path) for path in paths]
    return Gauge(len(sizes), sum(sizes))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
