"""Read CSV and its relatives (tab, semicolon, bar) with a line of field names, a row at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from ingest.readers.base import Document, Item, decode, stream_encoding
from ingest.readers.fields import article_from, fold, known_fields
from ingest.readers.text import is_binary
from qa.errors import UnreadableError

NAME = "table"

_DELIMITERS = (",", "\t", ";", "|")
_LONGEST_NAME = 40


def sniff(head: bytes, name: str) -> bool:
    """Recognise a first line of several short names, two of which an article has."""
    named = name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))
    return _is_header(head) and (named or known_fields(_header(head)) >= 2)


def has_columns(head: bytes, names: Collection[str]) -> bool:
    """Say whether the first line has all of these names, as a user's mapping gives them."""
    return bool(names) and _is_header(head) and set(map(fold, names)) <= set(map(fold, _header(head)))


def read(document: Document) -> Iterator[Item]:
    """Give one item for each row."""
    head = document.stream.peek(8192)[:8192] if isinstance(document.stream, io.BufferedReader) else b""
    csv.field_size_limit(document.max_bytes)
    text = io.TextIOWrapper(document.stream, stream_encoding(head, document.charset), errors="replace", newline="")
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


def _is_header(head: bytes) -> bool:
    header = _header(head)
    return len(header) >= 2 and not is_binary(head) and all(len(column) <= _LONGEST_NAME for column in header)


def _header(head: bytes) -> list[str]:
    line = _first_line(head)
    return [name.strip().strip('"') for name in line.split(_delimiter(line))]


def _first_line(head: bytes) -> str:
    return decode(head).lstrip("\ufeff").split("\n", 1)[0].strip("\r")


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)
