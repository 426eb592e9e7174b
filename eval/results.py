"""Write figures into documents from runs' and benches' files, so that no figure is ever typed by hand.

A document with the two marker comments gets its figures between them; any other is written whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from eval.bench.file import BenchFile, load_bench
from eval.records import write_text
from eval.report import RunReport, load_report, markdown, markdown_table
from eval.scoring import mapping
from qa.errors import UsageError

START, END = "<!-- figures: written by `onrecord eval results` -->", "<!-- end of figures -->"
_HEAD = """# Results

Written by `onrecord eval results` from the files of the runs below; do not edit. Shares are in percent. In brackets
stands the 95 % interval, and n is the number of questions behind a figure; a failed question counts as wrong. Of a
bench, n is the number of observations.
"""


def write_results(paths: Sequence[Path], out: Path, *, now: datetime) -> Path:
    """Write the figures of runs and benches into a document.

    Args:
        paths: folders of runs, and files that `onrecord bench --out` made.
        now: the date that the document says it was written on.

    Raises:
        UsageError: no run was named, or a document has only one of the markers.
        NotFoundError, UnreadableError: a run or a bench is not there, or is broken.
    """
    if not paths:
        raise UsageError("Name at least one run, such as runs/sample-20260101-120000.")
    benches = [load_bench(path) for path in paths if path.suffix == ".json"]
    figures = figures_markdown([load_report(path) for path in paths if path.suffix != ".json"], now, benches)
    old = out.read_text("utf-8") if out.is_file() else ""
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, between_markers(old, figures) if START in old or END in old else f"{_HEAD}\n{figures}")
    return out


def figures_markdown(reports: Sequence[RunReport], now: datetime, benches: Sequence[BenchFile] = ()) -> str:
    """Render each run's and bench's figures with what made them: dataset, model, machine, versions, date."""
    parts = [f"Written on {now:%Y-%m-%d}."]
    for report in reports:
        parts += [f"## {report.summary.run}", _made_with(report), markdown([report])]
    for bench in benches:
        parts += [f"## bench {bench.name}", _bench_made_with(bench), _bench_table(bench)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def between_markers(document: str, figures: str) -> str:
    """Replace what stands between the markers.

    Raises:
        UsageError: the document lacks one of them.
    """
    head, start, rest = document.partition(START)
    _, end, tail = rest.partition(END)
    if not start or not end:
        raise UsageError(f"The document needs both lines, {START} and {END}.")
    return f"{head}{START}\n{figures}{END}{tail}"


def _made_with(report: RunReport) -> str:
    config = report.config
    told = {
        "code": config.get("code"),
        "index": config.get("index"),
        "model SHA-256": config.get("model_sha256"),
        "versions": _listed(config.get("versions")),
    }
    return _lines(told)


def _bench_made_with(bench: BenchFile) -> str:
    machine = mapping(bench.made.get("machine"))
    told = {
        "asked": _listed(bench.options),
        "machine": f"{machine.get('processor')}, {machine.get('cores')} cores",
        "date": str(bench.made.get("started"))[:10],
        "versions": _listed(bench.made.get("versions")),
    }
    return _lines(told)


def _bench_table(bench: BenchFile) -> str:
    rows = [[row.what, f"{row.value:.4g}", row.unit, str(row.n)] for row in bench.rows]
    return "\n".join(markdown_table(["what", "value", "unit", "n"], rows))


def _lines(told: Mapping[str, object]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in told.items() if value)


def _listed(values: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in mapping(values).items())
