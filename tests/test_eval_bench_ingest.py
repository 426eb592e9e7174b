"""The ingestion bench in small: its rows have stable names and add up."""

from __future__ import annotations

from fakes import FakeEmbedder

from eval.bench.ingest import run


def test_the_rows_have_stable_names_and_every_article_is_read_twice() -> None:
    rows = {row.what: row for row in run(None, 12, FakeEmbedder(), memory=12)}
    assert {"encoder_passages_per_s", "ingest_passages_per_s", "first_seconds", "again_seconds", "peak_rss_mb"} <= set(
        rows
    )
    assert {"ingest_to_encoder", "again_times_faster", "peak_rss_ten_times_ratio"} <= set(rows)
    assert rows["first_seconds"].n == rows["again_seconds"].n == 12
    assert rows["peak_rss_ten_times_ratio"].n == 120
    assert 0.5 < rows["peak_rss_ten_times_ratio"].value < 3
