"""What a library holds, in numbers; values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What a library holds.

    Args:
        articles: current articles, of which ``undated`` have no date.
        versions: versions kept, the current ones included.
        passages: indexed passages of all versions.
        publishers: outlets that carry something.
        oldest, newest: first and last publication.
        embedder: name and dimension of what made the vectors.
        bytes_on_disk: size of the home, in bytes.
    """

    articles: int
    versions: int
    passages: int
    undated: int
    publishers: int
    oldest: datetime | None
    newest: datetime | None
    embedder: str
    bytes_on_disk: int


def bytes_under(folder: Path) -> int:
    """Give the size of all files under a folder, in bytes; files that vanish meanwhile count nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total
