"""The benchmarks that can be run, by name; each loader reads its benchmark as published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eval.datasets import claims, jsonl, multihop_rag, practice, qags, realtimeqa, rgb, sample, squad
from eval.datasets.base import ClaimSet, Dataset
from qa.errors import UsageError

NAMES = ("sample", "practice", "realtimeqa", "multihop_rag", "rgb", "squad", "qags", "claims", "jsonl")
"""Every benchmark; ``jsonl`` is the user's own questions and articles, ``claims`` the user's own labelled sentences."""


def load_dataset(name: str, data: Path | None, variant: str | None = None) -> Dataset | ClaimSet:
    """Load a benchmark.

    Args:
        data: the folder it lies in; only ``sample`` and ``practice`` come with OnRecord.
        variant: ``nota`` of RealTime QA, ``xsum`` of QAGS, a set of ``practice``, or one of RGB's (see
            ``eval.datasets.rgb``), which has all in one otherwise.

    Raises:
        UsageError: there is no such benchmark or variant.
        NotFoundError, UnreadableError: it is not there, or cannot be read.
    """
    if name == "sample":
        return sample.load(data)
    if name == "practice":
        return practice.load(variant)
    if name == "realtimeqa":
        return realtimeqa.load(data, none_of_the_above=variant == "nota")
    if name == "rgb":
        return rgb.load(data, variant)
    if name == "qags":
        return qags.load(data, variant)
    if name in _PLAIN:
        return _PLAIN[name](data)
    raise UsageError(f"There is no benchmark {name}; take one of {', '.join(NAMES)}.")


_PLAIN: dict[str, Callable[[Path | None], Dataset | ClaimSet]] = {
    "claims": claims.load,
    "multihop_rag": multihop_rag.load,
    "squad": squad.load,
    "jsonl": jsonl.load,
}
