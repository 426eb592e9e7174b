"""``onrecord watch``: follow feeds, sitemaps, pages and folders."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Json
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from ingest.watch import Look
    from ui.api.watch_schemas import FollowedItem, FollowedOut
    from ui.service import Service

_SOURCES = "Feeds, sitemaps, pages, folders."

group = typer.Typer(
    help="Follow feeds, sitemaps, pages and folders: looked at again at an interval by `onrecord serve` while it runs, "
    "or by `onrecord watch run`.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.add_typer(group, name="watch", epilog="Example: onrecord watch add https://example.org/feed.xml incoming/")


@group.command(epilog="Example: onrecord watch add https://example.org/feed.xml incoming/ --every 15")
def add(
    source: Annotated[list[str], typer.Argument(metavar="SOURCE...", help=_SOURCES)],
    every: Annotated[float, typer.Option(min=1, metavar="MINUTES", help="Minutes between two looks.")] = 15.0,
    json: Json = False,
) -> None:
    """Follow sources from now on; what is followed is kept."""
    from qa.settings import make_settings
    from ui.desk import open_desk
    from ui.following import source_of

    kept = [source_of(given) for given in source]
    with open_desk(make_settings(), reading=False) as desk:
        _show(desk.follow(kept, every), json)


@group.command("list", epilog="Example: onrecord watch list --json")
def list_followed(json: Json = False) -> None:
    """List what is followed, with how the last look at each went and when the next is due."""
    from qa.settings import make_settings
    from ui.desk import open_desk

    with open_desk(make_settings(), reading=False) as desk:
        _show(desk.followed(), json)


@group.command(epilog="Example: onrecord watch remove https://example.org/feed.xml")
def remove(
    source: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="As `onrecord watch list` shows them.")],
    json: Json = False,
) -> None:
    """Follow sources no longer; the articles that came from them stay."""
    import os
    from pathlib import Path

    from qa.settings import make_settings
    from ui.desk import open_desk

    known = [os.path.abspath(given) if Path(given).exists() else given for given in source]
    with open_desk(make_settings(), reading=False) as desk:
        _show(desk.unfollow(known), json)


@group.command(epilog="Example: onrecord watch run --once")
def run(
    once: Annotated[bool, typer.Option("--once", help="Look at what is due, and end.")] = False,
    json: Json = False,
) -> None:
    """Look at what is due and add what is new, until Ctrl-C; `onrecord serve` does so by itself."""
    from qa.errors import UsageError
    from qa.settings import make_settings
    from ui.desk import open_desk
    from ui.service import Service

    with open_desk(make_settings()) as desk:
        found = desk.followed()
        if not found.followed:
            raise UsageError("Nothing is followed yet; `onrecord watch add` a feed, a page or a folder.")
        if isinstance(desk, Service):
            _look(desk, once, json)
            return
        hint("The server that owns this home looks by itself; so far:")
        _show(found, json)


def _look(service: Service, once: bool, json: bool) -> None:
    from ui.following import Follower

    if not once:
        hint("Looking at what is followed when it is due; Ctrl-C ends it.")
    for look in Follower(service).looks(_wait, once=once):
        _tell(look, json)


def _wait(seconds: float) -> bool:
    # An event that nobody sets: a wait that Ctrl-C ends at once.
    return not threading.Event().wait(seconds)


def _show(found: FollowedOut, json: bool) -> None:
    from ui.text import table

    if json:
        print_json(found)
    elif not found.followed:
        hint("Nothing is followed.")
    else:
        out(table([("source", "every", "last look", "result", "next look"), *map(_row, found.followed)]))


def _row(one: FollowedItem) -> tuple[str, ...]:
    from ui.terminal import safe

    last, following = _minute(one.last_run, "never"), _minute(one.next_run, "at once")
    return safe(one.source), f"{one.minutes:g} min", last, safe(one.last_result or "-"), following


def _minute(moment: str | None, instead: str) -> str:
    from datetime import datetime

    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}" if moment else instead


def _tell(look: Look, json: bool) -> None:
    from ui.service import report_out
    from ui.terminal import safe
    from ui.text import report_text

    source = look.subscription.source
    if look.report is None:
        print_json({"source": source, "unchanged": True}) if json else out(safe(f"{source}: nothing has changed"))
        return
    report = report_out(look.report)
    if json:
        print_json({"source": source, **report.model_dump(mode="json")})
        return
    out(safe(f"{source}: {report_text(report)}"))
    for error in report.errors[:5]:
        hint(safe(f"  {error.source}: {error.reason}"))
