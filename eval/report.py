"""Reports of runs, from their files alone: a table for the terminal, Markdown, and what a page shows.

This module decides what is reported and in which order; it reads ``config.json`` and the lines, never an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.intervals import Measure
from eval.records import Record, read_run, wanted_lines
from eval.scoring import Json, mapping
from eval.summary import RunSummary, by_kind, measure_of_json, measure_text, summarize

KIND_MEASURES = ("contains", "right_when_answering", "abstained_on_unanswerable", "premise_denied")
"""What is told for each kind of question: the first that applies to the kind."""
WORST = 10


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run with its figures and its lines."""

    summary: RunSummary
    config: Json
    records: tuple[Record, ...]

    @property
    def wanted(self) -> int:
        """How many questions the run was to ask; those it has where that was not noted."""
        return wanted_lines(self.config, self.summary.n)

    @property
    def whole(self) -> bool:
        """Whether the run has a line for every question."""
        return self.summary.n >= self.wanted

    @property
    def about(self) -> str:
        """What answered, on what and when, in one line."""
        model = mapping(mapping(self.config.get("settings")).get("llm")).get("model")
        machine = mapping(self.config.get("machine"))
        told = (
            self.summary.dataset,
            self.config.get("part") if self.config.get("part") != "all" else None,
            f"{self.summary.n} questions" if self.whole else f"{self.summary.n} of {self.wanted} questions, broken off",
            model,
            f"{machine.get('processor')}, {machine.get('cores')} cores" if machine else None,
            str(self.config.get("started", ""))[:10] or None,
        )
        return " · ".join(str(item) for item in told if item)


def load_report(folder: Path) -> RunReport:
    """Read a run and compute its figures.

    Raises:
        NotFoundError, UnreadableError: there is no run, or a line is broken.
    """
    run = read_run(folder)
    config, records = run.config(), run.records()
    summary = summarize(run.name, str(config.get("dataset", "")), records, folder)
    agreement = {name: measure_of_json(value) for name, value in mapping(config.get("judge_agreement")).items()}
    return RunReport(replace(summary, measures={**summary.measures, **agreement}), config, records)


def measure_names(reports: Sequence[RunReport]) -> list[str]:
    """Give every measure of any run once, in the order of the first that has it."""
    return list(dict.fromkeys(name for report in reports for name in report.summary.measures))


def terminal_table(reports: Sequence[RunReport], width: int = 120) -> str:
    """Draw the figures as a table of ``width`` columns, one column a run, and one of the parts of each that has any."""
    out = StringIO()
    show = partial(Console(file=out, width=width, force_terminal=False).print, markup=False, highlight=False)
    for report in reports:
        show(f"{report.summary.run}: {report.about}")
    show(_drawn(["measure", *(report.summary.run for report in reports)], measure_rows(reports)))
    for report in reports:
        if report.summary.parts:
            show(f"{report.summary.run} by part")
            show(_drawn(*part_table(report)))
    return out.getvalue().rstrip()


def markdown(reports: Sequence[RunReport]) -> str:
    """Write the figures as Markdown: what was run, every measure, and each kind of question."""
    lines = [f"- **{report.summary.run}**: {report.about}" for report in reports]
    lines += ["", *markdown_table(["measure", *(r.summary.run for r in reports)], measure_rows(reports))]
    for report in reports:
        if report.summary.parts:
            lines += ["", f"### {report.summary.run} by part", "", *markdown_table(*part_table(report))]
    for report in reports:
        rows = kind_rows(report)
        if len(rows) > 1:
            lines += ["", f"### {report.summary.run} by kind of question", ""]
            lines += markdown_table(["kind", "measure", "value"], rows)
    return "\n".join(lines) + "\n"


def part_table(report: RunReport) -> tuple[list[str], list[list[str]]]:
    """Give header and rows of the parts side by side: the questions tuned on, and those only reported on."""
    parts = report.summary.parts
    names = dict.fromkeys(name for part in parts.values() for name in part.measures)
    rows = [[name, *(_figure(part.measures.get(name), name) for part in parts.values())] for name in names]
    return ["measure", *parts], rows


def measure_rows(reports: Sequence[RunReport]) -> list[list[str]]:
    """Give one row a measure: its name and each run's figure."""
    return [[name, *(cell(report, name) for report in reports)] for name in measure_names(reports)]


def kind_rows(report: RunReport) -> list[list[str]]:
    """Give one row a kind of question: the kind, the measure that tells most of it, and its figure."""
    rows = []
    found = [(name, by_kind(report.records, name)) for name in KIND_MEASURES]
    for kind in sorted({record.kind for record in report.records}):
        told = next(((name, kinds[kind]) for name, kinds in found if kind in kinds), None)
        if told is not None:
            rows.append([kind, told[0], measure_text(*told).strip()])
    return rows


def cell(report: RunReport, name: str) -> str:
    """Write one figure, a dash where the run does not have it."""
    return _figure(report.summary.measures.get(name), name)


def worst_answers(records: Sequence[Record], most: int = WORST) -> list[Record]:
    """Give the wrong answers that were surest of themselves, failures first."""
    wrong = [r for r in records if r.error or r.scores.get("wrong_unhedged") or r.scores.get("f1") == 0]
    return sorted(wrong, key=lambda r: (r.error is None, not r.scores.get("wrong_unhedged"), -(r.confidence or 0)))[
        :most
    ]


def blame(record: Record) -> str:
    """Say where a wrong answer went wrong, by what its line shows.

    *Retrieval*: no passage found holds the answer. *Checking*: the candidate was right, and then not given. *Reading*:
    a passage holds the answer and the candidate does not. *Abstaining*: something was said where nothing is known.
    """
    if record.error:
        return "failure"
    if not record.gold:
        return "abstaining"
    if record.right:
        return "checking"
    found = record.scores.get("answer_in_passages@20")
    return "" if found is None else "reading" if found else "retrieval"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write a Markdown table; bars in cells are escaped."""
    every = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(text.replace("|", "\\|") for text in row) + " |" for row in every]


def _drawn(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*header, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table


def _figure(measure: Measure | None, name: str) -> str:
    return "–" if measure is None else " ".join(measure_text(name, measure).split())
