"""How fast articles are taken in: a whole ingestion beside the bare encoder on the same passages, and beside itself.

Where more articles are asked for than the data hold, they are varied by a stated rule: in the k-th round every fifth
word becomes another of the same paragraph, moved by k places, and the address is marked with k. Such texts are about as
hard to cut and to embed as their originals, and no near-duplicates of them.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from eval.bench import BenchRow
from eval.bench.memory import peak_mb
from eval.bench.peak import own_peak_mb
from eval.datasets import realtimeqa, sample
from ingest.pipeline import IngestPipeline
from ingest.prepare import prepare
from ingest.report import Report
from ingest.split import split_article
from qa.errors import NoArticleError
from qa.library.index import NewsIndex
from qa.models.encoders import Embedder, make_embedder
from qa.settings import EmbedderSettings, IngestSettings
from qa.types import Article, Passage

_NOW = datetime(2100, 1, 1, tzinfo=UTC)
_STEP = 5
_TIMES = 10
_SPECIAL = 2


def run(
    data: Path | None, articles: int = 1000, embedder: Embedder | None = None, memory: int = 1000
) -> list[BenchRow]:
    """Ingest articles into a new library, ingest them again, and run the bare encoder over the same passages.

    Memory is compared between two sizes, most of whose vectors are drawn (``eval.bench.memory``).

    Args:
        data: a RealTimeQA folder; the sample where none is given.
        articles: how many.
        memory: articles of the smaller library whose memory is taken; the bigger has ten times as many.
        embedder: the bundled one by default.
    """
    encoder = embedder or make_embedder(EmbedderSettings())
    source = realtimeqa.load(data).articles if data is not None else sample.load().articles
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder:
        path = Path(folder, "articles.jsonl")
        _write(path, islice(varied(source), articles))
        _warm_up(encoder, source)
        # A machine's speed drifts by minutes: the bare encoder runs before and after, and its mean is compared with.
        before, passages = _bare(encoder, path)
        first, again = _ingested(Path(folder, "home"), path, encoder)
        peak = own_peak_mb()
        after, _ = _bare(encoder, path)
        bare = (before + after) / 2
        few, many = _peaks(Path(folder), source, memory, embedder is None)
    return [
        BenchRow("encoder_passages_per_s", passages / bare, "1/s", passages),
        BenchRow("ingest_passages_per_s", first.passages / first.seconds, "1/s", first.passages),
        BenchRow("ingest_to_encoder", first.passages / first.seconds * bare / passages, "ratio", first.passages),
        BenchRow("first_seconds", first.seconds, "s", first.inputs),
        BenchRow("again_seconds", again.seconds, "s", again.inputs),
        BenchRow("again_times_faster", first.seconds / again.seconds, "ratio", again.inputs),
        BenchRow("peak_rss_mb", peak, "MB", first.inputs),
        BenchRow("peak_rss_mb_drawn_vectors", few, "MB", memory),
        BenchRow("peak_rss_mb_drawn_vectors_ten_times", many, "MB", memory * _TIMES),
        BenchRow("peak_rss_ten_times_ratio", many / few, "ratio", memory * _TIMES),
    ]


def _peaks(folder: Path, source: Sequence[Article], articles: int, encoder: bool) -> tuple[float, float]:
    """Give the greatest memory of an ingestion of so many articles, and of ``_TIMES`` as many, in MB."""
    path = folder / "memory.jsonl"
    peaks = []
    for number in (articles, articles * _TIMES):
        _write(path, islice(varied(source), number))
        peaks.append(peak_mb(path, encoder))
    return peaks[0], peaks[1]


def varied(source: Sequence[Article]) -> Iterator[Article]:
    """Give the articles, and then without end variations of them."""
    for turn in count():
        yield from (article if turn == 0 else _variation(article, turn) for article in source)


def _variation(article: Article, turn: int) -> Article:
    paragraphs = [_moved(paragraph.split(" "), turn) for paragraph in article.text.split("\n")]
    return replace(
        article,
        id="",
        text="\n".join(paragraphs),
        title=f"{article.title} {turn}",
        url=f"{article.url or 'https://bench.example/'}?turn={turn}",
    )


def _moved(words: list[str], turn: int) -> str:
    return " ".join(
        words[(place + turn * _STEP + 1) % len(words)] if place % _STEP == turn % _STEP else word
        for place, word in enumerate(words)
    )


def _write(path: Path, articles: Iterator[Article]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number, article in enumerate(articles):
            record = {
                "url": article.url or f"https://bench.example/{number}",
                "title": article.title,
                "text": article.text,
                "publisher": article.publisher,
                "published": article.published.isoformat() if article.published else None,
            }
            file.write(json.dumps(record) + "\n")


def _warm_up(encoder: Embedder, source: Sequence[Article]) -> None:
    encoder.embed_texts([article.title or article.text[:80] for article in source[:64]])


def _ingested(home: Path, path: Path, encoder: Embedder) -> tuple[Report, Report]:
    with NewsIndex.open(home, embedder=encoder.name, dim=encoder.dim) as index:
        pipeline = IngestPipeline(index, encoder, IngestSettings())
        first = pipeline.run([str(path)], now=_NOW)
        return first, pipeline.run([str(path)], now=_NOW)


def _bare(encoder: Embedder, path: Path) -> tuple[float, int]:
    """Give the encoder's own seconds for all passages, in batches of as many articles, and how many passages."""
    settings = IngestSettings(window=min(IngestSettings().window, encoder.window - _SPECIAL))
    spent, done = 0.0, 0
    articles = _read(path)
    while batch := list(islice(articles, settings.batch)):
        pairs = [(article.title, passage) for article in batch for passage in _passages(article, encoder, settings)]
        began = time.perf_counter()
        encoder.embed_passages([title for title, _ in pairs], [passage for _, passage in pairs])
        spent += time.perf_counter() - began
        done += len(pairs)
    return spent, done


def _passages(article: Article, encoder: Embedder, settings: IngestSettings) -> tuple[Passage, ...]:
    return split_article(article, encoder.count, settings)


def _read(path: Path) -> Iterator[Article]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            try:
                yield prepare(Article(record["text"], record["title"], url=record["url"]), _NOW).article
            except NoArticleError:
                continue
