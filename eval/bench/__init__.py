"""Benchmarks: how fast and how big, each as rows with stable names."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One measured figure.

    Args:
        what: its stable name.
        value: the figure.
        unit: ``ms``, ``s``, ``MB``, ``ratio``, ``1/s`` or ``count``.
        n: how many observations it was made of.
        low, high: its 95 % interval; ``None`` where there is none, or where so few observations give it no such end.
    """

    what: str
    value: float
    unit: str
    n: int
    low: float | None = None
    high: float | None = None


def row_json(row: BenchRow) -> dict[str, object]:
    """Render a figure as the contract has it; ends of the interval that are not known are left out."""
    return {name: value for name, value in asdict(row).items() if value is not None}


def figure(row: BenchRow) -> str:
    """Render the value, and its interval in brackets where it has one."""
    if row.low is None and row.high is None:
        return f"{row.value:.4g}"
    low, high = ("–" if end is None else f"{end:.4g}" for end in (row.low, row.high))
    return f"{row.value:.4g} [{low}, {high}]"
