"""The machine's clock jumps back by years: after a wrong date at start, or a battery that is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeEmbedder, make_article

from ingest.pipeline import IngestPipeline
from ingest.watch import due
from qa.library.index import NewsIndex
from qa.library.ledger import Subscription
from qa.settings import IngestSettings
from qa.types import Article, SearchFilter

WRONG, RIGHT = datetime(2031, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)


def test_clock_that_jumped_back_leaves_nothing_unwatched() -> None:
    looked = Subscription("https://e.org/feed.xml", 900.0, last_run=WRONG)
    assert due((looked,), RIGHT) == (looked,)
    assert due((replace(looked, last_run=RIGHT),), RIGHT + timedelta(seconds=899)) == ()


@pytest.mark.parametrize("moments", [(WRONG, RIGHT), (WRONG, RIGHT, WRONG)])
def test_versions_stored_under_a_wrong_clock_stay_one_history(moments: Sequence[datetime], tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    with NewsIndex.open(tmp_path, embedder=embedder.name, dim=embedder.dim) as index:
        pipeline = IngestPipeline(index, embedder, IngestSettings())
        for number, now in enumerate(moments):
            pipeline.ingest_articles([_article(number)], now=now)
        (current,) = index.articles()
        spans = [
            (one.valid_from, one.valid_to) for one in (index.article(current.id, n + 1) for n in range(len(moments)))
        ]
        assert sum(until is None for _, until in spans) == 1
        assert all(begin is None or until is None or begin <= until for begin, until in spans)
        assert len(index.lexical("ferry", 10, SearchFilter())) == 1
        assert index.doctor().healthy


def _article(number: int) -> Article:
    return replace(
        make_article(f"The ferry Grey Petrel will cost {number + 3} million crowns in all. " * 3, title="Ferry"),
        id="", url="https://e.org/ferry", published=None,
    )  # fmt: skip
