"""``onrecord watch``: follow feeds, pages and folders."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Json
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from ingest.sources import ReadOptions
    from ingest.watch import Look
    from qa.library.index import NewsIndex
    from qa.settings import Settings
    from ui.api import schemas
    from ui.desk import Desk
    from ui.service import Service

_MINUTE = 60


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(epilog="Example: onrecord watch https://example.org/feed.xml incoming/ --every 15")(watch)


def watch(
    source: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Feeds, pages, folders.")] = None,
    every: Annotated[float, typer.Option(min=1, metavar="MINUTES", help="Minutes between two looks.")] = 15.0,
    once: Annotated[bool, typer.Option("--once", help="Look at what is due, and end.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List what is followed, and end.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Follow these sources no longer, and end.")] = False,
    json: Json = False,
) -> None:
    """Follow sources: look again at an interval and add what is new, until Ctrl-C; what is followed is kept."""
    from qa.settings import make_settings
    from ui.desk import open_desk
    from ui.fetching import fetching
    from ui.service import Service

    settings = make_settings()
    with open_desk(settings) as desk, fetching(settings.ingest) as options:
        if not isinstance(desk, Service):
            _watch_through(desk, source or [], options, every, once, json)
        elif listed or forget:
            _manage(desk.onrecord.index, source or [], forget, json)
        else:
            _watch_here(desk, settings, source or [], options, every, once, json)


def _manage(index: NewsIndex, sources: list[str], forget: bool, json: bool) -> None:
    from qa.errors import NotFoundError
    from ui.terminal import safe

    for source in sources if forget else ():
        if not index.unsubscribe(source):
            raise NotFoundError(f"{source} is not followed; `onrecord watch --list` shows what is.")
    followed = index.subscriptions()
    if json:
        print_json({"followed": [{"source": one.source, "minutes": one.interval / _MINUTE} for one in followed]})
        return
    for one in followed:
        out(safe(f"{one.source}  every {one.interval / _MINUTE:g} minutes  {one.last_result or 'not looked at yet'}"))


def _watch_here(
    desk: Service, settings: Settings, sources: list[str], options: ReadOptions, every: float, once: bool, json: bool
) -> None:
    from ingest.pipeline import IngestPipeline
    from ingest.watch import Watcher
    from qa.errors import UsageError
    from qa.library.ledger import Subscription

    library = desk.onrecord
    for source in sources:
        library.index.subscribe(Subscription(source, every * _MINUTE))
    if not library.index.subscriptions():
        raise UsageError("Nothing is followed yet; name a feed, a page or a folder.")
    pipeline = IngestPipeline(library.index, library.embedder, settings.ingest)
    watcher = Watcher(library.index, pipeline, options, desk.now)
    looks: Iterator[Look] = iter(watcher.run_due()) if once else watcher.loop(_wait)
    for look in looks:
        _tell_look(look, json)


def _watch_through(desk: Desk, sources: list[str], options: ReadOptions, every: float, once: bool, json: bool) -> None:
    """Look here and have the home's owner store what is found."""
    from ingest.sources import read_sources
    from qa.errors import UsageError

    if not sources:
        raise UsageError("A server owns this home; name the sources to follow through it.")
    while True:
        for source in sources:
            _tell(source, desk.ingest(read_sources([source], options)), json)
        if once or not _wait(every * _MINUTE):
            return


def _wait(seconds: float) -> bool:
    # An event that nobody sets: a wait that Ctrl-C ends at once.
    return not threading.Event().wait(seconds)


def _tell_look(look: Look, json: bool) -> None:
    from ui.service import report_out

    if look.report is None:
        hint(f"{look.subscription.source}: unchanged")
        return
    _tell(look.subscription.source, report_out(look.report), json)


def _tell(source: str, report: schemas.ReportOut, json: bool) -> None:
    from ui.terminal import safe
    from ui.text import report_text

    if json:
        print_json({"source": source, **report.model_dump(mode="json")})
    else:
        out(safe(f"{source}: {report_text(report)}"))
