"""Opens the libraries that `onrecord tune confidence` reads questions of, and writes what it fits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from eval.commands import repeatable
from eval.datasets import realtimeqa, sample
from eval.datasets.base import Dataset
from eval.home import eval_settings, fill
from eval.records import write_json
from eval.run import Trial
from eval.systems import LocalSystem
from eval.tune.confidence import Observed, fit_calibrations, left_out, observe
from qa.compose import open_library
from qa.settings import Settings


def calibrate(
    settings: Settings, data: Path, out: Path, now: datetime, say: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Fit the calibrations, write them, and give what comes of the thresholds, told by a model and not.

    Args:
        data: the folder of RealTime QA.
        now: the moment of ingestion.

    Raises:
        NotFoundError, UnreadableError: RealTime QA is not there, or broken.
        HomeError, ModelError: a library or the model cannot be opened.
    """
    datasets = (realtimeqa.load(data).select("development"), sample.load())
    observed = [each for dataset in datasets for each in _observed(repeatable(settings), dataset, now, say)]
    figures = {"with the model": left_out(observed, told=True), "without it": left_out(observed, told=False)}
    made = {"questions": len(observed), "model": settings.llm.model, "on": f"{now:%Y-%m-%d}", "left_out": figures}
    out.parent.mkdir(parents=True, exist_ok=True)
    write_json(out, {"made": made, **fit_calibrations(observed)})
    return figures


def _observed(settings: Settings, dataset: Dataset, now: datetime, say: Callable[[str], None]) -> list[Observed]:
    own = eval_settings(settings, dataset)
    with open_library(own) as library:
        places = fill(library.index, library.embedder, own, dataset, now=now, say=say)
        system = LocalSystem(own.llm.model, library.engine, library.index)
        return list(observe(Trial(dataset, system, places), library.engine, say))
