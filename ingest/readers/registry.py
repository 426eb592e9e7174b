"""Find the reader for some content; what the content looks like decides, not the file's name."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import cast

from ingest.readers import archive, feed, html, jsonl, listing, newsml, ninjs, pdf, table, text, warc
from ingest.readers.base import Document, Item, Reader, first_text
from qa.errors import SourceError, UnreadableError

_log = logging.getLogger(__name__)

READERS: tuple[Reader, ...] = cast(
    "tuple[Reader, ...]", (archive, pdf, warc, newsml, listing, feed, html, ninjs, jsonl, table, text)
)
"""In the order in which they are asked: the particular before the general."""


def read_document(document: Document, head: bytes) -> Iterator[Item]:
    """Give everything that the document holds, or why nothing could be read.

    Args:
        head: its first bytes, which its stream will give again.
    """
    if not head.strip():
        yield UnreadableError(document.source, "it is empty")
        return
    reader = find_reader(head, document.source, tuple(name for _, name in document.mapping))
    if reader is None:
        yield UnreadableError(document.source, _unknown(head))
        return
    try:
        yield from reader.read(document)
    except SourceError as error:
        yield error
    except (OSError, EOFError) as error:
        yield UnreadableError(document.source, f"it cannot be read to its end ({error})")
    except Exception as error:  # noqa: BLE001  the outermost loop over what is read: one file must not stop the run
        _log.exception("%s could not be read as %s", document.source, reader.NAME)
        yield UnreadableError(document.source, f"it could not be read as {reader.NAME} ({type(error).__name__})")


def find_reader(head: bytes, name: str, mapped: tuple[str, ...] = ()) -> Reader | None:
    """Give the first reader that recognises the content.

    Args:
        mapped: names that the user says fields go by; text whose first line has them all is a table.
    """
    found = next((reader for reader in READERS if reader.sniff(head, name)), None)
    return table if found is text and table.has_columns(head, mapped) else found


def _unknown(head: bytes) -> str:
    if first_text(head).startswith("<"):
        return "it is markup of no format that can be read"
    if text.is_binary(head):
        return "it is a binary file and no format that can be read"
    return "no reader knows its format"
