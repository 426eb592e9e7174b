"""Many threads search while articles come, change and go: no error, and nothing that was deleted is found."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from fakes import FakeEmbedder, make_article, whole

from qa.library.index import NewsIndex
from qa.types import SearchFilter

EMBEDDER = FakeEmbedder()
READERS = 16
SECONDS, SWAPS = (60, 40) if os.environ.get("SOAK") else (5, 2)
ROUNDS = 8
"""Fewest changes, however slow the machine."""
START = datetime(2025, 1, 1, tzinfo=UTC)


def article(number: int, **fields: object):  # type: ignore[no-untyped-def]
    text = f"Report {number} on harbour {number % 7} and bridge {number % 5}. It was a day of wind."
    return make_article(text, id=f"r{number}", published=START + timedelta(days=number), **fields)


def search(index: NewsIndex, number: int, done: Event, gone: set[str]) -> int:
    searches = 0
    filters = (
        SearchFilter(),
        SearchFilter(since=START + timedelta(days=20)),
        SearchFilter(as_of=START + timedelta(days=30)),
    )
    while not done.is_set():
        before = frozenset(gone)
        wanted = filters[(number + searches) % len(filters)]
        query = f"harbour {number % 7} bridge"
        hits = index.dense(EMBEDDER.embed_query(query), 20, wanted) + index.lexical(query, 20, wanted)
        found = index.passages([hit.passage_id for hit in hits])
        assert not before & {hit.passage_id.split(".")[0] for hit in hits}
        assert not before & {passage.article.id for passage in found}
        assert all(passage.passage.text in passage.article.text for passage in found)
        index.scope(wanted)
        searches += 1
    return searches


def change(index: NewsIndex, seconds: float, gone: set[str]) -> None:
    end = time.monotonic() + seconds
    for number in count():
        if number >= ROUNDS and time.monotonic() > end:
            return
        index.add([whole(article(40 + number)), whole(article(number % 40, section=f"round {number}"))])
        index.add([whole(replace(article(40 + number), text=f"Report {40 + number} was corrected about the harbour."))])
        index.delete([f"r{40 + number - 3}"] if number > 3 else [])
        if number > 3:
            gone.add(f"r{40 + number - 3}")


@pytest.mark.timeout(3600)
def test_sixteen_threads_search_while_articles_come_and_go(tmp_path: Path) -> None:
    done, gone = Event(), set[str]()
    with (
        NewsIndex.open(tmp_path, embedder=EMBEDDER.name, dim=EMBEDDER.dim) as index,
        ThreadPoolExecutor(READERS) as pool,
    ):
        index.add([whole(article(number)) for number in range(40)])
        readers = [pool.submit(search, index, number, done, gone) for number in range(READERS)]
        try:
            change(index, SECONDS, gone)
        finally:
            done.set()
        assert sum(reader.result() for reader in readers) >= READERS
        report = index.doctor()
        assert (report.missing_vectors, report.extra_vectors, report.missing_words, report.extra_words) == (0, 0, 0, 0)


def test_searches_go_on_while_the_indexes_are_swapped(tmp_path: Path) -> None:
    done = Event()
    with (
        NewsIndex.open(tmp_path, embedder=EMBEDDER.name, dim=EMBEDDER.dim) as index,
        ThreadPoolExecutor(READERS) as pool,
    ):
        index.add([whole(article(number)) for number in range(40)])
        readers = [pool.submit(search, index, number, done, set[str]()) for number in range(READERS)]
        try:
            for _ in range(SWAPS):
                index.reindex()
        finally:
            done.set()
        assert sum(reader.result() for reader in readers) >= READERS
        assert index.doctor().passages == 40
