"""Figures in documents come from runs' files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.bench import BenchRow
from eval.bench.file import save_bench
from eval.datasets import NAMES
from eval.records import Record, RunFolder
from eval.results import END, START, between_markers, write_results
from eval.summary import ORDER
from qa.errors import NotFoundError, UnreadableError, UsageError

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(tmp_path / "runs" / "default")
    folder.start({"dataset": "tiny", "code": "abc123", "versions": {"python": "3.11"}, "machine": {"cores": 2}})
    with folder.writer() as write:
        for at in range(4):
            write(Record(str(at), "?", "k", ("g",), {"em": float(at > 0)}))
    return folder.path


def test_a_document_is_written_whole_with_what_made_the_figures(tmp_path, run):
    text = write_results([run], tmp_path / "docs" / "results.md", now=NOW).read_text()
    assert text.startswith("# Results")
    assert "2026-11-23" in text
    assert "abc123" in text
    assert "| em | 75.0 [30.1, 95.4] n=4 |" in text


def test_only_what_stands_between_the_markers_is_replaced(tmp_path, run):
    readme = tmp_path / "README.md"
    readme.write_text(f"# Mine\n\n{START}\nold figures\n{END}\n\nAfter.\n")
    write_results([run], readme, now=NOW)
    first = readme.read_text()
    assert first.startswith("# Mine\n")
    assert first.endswith(f"{END}\n\nAfter.\n")
    assert "old figures" not in first
    assert "75.0" in first
    write_results([run], readme, now=NOW)
    assert readme.read_text() == first


def test_a_lost_marker_is_an_error_and_nothing_is_overwritten(tmp_path, run):
    readme = tmp_path / "README.md"
    readme.write_text(f"# Mine\n{START}\n")
    with pytest.raises(UsageError, match="both lines"):
        write_results([run], readme, now=NOW)
    assert readme.read_text() == f"# Mine\n{START}\n"
    with pytest.raises(UsageError, match="both lines"):
        between_markers(f"{END} {START}", "x")
    with pytest.raises(UsageError, match="at least one run"):
        write_results([], readme, now=NOW)


def test_every_measure_is_explained_to_people():
    told = (Path(__file__).parents[1] / "eval" / "README.md").read_text()
    assert [name for name in ORDER if f"`{name}`" not in told] == []
    assert [name for name in NAMES if f"`{name}`" not in told] == []


def test_a_bench_is_told_with_its_machine_and_what_it_was_asked(tmp_path, run):
    bench = tmp_path / "runs" / "bench.json"
    rows = [BenchRow("search_p95", 12.345678, "ms", 200)]
    save_bench(bench, "retrieval", rows, {"passages": 10_000, "data": None}, NOW)
    text = write_results([run, bench], tmp_path / "results.md", now=NOW).read_text()
    assert "## bench retrieval" in text
    assert "- asked: passages 10000\n" in text
    assert "| search_p95 | 12.35 | ms | 200 |" in text
    assert text.index("75.0") < text.index("12.35")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"bench": "x", "rows": [{"what": 1}]}'])
def test_a_file_that_is_no_bench_is_said_to_be_none(tmp_path, content):
    file = tmp_path / "bench.json"
    file.write_text(content)
    with pytest.raises(UnreadableError, match="bench --out"):
        write_results([file], tmp_path / "results.md", now=NOW)
    with pytest.raises(NotFoundError, match="no file"):
        write_results([tmp_path / "none.json"], tmp_path / "results.md", now=NOW)
    assert not (tmp_path / "results.md").exists()
