"""The figures of a run, from its lines alone.

Means of per-question scores, ranks of confidence, percentiles of seconds: each a ``Measure`` with n, interval and how
many were unscored. The same lines always give the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from eval.curves import auroc_measure, calibration_error, risk_coverage_area
from eval.intervals import Measure, mean_measure, measure_of, paired_difference, percentile_measure
from eval.records import Record
from eval.scoring import SPEEDS, Json, mapping, number

ORDER = (
    "em",
    "f1",
    "contains",
    "em_answerable",
    "f1_answerable",
    "multiple_choice",
    "coverage",
    "right_when_answering",
    "right_in_own_words",
    "wrong_unhedged",
    "answered_on_answerable",
    "abstained_on_unanswerable",
    "abstention_precision",
    "premise_denied",
    "abstained_when_removed",
    "quotes_verbatim",
    "citation_precision",
    "citation_recall",
)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The figures of one run.

    Args:
        n: questions (or claims) in it, the failed ones included.
        folder: where the lines lie; ``None`` when nothing was written.
        parts: the same for the questions tuned on and those only reported on, where the run has both.
    """

    run: str
    dataset: str
    n: int
    measures: Mapping[str, Measure] = field(default_factory=dict)
    folder: Path | None = None
    parts: Mapping[str, RunSummary] = field(default_factory=dict)


def summarize(run: str, dataset: str, records: Sequence[Record], folder: Path | None = None) -> RunSummary:
    """Compute every figure that applies to these lines; where they are of several parts, each is summed up too."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.part, []).append(record)
    parts = {part: summarize(f"{run} ({part})", dataset, each) for part, each in groups.items() if len(groups) > 1}
    measures = {
        **_means(records),
        **_differences(records),
        **_support(records),
        **_confidence(records),
        **_spread(records),
    }
    return RunSummary(run, dataset, len(records), measures, folder, parts)


def by_kind(records: Iterable[Record], name: str) -> dict[str, Measure]:
    """Give one measure's mean for each kind of question it applies to."""
    groups: dict[str, list[float | None]] = {}
    for record in records:
        if name in record.scores:
            groups.setdefault(record.kind, []).append(record.scores[name])
    return {kind: mean_measure(values) for kind, values in sorted(groups.items())}


def summary_json(summary: RunSummary) -> Json:
    """Render the contract's object, and ``parts`` of the same shape where the run has several."""
    shown: dict[str, object] = {
        "run": summary.run,
        "dataset": summary.dataset,
        "n": summary.n,
        "measures": {name: measure_json(measure) for name, measure in summary.measures.items()},
    }
    if summary.parts:
        shown["parts"] = {part: summary_json(each) for part, each in summary.parts.items()}
    return shown


def summary_text(summary: RunSummary) -> str:
    """Render the figures for people, one a line: shares as percent, times in seconds."""
    lines = [f"{summary.run}: {summary.dataset}, {summary.n} questions"]
    wide = max((len(name) for name in summary.measures), default=0)
    lines += [f"  {name:<{wide}}  {measure_text(name, measure)}" for name, measure in summary.measures.items()]
    return "\n".join([*lines, *(summary_text(part) for part in summary.parts.values())])


def measure_text(name: str, measure: Measure) -> str:
    """Render one figure with its interval, n and how many were unscored."""
    unscored = f", {measure.unscored} unscored" if measure.unscored else ""
    if measure.value is None or measure.low is None or measure.high is None:
        return f"   –  (n={measure.n}{unscored})"
    value, low, high = (_figure(name, figure) for figure in (measure.value, measure.low, measure.high))
    return f"{value:>6}  [{low}, {high}]  n={measure.n}{unscored}"


def measure_json(measure: Measure) -> Json:
    """Render one figure, rounded to a ten-thousandth."""
    return {
        "value": _rounded(measure.value),
        "low": _rounded(measure.low),
        "high": _rounded(measure.high),
        "n": measure.n,
        "unscored": measure.unscored,
    }


def measure_of_json(value: object) -> Measure:
    """Read what ``measure_json`` rendered."""
    told = mapping(value)
    value, low, high = (None if told.get(name) is None else number(told[name]) for name in ("value", "low", "high"))
    return Measure(value, low, high, int(number(told.get("n"))), int(number(told.get("unscored"))))


