"""Read WARC archives such as CC-News, a record at a time. This is the only module that imports warcio.

Only successful responses that hold a page are read; pictures, redirects, requests and metadata are passed over in
silence, for an archive holds more of them than of pages.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from ingest.readers.base import Document, Item, charset_of
from qa.errors import NoArticleError, UnreadableError

NAME = "WARC"

_PAGES = ("text/html", "application/xhtml", "text/plain", "application/rss", "application/atom", "application/json")
_BROKEN = (ArchiveLoadFailed, ValueError, KeyError, AttributeError, EOFError, UnicodeError, TypeError)


def sniff(head: bytes, name: str) -> bool:
    """Recognise the version line of the first record."""
    return head.lstrip(b"\r\n").startswith((b"WARC/0.", b"WARC/1."))


def read(document: Document) -> Iterator[Item]:
    """Give every article in every response of the archive."""
    if document.unpack is None:
        yield UnreadableError(document.source, "an archive cannot be read here")
        return
    pages = 0
    records = iter(ArchiveIterator(document.stream, no_record_parse=False))
    while True:
        try:
            record = next(records)
            page = _page(record, document.max_bytes)
        except StopIteration:
            break
        except _BROKEN as error:
            yield UnreadableError(document.source, f"the archive is broken after {pages} pages ({str(error)[:100]})")
            return
        if page is not None:
            pages += 1
            yield from _read_page(document, record, page)
    if not pages:
        yield NoArticleError(document.source, "the archive holds no pages")


def _read_page(document: Document, record: object, page: bytes) -> Iterator[Item]:
    name = f"{document.source}#{_uri(record)}"
    if len(page) > document.max_bytes:
        yield UnreadableError(name, f"it is larger than {document.max_bytes:,} bytes")
    elif document.unpack is not None:
        stated = record.http_headers.get_header("Content-Type")  # type: ignore[attr-defined]
        yield from document.unpack(io.BytesIO(page), name, _uri(record), charset_of(stated))


def _page(record: object, limit: int) -> bytes | None:
    """Give the body of a response with a page in it, one byte more than the limit at most; ``None`` for all else."""
    kind, headers = getattr(record, "rec_type", ""), getattr(record, "http_headers", None)
    if kind != "response" or headers is None or headers.get_statuscode() != "200":
        return None
    if not (headers.get_header("Content-Type") or "text/html").lower().startswith(_PAGES):
        return None
    stream = cast("BinaryIO", record.content_stream())  # type: ignore[attr-defined]
    data = stream.read(limit + 1)
    return data or None


def _uri(record: object) -> str:
    uri = record.rec_headers.get_header("WARC-Target-URI")  # type: ignore[attr-defined]
    return str(uri or "").strip("<>")
