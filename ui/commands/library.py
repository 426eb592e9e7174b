"""``onrecord ingest`` and what keeps the library in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Json
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from ui.api import schemas

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(epilog="Example: onrecord ingest articles.jsonl pages/ https://example.org/feed.xml")(ingest)


def ingest(
    what: Annotated[list[str], typer.Argument(metavar="WHAT...", help="Files, folders, - or http(s) addresses.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and store nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when anything failed.")] = False,
    feed_only: Annotated[bool, typer.Option("--feed-only", help="Take a feed's own texts; fetch no pages.")] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=NAME", help="Where a dump keeps a field: --map text=content."),
    ] = None,
    json: Json = False,
) -> None:
    """Read articles and add what is new; run again, it costs only reading."""
    import sys

    from ingest.sources import read_sources
    from qa.settings import make_settings
    from ui.desk import open_desk
    from ui.fetching import fetching
    from ui.progress import ingesting

    settings, pairs = make_settings(), _pairs(mapping or [])
    with (
        open_desk(settings) as desk,
        fetching(settings.ingest, feed_only=feed_only, mapping=pairs, stdin=sys.stdin.buffer) as options,
        ingesting() as bar,
    ):
        report = desk.ingest(read_sources(what, options), progress=bar, dry_run=dry_run)
    _print_report(report, json)
    if strict and report.failed:
        raise typer.Exit(1)


def _pairs(mapping: list[str]) -> tuple[tuple[str, str], ...]:
    from qa.errors import UsageError

    pairs = [text.partition("=") for text in mapping]
    if wrong := [text for text, (field, _, name) in zip(mapping, pairs, strict=True) if not (field and name)]:
        raise UsageError(f"--map {wrong[0]} is not FIELD=NAME; write --map text=content.")
    return tuple((field, name) for field, _, name in pairs)


def _print_report(report: schemas.ReportOut, json: bool) -> None:
    from ui.terminal import safe
    from ui.text import report_text

    print_json(report) if json else out(report_text(report))
    for error in report.errors[:_SHOWN]:
        hint(safe(f"{error.source}: {error.reason}"))
    if len(report.errors) > _SHOWN:
        hint(f"... and {len(report.errors) - _SHOWN} more; `onrecord articles failed` lists them.")
