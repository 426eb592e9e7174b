"""Plots as SVG text, pure: bars with intervals, curves, and the reliability diagram.

Colours are CSS variables of the page that holds them; every text is escaped. No script, no font, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from eval.curves import ReliabilityBin

COLOURS = 6
"""How many runs get a colour of their own (``--run0`` … ``--run5``)."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 20, 12, 40
_WIDE, _HIGH = 420, 300


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure with its interval, each 0..1, and the number of its run."""

    label: str
    value: float
    low: float
    high: float
    run: int


@dataclass(frozen=True, slots=True)
class Series:
    """A curve's points, each coordinate 0..1, and the number of its run."""

    name: str
    points: tuple[tuple[float, float], ...]
    run: int


def bar_chart(bars: Sequence[Bar], title: str) -> str:
    """Draw horizontal bars from 0 to 100 %, each with its interval as a whisker."""
    step, left, wide = 26, 190, 505
    high = step * len(bars) + 30
    body = [_bar(bar, 6 + step * row, left, wide - 48) for row, bar in enumerate(bars)]
    axis = [_tick(left + share * (wide - 48 - left), high - 24, f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)]
    return _svg(wide, high, title, [*axis, *body])


def line_chart(series: Sequence[Series], title: str, x: str, y: str) -> str:
    """Draw curves over the unit square."""
    lines = [_line(item) for item in series]
    return _svg(_WIDE, _HIGH, title, [*_frame(x, y), *lines])


def reliability_chart(bins: Sequence[ReliabilityBin], title: str, run: int = 0) -> str:
    """Draw the share right against the confidence; the diagonal is perfect, a dot's area its questions."""
    most = max((item.n for item in bins), default=1)
    diagonal = f'<path class="ideal" d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}"/>'
    dots = [
        f'<circle class="run{run % COLOURS}" cx="{_x(item.confidence):.1f}" cy="{_y(item.accuracy):.1f}" '
        f'r="{3 + 9 * (item.n / most) ** 0.5:.1f}"><title>{item.n} questions, confidence {item.confidence:.2f}, '
        f"right {item.accuracy:.2f}</title></circle>"
        for item in bins
    ]
    return _svg(_WIDE, _HIGH, title, [*_frame("confidence", "share right"), diagonal, *dots])


def _bar(bar: Bar, top: float, left: float, right: float) -> str:
    def at(share: float) -> float:
        return left + share * (right - left)

    middle = top + 9
    return (
        f'<text class="label" x="{left - 8}" y="{middle + 4}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect class="run{bar.run % COLOURS}" x="{left}" y="{top}" width="{at(bar.value) - left:.1f}" height="18"/>'
        f'<path class="whisker" d="M{at(bar.low):.1f} {middle}H{at(bar.high):.1f}'
        f'M{at(bar.low):.1f} {middle - 4}v8M{at(bar.high):.1f} {middle - 4}v8"/>'
        f'<text class="value" x="{right + 8}" y="{middle + 4}">{100 * bar.value:.1f}</text>'
    )


def _line(series: Series) -> str:
    path = "".join(f"{'L' if at else 'M'}{_x(x):.1f} {_y(y):.1f}" for at, (x, y) in enumerate(series.points))
    return f'<path class="curve run{series.run % COLOURS}" d="{path}"><title>{escape(series.name)}</title></path>'


def _frame(x: str, y: str) -> list[str]:
    shares = (0, 0.25, 0.5, 0.75, 1)
    grid = [f'<path class="grid" d="M{_x(0):.1f} {_y(s):.1f}H{_x(1):.1f}"/>' for s in shares]
    across = [_tick(_x(s), _HIGH - _BOTTOM + 3, f"{s:.0%}") for s in shares]
    up = [f'<text class="tick" x="{_LEFT - 6}" y="{_y(s) + 4:.1f}" text-anchor="end">{s:.0%}</text>' for s in shares]
    names = [
        f'<text class="axis" x="{(_x(0) + _x(1)) / 2:.1f}" y="{_HIGH - 6}" text-anchor="middle">{escape(x)}</text>',
        f'<text class="axis" transform="translate(12 {(_y(0) + _y(1)) / 2:.1f}) rotate(-90)" '
        f'text-anchor="middle">{escape(y)}</text>',
    ]
    return [*grid, *across, *up, *names]


def _tick(x: float, y: float, text: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y + 12:.1f}" text-anchor="middle">{text}</text>'


def _x(share: float) -> float:
    return _LEFT + share * (_WIDE - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HIGH - _BOTTOM - share * (_HIGH - _TOP - _BOTTOM)


def _svg(wide: float, high: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(title, quote=True)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
