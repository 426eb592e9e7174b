"""A gate for continuous integration: does a run reach the figures that were asked of it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.intervals import Measure
from eval.report import load_report
from eval.summary import measure_text
from qa.errors import UsageError


@dataclass(frozen=True, slots=True)
class Gate:
    """The outcome: whether every bound holds, and one line a bound."""

    passed: bool
    lines: tuple[str, ...]


def gate_run(folder: Path, minimum: Mapping[str, float], maximum: Mapping[str, float]) -> Gate:
    """Hold a run's figures to bounds; a figure that could not be computed holds to none, nor does a run broken off.

    Args:
        minimum, maximum: bounds by measure, both inclusive.

    Raises:
        NotFoundError, UnreadableError: there is no run, or it is broken.
        UsageError: no bounds, or the run does not have a measure.
    """
    if not minimum and not maximum:
        raise UsageError("A gate needs a bound, such as --min f1=0.5 or --max wrong_unhedged=0.15.")
    report = load_report(folder)
    measures = report.summary.measures
    missing = sorted(name for name in {*minimum, *maximum} if name not in measures)
    if missing:
        raise UsageError(f"The run {folder} has no measure {', '.join(missing)}; it has {', '.join(measures)}.")
    least = [_held(name, measures[name], bound, least=True) for name, bound in minimum.items()]
    most = [_held(name, measures[name], bound, least=False) for name, bound in maximum.items()]
    whole = report.whole, f"{'pass' if report.whole else 'FAIL'}  {report.summary.n} of {report.wanted} questions"
    told = [*least, *most] if report.whole else [whole, *least, *most]
    return Gate(all(held for held, _ in told), tuple(line for _, line in told))


def parse_bound(text: str) -> tuple[str, float]:
    """Read ``measure=number``.

    Raises:
        UsageError: it is not that.
    """
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError as error:
        raise UsageError(f"{text} is no bound; write one as f1=0.5.") from error


def _held(name: str, measure: Measure, bound: float, *, least: bool) -> tuple[bool, str]:
    value = measure.value
    held = value is not None and (value >= bound if least else value <= bound)
    word = "at least" if least else "at most"
    return held, f"{'pass' if held else 'FAIL'}  {name} {measure_text(name, measure).strip()}  {word} {bound:g}"
