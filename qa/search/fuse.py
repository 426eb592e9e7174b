"""Bring several rankings of passages together, and weigh them by age: pure arithmetic on ranks, scores and moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

RRF_K = 60
"""The constant of reciprocal rank fusion (Cormack et al. 2009)."""
_DAY = 86_400.0


def rrf(rankings: Sequence[Sequence[str]], k: int = RRF_K, weights: Sequence[float] | None = None) -> dict[str, float]:
    """Fuse rankings by reciprocal rank (RRF, Cormack et al. 2009).

    Args:
        rankings: ids, best first, one sequence a ranking.
        k: the larger, the less the first places count.
        weights: one a ranking; equal by default.

    Returns:
        the fused score of every id, the best first; ties keep the order of first sight.
    """
    scores: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, name in enumerate(ranking, 1):
            scores[name] = scores.get(name, 0.0) + weight / (k + rank)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def spread(scores: Mapping[str, float]) -> dict[str, float]:
    """Scale scores to 0..1 within one search; equal scores all become 1."""
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    return {name: (score - low) / (high - low) if high > low else 1.0 for name, score in scores.items()}


def recency(published: datetime | None, as_of: datetime, half_life: float) -> float:
    """Give 1 for news of this moment, 0.5 at the half-life, towards 0 for old or undated news.

    Args:
        published: aware; ``None`` counts as old.
        as_of: aware; what is newer than it counts as new.
        half_life: in days.
    """
    if published is None:
        return 0.0
    days = max(0.0, (as_of - published).total_seconds() / _DAY)
    return float(0.5 ** (days / half_life))
