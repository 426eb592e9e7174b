"""The terminal's two streams and how a command ends: results to stdout, everything else to stderr.

Exit codes: 0 done, 1 an ``OnRecordError`` (one plain line), 2 wrong usage, 130 stopped by Ctrl-C. Text of articles is
untrusted: control characters are taken out before it reaches a terminal.
"""

from __future__ import annotations

import errno
import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from qa.errors import OnRecordError

if TYPE_CHECKING:
    from pydantic import BaseModel

STOPPED = 130
"""What a shell gives for a command stopped by Ctrl-C."""

_DISK = {
    errno.ENOSPC: "The disk is full; free some space and run the command again.",
    errno.EDQUOT: "The disk quota is used up; free some space and run the command again.",
    errno.EROFS: "The disk is read-only; set ONRECORD_HOME to a folder that can be written.",
}


def out(text: str) -> None:
    """Print a line of results."""
    typer.echo(text)


def hint(text: str) -> None:
    """Print a line that is not a result."""
    typer.echo(text, err=True)


def print_json(value: BaseModel | object) -> None:
    """Print one object, on one line."""
    dumped = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
    out(json.dumps(dumped, ensure_ascii=False))


def safe(text: str) -> str:
    """Take control, escape and bidirectional-override characters out of untrusted text; newlines and tabs stay."""
    return "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}
    )


@contextmanager
def ending() -> Iterator[None]:
    """Turn what may go wrong in a command into one plain line and an exit code."""
    try:
        yield
    except OnRecordError as error:
        fail(str(error))
    except KeyboardInterrupt:
        hint("Stopped; what was finished before is kept.")
        raise typer.Exit(STOPPED) from None
    except BrokenPipeError:
        _close_stdout()
        raise typer.Exit(0) from None
    except OSError as error:
        fail(_os_line(error))


def fail(message: str) -> None:
    """Print one line on stderr and exit with 1."""
    hint(" ".join(message.split()))
    raise typer.Exit(1)


def _os_line(error: OSError) -> str:
    if error.errno in _DISK:
        return _DISK[error.errno]
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}; check that it exists and may be used."


def _close_stdout() -> None:
    # Python flushes stdout at exit and would complain about the closed pipe a second time.
    try:
        sys.stdout.close()
    except BrokenPipeError:
        return
