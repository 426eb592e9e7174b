"""``onrecord ingest`` and what keeps the library in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Json
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.settings import Settings
    from ui.api import schemas
    from ui.desk import Desk

_SHOWN = 20
_ROUGH = (
    "They are stored, cut and quoted exactly, but the bundled embedder finds them by their words and only roughly by "
    "meaning; ONRECORD_EMBEDDER__NAME takes a multilingual one."
)


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(epilog="Example: onrecord ingest articles.jsonl pages/ https://example.org/feed.xml")(ingest)


def ingest(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="WHAT...", help="Files, folders, - or http(s) addresses.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and store nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when anything failed.")] = False,
    feed_only: Annotated[bool, typer.Option("--feed-only", help="Take a feed's own texts; fetch no pages.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Read again what failed, as `onrecord articles failed` lists it.")
    ] = False,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=NAME", help="Where a dump keeps a field: --map text=content."),
    ] = None,
    json: Json = False,
) -> None:
    """Read articles and add what is new; run again, it costs only reading."""
    from functools import reduce

    from qa.settings import make_settings
    from ui.api import schemas
    from ui.desk import open_desk
    from ui.posting import combined

    if not what and not retry_failed:
        raise typer.BadParameter("name files, folders, addresses or -, or say --retry-failed", param_hint="WHAT")
    settings, mapped = make_settings(), tuple(mapping or ())
    _pairs(mapped)  # a wrong one is refused before the library is opened
    with open_desk(settings) as desk:
        again = to_read_again(desk.failed().failed if retry_failed else ())
        reports = [
            _ingested(desk, settings, sources, feed_only=feed_only, mapping=mapped or before, dry_run=dry_run)
            for before, sources in (((), tuple(what or ())), *again)
            if sources
        ]
    report = reduce(combined, reports, schemas.ReportOut())
    _print_report(report, json, english=settings.embedder.name == type(settings.embedder)().name)
    if strict and report.failed:
        raise typer.Exit(1)


def to_read_again(failed: Sequence[schemas.FailedItem]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Give what has to be read again, by how names were mapped before, and say on stderr what is left alone."""
    from ingest.retry import MOST_TRIES, to_retry

    if worn := sum(item.tries >= MOST_TRIES for item in failed):
        hint(f"{worn} sources have failed {MOST_TRIES} times or more and are left alone; name them to try them.")
    mappings = dict.fromkeys(item.mapping for item in failed)
    found = ((one, to_retry(item for item in failed if item.mapping == one)) for one in mappings)
    return tuple(found)


def _ingested(
    desk: Desk,
    settings: Settings,
    sources: Sequence[str],
    *,
    feed_only: bool,
    mapping: tuple[str, ...],
    dry_run: bool,
) -> schemas.ReportOut:
    import sys
    from contextlib import nullcontext

    from ingest.sources import gauge_of, read_sources
    from ui.fetching import fetching
    from ui.progress import ingesting
    from ui.settling import settling

    gauge = gauge_of(sources)
    pairs, stdin = _pairs(mapping), sys.stdin.buffer
    reading = fetching(settings.ingest, feed_only=feed_only, mapping=pairs, stdin=stdin, gauge=gauge)
    with (
        reading as options,
        ingesting(gauge) as bar,
        nullcontext() if dry_run else settling(desk, sources, options.asked),
    ):
        return desk.ingest(read_sources(sources, options), progress=bar, dry_run=dry_run, mapping=mapping)


def _pairs(mapping: Sequence[str]) -> tuple[tuple[str, str], ...]:
    from ingest.readers.fields import FIELDS
    from qa.errors import UsageError

    pairs = [text.partition("=") for text in mapping]
    if wrong := [text for text, (field, _, name) in zip(mapping, pairs, strict=True) if not (field and name)]:
        raise UsageError(f"--map {wrong[0]} is not FIELD=NAME; write --map text=content.")
    if unknown := [field for field, _, _ in pairs if field not in FIELDS]:
        raise UsageError(f"--map {unknown[0]}=... names no field of an article; those are {', '.join(FIELDS)}.")
    return tuple((field, name) for field, _, name in pairs)


def _print_report(report: schemas.ReportOut, json: bool, english: bool) -> None:
    from ui.terminal import safe
    from ui.text import report_text

    # What is on stderr anyway is no part of the object, which other programs rely on as it is.
    print_json(report.model_dump(mode="json", exclude={"warnings", "rough"})) if json else out(report_text(report))
    for error in report.errors[:_SHOWN]:
        hint(safe(f"{error.source}: {error.reason}"))
    if len(report.errors) > _SHOWN:
        hint(f"... and {report.failed - _SHOWN} more; `onrecord articles failed` lists them.")
    for warning in report.warnings[:_SHOWN]:
        hint(safe(f"{warning.source}: {warning.reason}"))
    if len(report.warnings) > _SHOWN:
        hint(f"... and {len(report.warnings) - _SHOWN} more such warnings.")
    if report.rough and english:
        hint(f"{report.rough} articles are not in English. {_ROUGH}")
