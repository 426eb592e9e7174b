"""Write figures into documents from runs' and benches' files, so that no figure is ever typed by hand.

Each run and each bench has a section of its own, told by its heading. A section that is written again takes the old
one's place; what other files gave stays, so that nobody has to repeat a day's benches to add one figure. A document
with the two marker comments gets its figures between them; one that was written here is written whole, as is a new one.
Any other is somebody's own and left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.bench import figure
from eval.bench.file import BenchFile, load_bench
from eval.records import write_text
from eval.report import RunReport, load_report, markdown, markdown_table
from eval.scoring import mapping
from qa.errors import UsageError

START, END = "<!-- figures: written by `onrecord eval results` -->", "<!-- end of figures -->"
_TITLE = "# Results\n"
_HEAD = f"""{_TITLE}
Written by `onrecord eval results` from the files of the runs below; do not edit. Shares are in percent. In brackets
stands the 95 % interval, and n is the number of questions behind a figure; a failed question counts as wrong. Of a
bench, n is the number of observations.
"""


def write_results(paths: Sequence[Path], out: Path, *, fresh: bool = False, drop: Sequence[str] = ()) -> Path:
    """Write the figures of runs and benches into a document.

    Args:
        paths: folders of runs, and files that `onrecord bench --out` made.
        fresh: leave out the sections that other files gave the document.
        drop: the headings of those to leave out.

    Raises:
        UsageError: no run was named, a heading to drop is not there, or the document has only one of the markers, or
            none and words of its own.
        NotFoundError, UnreadableError: a run or a bench is not there, or is broken.
    """
    if not paths:
        raise UsageError("Name at least one run, such as runs/sample-20260101-120000.")
    new = [
        *(_run_section(load_report(path)) for path in paths if path.suffix != ".json"),
        *(_bench_section(load_bench(path)) for path in paths if path.suffix == ".json"),
    ]
    old = out.read_text("utf-8") if out.is_file() else ""
    marked = START in old or END in old
    if not marked and old.strip() and not old.startswith(_TITLE):
        raise UsageError(f"{out} has words of its own; put the lines {START} and {END} where the figures belong.")
    known = "" if fresh else between_markers(old)[1] if marked else old
    kept = _sections(known)
    for heading in drop:
        if kept.pop(f"## {heading}", None) is None:
            raise UsageError(f"{out} has no section {heading!r}.")
    sections = kept | {section.partition("\n")[0]: section for section in new}
    figures = "\n\n".join(sections.values()) + "\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    write_text(out, _filled(old, figures) if marked else f"{_HEAD}\n{figures}")
    return out


def between_markers(document: str) -> tuple[str, str, str]:
    """Cut a document into what stands before, between and after the markers.

    Raises:
        UsageError: it lacks one of them.
    """
    head, start, rest = document.partition(START)
    figures, end, tail = rest.partition(END)
    if not start or not end:
        raise UsageError(f"The document needs both lines, {START} and {END}.")
    return head, figures, tail


def _filled(document: str, figures: str) -> str:
    head, _, tail = between_markers(document)
    return f"{head}{START}\n{figures}{END}{tail}"


def _sections(figures: str) -> dict[str, str]:
    """Give the sections of a document's figures by their headings, in its order."""
    found = [section.strip() for section in re.split(r"^(?=## )", figures, flags=re.MULTILINE)]
    return {section.partition("\n")[0]: section for section in found if section.startswith("## ")}


def _run_section(report: RunReport) -> str:
    parts = [f"## {report.summary.run}", _made_with(report), markdown([report])]
    return "\n\n".join(part.strip() for part in parts)


def _bench_section(bench: BenchFile) -> str:
    asked = "".join(f", {name} {value}" for name, value in bench.options.items())
    return "\n\n".join([f"## bench {bench.name}{asked}", _bench_made_with(bench), _bench_table(bench)])


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
        "machine": f"{machine.get('processor')}, {machine.get('cores')} cores",
        "date": str(bench.made.get("started"))[:10],
        "versions": _listed(bench.made.get("versions")),
    }
    return _lines(told)


def _bench_table(bench: BenchFile) -> str:
    rows = [[row.what, figure(row), row.unit, str(row.n)] for row in bench.rows]
    return "\n".join(markdown_table(["what", "value", "unit", "n"], rows))


def _lines(told: Mapping[str, object]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in told.items() if value)


def _listed(values: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in mapping(values).items())
