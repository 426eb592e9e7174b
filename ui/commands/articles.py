"""``onrecord articles``: what is in the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Json, Publisher, Since, Until
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ui.api import schemas
    from ui.desk import Desk

_PAGE = 500

group = typer.Typer(help="List, show and delete stored articles.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.add_typer(group, name="articles", epilog="Example: onrecord articles list --publisher 'The Herald'")


@group.command("list", epilog="Example: onrecord articles list --since 2025-03-01 --json")
def list_articles(
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    limit: Annotated[int, typer.Option(min=1, help="The most to list.")] = 1_000_000,
    json: Json = False,
) -> None:
    """List articles, one a line: id, day, outlet, title."""
    from qa.settings import make_settings
    from ui.api import schemas
    from ui.commands.answering import read_request
    from ui.desk import open_desk
    from ui.text import article_line

    scope = read_request(schemas.Scope, since=since, until=until, publishers=tuple(publisher or ()))
    with open_desk(make_settings(), reading=False) as desk:
        rows = list(_rows(desk, scope, limit))
        if json:
            print_json({"articles": [row.model_dump(mode="json") for row in rows]})
            return
        for row in rows:
            out(article_line(row))


@group.command(epilog="Example: onrecord articles show a1b2c3 --json")
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id.")],
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version.")] = None,
    json: Json = False,
) -> None:
    """Show one article as stored, so that every quote can be checked."""
    from qa.settings import make_settings
    from ui.desk import open_desk
    from ui.text import article_text

    with open_desk(make_settings(), reading=False) as desk:
        article = desk.article(article_id, version)
        print_json(article) if json else out(article_text(article))


@group.command(epilog="Example: onrecord articles delete --publisher 'The Herald' --before 2020-01-01")
def delete(
    article_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="The articles' ids.")] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DAY", help="Delete what was published before this day or moment (ISO, UTC).")
    ] = None,
    publisher: Annotated[str | None, typer.Option(metavar="NAME", help="Delete what this outlet published.")] = None,
    json: Json = False,
) -> None:
    """Delete articles with all their versions, by id (one that is not there and nothing is deleted), by day, by outlet.

    By day or outlet, a story that another outlet carries too stays, under the earliest of those left.
    """
    from qa.settings import make_settings
    from ui.desk import open_desk

    if bool(article_ids) == bool(before or publisher):
        raise typer.BadParameter("give ids, or else --before or --publisher or both", param_hint="ID")
    with open_desk(make_settings(), reading=False) as desk:
        if article_ids:
            done = desk.delete(article_ids)
            print_json(done) if json else out(f"{done.deleted} deleted")
            return
        retired = desk.retire(publisher, before)
        kept = f", {retired.kept} kept under another outlet that carries them" if retired.kept else ""
        print_json(retired) if json else out(f"{retired.deleted} deleted{kept}")


@group.command(epilog="Example: onrecord articles failed --retry-failed")
def failed(
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Read them again now.")] = False,
    json: Json = False,
) -> None:
    """List what could not be ingested, why, and how often it was tried."""
    from qa.settings import make_settings
    from ui.desk import open_desk
    from ui.terminal import safe

    if retry_failed:
        from ui.commands.library import ingest

        ingest(retry_failed=True, json=json)
        return
    with open_desk(make_settings(), reading=False) as desk:
        found = desk.failed()
        if json:
            print_json(found)
            return
        for item in found.failed:
            out(safe(f"{item.source}: {item.reason}" + (f" (tried {item.tries} times)" if item.tries > 1 else "")))
        if not found.failed:
            hint("Nothing has failed.")


def _rows(desk: Desk, scope: schemas.Scope, limit: int) -> Iterator[schemas.ArticleRow]:
    after: str | None = None
    while limit > 0:
        page = desk.articles(scope, after=after, limit=min(limit, _PAGE))
        yield from page.articles
        limit, after = limit - len(page.articles), page.next
        if after is None:
            return
