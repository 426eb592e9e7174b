"""SIGKILL at each named step of writing: afterwards the three stores hold the same, and doing it again ends well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROUNDS = Path(__file__).parent / "kill_rounds.py"
STORES = [f"{name}:{step}" for name in ("arrays", "vectors", "words") for step in ("written", "committed", "cursor")]
ADDING = ["catalog:written", "catalog:committed", *STORES, "log:shortened"]
DELETING = ["catalog:committed", *STORES, "log:shortened"]
REBUILDING = [*STORES, "reindex:built", "reindex:swapped"]


@cache
def rounds(scenario: str) -> dict[str, Any]:
    steps = {"add": ADDING, "delete": DELETING, "reindex": REBUILDING}[scenario]
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(ROUNDS), folder, scenario, *steps],
            capture_output=True, text=True, check=False, timeout=110,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROUNDS.parent), str(ROUNDS.parents[1])])},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {line["step"]: line for line in map(json.loads, done.stdout.splitlines())}


def whole_and_equal(state: dict[str, Any]) -> bool:
    return len(set(state["sets"])) == 1 and not state["advice"] and state["found"] == state["passages"]


@pytest.mark.parametrize("step", ADDING)
def test_killed_while_adding(step: str) -> None:
    found = rounds("add")[step]
    assert found["killed"]
    assert whole_and_equal(found["after"])
    assert ("new" in found["after"]["articles"]) == (step != "catalog:written")
    assert whole_and_equal(found["again"])
    assert found["again"]["sets"] == [8, 8, 8]
    assert found["again"]["articles"]["old0"].startswith("Story 0 was corrected")


@pytest.mark.parametrize("step", DELETING)
def test_killed_while_deleting(step: str) -> None:
    found = rounds("delete")[step]
    assert found["killed"]
    assert whole_and_equal(found["after"])
    assert sorted(found["after"]["articles"]) == ["old0", "old3", "old4", "old5"]
    assert whole_and_equal(found["again"])


@pytest.mark.parametrize("step", REBUILDING)
def test_killed_while_rebuilding(step: str) -> None:
    found = rounds("reindex")[step]
    assert found["killed"]
    assert found["after"]["sets"] == [6, 6, 6]
    assert whole_and_equal(found["after"])
    assert whole_and_equal(found["again"])
