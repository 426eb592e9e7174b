"""``onrecord doctor``, ``reindex``, ``backup`` and ``restore``: looking after a library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Json
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from qa.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(epilog="Example: onrecord doctor --sample 500")(doctor)
    app.command(epilog="Example: onrecord reindex")(reindex)
    app.command(epilog="Example: onrecord backup monday.db")(backup)
    app.command(epilog="Example: onrecord restore monday.db (with ONRECORD_HOME set to an empty folder)")(restore)


def doctor(
    sample: Annotated[int, typer.Option(min=1, max=2000, help="Passages to search for by their own vector.")] = 200,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when something is wrong.")] = False,
    json: Json = False,
) -> None:
    """Compare catalog, vectors and words, measure the index, and say what to run."""
    from qa.settings import make_settings
    from ui.desk import open_desk
    from ui.text import doctor_text

    with open_desk(make_settings(), reading=False) as desk:
        found = desk.doctor(sample)
    print_json(found) if json else out(doctor_text(found))
    if strict and not found.healthy:
        raise typer.Exit(1)


def reindex(
    embed: Annotated[bool, typer.Option("--embed", help="Also make all vectors anew, with the set embedder.")] = False,
    json: Json = False,
) -> None:
    """Rebuild the indexes from the catalog; the old ones stay live until the new ones are whole."""
    from qa.settings import make_settings
    from ui.desk import serving_owner

    settings = make_settings()
    url = serving_owner(settings)
    if embed:
        _reembed(settings)
    elif url is not None:
        from ui.desk import own_client

        with own_client(settings, url) as client:
            client.reindex()
    else:
        from qa.library.rebuilding import reindex as rebuild

        rebuild(settings.home)
    print_json({"done": "reindex"}) if json else out("The indexes are rebuilt.")


def backup(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")], json: Json = False
) -> None:
    """Copy the library into one file, also while it is served; the indexes follow from it."""
    from qa.settings import make_settings
    from ui.desk import own_client, serving_owner

    settings = make_settings()
    url = serving_owner(settings)
    if url is None:
        from qa.library.rebuilding import backup as copy

        to = copy(settings.home, to)
    else:
        with own_client(settings, url) as client:
            to = client.backup(to)
    print_json({"file": str(to)}) if json else out(f"The library is copied to {to}")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `onrecord backup` made.")],
    json: Json = False,
) -> None:
    """Make a library of a copy, in a home that holds none yet."""
    from qa.library.rebuilding import restore as take_over
    from qa.settings import make_settings

    settings = make_settings()
    take_over(settings.home, source)
    print_json({"home": str(settings.home)}) if json else out(f"The library is restored to {settings.home}")


def _reembed(settings: Settings) -> None:
    from qa.errors import HomeLockedError
    from qa.library.home import owner
    from qa.library.rebuilding import reembed
    from qa.models.encoders import make_embedder

    if found := owner(settings.home):
        raise HomeLockedError(str(settings.home), str(found))
    embedder = make_embedder(settings.embedder)
    reembed(
        settings.home,
        embedder=embedder.name,
        dim=embedder.dim,
        embed=embedder.embed_passages,
        progress=_every(1000, lambda done, total: hint(f"{done:,} of {total:,} passages embedded")),
    )


def _every(step: int, tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    told = 0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if done - told >= step or done == total:
            told = done
            tell(done, total)

    return progress
