"""The SHA-256 of a large file, read once and remembered beside it for as long as the file's size and time stay.

What a disk changes in place, without a new time of change, is found only by reading the file anew.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path


def known_sha256(file: Path) -> str:
    """Give a file's checksum in hexadecimal; it is read only when the file is another than when it last was."""
    found = file.stat()
    with suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads(note_of(file).read_bytes())
        if (noted["size"], noted["changed"]) == (found.st_size, found.st_mtime_ns):
            return str(noted["sha256"])
    return read_sha256(file)


def read_sha256(file: Path) -> str:
    """Read a whole file and remember its checksum, where the folder can be written."""
    found = file.stat()
    with file.open("rb") as stream:
        read = hashlib.file_digest(stream, "sha256").hexdigest()
    noted = {"size": found.st_size, "changed": found.st_mtime_ns, "sha256": read}
    with suppress(OSError):
        unfinished = note_of(file).with_suffix(".checked-new")
        unfinished.write_text(json.dumps(noted), encoding="utf-8")
        unfinished.replace(note_of(file))
    return read


def note_of(file: Path) -> Path:
    """Give the file in which a file's checksum is remembered; that of an unfinished one serves it when it is whole."""
    return file.with_name(f".{file.stem}.checked")
