"""Adding what a reader gave: addresses, pasted text, uploaded files, one after the other, each with its result.

Only addresses of the web are taken from the page, so nobody can have the server read its own files through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from pydantic import ValidationError

from qa.errors import OnRecordError, SourceError
from qa.types import Article
from ui.api.schemas import AddRequest, ArticleIn, ReportOut
from ui.chat.safe import link_target
from ui.fetching import fetching
from ui.service import Service
from ui.settling import settling

if TYPE_CHECKING:
    from ingest.readers.base import Item

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the thing that is being added is: articles read so far, and the last one's title or fault."""

    name: str
    read: int = 0
    last: str = ""


Tell: TypeAlias = Callable[[Reading], None]


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing to add: how it is called on the page, and what adds it and tells how far it is."""

    name: str
    add: Callable[[Tell], ReportOut]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one thing: its report, or why there is none."""

    name: str
    report: ReportOut | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """How far adding is: what is done, and what is being read."""

    done: tuple[Added, ...] = ()
    now: Reading | None = None


def add_all(additions: Sequence[Addition]) -> Iterator[Work]:
    """Add one thing after the other, giving how far it is before the first, while each is read, and after each."""
    done: tuple[Added, ...] = ()
    yield Work()
    for addition in additions:
        for step in _steps(addition):
            if isinstance(step, Added):
                done = (*done, step)
            yield Work(done, step if isinstance(step, Reading) else None)


def addresses(text: str, service: Service) -> list[Addition]:
    """Read addresses, one a line; a line that is none of the web's becomes a result that says so."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))[:_MOST]
    return [Addition(line, lambda tell, line=line: _add_address(line, service, tell)) for line in lines]  # type: ignore[misc]


def pasted(title: str, text: str, publisher: str, published: str, service: Service) -> list[Addition]:
    """Read a pasted article; none where there is no text."""
    if not text.strip():
        return []
    name = title.strip() or "Pasted text"
    return [Addition(name, lambda tell: _add_pasted(title.strip(), text, publisher, published, service))]


def uploaded(files: Sequence[str], service: Service) -> list[Addition]:
    """Read uploaded files, given by where the server keeps them for now."""
    return [Addition(Path(file).name, lambda tell, file=file: _add_file(Path(file), service, tell)) for file in files]  # type: ignore[misc]


def told(name: str, items: Iterable[Item], tell: Tell) -> Iterator[Item]:
    """Give the items on, telling of each as it is read."""
    for read, item in enumerate(items, 1):
        tell(Reading(name, read, item.title or "Untitled" if isinstance(item, Article) else item.reason))
        yield item


def _steps(addition: Addition) -> Iterator[Reading | Added]:
    """Add in a thread, so that what is being read can be told meanwhile; of a burst only the last is told."""
    steps: SimpleQueue[Reading | None] = SimpleQueue()
    yield Reading(addition.name)
    with ThreadPoolExecutor(1, thread_name_prefix="adding") as worker:
        going = worker.submit(_added, addition, steps.put)
        going.add_done_callback(lambda _: steps.put(None))
        yield from _until_done(steps)
        yield going.result()


def _until_done(steps: SimpleQueue[Reading | None]) -> Iterator[Reading]:
    while (step := steps.get()) is not None:
        if steps.empty():
            yield step


def _added(addition: Addition, tell: Tell) -> Added:
    try:
        return Added(addition.name, addition.add(tell))
    except OnRecordError as error:
        return Added(addition.name, problem=str(error))


def _add_address(line: str, service: Service, tell: Tell) -> ReportOut:
    from ingest.sources import read_sources

    if link_target(line) is None:
        raise SourceError(line, "it is not an address that begins with http:// or https://")
    with fetching(service.onrecord.settings.ingest) as options, settling(service, (line,), options.asked):
        return service.ingest(told(line, read_sources((line,), options), tell))


def _add_pasted(title: str, text: str, publisher: str, published: str, service: Service) -> ReportOut:
    try:
        given = ArticleIn(text=text, title=title, publisher=publisher.strip() or None, published=published or None)
    except ValidationError as error:
        first = error.errors()[0]
        raise SourceError(title or "pasted text", first["msg"].removeprefix("Value error, ")) from error
    return service.add(AddRequest(articles=(given,)))


def _add_file(file: Path, service: Service, tell: Tell) -> ReportOut:
    from ingest.sources import ReadOptions, read_file

    options = ReadOptions(max_bytes=service.onrecord.settings.ingest.max_bytes)
    items = (_named(item, file) for item in read_file(file, options))
    return service.ingest(told(file.name, items, tell))


def _named(item: Item, file: Path) -> Item:
    # The place of an upload is the server's own and changes with every upload; the reader knows the file's name.
    source = item.source.replace(str(file), file.name, 1)
    return replace(item, source=source) if isinstance(item, Article) else SourceError(source, item.reason)
