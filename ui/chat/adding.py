"""Adding what a reader gave: addresses, pasted text, uploaded files, one after the other, each with its result.

Only addresses of the web are taken from the page, so nobody can have the server read its own files through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from qa.errors import OnRecordError, SourceError
from qa.types import Article
from ui.api.schemas import AddRequest, ArticleIn, ReportOut
from ui.chat.safe import link_target
from ui.service import Service

if TYPE_CHECKING:
    from ingest.readers.base import Item

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing to add: how it is called on the page, and what adds it."""

    name: str
    add: Callable[[], ReportOut]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one thing: its report, or why there is none."""

    name: str
    report: ReportOut | None = None
    problem: str = ""


def add_all(additions: Sequence[Addition]) -> Iterator[tuple[Added, ...]]:
    """Add one thing after the other, giving all results so far before the first and after each."""
    done: tuple[Added, ...] = ()
    yield done
    for addition in additions:
        done = (*done, _added(addition))
        yield done


def addresses(text: str, service: Service) -> list[Addition]:
    """Read addresses, one a line; a line that is none of the web's becomes a result that says so."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))[:_MOST]
    return [Addition(line, lambda line=line: _add_address(line, service)) for line in lines]  # type: ignore[misc]


def pasted(title: str, text: str, publisher: str, published: str, service: Service) -> list[Addition]:
    """Read a pasted article; none where there is no text."""
    if not text.strip():
        return []
    name = title.strip() or "Pasted text"
    return [Addition(name, lambda: _add_pasted(name if title.strip() else "", text, publisher, published, service))]


def uploaded(files: Sequence[str], service: Service) -> list[Addition]:
    """Read uploaded files, given by where the server keeps them for now."""
    return [Addition(Path(file).name, lambda file=file: _add_file(Path(file), service)) for file in files]  # type: ignore[misc]


def _added(addition: Addition) -> Added:
    try:
        return Added(addition.name, addition.add())
    except OnRecordError as error:
        return Added(addition.name, problem=str(error))


def _add_address(line: str, service: Service) -> ReportOut:
    if link_target(line) is None:
        raise SourceError(line, "it is not an address that begins with http:// or https://")
    return service.add(AddRequest(urls=(line,)))


def _add_pasted(title: str, text: str, publisher: str, published: str, service: Service) -> ReportOut:
    try:
        given = ArticleIn(text=text, title=title, publisher=publisher.strip() or None, published=published or None)
    except ValidationError as error:
        first = error.errors()[0]
        raise SourceError(title or "pasted text", first["msg"].removeprefix("Value error, ")) from error
    return service.add(AddRequest(articles=(given,)))


def _add_file(file: Path, service: Service) -> ReportOut:
    from ingest.sources import ReadOptions, read_file

    options = ReadOptions(max_bytes=service.onrecord.settings.ingest.max_bytes)
    return service.ingest(_named(item, file) for item in read_file(file, options))


def _named(item: Item, file: Path) -> Item:
    # The place of an upload is the server's own and changes with every upload; the reader knows the file's name.
    if isinstance(item, Article):
        return replace(item, source=file.name)
    return SourceError(file.name, item.reason)
