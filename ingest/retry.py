"""Choose what failed and is worth another try: each source once, and only so many times."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePath
from typing import Protocol

from ingest.entries import is_address, whole_source

MOST_TRIES = 5
"""How often a source is tried before it is left alone, the first time included."""


class Failed(Protocol):
    """A source that failed, and how often it was tried."""

    @property
    def source(self) -> str:
        """The source."""

    @property
    def tries(self) -> int:
        """The tries."""


def to_retry(failures: Iterable[Failed], most: int = MOST_TRIES) -> tuple[str, ...]:
    """Give what has to be read again, in order and each once: an entry's file in place of the entry.

    Args:
        failures: as the library keeps them.
        most: sources tried so often are left out; naming them to ``onrecord ingest`` still tries them.
    """
    worth = (whole_source(failure.source) for failure in failures if failure.tries < most)
    return tuple(dict.fromkeys(source for source in worth if source != "-"))


def settled(before: Iterable[Failed], after: Iterable[Failed], read: Iterable[str]) -> tuple[str, ...]:
    """Give the failures that did not come again although what they are part of was read again.

    Args:
        before, after: the failures before and after that reading.
        read: what was read to its end: files, folders, addresses.
    """
    again = {source if is_address(source) else os.path.abspath(os.path.expanduser(source)) for source in read}
    tries = {failure.source: failure.tries for failure in after}
    mine = (failure for failure in before if not again.isdisjoint(_wholes(failure.source)))
    return tuple(failure.source for failure in mine if tries.get(failure.source) == failure.tries)


def _wholes(source: str) -> tuple[str, ...]:
    """Give everything that a source is part of: its file or address, and every folder above it."""
    whole = whole_source(source)
    return (whole,) if is_address(whole) else (whole, *map(str, PurePath(whole).parents))
