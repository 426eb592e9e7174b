"""The key that a server leaves in its home for this machine's own commands, so that they need none of the settings'.

Whoever may read the home may read the catalog anyway; the file is readable by its owner alone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILE = "owner.key"


@contextmanager
def own_key(home: Path) -> Iterator[str]:
    """Leave a fresh key in the home for as long as the block lasts, and give it."""
    key = secrets.token_urlsafe(32)
    file = home / FILE
    with suppress(FileNotFoundError):
        file.unlink()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
        opened.write(key)
    try:
        yield key
    finally:
        file.unlink(missing_ok=True)


def left_key(home: Path) -> str | None:
    """Give the key that the server of a home left there, if it did."""
    try:
        return (home / FILE).read_text(encoding="ascii") or None
    except OSError:
        return None
