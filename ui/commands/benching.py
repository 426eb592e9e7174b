"""``onrecord bench``: how fast and how big."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.commands.options import Data, Json, Model
from ui.terminal import hint, out, print_json

if TYPE_CHECKING:
    from eval.bench import BenchRow

_NAMES = ("retrieval", "ingest", "answer", "serve", "peer")


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(epilog="Example: onrecord bench retrieval --passages 10000 --json")(bench)


def bench(
    name: Annotated[str, typer.Argument(help="retrieval, ingest, answer, serve, peer, or all.")],
    data: Data = None,
    passages: Annotated[int, typer.Option(min=100, help="Passages in the index (retrieval).")] = 10_000,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of load (serve).")] = 60.0,
    clients: Annotated[int, typer.Option(min=1, max=500, help="Clients at once (serve).")] = 50,
    model: Model = None,
    articles: Annotated[int, typer.Option(min=1, help="Articles taken in (ingest).")] = 1000,
    questions: Annotated[int, typer.Option(min=1, help="Questions asked (answer, peer).")] = 40,
    json: Json = False,
    out_file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.json", help="Keep the figures for `onrecord eval results`.")
    ] = None,
) -> None:
    """Measure how fast and how big; the figures depend on the machine, the ratios less so."""
    from eval.bench import figure, row_json
    from eval.bench.file import save_bench
    from qa.errors import UsageError
    from ui.service import utc_now
    from ui.text import table

    if name not in {*_NAMES, "all"}:
        raise UsageError(f"There is no bench {name!r}; choose {', '.join(_NAMES)} or all.")
    if out_file is not None and out_file.suffix != ".json":
        raise UsageError(f"Figures are kept as JSON; name a file such as {out_file.with_suffix('.json')}.")
    options: dict[str, object] = {
        "data": data,
        "passages": passages,
        "seconds": seconds,
        "clients": clients,
        "articles": articles,
        "questions": questions,
        **({"model": model} if model else {}),
    }
    rows, failed = _all(options) if name == "all" else ([(name, row) for row in _run(name, options)], False)
    if out_file is not None:
        asked = {key: value for key, value in options.items() if name == "all" or key in _known(name)}
        save_bench(out_file, name, _named(name, rows), asked, utc_now())
    if json:
        # Two benches may give a figure the same name, so that of all each row says whose it is.
        whose = [{"bench": each} if name == "all" else {} for each, _ in rows]
        print_json({"bench": name, "rows": [w | row_json(row) for w, (_, row) in zip(whose, rows, strict=True)]})
    else:
        told = [(each, row.what, figure(row), row.unit, str(row.n)) for each, row in rows]
        out(table([("bench", "what", "value", "unit", "n"), *told]))
    if failed:
        raise typer.Exit(1)


def _named(name: str, rows: list[tuple[str, BenchRow]]) -> list[BenchRow]:
    """Give the rows, of all benches each under its bench's name."""
    from dataclasses import replace

    return [replace(row, what=f"{each}/{row.what}") if name == "all" else row for each, row in rows]


def _all(options: Mapping[str, object]) -> tuple[list[tuple[str, BenchRow]], bool]:
    """Run every bench, say which failed, and give the rows of the others and whether one failed."""
    from qa.errors import OnRecordError

    rows: list[tuple[str, BenchRow]] = []
    failed = False
    for name in _NAMES:
        try:
            rows += [(name, row) for row in _in_child(name, options)]
        except OnRecordError as error:
            failed = True
            hint(str(error))
    return rows, failed


def _in_child(name: str, options: Mapping[str, object]) -> list[BenchRow]:
    """Run one bench in a process of its own, so that its memory and its end are its own.

    Raises:
        OnRecordError: it failed; the last line of what it said is the reason.
    """
    import json
    import subprocess
    import sys

    from eval.bench import BenchRow
    from qa.errors import OnRecordError

    flags = [word for key, value in options.items() if value is not None for word in (f"--{key}", str(value))]
    command = [sys.executable, "-c", "from ui.cli import main; main()", "bench", name, "--json", *flags]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")  # noqa: S603 - our own command
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise OnRecordError(f"The bench {name} failed: {reason}")
    return [BenchRow(**row) for row in json.loads(done.stdout.splitlines()[-1])["rows"]]


def _run(name: str, options: Mapping[str, object]) -> list[BenchRow]:
    """Run one bench with those of the options that it has."""
    import importlib

    from qa.settings import make_settings

    run = importlib.import_module(f"eval.bench.{name}").run
    known = _known(name)
    settings = make_settings()
    chosen = {key: value for key, value in {**options, "settings": settings}.items() if key in known}
    if "url" not in known:
        return list(run(**chosen))
    from ui.serving import served_sample

    with served_sample(settings) as served:
        return list(run(served.url, pid=served.pid, **chosen))


def _known(name: str) -> set[str]:
    """Give the options that a bench has."""
    import importlib
    import inspect

    return set(inspect.signature(importlib.import_module(f"eval.bench.{name}").run).parameters)
