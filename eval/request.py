"""What one run is asked to do; a value that the command line fills in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval.datasets.base import PartWish


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run and on what.

    Args:
        dataset: one of ``eval.datasets.NAMES``.
        data: the folder the benchmark lies in.
        name: the run's name; a run of that name that was broken off is taken up. By default dataset and moment.
        part: development, reporting, or all questions.
        limit: only the first so many questions.
        retrieval_only: judge the passages found, by several retrievers, and make no answers.
        baselines: score the predictions that the benchmark published of its own systems (RealTime QA).
        variant: which questions of a benchmark that has several sets.
        endpoint: ask a running OnRecord at this address instead of an engine here; an address that ends in ``/v1`` is a
            bare OpenAI-compatible model, which is asked without articles.
        system: what is asked: ``onrecord``, or ``llama-index-starter``, the naive peer.
        judge: ``verifier``, ``llm`` or ``nli:MODEL``: who says whether citations support their claims; of QAGS, who is
            compared with people.
        removed: ask answerable questions again without the articles that hold the gold answer.
        runs: the folder that runs are kept under.
    """

    dataset: str
    data: Path | None = None
    name: str | None = None
    part: PartWish = "all"
    limit: int | None = None
    retrieval_only: bool = False
    baselines: bool = False
    variant: str | None = None
    endpoint: str | None = None
    system: str = "onrecord"
    judge: str | None = None
    removed: bool = True
    runs: Path = Path("runs")

    @property
    def asks_server(self) -> bool:
        """Whether a running OnRecord is asked, which answers by settings of its own."""
        return bool(self.endpoint) and not str(self.endpoint).rstrip("/").endswith("/v1")
