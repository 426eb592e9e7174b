"""SIGKILL in the middle of ingestion: what is there is whole, and run again, the library is as if nothing had happened.

`make soak` kills at `SOAK_ROUNDS` random moments and keeps the figures beside the file that ``SOAK_OUT`` names.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from ingest_kill_rounds import articles

from eval.bench import BenchRow
from eval.bench.file import load_bench, save_bench

ROUNDS = Path(__file__).parent / "ingest_kill_rounds.py"
STEPS = [
    "signature:committed@2", "catalog:written@1", "catalog:committed@3",
    "arrays:written@2", "arrays:committed@3", "arrays:cursor@1",
    "vectors:written@3", "vectors:committed@2", "vectors:cursor@1",
    "words:written@1", "words:committed@2", "words:cursor@3", "log:shortened@4",
]  # fmt: skip
"""Every step of writing, each with how often it is passed first, so that the kills fall into all batches."""
_MICROSECONDS = random.Random(11).sample(range(50_000, 400_000), int(os.environ.get("SOAK_ROUNDS", "5")))
RANDOM = [f"{moment / 1e6:.6f}" for moment in _MICROSECONDS]
MOMENTS = [*STEPS, *RANDOM]
PATIENCE = 280 + 10 * len(RANDOM)
"""Seconds that all rounds together may take."""
TEXTS = {article.text.strip() for article in articles()}

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="a process is killed with SIGKILL, which only POSIX has"),
    pytest.mark.timeout(PATIENCE + 20),
]


@cache
def rounds() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(ROUNDS), folder, "never", *MOMENTS],
            capture_output=True, text=True, check=False, timeout=PATIENCE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROUNDS.parent), str(ROUNDS.parents[1])])},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {line["moment"]: line for line in map(json.loads, done.stdout.splitlines())}


def test_undisturbed_run_holds_every_story_once() -> None:
    state = rounds()["never"]["again"]
    assert rounds()["never"]["after"]["articles"] == {}
    assert len(set(state["sets"])) == 1
    assert len(state["articles"]) == 21
    carriers = sorted(len(article[3]) for article in state["articles"].values())
    assert carriers == [1] * 20 + [4]
    assert sorted(article[0] for article in state["articles"].values()) == [1] * 20 + [2]


def test_every_step_of_writing_is_killed_at() -> None:
    assert sorted(moment.partition("@")[0] for moment in STEPS) == rounds()["never"]["steps"]


def test_no_two_rounds_are_one() -> None:
    assert len(set(MOMENTS)) == len(MOMENTS) == len(rounds()) - 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_opened_holds_only_whole_articles(moment: str) -> None:
    assert rounds()[moment]["killed"]
    after = rounds()[moment]["after"]
    assert torn(after) == []
    assert len(set(after["sets"])) == 1
    assert after["advice"] == []
    assert after["sets"][0] >= len(after["articles"])


@pytest.mark.parametrize("moment", STEPS)
def test_killed_at_a_step_and_run_again_ends_as_if_never_killed(moment: str) -> None:
    assert rounds()[moment]["again"] == rounds()["never"]["again"]


@pytest.mark.parametrize("moment", RANDOM)
def test_killed_at_a_random_moment_and_run_again_ends_as_if_never_killed(moment: str) -> None:
    assert rounds()[moment]["again"] == rounds()["never"]["again"]


def test_a_kill_met_ingestion_in_its_midst() -> None:
    stored = [len(rounds()[moment]["after"]["articles"]) for moment in STEPS]
    assert any(0 < count < 21 for count in stored), stored


def test_figures_are_kept_for_the_results() -> None:
    out = os.environ.get("SOAK_OUT")
    with TemporaryDirectory() as folder:
        kept = Path(out).with_name("soak-ingest-kills.json") if out else Path(folder) / "kills.json"
        save_bench(kept, "soak-ingest-kills", rows(), {"rounds": len(MOMENTS)}, datetime.now(UTC))
        assert [row.value for row in load_bench(kept).rows] == [len(MOMENTS), len(MOMENTS), 0, 0]


def rows() -> list[BenchRow]:
    """Give the figures as a bench's: rounds, kills that hit, torn articles, rounds that ended otherwise."""
    found, whole = [rounds()[moment] for moment in MOMENTS], rounds()["never"]["again"]
    stored = sum(len(each["after"]["articles"]) for each in found)
    return [
        BenchRow("rounds", len(found), "count", len(found)),
        BenchRow("kills_that_hit", sum(each["killed"] for each in found), "count", len(found)),
        BenchRow("articles_torn", sum(len(torn(each["after"])) for each in found), "count", stored),
        BenchRow("rounds_that_ended_otherwise", sum(each["again"] != whole for each in found), "count", len(found)),
    ]


def torn(state: dict[str, Any]) -> list[str]:
    """Give the articles of a library whose text is none that was given."""
    return [name for name, (_, text, *_) in state["articles"].items() if text.strip() not in TEXTS]
