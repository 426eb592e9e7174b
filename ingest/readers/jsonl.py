"""Read JSON Lines, a JSON array or one JSON object of articles with any of the common field names.

An object that only wraps a list of articles stands for the list; one with a text of its own is an article, and what a
list in it holds of articles with a title comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.readers.base import Document, Item, first_text
from ingest.readers.fields import article_from
from ingest.readers.jsonvalues import Value, elements, json_values
from qa.errors import UnreadableError
from qa.types import Article

NAME = "json"

_LISTS = ("articles", "items", "results", "data", "documents", "docs", "hits", "value")


def sniff(head: bytes, name: str) -> bool:
    """Recognise an object or an array at the start."""
    text = first_text(head)
    return text.startswith("{") or (text.startswith("[") and text[1:].lstrip()[:1] in ("{", "[", "]"))


def read(document: Document) -> Iterator[Item]:
    """Give one item for each line, or for each element of an array."""
    for found in json_values(document):
        yield from _items(document, found) if isinstance(found, Value) else (found,)


def _items(document: Document, found: Value) -> Iterator[Item]:
    item, nested = _item(document, found), _nested(found.value)
    if isinstance(item, Article) or nested is None:
        yield item
    entries = (_item(document, entry) for entry in elements(nested or [], found.source))
    if isinstance(item, Article):
        yield from (entry for entry in entries if isinstance(entry, Article) and entry.title)
    else:
        yield from entries


def _nested(value: object) -> list[object] | None:
    if not isinstance(value, dict):
        return None
    lists = (value[name] for name in _LISTS if isinstance(value.get(name), list))
    return next((entries for entries in lists if any(isinstance(entry, dict) for entry in entries)), None)


def _item(document: Document, found: Value) -> Item:
    if not isinstance(found.value, dict):
        return UnreadableError(found.source, "it is no JSON object with an article's fields")
    return article_from(found.value, found.source, document.mapping)
