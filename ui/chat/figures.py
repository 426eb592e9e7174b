"""Evaluation runs as HTML: what was measured with its intervals, by kind, stage by stage, and what changed between two.

Pure: reports in, HTML out. The figures are the evaluation's own; nothing is computed here but medians of stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from eval.compare import Compared, Comparison, Flip
from eval.plots import COLOURS, Bar, bar_chart
from eval.report import RunReport, kind_rows, measure_rows
from eval.scoring import mapping
from ui.chat.safe import EMPTY, Markup, el, join
from ui.chat.words import counted

_SHOWN = (
    *("em", "f1", "contains", "multiple_choice", "answer_in_passages@5", "coverage", "right_when_answering"),
    *("wrong_unhedged", "abstained_on_unanswerable", "abstained_when_removed", "quotes_verbatim"),
    *("citation_precision", "citation_recall", "auroc"),
)
_STAGES = ("retrieve", "evidence", "generate", "verify", "first_claim", "total")
_FLIPS = 40
NOTE = "Each figure with its 95 % interval and n, the number of questions behind it. Failed questions count as wrong."


def no_runs() -> Markup:
    """Draw the view before anything was measured."""
    return join(
        [
            el("p", "Nothing has been measured yet.", class_="lead"),
            el("p", "Measure on the sample news: ", el("code", "onrecord eval run sample"), class_="hint"),
        ]
    )


def run_choice(names: Sequence[str], chosen: Sequence[str]) -> Markup:
    """Draw the list of runs to choose from."""
    boxes = (
        el("label", el("input", type="checkbox", name_="run", value=name, checked=name in chosen), el("bdi", name))
        for name in names
    )
    legend = el("legend", "Runs, the latest first; choose two to compare them")
    return el("form", el("fieldset", legend, *boxes), id="run-choice", class_="runs")


def scores(reports: Sequence[RunReport], comparison: Comparison | None) -> Markup:
    """Draw the chosen runs side by side, and what differs between two."""
    header = ["Measure", *(report.summary.run for report in reports)]
    return join(
        [
            el("ul", *(_about(at, report) for at, report in enumerate(reports)), class_="legend runs-said"),
            el("p", NOTE, class_="hint"),
            _chart(reports),
            el("h3", "All figures"),
            grid(header, measure_rows(reports)),
            _stages(reports),
            *(_kinds(report) for report in reports),
            _compared(comparison) if comparison else EMPTY,
        ]
    )


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    """Draw a table whose first column names its rows."""
    head = el("thead", el("tr", *(el("th", name, scope="col") for name in header)))
    body = (el("tr", el("th", row[0], scope="row"), *(el("td", one) for one in row[1:])) for row in rows)
    return el("div", el("table", head, el("tbody", *body)), class_="table", tabindex="0")


def stage_rows(reports: Sequence[RunReport]) -> list[list[str]]:
    """Give the median milliseconds of each stage, a dash where it never happened."""
    return [[stage.replace("_", " "), *(_median(report, stage) for report in reports)] for stage in _STAGES]


def _about(at: int, report: RunReport) -> Markup:
    dot = el("span", class_=f"dot hue{at % COLOURS}", aria_hidden="true")
    return el("li", dot, el("b", report.summary.run), " ", report.about)


def _chart(reports: Sequence[RunReport]) -> Markup:
    bars = [bar for name in _SHOWN for bar in _bars(name, reports)]
    if not bars:
        return EMPTY
    drawn = Markup(bar_chart(bars, "Measures with 95 % intervals"))
    return el("figure", el("figcaption", "What was measured, in percent"), drawn, class_="chart scores")


def _bars(name: str, reports: Sequence[RunReport]) -> Iterator[Bar]:
    for at, report in enumerate(reports):
        one = report.summary.measures.get(name)
        if one is not None and one.value is not None and one.low is not None and one.high is not None:
            yield Bar(name.replace("_", " "), one.value, one.low, one.high, at)


def _stages(reports: Sequence[RunReport]) -> Markup:
    rows = stage_rows(reports)
    if all(cell == "–" for row in rows for cell in row[1:]):
        return EMPTY
    header = ["Stage, median ms", *(report.summary.run for report in reports)]
    return join([el("h3", "Where the time goes"), grid(header, rows)])


def _median(report: RunReport, stage: str) -> str:
    found = (mapping(mapping(record.answer).get("timings_ms")).get(stage) for record in report.records if record.answer)
    times = [float(one) for one in found if isinstance(one, int | float)]
    return f"{median(times):,.0f}" if times else "–"


def _kinds(report: RunReport) -> Markup:
    rows = kind_rows(report)
    if len(rows) < 2:
        return EMPTY
    said = [[kind.replace("_", " "), name.replace("_", " "), value] for kind, name, value in rows]
    return join([el("h3", f"By kind of question: {report.summary.run}"), grid(["Kind", "Measure", "Value"], said)])


def _compared(comparison: Comparison) -> Markup:
    left_out = f"; {comparison.unpaired} that only one has are left out" if comparison.unpaired else ""
    return join(
        [
            el("h3", "Compared"),
            el("p", f"On the {counted(comparison.pairs, 'question')} that both runs have{left_out}.", class_="hint"),
            grid(
                ["Measure", "First", "Second", "Difference", "More than chance?"], list(map(_row, comparison.measures))
            ),
            el("h3", f"Questions that changed ({len(comparison.flips)})"),
            *map(_flip, comparison.flips[:_FLIPS]),
        ]
    )


def _row(one: Compared) -> list[str]:
    change = one.difference
    return [
        one.name.replace("_", " "),
        f"{one.first:.3f}",
        f"{one.second:.3f}",
        f"{change.value:+.3f} [{change.low:+.3f}, {change.high:+.3f}]",
        "yes" if change.found else "no",
    ]


def _flip(flip: Flip) -> Markup:
    return el(
        "details",
        el("summary", el("bdi", flip.question), el("span", f" – better in {flip.better}", class_="hint")),
        el(
            "dl",
            el("dt", "First"),
            el("dd", flip.first_said, dir="auto"),
            el("dt", "Second"),
            el("dd", flip.second_said),
        ),
        class_="flip",
    )
