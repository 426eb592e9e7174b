"""Questions, additions, edits and deletions together for long: no error, and no growth once it is warm.

A few seconds in the suite; `make soak` runs an hour, or `SOAK_SECONDS`, and prints the figures. The server is a
process of its own over the real stores, with a stand-in for the embedder so that the load is on the stores. With
`SOAK` (or `SOAK_REAL`, for seconds of it) it is the server as it is, with embedder, model and the chat's page.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eval.bench import BenchRow
from eval.bench.file import load_bench, save_bench

PROGRAM = Path(__file__).parent / "soak_program.py"
SECONDS = float(os.environ.get("SOAK_SECONDS", "3600" if os.environ.get("SOAK") else "4"))
REAL = bool(os.environ.get("SOAK") or os.environ.get("SOAK_REAL"))
_WARM = 120.0
"""Seconds from which on a run is long enough to tell growth from warming up."""

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="figures of a process are read from /proc"),
    pytest.mark.timeout(SECONDS + (600 if REAL else 300)),
]


def test_questions_edits_and_deletions_together_end_without_error_or_growth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = os.pathsep.join([str(PROGRAM.parent), str(PROGRAM.parents[1])])
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path / "home"), str(SECONDS), *["real"] * REAL],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    with capsys.disabled():
        print(f"\nsoak: {_line(found)}")
    if kept := os.environ.get("SOAK_OUT"):
        asked = {"seconds": SECONDS, "model": found["model"]}
        save_bench(Path(kept), "soak", _rows(found), asked, datetime.now(UTC))
    assert found["errors"] == []
    assert found["healthy"], found
    assert len(found["samples"]["rss_mb"]) < 3 * max(SECONDS, 60), "one figure was taken over and over"
    assert found["done"]["asked"] > 0
    assert found["done"]["added"] > 0
    assert not REAL or found["done"]["visited"] > 0
    if found["seconds"] >= _WARM:
        for name, slack in (("rss_mb", 1.1), ("files", 1.1), ("threads", 1.1)):
            middle, last = thirds(found["samples"][name])
            assert last <= middle * slack + 2, (name, middle, last)


def thirds(values: list[float]) -> tuple[float, float]:
    """Give the medians of the middle and of the last third."""
    cut = len(values) // 3
    return statistics.median(values[cut : 2 * cut]), statistics.median(values[2 * cut :])


def _rows(found: Any) -> list[BenchRow]:
    """Give the figures as a bench's: what was done, errors, and the medians of the middle and the last third."""
    n = len(found["samples"]["rss_mb"])
    rows = [BenchRow(f"{what}", count, "count", count) for what, count in found["done"].items()]
    rows.append(BenchRow("errors", len(found["errors"]), "count", sum(found["done"].values())))
    for name, unit in (("rss_mb", "MB"), ("files", "count"), ("threads", "count")):
        for third, value in zip(("middle", "last"), thirds(found["samples"][name]), strict=True):
            rows.append(BenchRow(f"{name}_{third}_third", value, unit, n // 3))
    return rows


def _line(found: Any) -> str:
    parts = [f"{name} {values[0]:g} -> {values[-1]:g}" for name, values in found["samples"].items()]
    return f"{found['seconds']} s, {found['model']}, {found['done']}, " + ", ".join(parts)


def test_figures_are_kept_for_the_results(tmp_path: Path) -> None:
    values = [float(value) for value in range(9)]
    found = {
        "done": {"asked": 4, "added": 2},
        "errors": [],
        "samples": dict.fromkeys(("rss_mb", "files", "threads"), values),
    }
    save_bench(tmp_path / "soak.json", "soak", _rows(found), {"seconds": 4.0}, datetime(2026, 1, 1, tzinfo=UTC))
    kept = load_bench(tmp_path / "soak.json")
    assert [row.value for row in kept.rows if row.what.startswith("rss")] == [4.0, 7.0]


def test_growth_would_be_seen() -> None:
    middle, last = thirds([float(value) for value in range(100, 400)])
    assert last > middle * 1.1 + 2
