"""How long a whole search takes, and whether filtering loses anything: on a made-up library of any size.

A search here is what a question costs after its embedding and before reranking: dense and lexical side by side, fused
by RRF, the best hydrated with their articles and sentence vectors. Each figure is the best of three rounds over the
same questions, so that what else the machine does counts less.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bench import BenchRow
from eval.bench.made_up import DAYS, DIM, START, World, outlets
from eval.bench.peak import own_peak_mb
from eval.bench.rows import centile_row, measure_row
from eval.datasets import realtimeqa, sample
from eval.datasets.base import Dataset
from eval.intervals import mean_measure
from qa.library.index import NewsIndex
from qa.search.fuse import rrf
from qa.search.rerank import Asked, SignalReranker
from qa.settings import RetrievalSettings
from qa.text import sentence_spans
from qa.types import IndexedArticle, Matrix, ScoredPassage, SearchFilter, Understood, Vector

_QUESTIONS = 200
_ROUNDS = 3
_BATCH = 400
_TOP = 10
_MB = 1024 * 1024
_SETTINGS = RetrievalSettings()


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    text: str
    vector: Vector
    as_of: datetime


def run(passages: int, data: Path | None = None) -> list[BenchRow]:
    """Build a made-up library, search it, and give the figures.

    Args:
        passages: how many passages it has.
        data: a RealTimeQA folder whose articles give the sentences and whose questions are asked; the sample otherwise.
    """
    dataset = realtimeqa.load(data) if data is not None else sample.load()
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder:
        return _measured(Path(folder), World(_sentences(dataset), passages), dataset)


def _measured(home: Path, world: World, dataset: Dataset) -> list[BenchRow]:
    begun = time.perf_counter()
    kept = _build(home, world)
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    with NewsIndex.open(home, embedder="made-up", dim=DIM) as index:
        opened = time.perf_counter() - begun
        questions = _questions(world, kept, dataset)
        rows = [*_timings(index, questions), _rerankings(index, questions)]
        filtered = [wanted for name, wanted in filters().items() if name != "search"]
        recalls = [_overlap(index, wanted, question.vector) for wanted in filtered for question in questions]
        stats = index.stats()
    return [
        *rows,
        measure_row("filtered_recall@10", mean_measure(recalls)),
        BenchRow("passages", stats.passages, "count", 1),
        BenchRow("build_seconds", built, "s", 1),
        BenchRow("open_seconds", opened, "s", 1),
        BenchRow("disk_mb", stats.bytes_on_disk / _MB, "MB", 1),
        BenchRow("peak_rss_mb", own_peak_mb(), "MB", 1),
    ]


def filters() -> dict[str, SearchFilter]:
    """Give the filters that are timed, under the names of their figures."""
    middle = START + timedelta(days=DAYS / 2)
    nearest_2pct = min(outlets(), key=lambda outlet: abs(outlet.share - 0.02))
    return {
        "search": SearchFilter(),
        "window_2pct": SearchFilter(since=middle, until=middle + timedelta(days=DAYS * 0.02)),
        "window_50pct": SearchFilter(since=middle, until=middle + timedelta(days=DAYS * 0.5)),
        "one_publisher": SearchFilter(publishers=(nearest_2pct.name,)),
    }


def _timings(index: NewsIndex, questions: Sequence[_Question]) -> Iterator[BenchRow]:
    with ThreadPoolExecutor(2) as pool:
        for name, wanted in filters().items():
            rounds = _rounds(partial(_search, index, pool, wanted), questions)
            if name == "search":
                yield _best("search_p50", rounds, 50)
            yield _best("search_p95" if name == "search" else f"search_p95_{name}", rounds, 95)


def _rerankings(index: NewsIndex, questions: Sequence[_Question]) -> BenchRow:
    """Time what the default reranker adds to a search."""
    with ThreadPoolExecutor(2) as pool:
        found = {question: _search(index, pool, SearchFilter(), question) for question in questions}
    return _best("rerank_p95", _rounds(lambda question: _rerank(question, found[question]), questions), 95)


def _rerank(question: _Question, passages: Sequence[ScoredPassage]) -> None:
    SignalReranker().parts(Asked(question.text, question.vector, question.as_of, Understood()), passages)


def _search(
    index: NewsIndex, pool: ThreadPoolExecutor, wanted: SearchFilter, question: _Question
) -> list[ScoredPassage]:
    wanted = replace(wanted, as_of=question.as_of)
    lexical = pool.submit(index.lexical, question.text, _SETTINGS.depth, wanted)
    dense = index.dense(question.vector, _SETTINGS.depth, wanted)
    rankings = [[hit.passage_id for hit in hits] for hits in (dense, lexical.result())]
    return index.passages(list(rrf(rankings))[: _SETTINGS.rerank])


def _rounds(search: Callable[[_Question], object], questions: Sequence[_Question]) -> list[list[float]]:
    rounds = []
    for _ in range(_ROUNDS):
        gc.collect()
        rounds.append([_milliseconds(search, question) for question in questions])
    return rounds


def _best(what: str, rounds: Sequence[Sequence[float]], percent: float) -> BenchRow:
    """Give a percentile of the round in which it is least; the interval is of that round alone."""
    return min((centile_row(what, times, percent) for times in rounds), key=lambda row: row.value)


def _milliseconds(search: Callable[[_Question], object], question: _Question) -> float:
    begun = time.perf_counter()
    search(question)
    return (time.perf_counter() - begun) * 1000


def _overlap(index: NewsIndex, wanted: SearchFilter, vector: Vector) -> float:
    exact = {hit.passage_id for hit in index.dense_exactly(vector, _TOP, wanted)}
    found = {hit.passage_id for hit in index.dense(vector, _SETTINGS.depth, wanted)[:_TOP]}
    return len(exact & found) / len(exact) if exact else 1.0


def _build(home: Path, world: World) -> Matrix:
    kept: list[NDArray[np.float32]] = []
    with NewsIndex.open(home, embedder="made-up", dim=DIM) as index:
        for batch in _batches(world.articles()):
            index.add(batch)
            kept.append(batch[0].vectors[0].passage)
    return np.stack(kept)


def _batches(articles: Iterator[IndexedArticle]) -> Iterator[list[IndexedArticle]]:
    while batch := list(islice(articles, _BATCH)):
        yield batch


def _questions(world: World, vectors: Matrix, dataset: Dataset) -> list[_Question]:
    texts = [question.text for question in dataset.questions]
    moved = world.questions(vectors[np.arange(_QUESTIONS) % len(vectors)])
    later = START + timedelta(days=DAYS)
    return [
        # Every question is asked at a moment of its own, so that no filter has been worked out before.
        _Question(texts[number % len(texts)], moved[number], later + timedelta(seconds=number))
        for number in range(_QUESTIONS)
    ]


def _sentences(dataset: Dataset) -> list[str]:
    return [
        article.text[start:end]
        for article in dataset.articles
        for start, end in sentence_spans(article.text, article.language)
    ]
