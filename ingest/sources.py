"""From what the user names (a file, a folder, an address, ``-``) to articles, one at a time.

Folders are walked in the order of their names; hidden files and files that go with every project (LICENSE, README) are
passed over there, though not when they are named themselves. Compressed files are opened as they are read.
"""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from ingest.entries import is_address
from ingest.fetch import Fetched
from ingest.gauge import Gauge, measure
from ingest.readers.base import HEAD, Document, Item
from ingest.readers.registry import read_document
from ingest.web import Follow, Getter, Web
from qa.errors import FetchError, SourceError, UnreadableError

STDIN = "-"
"""The name of standard input."""

Buffered: TypeAlias = "io.BufferedReader[io.RawIOBase]"

_FETCHED_GROWTH = 10
_NESTED = 2
_GZIP = b"\x1f\x8b"
_NOT_NEWS = ("license", "licence", "readme", "changelog", "contributing", "copying", "notice", "makefile")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read.

    Args:
        max_bytes: the most of one document that may be held in memory.
        max_unpacked: the most that a compressed file may grow to, in bytes.
        mapping: ``(field, name)`` pairs for dumps with unusual names.
        stdin: where ``-`` is read from.
        getter: fetches addresses; ``None`` when nothing may be fetched.
        feed_only: a feed's own texts are taken as they are, and no pages fetched for them.
        gauge: told how far the reading of files is.
        asked: is given every address that is fetched.
    """

    max_bytes: int = 20_000_000
    max_unpacked: int = 20_000_000_000
    mapping: tuple[tuple[str, str], ...] = ()
    stdin: BinaryIO | None = None
    getter: Getter | None = None
    feed_only: bool = False
    gauge: Gauge | None = None
    asked: set[str] | None = None


def gauge_of(sources: Iterable[str]) -> Gauge:
    """Measure what there is to read; addresses and standard input cannot be measured."""
    if any(source == STDIN or is_address(source) for source in sources):
        return measure(None)
    paths = map(_path, sources)
    return measure(chain.from_iterable(walk(path) if os.path.isdir(path) else (path,) for path in paths))


def read_sources(sources: Iterable[str], options: ReadOptions) -> Iterator[Item]:
    """Give every article of every source, and a ``SourceError`` for whatever could not be read; never raises one."""
    web = make_web(options)
    for source in sources:
        yield from read_source(source, options, web)


def read_source(source: str, options: ReadOptions, web: Web | None = None) -> Iterator[Item]:
    """Give every article of a file, a folder, an address or standard input."""
    if source == STDIN:
        yield from _stdin(options, web)
    elif is_address(source):
        yield from web.open(source) if web else (FetchError(source, "nothing may be fetched here"),)
    elif os.path.isdir(path := _path(source)):
        yield from _folder(path, options, web)
    else:
        yield from read_file(path, options, web)


def make_web(options: ReadOptions) -> Web | None:
    """Make what reads addresses, where they may be fetched; one a run, so that none is fetched twice."""
    if options.getter is None:
        return None
    fetched = replace(options, max_unpacked=_FETCHED_GROWTH * options.max_bytes)

    def read(page: Fetched, follow: Follow | None) -> Iterator[Item]:
        return read_stream(io.BytesIO(page.data), page.url, fetched, page.url, follow=follow, charset=page.charset)

    return Web(options.getter, read, options.asked)


def _path(source: str) -> Path:
    # Not `Path.expanduser`, which raises where there is no such user; nor `is_dir`, where a name is too long.
    return Path(os.path.expanduser(source))


def read_file(path: Path, options: ReadOptions, web: Web | None = None) -> Iterator[Item]:
    """Give every article of one file."""
    source = os.path.abspath(path)
    try:
        with path.open("rb", HEAD * 8) as stream:
            items = read_stream(stream, source, options, follow=web.open if web else None)
            yield from _gauged(items, stream, options.gauge) if options.gauge else items
    except FileNotFoundError:
        yield UnreadableError(source, "there is no such file or folder")
    except PermissionError:
        yield UnreadableError(source, "you may not read it")
    except (OSError, ValueError) as error:
        yield UnreadableError(source, f"it cannot be opened ({_why(error)})")


def _gauged(items: Iterator[Item], stream: BinaryIO, gauge: Gauge) -> Iterator[Item]:
    size = os.fstat(stream.fileno()).st_size
    for item in items:
        gauge.mark(size if stream.closed else stream.tell())  # a reader may close what it has read to the end
        yield item
    gauge.end(size)


def read_stream(
    stream: BinaryIO,
    source: str,
    options: ReadOptions,
    url: str | None = None,
    *,
    follow: Follow | None = None,
    depth: int = 0,
    budget: Budget | None = None,
    charset: str | None = None,
) -> Iterator[Item]:
    """Give every article of a stream of bytes, unpacked if it is compressed.

    Args:
        url: the address that it was fetched from.
        follow: reads an address that it names.
        depth: how many archives it lies in.
        budget: what may still be unpacked of the outermost of them.
        charset: the encoding that its host stated.
    """
    buffered, left = _buffered(stream), budget or Budget(options.max_unpacked)
    try:
        if buffered.peek(2)[:2] == _GZIP:
            buffered = _unpacked(buffered, source, left)
        head = buffered.peek(HEAD)[:HEAD]
    except (OSError, EOFError, zlib.error) as error:
        yield UnreadableError(source, f"it cannot be unpacked ({_why(error)})")
        return
    except SourceError as error:
        yield error
        return

    def unpack(entry: BinaryIO, name: str, address: str | None, charset: str | None) -> Iterator[Item]:
        if depth >= _NESTED:
            return iter((UnreadableError(name, "it lies in too many archives"),))
        limited = cast("BinaryIO", _Limited(entry, name, left))
        return read_stream(
            limited, name, options, address, follow=follow, depth=depth + 1, budget=left, charset=charset
        )

    document = Document(
        stream=cast("BinaryIO", buffered),
        source=source,
        url=url,
        max_bytes=options.max_bytes,
        mapping=options.mapping,
        follow=follow,
        unpack=unpack,
        teasers=options.feed_only,
        charset=charset,
    )
    yield from read_document(document, head)


def _stdin(options: ReadOptions, web: Web | None) -> Iterator[Item]:
    if options.stdin is None:
        yield UnreadableError(STDIN, "there is no standard input")
    else:
        yield from read_stream(options.stdin, STDIN, options, follow=web.open if web else None)


def _folder(folder: Path, options: ReadOptions, web: Web | None) -> Iterator[Item]:
    found = False
    for path in walk(folder):
        found = True
        yield from read_file(path, options, web)
    if not found:
        yield UnreadableError(os.path.abspath(folder), "the folder holds no files")


def walk(folder: Path) -> Iterator[Path]:
    """Give the files of a folder and its sub-folders in the order of their names, without hidden ones.

    Links to folders are not followed, so that no loop is walked for ever.
    """
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(files) if _is_news(name))


def _is_news(name: str) -> bool:
    return not name.startswith(".") and Path(name).stem.lower() not in _NOT_NEWS


@dataclass(slots=True)
class Budget:
    """Bytes that may still be unpacked of one file with all that lies in it, however deep and however often."""

    left: int


class _Limited(io.RawIOBase):
    """A stream that refuses to grow beyond a limit, so that a small file cannot fill the disk or the memory."""

    def __init__(self, inner: BinaryIO, source: str, budget: Budget) -> None:
        self._inner, self._source, self._budget = inner, source, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        """Read at most what is left.

        Raises:
            UnreadableError: the limit is passed.
        """
        view = memoryview(cast("bytearray", buffer))
        data = self._inner.read(len(view))
        self._budget.left -= len(data)
        if self._budget.left < 0:
            raise UnreadableError(self._source, "it unpacks to more than is allowed")
        view[: len(data)] = data
        return len(data)


def _unpacked(stream: Buffered, source: str, budget: Budget) -> Buffered:
    inner = cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    return _buffered(cast("BinaryIO", _Limited(inner, source, budget)))


def _buffered(stream: BinaryIO) -> Buffered:
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(cast("io.RawIOBase", stream), HEAD * 8)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
