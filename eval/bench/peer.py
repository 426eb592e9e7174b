"""How right and how fast answers are beside the naive llama-index starter: same questions, articles, models, run.

Both are asked by the code of ``eval run``; their lines go to a folder that is thrown away. What the starter is and what
it cannot do is told in ``eval.peer``.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.bench import BenchRow
from eval.commands import RunRequest, RunSummary, run_dataset
from eval.peer import NAME
from qa.settings import Settings

_NOW = datetime(2100, 1, 1, tzinfo=UTC)
_SHARES = ("contains", "f1", "right_when_answering", "wrong_unhedged", "quotes_verbatim")
_SYSTEMS = (("onrecord", "onrecord"), ("starter", NAME))


def run(settings: Settings, data: Path | None = None, model: str | None = None, questions: int = 40) -> list[BenchRow]:
    """Ask both systems the first questions of a set.

    Args:
        settings: of this process, whose model both use.
        data: a RealTimeQA folder; the sample where none is given.
        model: a model of the shelf for both; the settings' own unless named.
        questions: how many to ask.

    Raises:
        ModelMissingError: the model was not pulled.
    """
    if model is not None:
        settings = settings.model_copy(update={"llm": settings.llm.model_copy(update={"model": model})})
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder:
        ours, theirs = (_asked(settings, data, questions, name, Path(folder)) for _, name in _SYSTEMS)
    return rows(ours, theirs)


def rows(ours: RunSummary, theirs: RunSummary) -> list[BenchRow]:
    """Make the figures of two runs: each system's own, and how many times sooner ours answers."""
    found = [row for (name, _), run in zip(_SYSTEMS, (ours, theirs), strict=True) for row in _figures(name, run)]
    mine, its = (run.measures["seconds_p50"] for run in (ours, theirs))
    if not mine.value or its.value is None:
        return found
    return [*found, BenchRow("starter_to_onrecord_seconds", its.value / mine.value, "ratio", min(mine.n, its.n))]


def _figures(system: str, run: RunSummary) -> Sequence[BenchRow]:
    known = [(name, run.measures[name]) for name in _SHARES if name in run.measures]
    shares = [BenchRow(f"{system}_{name}", m.value, "ratio", m.n) for name, m in known if m.value is not None]
    seconds = run.measures["seconds_p50"]
    return [*shares, BenchRow(f"{system}_seconds_p50", seconds.value or 0.0, "s", seconds.n)]


def _asked(settings: Settings, data: Path | None, questions: int, system: str, folder: Path) -> RunSummary:
    request = RunRequest(
        dataset="sample" if data is None else "realtimeqa",
        data=data,
        name=system,
        limit=questions,
        system=system,
        removed=False,
        runs=folder,
    )
    return run_dataset(settings, request, now=_NOW, clock=time.monotonic, say=_silent)


def _silent(line: str) -> None:
    """Say nothing: a bench prints its table only."""
