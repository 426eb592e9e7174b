"""Percentiles with intervals that need no guess at a distribution."""

from __future__ import annotations

import json

import numpy as np
import pytest

from eval.bench import BenchRow, figure, row_json
from eval.bench.rows import centile_row, measure_row, order_interval
from eval.intervals import Measure


def test_the_median_of_ten_lies_between_the_second_and_the_ninth():
    assert order_interval([7, 3, 1, 9, 5, 2, 8, 4, 10, 6], 0.5) == (2, 9)


def test_few_observations_bound_the_slow_end_of_nothing():
    low, high = order_interval([float(n) for n in range(40)], 0.95)
    assert high is None
    assert low == 34
    assert order_interval([1.0], 0.5) == (None, None)


def test_the_interval_holds_the_true_percentile_about_95_times_in_100():
    drawn = np.random.default_rng(5).exponential(size=(400, 200))
    true = -np.log(0.05)
    held = [low <= true <= high for low, high in (order_interval(list(row), 0.95) for row in drawn)]
    assert 0.93 <= np.mean(held) <= 0.99


def test_a_row_of_observations_has_its_percentile_and_one_of_none_is_zero():
    row = centile_row("p95", [float(n) for n in range(1000)], 95)
    assert (row.value, row.unit, row.n) == (pytest.approx(949.05), "ms", 1000)
    assert row.low < row.value < row.high
    json.dumps(row_json(row))
    assert centile_row("p95", [], 95) == BenchRow("p95", 0.0, "ms", 0)
    assert measure_row("share", Measure(0.5, 0.25, 0.75, 8)) == BenchRow("share", 0.5, "ratio", 8, 0.25, 0.75)


def test_an_interval_is_printed_where_there_is_one():
    assert figure(BenchRow("a", 12.345678, "ms", 9)) == "12.35"
    assert figure(BenchRow("a", 12.345678, "ms", 9, 11.0, 13.55555)) == "12.35 [11, 13.56]"
    assert figure(BenchRow("a", 12.345678, "ms", 9, 11.0)) == "12.35 [11, –]"
