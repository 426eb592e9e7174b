"""Opens the libraries whose questions are read, learnt from and fitted on, and writes what is fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from eval.commands import repeatable
from eval.datasets import practice, realtimeqa
from eval.datasets.base import Dataset
from eval.home import eval_settings, fill
from eval.records import write_json
from eval.run import Trial
from eval.systems import LocalSystem
from eval.tune.confidence import Observed, fit_calibrations, left_out, observe
from eval.tune.practice_lessons import Sheet, read_sheets
from eval.tune.weights import Offered, first_right, fit_weights, fit_without, offers
from eval.tune.yes_no import Decided, decided, fit_yes_no
from eval.tune.yes_no import left_out as left_out_yes_no
from qa.answer.weights import READER_PRIOR, Weighing, load_weights
from qa.compose import OnRecord, open_library
from qa.settings import Settings

Shares = dict[str, dict[str, float]]


def weigh(settings: Settings, data: Path, out: Path, now: datetime, say: Callable[[str], None]) -> Shares:
    """Fit the reader's weights, write them, and give how many first spans are right where a set is left out.

    Args:
        data: the folder of RealTime QA.
        now: the moment of ingestion.

    Raises:
        NotFoundError, UnreadableError: RealTime QA is not there, or broken.
        HomeError, ModelError: a library or the model cannot be opened.
    """
    offered = list[Offered]()
    for dataset in _datasets(data):
        with _opened(settings, dataset, now, say) as (trial, library):
            offered += offers(trial, library.engine, say, heard=_is_heard(dataset))
    without = fit_without(offered, READER_PRIOR.weights)
    figures = {
        group: {
            "readings": float(len(own)),
            "prior": first_right(own, READER_PRIOR.weights) / len(own),
            "left_out": first_right(own, fit) / len(own),
        }
        for group, fit in without.items()
        if (own := [each for each in offered if each.group == group])
    }
    made = {"readings": len(offered), **_made(settings, now), "left_out": figures}
    fitted = {"weights": fit_weights(offered, READER_PRIOR.weights), "without": without}
    _write(out, {"made": made, **_rounded(fitted)})
    return figures


def calibrate(settings: Settings, data: Path, out: Path, now: datetime, say: Callable[[str], None]) -> Shares:
    """Fit the calibrations, write them, and give what comes of the thresholds, told by a model and not.

    Each question is read with weights that were fitted without its set, as one that nobody has seen.

    Args, Raises: as ``weigh``.
    """
    observed = [each for dataset in _datasets(data) for each in _observed(settings, dataset, now, say)]
    figures = {"with the model": left_out(observed, told=True), "without it": left_out(observed, told=False)}
    made = {"questions": len(observed), **_made(settings, now), "left_out": figures}
    _write(out, {"made": made, **fit_calibrations(observed)})
    return figures


def decide(settings: Settings, out: Path, now: datetime, say: Callable[[str], None]) -> Shares:
    """Fit how sure one may be of a yes or no, write it, and give what comes of the threshold.

    Args:
        now: the moment of ingestion.

    Raises:
        HomeError, ModelError: a library or the scorer cannot be opened.
    """
    seen = list[Decided]()
    for name in (each for each in practice.OPEN if each not in practice.HELD_OUT):
        dataset = practice.load(f"{name}-open")
        with _opened(settings, dataset, now, say, with_model=False) as (trial, library):
            seen += decided(trial, library.engine, library.scorer, say)
    figures = {"yes or no": left_out_yes_no(seen)}
    made = {"questions": len(seen), "on": f"{now:%Y-%m-%d}", "left_out": _rounded(figures)}
    _write(out, {"made": made, **fit_yes_no(seen)})
    return figures


def practise(settings: Settings, now: datetime, say: Callable[[str], None]) -> list[Sheet]:
    """Give what the sets that a model is to learn from ask, and of what; raises as ``weigh``."""
    with _opened(settings, practice.load_together(practice.TAUGHT), now, say) as (trial, library):
        return list(read_sheets(trial, library.engine, say))


def _is_heard(dataset: Dataset) -> bool:
    """Say whether what the model tells of a set is what it would tell of any news."""
    return dataset.name.removeprefix(f"{practice.NAME}-") not in practice.TAUGHT


def _datasets(data: Path) -> Sequence[Dataset]:
    learnt = (name for name in practice.SETS if name not in practice.HELD_OUT)
    return (realtimeqa.load(data).select("development"), *map(practice.load, learnt))


@contextmanager
def _opened(
    settings: Settings, dataset: Dataset, now: datetime, say: Callable[[str], None], *, with_model: bool = True
) -> Iterator[tuple[Trial, OnRecord]]:
    own = eval_settings(repeatable(settings), dataset)
    with open_library(own, with_model=with_model) as library:
        places = fill(library.index, library.embedder, own, dataset, now=now, say=say)
        yield Trial(dataset, LocalSystem(own.llm.model, library.engine, library.index), places), library


def _observed(settings: Settings, dataset: Dataset, now: datetime, say: Callable[[str], None]) -> list[Observed]:
    shipped = load_weights()
    weights = shipped["without"].get(dataset.name, shipped["weights"])
    with _opened(settings, dataset, now, say) as (trial, library):
        return list(observe(trial, library.engine.weighing(Weighing(weights)), say, heard=_is_heard(dataset)))


def _made(settings: Settings, now: datetime) -> dict[str, Any]:
    return {"model": settings.llm.model, "on": f"{now:%Y-%m-%d}"}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return round(value, 3)


def _write(out: Path, fitted: dict[str, Any]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    write_json(out, fitted)
