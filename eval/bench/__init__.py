"""Benchmarks: how fast and how big, each as rows with stable names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One measured figure.

    Args:
        what: its stable name.
        value: the figure.
        unit: ``ms``, ``s``, ``MB``, ``ratio``, ``1/s`` or ``count``.
        n: how many observations it was made of.
    """

    what: str
    value: float
    unit: str
    n: int
