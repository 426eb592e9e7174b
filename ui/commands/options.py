"""Options that several commands share, so that one word means one thing everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from qa.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Since = Annotated[
    str | None, typer.Option(metavar="DAY", help="Only articles published on or after this day or moment (ISO, UTC).")
]
Until = Annotated[
    str | None, typer.Option(metavar="DAY", help="Only articles published before this moment; a day counts whole.")
]
Publisher = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only this outlet; may be given several times.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Answer as if it were this day or moment.")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder that the data set lies in.")]
Model = Annotated[
    str | None, typer.Option(metavar="NAME", help="A model of the shelf (`onrecord models list`), or quotes-only.")
]


def with_model(settings: Settings, model: str | None) -> Settings:
    """Give the settings with another model, if one is named."""
    if model is None:
        return settings
    return settings.model_copy(update={"llm": settings.llm.model_copy(update={"model": model})})
