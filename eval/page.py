"""A report as one HTML page that opens from disk: no script, no font, no image and nothing from the network.

Questions, answers and names of runs are data and always escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from eval.curves import reliability, risk_coverage
from eval.plots import COLOURS, Bar, Series, bar_chart, line_chart, reliability_chart
from eval.records import Record
from eval.report import RunReport, blame, kind_rows, measure_rows, part_table, worst_answers
from eval.scoring import mapping
from eval.summary import confident

_BARS = (
    "em",
    "f1",
    "contains",
    "f1_answerable",
    "multiple_choice",
    "answer_in_passages@5",
    "coverage",
    "right_when_answering",
    "wrong_unhedged",
    "abstained_on_unanswerable",
    "abstained_when_removed",
    "premise_denied",
    "quotes_verbatim",
    "citation_precision",
    "citation_recall",
    "auroc",
)
_CSS = """
:root{color-scheme:light dark;--ink:#1c2530;--soft:#5d6b7a;--paper:#fff;--line:#dfe4ea;--card:#f6f8fa;
--run0:#2563a8;--run1:#c2571a;--run2:#2c8552;--run3:#8a4bab;--run4:#a33a4b;--run5:#6b6f19}
@media(prefers-color-scheme:dark){:root{--ink:#e7edf3;--soft:#9aa8b6;--paper:#14191f;--line:#2c3641;--card:#1b222a;
--run0:#6aa5e3;--run1:#e8935c;--run2:#66bf8c;--run3:#bf8fdc;--run4:#e07f8d;--run5:#b9bd5a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:74rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem}
ul.runs{list-style:none;padding:0;margin:0}
ul.runs li{margin:.25rem 0;color:var(--soft)}
ul.runs b{color:var(--ink)}
.dot{display:inline-block;width:.75rem;height:.75rem;border-radius:50%;margin-right:.5rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem;margin-top:1rem}
.scroll{overflow-x:auto}
figure{margin:0;padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
figcaption{font-weight:600;margin-bottom:.5rem}
svg{width:100%;height:auto;font:12px system-ui,sans-serif}
figure.wide svg{min-width:20rem;max-width:44rem}
svg text{fill:var(--soft)}
svg .label,svg .value{fill:var(--ink)}
.grid{stroke:var(--line);fill:none}
.ideal{stroke:var(--soft);stroke-dasharray:4 4;fill:none}
.whisker{stroke:var(--ink);stroke-width:1.5;fill:none}
.curve{fill:none!important;stroke-width:2.5}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}
td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
td.t{min-width:12rem;overflow-wrap:anywhere}
.note{color:var(--soft);font-size:.9rem}
""" + "".join(
    f".run{i}{{fill:var(--run{i})}}.curve.run{i}{{stroke:var(--run{i})}}.dot.run{i}{{background:var(--run{i})}}"
    for i in range(COLOURS)
)
_NOTE = (
    "Every figure stands with its 95 % interval and n, the number of questions behind it. Shares are in percent with "
    "Wilson intervals; the others are bootstrapped with a fixed seed. Failed questions count as wrong."
)


def html_page(reports: Sequence[RunReport]) -> str:
    """Render the runs as one page."""
    title = "OnRecord evaluation: " + ", ".join(report.summary.run for report in reports)
    parts = [
        f"<h1>{escape(title)}</h1>",
        _runs(reports),
        _plots(reports),
        _figures(reports),
        *(_parts(report) for report in reports),
        *(_kinds(report) for report in reports),
        *(_worst(report) for report in reports),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _runs(reports: Sequence[RunReport]) -> str:
    items = [
        f'<li><span class="dot run{at % COLOURS}"></span><b>{escape(r.summary.run)}</b> {escape(r.about)}</li>'
        for at, r in enumerate(reports)
    ]
    return f'<ul class="runs">{"".join(items)}</ul><p class="note">{_NOTE}</p>'


def _plots(reports: Sequence[RunReport]) -> str:
    bars = [bar for name in _BARS for bar in _bars(name, reports)]
    wide = _figure("What was measured", bar_chart(bars, "Measures with 95 % intervals"), wide=True) if bars else ""
    curves = [_curve(at, report) for at, report in enumerate(reports)]
    known = [curve for curve in curves if curve.points]
    plots = [_figure("Wrong answers when only the surest are given", _risk(known))] if known else []
    for at, report in enumerate(reports):
        confidences, right = confident(report.records)
        if confidences:
            name = f"Confidence against truth: {report.summary.run}"
            plots.append(_figure(name, reliability_chart(reliability(confidences, right), name, at)))
    return f'<h2>Plots</h2>{wide}<div class="plots">{"".join(plots)}</div>' if bars else ""


def _bars(name: str, reports: Sequence[RunReport]) -> Iterable[Bar]:
    for at, report in enumerate(reports):
        measure = report.summary.measures.get(name)
        if measure is not None and measure.value is not None and measure.low is not None and measure.high is not None:
            yield Bar(name.replace("_", " "), measure.value, measure.low, measure.high, at)


def _curve(at: int, report: RunReport) -> Series:
    points = risk_coverage(*confident(report.records))
    return Series(report.summary.run, tuple((point.coverage, point.risk) for point in points), at)


def _risk(curves: Sequence[Series]) -> str:
    return line_chart(curves, "Risk against coverage", "share of questions answered", "share of those wrong")


def _figures(reports: Sequence[RunReport]) -> str:
    return "<h2>All figures</h2>" + _table(["measure", *(r.summary.run for r in reports)], measure_rows(reports))


def _parts(report: RunReport) -> str:
    if not report.summary.parts:
        return ""
    return f"<h2>By part: {escape(report.summary.run)}</h2>" + _table(*part_table(report))


def _kinds(report: RunReport) -> str:
    rows = kind_rows(report)
    if len(rows) < 2:
        return ""
    return f"<h2>By kind of question: {escape(report.summary.run)}</h2>" + _table(["kind", "measure", "value"], rows)


def _worst(report: RunReport) -> str:
    rows = [_told(record) for record in worst_answers(report.records)]
    if not rows:
        return ""
    head = f"<h2>Wrong answers that were surest of themselves: {escape(report.summary.run)}</h2>"
    return head + _table(["question", "gold", "said", "confidence", "went wrong in"], rows, text=True)


def _told(record: Record) -> list[str]:
    said = record.error or str(mapping(record.answer).get("text") or "")
    sure = "–" if record.confidence is None else f"{record.confidence:.2f}"
    return [
        f"{record.question} ({record.id})",
        " / ".join(record.gold) or "(not in the articles)",
        _cut(said),
        sure,
        blame(record),
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, text: bool = False) -> str:
    kind = "t" if text else "n"
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f'<td class="{kind}">{escape(c)}</td>' for c in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _figure(caption: str, svg: str, *, wide: bool = False) -> str:
    kind = ' class="wide scroll"' if wide else ""
    return f"<figure{kind}><figcaption>{escape(caption)}</figcaption>{svg}</figure>"


def _cut(text: str, most: int = 400) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"
