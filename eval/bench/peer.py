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

import numpy as np

from eval.bench import BenchRow
from eval.bench.rows import measure_row
from eval.commands import RunRequest, RunSummary, run_dataset
from eval.intervals import measure_of, paired_difference
from eval.peer import NAME
from eval.records import Record, RunFolder
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
        lines = [RunFolder(Path(folder, name)).records() for _, name in _SYSTEMS]
    return [*rows(ours, theirs), *paired_rows(*lines)]


def rows(ours: RunSummary, theirs: RunSummary) -> list[BenchRow]:
    """Make the figures of two runs, each system's own."""
    return [row for (name, _), run in zip(_SYSTEMS, (ours, theirs), strict=True) for row in _figures(name, run)]


def paired_rows(ours: Sequence[Record], theirs: Sequence[Record]) -> list[BenchRow]:
    """Make what is compared question by question: how much oftener the gold occurs in ours, and how many times sooner
    it comes (a ratio of medians)."""
    found = []
    if pairs := _pairs("contains", ours, theirs):
        gap = paired_difference([its for _, its in pairs], [mine for mine, _ in pairs])
        found.append(BenchRow("onrecord_over_starter_contains", gap.value, "ratio", gap.n, gap.low, gap.high))
    if pairs := _pairs("seconds_total", ours, theirs):
        mine, its = np.array(pairs).T
        ratio = measure_of(len(pairs), lambda rows: float(np.median(its[rows]) / np.median(mine[rows])))
        found.append(measure_row("starter_to_onrecord_seconds", ratio))
    return found


def _pairs(name: str, ours: Sequence[Record], theirs: Sequence[Record]) -> list[tuple[float, float]]:
    """Give the scores of the questions that have one in both runs."""
    others = {record.id: record.scores.get(name) for record in theirs}
    both = [(record.scores.get(name), others.get(record.id)) for record in ours]
    return [(mine, its) for mine, its in both if mine is not None and its is not None]


def _figures(system: str, run: RunSummary) -> Sequence[BenchRow]:
    known = [(name, run.measures[name]) for name in _SHARES if name in run.measures]
    shares = [measure_row(f"{system}_{name}", measure) for name, measure in known if measure.value is not None]
    return [*shares, measure_row(f"{system}_seconds_p50", run.measures["seconds_p50"], "s")]


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
