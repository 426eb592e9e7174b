"""The ``onrecord`` command: parses arguments, calls what does the work, and exits.

Only light modules are imported here and at the top of ``ui/commands``: everything heavy is imported inside a command's
body, so that ``onrecord --help`` answers at once.
"""

from __future__ import annotations

import typer
from typer.core import TyperGroup

from ui.commands import answering, articles, benching, evaluation, library, models, serving, tuning, upkeep, watching
from ui.terminal import ending


class Guarded(TyperGroup):
    """A group of commands whose errors end in one plain line."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was named."""
        with ending():
            return super().invoke(ctx)


app = typer.Typer(
    name="onrecord",
    cls=Guarded,
    help="Ask the news. Every claim in the answer carries a quote you can check.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"onrecord {version('onrecord')}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Ask the news. Every claim in the answer carries a quote you can check."""


for part in (library, watching, answering, articles, serving, models, upkeep, evaluation, tuning, benching):
    part.register(app)


def main() -> None:
    """Run the command line; the entry point of the ``onrecord`` script."""
    app()
