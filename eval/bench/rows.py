"""Rows made of many observations, with their 95 % intervals.

Observations are taken as independent. Where one waits for another, as under load, an interval is narrower than it ought
to be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from eval.bench import BenchRow
from eval.intervals import Measure

_TAIL = 0.025


def centile_row(what: str, values: Sequence[float], percent: float, unit: str = "ms") -> BenchRow:
    """Make a percentile (linear between ranks; 0 of nothing) with the exact interval of its order statistics."""
    if not values:
        return BenchRow(what, 0.0, unit, 0)
    low, high = order_interval(values, percent / 100)
    return BenchRow(what, float(np.percentile(values, percent)), unit, len(values), low, high)


def measure_row(what: str, measure: Measure, unit: str = "ratio") -> BenchRow:
    """Make a row of a figure that has its interval; 0 where nothing could be scored."""
    return BenchRow(what, measure.value or 0.0, unit, measure.n, measure.low, measure.high)


def order_interval(values: Sequence[float], share: float) -> tuple[float | None, float | None]:
    """Give the two observations between which a quantile of what they were drawn from lies, 95 times in 100.

    How many of ``n`` observations lie below the quantile is binomial, whatever their distribution (Conover 1999, 3.2).
    Few observations bound the slow end of nothing: that end is ``None``.

    Args:
        share: of the distribution below the quantile, between 0 and 1.
    """
    ranked, n = sorted(values), len(values)
    below = np.cumsum([_binomial(n, k, share) for k in range(n + 1)])
    lows = np.flatnonzero(below <= _TAIL)
    highs = np.flatnonzero(below >= 1 - _TAIL)
    low = float(ranked[lows[-1]]) if len(lows) else None
    high = float(ranked[highs[0]]) if len(highs) and highs[0] < n else None
    return low, high


def _binomial(n: int, k: int, share: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
