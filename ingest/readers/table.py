"""Read CSV and its relatives (tab, semicolon, bar) with a line of field names, a row at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ingest.readers.base import Document, Item, decode, guessed_encoding
from ingest.readers.fields import article_from, known_fields
from ingest.readers.text import is_binary
from qa.errors import UnreadableError

NAME = "table"

_DELIMITERS = (",", "\t", ";", "|")
_LONGEST_NAME = 40


def sniff(head: bytes, name: str) -> bool:
    """Recognise a first line of several short names, two of which an article has."""
    header = _header(head)
    if is_binary(head) or len(header) < 2 or any(len(column) > _LONGEST_NAME for column in header):
        return False
    return known_fields(header) >= 2 or name.lower().endswith((".csv", ".tsv"))


def read(document: Document) -> Iterator[Item]:
    """Give one item for each row."""
    head = document.stream.peek(8192)[:8192] if isinstance(document.stream, io.BufferedReader) else b""
    csv.field_size_limit(document.max_bytes)
    text = io.TextIOWrapper(document.stream, _encoding(head), errors="replace", newline="")
    rows = csv.DictReader(text, delimiter=_delimiter(_first_line(head)), restkey="")
    number = 1
    try:
        for number, row in enumerate(rows, 2):
            yield article_from(
                {name: value for name, value in row.items() if name}, f"{document.source}:{number}", document.mapping
            )
    except csv.Error as error:
        yield UnreadableError(f"{document.source}:{number + 1}", f"the table is broken after row {number} ({error})")
    finally:
        text.detach()


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return guessed_encoding(head)
    return "utf-8-sig"


def _header(head: bytes) -> list[str]:
    line = _first_line(head)
    return [name.strip().strip('"') for name in line.split(_delimiter(line))]


def _first_line(head: bytes) -> str:
    return decode(head).lstrip("\ufeff").split("\n", 1)[0].strip("\r")


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)
