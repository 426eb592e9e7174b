"""What a confidence is worth: ranking right above wrong, what answering less buys, and whether it means what it says.

Pure functions of parallel sequences of confidences and outcomes; nothing here knows where they come from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.intervals import Floats, Measure, measure_of


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only the ``coverage`` most confident share of the questions is wrong at the rate ``risk``."""

    coverage: float
    risk: float
    threshold: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The questions whose confidence lies in one bin: their mean confidence and the share that was right."""

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


def auroc(scores: Sequence[float] | Floats, labels: Sequence[bool] | NDArray[np.bool_]) -> float:
    """Give the chance that a positive scores above a negative, ties counting half (Mann and Whitney 1947).

    NaN when either kind is missing.
    """
    values, positive = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return math.nan
    ranks = _mid_ranks(values)
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def auroc_measure(scores: Sequence[float], labels: Sequence[bool]) -> Measure:
    """Give the AUROC with its bootstrap interval."""
    values, positive = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    return measure_of(len(values), lambda rows: auroc(values[rows], positive[rows]))


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> tuple[RiskPoint, ...]:
    """Give the risk at every coverage, the most confident first; equally confident questions make one point
    (El-Yaniv and Wiener 2010)."""
    order = np.argsort(-np.asarray(confidences, dtype=np.float64), kind="stable")
    ranked = np.asarray(confidences, dtype=np.float64)[order]
    wrong = np.cumsum(~np.asarray(right, dtype=bool)[order]) if len(order) else np.zeros(0)
    ends = [i for i in range(len(ranked)) if i + 1 == len(ranked) or ranked[i + 1] != ranked[i]]
    return tuple(RiskPoint((i + 1) / len(ranked), float(wrong[i]) / (i + 1), float(ranked[i])) for i in ends)


def risk_coverage_area(confidences: Sequence[float] | Floats, right: Sequence[bool] | NDArray[np.bool_]) -> float:
    """Give the area under the risk–coverage curve, lower is better (AURC, Geifman et al. 2019); NaN when empty.

    The mean, over every coverage from one question to all, of the risk there; among equally confident questions the
    risk is taken as spread evenly, so that their order does not matter.
    """
    values, wrong = np.asarray(confidences, dtype=np.float64), 1.0 - np.asarray(right, dtype=np.float64)
    if not len(values):
        return math.nan
    levels, group = np.unique(-values, return_inverse=True)
    even = np.bincount(group, weights=wrong, minlength=len(levels)) / np.bincount(group, minlength=len(levels))
    spread = even[np.sort(group)]
    return float((np.cumsum(spread) / np.arange(1, len(values) + 1)).mean())


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Sort questions into bins of equal width by confidence (0..1); empty bins are left out."""
    values, truth = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    at = np.clip((values * bins).astype(int), 0, bins - 1)
    filled = [(b, at == b) for b in range(bins) if (at == b).any()]
    return tuple(
        ReliabilityBin(b / bins, (b + 1) / bins, float(values[rows].mean()), float(truth[rows].mean()), int(rows.sum()))
        for b, rows in filled
    )


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Give the expected calibration error (ECE, Naeini et al. 2015; Guo et al. 2017); NaN when empty."""
    if not len(confidences):
        return math.nan
    filled = reliability(confidences, right, bins)
    return sum(item.n * abs(item.accuracy - item.confidence) for item in filled) / len(confidences)


def _mid_ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)
