"""SIGKILL of a serving process while clients write: what was acknowledged is there, and the three stores are equal.

`make soak` kills it `SOAK_ROUNDS` times and keeps the figures beside the file that ``SOAK_OUT`` names.

The same for an ingesting process is in `test_ingest_kills.py`, for every single step of writing in
`test_qa_library_kills.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eval.bench import BenchRow
from eval.bench.file import load_bench, save_bench

PROGRAM = Path(__file__).parent / "served_kill_rounds.py"
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "10"))

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="a process is killed with SIGKILL, which only POSIX has"),
    pytest.mark.timeout(200 + 12 * ROUNDS),
]


def test_a_killed_server_keeps_every_acknowledged_article_and_its_stores_equal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = os.pathsep.join([str(PROGRAM.parent), str(PROGRAM.parents[1])])
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path / "home"), str(ROUNDS), "17"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    kept = Path(os.environ.get("SOAK_OUT") or tmp_path / "soak.json").with_name("soak-kills.json")
    save_bench(kept, "soak-kills", _rows(rounds), {"rounds": ROUNDS}, datetime.now(UTC))
    with capsys.disabled():
        print("\nkills: " + ", ".join(f"{row.value:g} {row.what}" for row in load_bench(kept).rows))
    assert len(rounds) == ROUNDS
    for number, found in enumerate(rounds):
        assert found["refused"] == [], number
        assert found["wrong"] == [], number
        assert len(set(found["sets"])) == 1, (number, found["sets"])
        assert found["advice"] == [], number
    assert rounds[-1]["acknowledged"] > ROUNDS
    assert sum(found["hit"] for found in rounds) > ROUNDS / 2


def _rows(rounds: list[dict[str, Any]]) -> list[BenchRow]:
    """Give the figures as a bench's; lost is what was acknowledged and is not found as it was."""
    acknowledged, n = rounds[-1]["acknowledged"], len(rounds)
    return [
        BenchRow("rounds", n, "count", n),
        BenchRow("kills_that_hit", sum(found["hit"] for found in rounds), "count", n),
        BenchRow("changes_acknowledged", acknowledged, "count", n),
        BenchRow("articles_stored", rounds[-1]["stored"], "count", n),
        BenchRow("lost", sum(len(found["wrong"]) for found in rounds), "count", acknowledged),
    ]


def test_what_was_lost_is_told() -> None:
    rounds = [{"hit": True, "acknowledged": 3, "stored": 2, "wrong": ["a"]}]
    rounds.append({"hit": False, "acknowledged": 7, "stored": 5, "wrong": []})
    assert [(row.value, row.n) for row in _rows(rounds)] == [(2, 2), (1, 2), (7, 2), (5, 2), (1, 7)]
