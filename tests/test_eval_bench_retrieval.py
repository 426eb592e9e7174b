"""The retrieval bench: its names are stable, its library is what it says, its figures are possible."""

from __future__ import annotations

import numpy as np
import pytest

from eval.bench import retrieval
from eval.bench.made_up import DIM, PER_ARTICLE, World, outlets

SENTENCES = ["The ferry left the harbour at noon.", "Nobody had expected the budget to pass so soon."]


def test_the_figures_have_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "_QUESTIONS", 5)
    rows = {row.what: row for row in retrieval.run(400)}
    assert list(rows) == [
        "search_p50", "search_p95", "search_p95_window_2pct", "search_p95_window_50pct", "search_p95_one_publisher",
        "rerank_p95", "filtered_recall@10", "passages", "build_seconds", "open_seconds", "disk_mb", "peak_rss_mb",
    ]  # fmt: skip
    assert rows["passages"].value == 400
    assert rows["filtered_recall@10"].value >= 0.98
    assert rows["search_p50"].value <= rows["search_p95"].value


def test_the_made_up_library_is_the_same_every_time_and_holds_its_rule() -> None:
    one, other = (list(World(SENTENCES, 50).articles()) for _ in range(2))
    assert [item.article for item in one] == [item.article for item in other]
    assert len(one) == 50 // PER_ARTICLE
    for item in one:
        assert [item.article.text[p.start : p.end] for p in item.passages] == [p.text for p in item.passages]
        norms = [np.linalg.norm(vectors.passage) for vectors in item.vectors]
        assert np.allclose(norms, 1, atol=1e-5)
        assert item.vectors[0].passage.dtype == np.float32
    assert World(SENTENCES, 50).questions(np.eye(2, DIM, dtype=np.float32)).dtype == np.float32


def test_the_timed_filters_let_through_what_their_names_say() -> None:
    wanted = retrieval.filters()
    window = wanted["window_50pct"]
    assert window.since is not None
    assert window.until is not None
    assert (window.until - window.since).days == 1826
    share = {outlet.name: outlet.share for outlet in outlets()}[wanted["one_publisher"].publishers[0]]
    assert 0.015 < share < 0.025