def confident(records: Sequence[Record]) -> tuple[list[float], list[bool]]:
    """Give confidence and outcome of the questions that have both; nothing where no answer came with a confidence."""
    if all(record.confidence is None for record in records if record.error is None):
        return [], []
    both = [(r.confidence, r.right) for r in records if r.confidence is not None and r.right is not None]
    return [confidence for confidence, _ in both], [right for _, right in both]


def _means(records: Sequence[Record]) -> dict[str, Measure]:
    present = dict.fromkeys(name for record in records for name in record.scores)
    known = [name for name in ORDER if name in present]
    others = [name for name in present if name not in ORDER and not _is_spread(name) and not _is_support(name)]
    figures = {name: mean_measure([r.scores[name] for r in records if name in r.scores]) for name in [*known, *others]}
    return {**figures, "failed": mean_measure([float(r.error is not None) for r in records])}


def _differences(records: Sequence[Record]) -> dict[str, Measure]:
    # What another system scored on the same questions is named MEASURE/SYSTEM; the paired gap is ours minus its.
    present = dict.fromkeys(name for record in records for name in record.scores if "/" in name)
    figures: dict[str, Measure] = {}
    for name in present:
        base, system = name.split("/", 1)
        pairs = [(r.scores.get(name), r.scores.get(base)) for r in records]
        both = [(theirs, ours) for theirs, ours in pairs if theirs is not None and ours is not None]
        if both and not _is_support(name):
            gap = paired_difference([theirs for theirs, _ in both], [ours for _, ours in both])
            figures[f"{base}/over_{system}"] = Measure(gap.value, gap.low, gap.high, gap.n)
    return figures


def _support(records: Sequence[Record]) -> dict[str, Measure]:
    # A verifier's score is no right or wrong: it is judged by how it ranks what people found supported.
    present = dict.fromkeys(name for record in records for name in record.scores if _is_support(name))
    figures: dict[str, Measure] = {}
    for name in present:
        both = [(value, r.right) for r in records if (value := r.scores.get(name)) is not None and r.right is not None]
        measure = auroc_measure([value for value, _ in both], [right for _, right in both])
        unscored = len(records) - len(both)
        figures[name.replace("support", "auroc", 1)] = replace(measure, unscored=measure.unscored + unscored)
    return figures


def _confidence(records: Sequence[Record]) -> dict[str, Measure]:
    confidences, right = confident(records)
    if not confidences:
        return {}

    def area(rows: Sequence[int]) -> float:
        return risk_coverage_area([confidences[i] for i in rows], [right[i] for i in rows])

    def calibration(rows: Sequence[int]) -> float:
        return calibration_error([confidences[i] for i in rows], [right[i] for i in rows])

    n = len(confidences)
    return {
        "auroc": auroc_measure(confidences, right),
        "risk_coverage_area": measure_of(n, area),  # type: ignore[arg-type]
        "calibration_error": measure_of(n, calibration, reflected=True),  # type: ignore[arg-type]
    }


def _spread(records: Sequence[Record]) -> dict[str, Measure]:
    # Times and speeds are told by their median and their slow end, not by a mean.
    names = sorted({name for record in records for name in record.scores if _is_spread(name)})
    failed = sum(record.error is not None for record in records)
    figures: dict[str, Measure] = {}
    for name in names:
        values = [value for record in records if (value := record.scores.get(name)) is not None]
        short = name.replace("seconds_total", "seconds")
        figures[f"{short}_p50"] = percentile_measure(values, 50, failed)
        if _is_time(name):
            figures[f"{short}_p95"] = percentile_measure(values, 95, failed)
    return figures


def _is_time(name: str) -> bool:
    return name.startswith("seconds_")


def _is_spread(name: str) -> bool:
    return _is_time(name) or name in SPEEDS


def _is_support(name: str) -> bool:
    return name.split("/", 1)[0] == "support"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _figure(name: str, value: float) -> str:
    if name.startswith(SPEEDS):
        return f"{value:.0f}"
    return f"{value:.2f}" if _is_time(name) or name.startswith(_RATIOS) else f"{100 * value:.1f}"


_RATIOS = ("auroc", "risk_coverage_area", "calibration_error")
