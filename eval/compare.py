"""Compare two runs on the questions that both have: is a difference more than chance, and which answers flipped?

A measure's difference is the mean over pairs, with a paired bootstrap interval; where scores are right or wrong,
McNemar's exact test stands beside it. Reads lines only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.intervals import Difference, mcnemar, paired_difference
from eval.records import Record, RunFolder, read_run, wanted_lines
from eval.scoring import Json
from qa.errors import UsageError

FEWEST = 10
SIGNIFICANT = 0.05
FLIPS_BY = ("contains", "abstained_on_unanswerable", "premise_denied")
"""A question flipped when the first of these that it has went from right to wrong or back."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure in both runs: means over the pairs, their difference, and McNemar's p for right-or-wrong scores."""

    name: str
    first: float
    second: float
    difference: Difference
    mcnemar_p: float | None

    @property
    def found(self) -> bool:
        """Whether the difference is more than chance: the interval leaves zero out and McNemar's test agrees.

        Of fewer than ``FEWEST`` pairs nothing is found: a bootstrap of so few knows too little of what might have been.
        """
        likely = self.mcnemar_p is None or self.mcnemar_p < SIGNIFICANT
        return self.difference.n >= FEWEST and self.difference.found and likely


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that one run got right and the other wrong."""

    id: str
    question: str
    measure: str
    better: str
    first_said: str
    second_said: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    Args:
        pairs: questions that both runs have.
        unpaired: questions that only one has; they are left out of every figure.
        broken_off: a sentence on each of the two that lacks questions it was to ask.
    """

    first: str
    second: str
    pairs: int
    unpaired: int
    measures: tuple[Compared, ...]
    flips: tuple[Flip, ...]
    broken_off: tuple[str, ...] = ()

    @property
    def found(self) -> tuple[Compared, ...]:
        """The measures whose difference is more than chance."""
        return tuple(item for item in self.measures if item.found)


def compare_runs(first: Path, second: Path) -> Comparison:
    """Compare two runs.

    Raises:
        NotFoundError, UnreadableError: one is not there or broken.
        UsageError: they have no question in common.
    """
    one, other = read_run(first), read_run(second)
    compared = compare_records(str(first), str(second), one.records(), other.records())
    return replace(compared, broken_off=tuple(told for run in (one, other) if (told := _broken_off(run))))


def compare_records(first: str, second: str, ones: Sequence[Record], others: Sequence[Record]) -> Comparison:
    """Compare the lines of two runs; see ``compare_runs``."""
    by_id = {record.id: record for record in others}
    pairs = [(record, by_id[record.id]) for record in ones if record.id in by_id]
    if not pairs:
        raise UsageError(f"The runs {first} and {second} have no question in common, so there is nothing to compare.")
    names = dict.fromkeys(name for one, other in pairs for name in one.scores if name in other.scores)
    compared = (_compared(name, pairs) for name in names)
    return Comparison(
        first=first,
        second=second,
        pairs=len(pairs),
        unpaired=len(ones) + len(others) - 2 * len(pairs),
        measures=tuple(item for item in compared if item is not None),
        flips=tuple(flip for one, other in pairs if (flip := _flip(first, second, one, other)) is not None),
    )


def comparison_json(comparison: Comparison) -> Json:
    """Render a comparison for programs."""
    return {
        "first": comparison.first,
        "second": comparison.second,
        "pairs": comparison.pairs,
        "unpaired": comparison.unpaired,
        "broken_off": list(comparison.broken_off),
        "measures": {item.name: _compared_json(item) for item in comparison.measures},
        "flips": [_flip_json(flip) for flip in comparison.flips],
    }


def comparison_text(comparison: Comparison, most: int = 20) -> str:
    """Render a comparison for people: what differs first, then everything, then the questions that flipped."""
    found = ", ".join(item.name for item in comparison.found) or "nothing"
    lines = [
        f"{comparison.first} -> {comparison.second}: {comparison.pairs} questions in both, "
        f"{comparison.unpaired} in one only",
        *comparison.broken_off,
        f"differs by more than chance: {found}",
    ]
    wide = max((len(item.name) for item in comparison.measures), default=0)
    lines += [_compared_text(item, wide) for item in comparison.measures]
    lines += [
        f"{len(comparison.measures)} measures were compared, each at 95 %; no correction was made for their number"
    ]
    lines += [f"{len(comparison.flips)} questions flipped"]
    lines += [
        f"  {flip.id} ({flip.measure}, better: {flip.better}): {flip.question}" for flip in comparison.flips[:most]
    ]
    return "\n".join(lines)


def _broken_off(run: RunFolder) -> str:
    there = len(run.records())
    wanted = wanted_lines(run.config(), there)
    return f"{run.path} was broken off: it has {there} of {wanted} questions" if there < wanted else ""


def _compared(name: str, pairs: Sequence[tuple[Record, Record]]) -> Compared | None:
    scores = [(one.scores.get(name), other.scores.get(name)) for one, other in pairs]
    both = [(a, b) for a, b in scores if a is not None and b is not None]
    if not both:
        return None
    firsts, seconds = [a for a, _ in both], [b for _, b in both]
    binary = {*firsts, *seconds} <= {0.0, 1.0}
    p = mcnemar(sum(a > b for a, b in both), sum(b > a for a, b in both)) if binary else None
    n = len(both)
    return Compared(name, sum(firsts) / n, sum(seconds) / n, paired_difference(firsts, seconds), p)


def _flip(first: str, second: str, one: Record, other: Record) -> Flip | None:
    name = next((name for name in FLIPS_BY if name in one.scores and name in other.scores), None)
    if name is None:
        return None
    before, after = one.scores[name], other.scores[name]
    if before is None or after is None or before == after:
        return None
    return Flip(one.id, one.question, name, second if after > before else first, _said(one), _said(other))


def _said(record: Record) -> str:
    return record.error or record.candidate or str((record.answer or {}).get("text") or "")


def _compared_json(item: Compared) -> Mapping[str, object]:
    gap = item.difference
    return {
        "first": round(item.first, 4),
        "second": round(item.second, 4),
        "difference": round(gap.value, 4),
        "low": round(gap.low, 4),
        "high": round(gap.high, 4),
        "n": gap.n,
        "p": round(gap.p, 4),
        "mcnemar_p": None if item.mcnemar_p is None else round(item.mcnemar_p, 4),
        "found": item.found,
    }


def _compared_text(item: Compared, wide: int) -> str:
    gap = item.difference
    test = "" if item.mcnemar_p is None else f"  McNemar p={item.mcnemar_p:.3f}"
    return (
        f"{'*' if item.found else ' '} {item.name:<{wide}}  {item.first:.3f} -> {item.second:.3f}  "
        f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]  n={gap.n}{test}"
    )


def _flip_json(flip: Flip) -> Mapping[str, object]:
    return {
        "id": flip.id,
        "question": flip.question,
        "measure": flip.measure,
        "better": flip.better,
        "first_said": flip.first_said,
        "second_said": flip.second_said,
    }
