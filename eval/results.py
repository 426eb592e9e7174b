"""Write figures into documents from runs' files, so that no figure is ever typed by hand.

A document with the two marker comments gets its figures between them; any other is written whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from eval.records import write_text
from eval.report import RunReport, load_report, markdown
from eval.scoring import mapping
from qa.errors import UsageError

START, END = "<!-- figures: written by `onrecord eval results` -->", "<!-- end of figures -->"
_HEAD = """# Results

Written by `onrecord eval results` from the files of the runs below; do not edit. Shares are in percent. In brackets
stands the 95 % interval, and n is the number of questions behind a figure; a failed question counts as wrong.
"""


def write_results(folders: Sequence[Path], out: Path, *, now: datetime) -> Path:
    """Write the figures of runs into a document.

    Args:
        now: the date that the document says it was written on.

    Raises:
        UsageError: no run was named, or a document has only one of the markers.
        NotFoundError, UnreadableError: a run is not there, or is broken.
    """
    if not folders:
        raise UsageError("Name at least one run, such as runs/sample-20260101-120000.")
    figures = figures_markdown([load_report(folder) for folder in folders], now)
    old = out.read_text("utf-8") if out.is_file() else ""
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, between_markers(old, figures) if START in old or END in old else f"{_HEAD}\n{figures}")
    return out


def figures_markdown(reports: Sequence[RunReport], now: datetime) -> str:
    """Render each run's figures with what made them: dataset, model, machine, versions, date."""
    parts = [f"Written on {now:%Y-%m-%d}."]
    for report in reports:
        parts += [f"## {report.summary.run}", _made_with(report), markdown([report])]
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
    versions = ", ".join(f"{name} {version}" for name, version in mapping(config.get("versions")).items())
    told = {
        "code": config.get("code"),
        "index": config.get("index"),
        "model SHA-256": config.get("model_sha256"),
        "versions": versions,
    }
    return "\n".join(f"- {name}: {value}" for name, value in told.items() if value)
