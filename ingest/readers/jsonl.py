"""Read JSON Lines, a JSON array or one JSON object of articles with any of the common field names.

Lines are read one at a time, so a file may be of any size. A broken line is named by its number; the others go in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain

from ingest.readers.base import Document, Item, decode, first_text
from ingest.readers.fields import article_from
from qa.errors import SourceError, UnreadableError
from qa.types import Article

NAME = "json"

_LISTS = ("articles", "items", "results", "data", "documents", "docs", "hits", "value")


def sniff(head: bytes, name: str) -> bool:
    """Recognise an object or an array at the start."""
    text = first_text(head)
    return text.startswith("{") or (text.startswith("[") and text[1:].lstrip()[:1] in ("{", "[", "]"))


def read(document: Document) -> Iterator[Item]:
    """Give one item for each line, or for each element of an array."""
    first = _line(document)
    while first and not first.strip(b"\xef\xbb\xbf \t\r\n"):
        first = _line(document)
    if _is_object(first):
        yield from _lines(document, first)
    else:
        yield from _whole(document, first)


def _line(document: Document) -> bytes:
    return document.stream.readline(document.max_bytes)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(_loads(line), dict)
    except ValueError:
        return False


def _loads(data: bytes) -> object:
    try:
        return json.loads(decode(data))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _lines(document: Document, first: bytes) -> Iterator[Item]:
    rest = iter(lambda: _line(document), b"")
    for number, line in enumerate(chain([first], rest), 1):
        if line.strip():
            yield from _records(document, line, f"{document.source}:{number}", f"line {number}")


def _whole(document: Document, first: bytes) -> Iterator[Item]:
    """Read the document as one value; when it is none, it was JSON Lines with a broken first line."""
    rest = document.stream.read(document.max_bytes + 1)
    if len(first) + len(rest) > document.max_bytes:
        yield UnreadableError(document.source, f"one JSON value is larger than {document.max_bytes:,} bytes")
        return
    try:
        value = _loads(first + rest)
    except ValueError:
        yield from _broken(document, first, rest)
        return
    yield from _items(document, value, document.source)


def _broken(document: Document, first: bytes, rest: bytes) -> Iterator[Item]:
    for number, line in enumerate(chain([first], rest.splitlines()), 1):
        if line.strip():
            yield from _records(document, line, f"{document.source}:{number}", f"line {number}")


def _records(document: Document, line: bytes, source: str, name: str) -> Iterator[Item]:
    try:
        value = _loads(line)
    except ValueError as error:
        yield UnreadableError(source, f"{name} is not valid JSON ({_short(error)})")
        return
    yield from _items(document, value, source)


def _items(document: Document, value: object, source: str) -> Iterator[Item]:
    if isinstance(value, list):
        for number, entry in enumerate(value, 1):
            yield _item(document, entry, f"{source}:{number}")
        return
    nested = _nested(value)
    if nested is not None:
        yield from _items(document, nested, source)
    else:
        yield _item(document, value, source)


def _nested(value: object) -> list[object] | None:
    if not isinstance(value, dict):
        return None
    lists = (value[name] for name in _LISTS if isinstance(value.get(name), list))
    return next((entries for entries in lists if any(isinstance(entry, dict) for entry in entries)), None)


def _item(document: Document, value: object, source: str) -> Article | SourceError:
    if not isinstance(value, dict):
        return UnreadableError(source, "it is no JSON object with an article's fields")
    return article_from(value, source, document.mapping)


def _short(error: ValueError) -> str:
    return str(error).split(" (char")[0][:100]
