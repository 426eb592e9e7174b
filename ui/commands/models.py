"""``onrecord models``: the shelf of models that write answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Json
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from qa.models.shelf import Shelf, ShelfEntry
    from qa.settings import Settings

group = typer.Typer(help="List, pull and add models that write answers.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.add_typer(group, name="models", epilog="Example: onrecord models pull smollm2-135m-onrecord")


@group.command("list", epilog="Example: onrecord models list --json")
def list_models(json: Json = False) -> None:
    """List the models on the shelf, with licence and size, and whether each is on this machine."""
    from ui.text import table

    settings, shelf = _shelf()
    rows = [_row(settings, shelf, entry) for entry in shelf.entries()]
    if json:
        print_json({"models": rows})
        return
    out(
        table([(_mark(row), str(row["name"]), str(row["licence"]), _megabytes(row), str(row["about"])) for row in rows])
    )
    hint("* on this machine; - not pulled yet; > the default")


@group.command(epilog="Example: onrecord models pull qwen2.5-coder-1.5b-instruct")
def pull(
    name: Annotated[str | None, typer.Argument(help="A model on the shelf; the default one when left out.")] = None,
    json: Json = False,
) -> None:
    """Download a model and verify it; an interrupted pull goes on where it stopped."""
    from ui.progress import pulling

    settings, shelf = _shelf()
    name = name or settings.llm.model
    with pulling(name) as report:
        file = shelf.pull(name, report)
    print_json({"name": name, "path": str(file)}) if json else out(f"{name} is at {file}")


@group.command(epilog="Example: onrecord models add ~/models/mistral-7b.Q4_K_M.gguf --name mistral-7b")
def add(
    what: Annotated[str, typer.Argument(help="A GGUF file, or OWNER/REPO/FILE.gguf on the hub.")],
    name: Annotated[str | None, typer.Option(help="How to ask for it; the file's name when left out.")] = None,
    small: Annotated[bool, typer.Option("--small", help="It has well under a billion parameters.")] = False,
    json: Json = False,
) -> None:
    """Put another GGUF model on the shelf."""
    settings, shelf = _shelf()
    entry = shelf.add(what, name, small=small)
    print_json(_row(settings, shelf, entry)) if json else out(f"{entry.name} is on the shelf ({entry.about})")


@group.command(epilog="Example: onrecord models remove mistral-7b")
def remove(name: Annotated[str, typer.Argument(help="A model on the shelf.")]) -> None:
    """Delete a pulled model; a file of your own that was added is only forgotten."""
    _shelf()[1].remove(name)
    out(f"{name} is removed")


def _shelf() -> tuple[Settings, Shelf]:
    from qa.models.shelf import Shelf
    from qa.settings import make_settings

    settings = make_settings()
    return settings, Shelf(settings.models)


def _row(settings: Settings, shelf: Shelf, entry: ShelfEntry) -> dict[str, object]:
    return {
        "name": entry.name,
        "about": entry.about,
        "licence": entry.licence,
        "size": entry.size,
        "sha256": entry.sha256,
        "pulled": shelf.has(entry.name),
        "default": entry.name == settings.llm.model,
        "origins": [origin.words for origin in entry.origins],
    }


def _mark(row: dict[str, object]) -> str:
    return (">" if row["default"] else " ") + ("*" if row["pulled"] else "-")


def _megabytes(row: dict[str, object]) -> str:
    size = row["size"]
    return f"{size / 1e6:,.0f} MB" if isinstance(size, int) and size else "?"
