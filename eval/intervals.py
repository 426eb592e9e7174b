"""A figure and how sure it is: its value, a 95 % interval, how many questions stand behind it and how many could not be
scored.

Shares get Wilson's interval, everything else a percentile bootstrap with a fixed seed, so the same lines always give
the same figures. This module knows numbers only: no questions, no answers, no files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
"""``(n,)`` float64."""
Statistic: TypeAlias = Callable[[NDArray[np.intp]], float]
"""Gives a figure for the items at the indices given; NaN where it is not defined for them."""

Z95 = 1.959963984540054
SEED = 20_230_106
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure.

    Args:
        value: the figure, ``None`` when nothing could be scored.
        low, high: its 95 % interval, ``None`` where there is no value.
        n: how many items it is the figure of.
        unscored: how many more it applies to but could not be scored (not wrong, not right: not known).
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    unscored: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference ``second - first``: ``p`` is two-sided and ``n`` counts the pairs."""

    value: float
    low: float
    high: float
    p: float
    n: int

    @property
    def found(self) -> bool:
        """Whether the 95 % interval leaves zero out."""
        return self.low > 0 or self.high < 0


def wilson(successes: float, n: int, z: float = Z95) -> tuple[float, float]:
    """Give the score interval of a share (Wilson 1927), ``(0, 1)`` when there is nothing to count."""
    if not n:
        return 0.0, 1.0
    share, spread = successes / n, z * z / n
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def bootstrap(n: int, statistic: Statistic, resamples: int = RESAMPLES, seed: int = SEED) -> tuple[float, float]:
    """Give the percentile interval of a statistic over ``n`` items (Efron 1979); NaN resamples are left out."""
    draws = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    figures = np.array([statistic(row) for row in draws])
    kept = figures[~np.isnan(figures)]
    if not len(kept):
        return math.nan, math.nan
    low, high = np.percentile(kept, [2.5, 97.5])
    return float(low), float(high)


def mean_measure(values: Sequence[float | None]) -> Measure:
    """Give the mean of per-item scores: Wilson's interval where all are 0 or 1, else a bootstrap.

    Args:
        values: one score an item; ``None`` where the item could not be scored.
    """
    scored = np.array([value for value in values if value is not None], dtype=np.float64)
    unscored = len(values) - len(scored)
    if not len(scored):
        return Measure(None, None, None, 0, unscored)
    if np.isin(scored, (0.0, 1.0)).all():
        low, high = wilson(float(scored.sum()), len(scored))
    else:
        low, high = bootstrap(len(scored), lambda rows: float(scored[rows].mean()))
    return Measure(float(scored.mean()), low, high, len(scored), unscored)


def measure_of(n: int, statistic: Statistic, unscored: int = 0, *, reflected: bool = False) -> Measure:
    """Give a statistic over ``n`` items with its bootstrap interval; no value where it is not defined.

    Args:
        reflected: take the basic interval (Davison and Hinkley 1997, 5.2), for a share whose resamples all lie too
            high, as those of a binned error do; it is kept within 0 and 1.
    """
    value = statistic(np.arange(n)) if n else math.nan
    if math.isnan(value):
        return Measure(None, None, None, 0, unscored + n)
    low, high = bootstrap(n, statistic)
    if reflected:
        low, high = max(0.0, 2 * value - high), min(1.0, 2 * value - low)
    return Measure(value, min(low, value), max(high, value), n, unscored)


def percentile_measure(values: Sequence[float], percent: float, unscored: int = 0) -> Measure:
    """Give a percentile (linear between ranks) with its bootstrap interval; 50 is the median."""
    array = np.array(values, dtype=np.float64)
    return measure_of(len(array), lambda rows: float(np.percentile(array[rows], percent)), unscored)


def paired_difference(first: Sequence[float], second: Sequence[float], seed: int = SEED) -> Difference:
    """Compare two systems on the same items by a paired bootstrap of the mean difference (Koehn 2004).

    ``p`` is twice the share of resamples on the far side of zero, the sample itself counted among them (Davison and
    Hinkley 1997, 4.2), so that it is never 0; 1 where the two never differ.

    Raises:
        ValueError: the two are not of one length, or empty.
    """
    gaps = np.array(second, dtype=np.float64) - np.array(first, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(gaps), size=(RESAMPLES * 2, len(gaps)))
    means = gaps[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    beyond = min(int((means <= 0).sum()), int((means >= 0).sum()))
    p = 2 * (beyond + 1) / (len(means) + 1)
    return Difference(float(gaps.mean()), float(low), float(high), min(1.0, p), len(gaps))


def mcnemar(only_first: int, only_second: int) -> float:
    """Give the exact two-sided p of McNemar's test (1947) from the counts of items that one alone got right."""
    n, k = only_first + only_second, min(only_first, only_second)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n) if n else 1.0
