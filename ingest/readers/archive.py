"""Read the files in a ZIP archive, each as what it is; one that would grow beyond all measure is refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from ingest.readers.base import Document, Item
from qa.errors import NoArticleError, SourceError, UnreadableError

NAME = "ZIP"
MOST_ENTRIES = 100_000
"""Files read of one archive."""

_RATIO, _SMALL = 250, 1_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


def sniff(head: bytes, name: str) -> bool:
    """Recognise the mark of a local file header, or of an empty archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read(document: Document) -> Iterator[Item]:
    """Give every article in every file of the archive, in the order of their names."""
    try:
        archive = zipfile.ZipFile(_seekable(document))
        entries = sorted((info for info in archive.infolist() if _is_file(info)), key=lambda info: info.filename)
    except _BROKEN as error:
        yield UnreadableError(document.source, f"the archive is broken ({str(error)[:100]})")
        return
    if not entries:
        yield NoArticleError(document.source, "the archive holds no files")
    for info in entries[:MOST_ENTRIES]:
        yield from _entry(document, archive, info)
    if len(entries) > MOST_ENTRIES:
        why = f"it holds {len(entries):,} files, of which the first {MOST_ENTRIES:,} are read; split it"
        yield UnreadableError(document.source, why)


def _entry(document: Document, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Item]:
    name = f"{document.source}#{info.filename}"
    if info.file_size > _SMALL and info.file_size > _RATIO * max(info.compress_size, 1):
        yield UnreadableError(name, "it unpacks to far more than its size; such files are not read")
        return
    if document.unpack is None:
        yield UnreadableError(name, "an archive cannot be read here")
        return
    try:
        with archive.open(info) as stream:
            yield from document.unpack(cast("BinaryIO", stream), name, None, None)
    except SourceError as error:
        yield error
    except _BROKEN as error:
        yield UnreadableError(name, f"it cannot be unpacked ({str(error)[:100]})")


def _seekable(document: Document) -> BinaryIO:
    return document.stream if document.stream.seekable() else io.BytesIO(document.bytes())


def _is_file(info: zipfile.ZipInfo) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in info.filename.split("/"))
    return not info.is_dir() and not hidden
