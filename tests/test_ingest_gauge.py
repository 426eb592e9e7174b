"""How far the reading is: bytes and files, as of the items that are dealt with and not of those read ahead."""

from __future__ import annotations

from pathlib import Path

from ingest.report import Status
from ingest.sources import ReadOptions, gauge_of, read_sources
from ui.progress import ingest_line


def test_place_follows_the_items_dealt_with(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(f"The council met, said {name}.")
    sources = [str(tmp_path)]
    gauge = gauge_of(sources)
    assert (gauge.files, gauge.size) == (2, 48)
    assert len(list(read_sources(sources, ReadOptions(gauge=gauge)))) == 2
    assert gauge.place(0) == (0, 0)
    assert gauge.place(1) == (24, 0)
    assert gauge.place(2) == (48, 1)
    assert gauge.place(9) == (48, 1)


def test_addresses_and_what_is_not_there_cannot_be_measured() -> None:
    assert gauge_of(["https://e.org/feed"]).size is None
    assert gauge_of(["-"]).files is None
    assert gauge_of(["/not/there"]).size == 0


def test_line_tells_files_articles_and_speed() -> None:
    status = Status(inputs=1200, articles=1000, passages=3000, seconds=60.0, source="/news/b.jsonl:7")
    assert (
        ingest_line(status, 1, 2) == "1/2 files · 1,200 articles read, 1,000 stored · 50 passages/s · /news/b.jsonl:7"
    )
    assert ingest_line(status, 0, None).startswith("1,200 articles read")
