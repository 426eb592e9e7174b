"""SIGKILL in the middle of ingestion: run again, and the library is as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROUNDS = Path(__file__).parent / "ingest_kill_rounds.py"
STEPS = ["catalog:written@1", "catalog:committed@3", "arrays:written@2", "vectors:committed@2", "words:cursor@3"]
_MOMENTS = random.Random(11)
RANDOM = [f"{_MOMENTS.uniform(0.05, 0.8):.3f}" for _ in range(int(os.environ.get("SOAK_ROUNDS", "5")))]


@cache
def rounds() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(ROUNDS), folder, "never", *STEPS, *RANDOM],
            capture_output=True, text=True, check=False, timeout=280 + 5 * len(RANDOM),
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROUNDS.parent), str(ROUNDS.parents[1])])},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {line["moment"]: line for line in map(json.loads, done.stdout.splitlines())}


pytestmark = pytest.mark.timeout(300)


def test_undisturbed_run_holds_every_story_once() -> None:
    state = json.loads(rounds()["never"]["state"])
    assert len(set(state["sets"])) == 1
    assert len(state["articles"]) == 21
    carriers = sorted(len(article[3]) for article in state["articles"].values())
    assert carriers == [1] * 20 + [4]
    assert sorted(article[0] for article in state["articles"].values()) == [1] * 20 + [2]


@pytest.mark.parametrize("moment", STEPS)
def test_killed_at_a_step_and_run_again_ends_as_if_never_killed(moment: str) -> None:
    assert rounds()[moment]["killed"]
    assert rounds()[moment]["state"] == rounds()["never"]["state"]


@pytest.mark.parametrize("moment", RANDOM)
def test_killed_at_a_random_moment_and_run_again_ends_as_if_never_killed(moment: str) -> None:
    assert rounds()[moment]["state"] == rounds()["never"]["state"]
