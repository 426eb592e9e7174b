"""SIGKILL of a serving process while clients write: what was acknowledged is there, and the three stores are equal.

The same for an ingesting process is in `test_ingest_kills.py`, for every single step of writing in
`test_qa_library_kills.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "served_kill_rounds.py"
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "10"))

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="a process is killed with SIGKILL, which only POSIX has"),
    pytest.mark.timeout(200 + 12 * ROUNDS),
]


def test_a_killed_server_keeps_every_acknowledged_article_and_its_stores_equal(tmp_path: Path) -> None:
    paths = os.pathsep.join([str(PROGRAM.parent), str(PROGRAM.parents[1])])
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path / "home"), str(ROUNDS), "17"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rounds) == ROUNDS
    for number, found in enumerate(rounds):
        assert found["refused"] == [], number
        assert found["wrong"] == [], number
        assert len(set(found["sets"])) == 1, (number, found["sets"])
        assert found["advice"] == [], number
    assert rounds[-1]["acknowledged"] > ROUNDS
    print(f"{ROUNDS} kills, {rounds[-1]['acknowledged']} acknowledged changes, {rounds[-1]['stored']} articles stored")
