"""Figures in documents come from runs' files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.bench import BenchRow
from eval.bench.file import load_bench, save_bench
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
    text = write_results([run], tmp_path / "docs" / "results.md").read_text()
    assert text.startswith("# Results")
    assert "abc123" in text
    assert "| em | 75.0 [30.1, 95.4] n=4 |" in text


def test_only_what_stands_between_the_markers_is_replaced(tmp_path, run):
    readme = tmp_path / "README.md"
    readme.write_text(f"# Mine\n\n{START}\nold figures\n{END}\n\nAfter.\n")
    write_results([run], readme)
    first = readme.read_text()
    assert first.startswith("# Mine\n")
    assert first.endswith(f"{END}\n\nAfter.\n")
    assert "old figures" not in first
    assert "75.0" in first
    write_results([run], readme)
    assert readme.read_text() == first


def test_a_lost_marker_is_an_error_and_nothing_is_overwritten(tmp_path, run):
    readme = tmp_path / "README.md"
    readme.write_text(f"# Mine\n{START}\n")
    with pytest.raises(UsageError, match="both lines"):
        write_results([run], readme)
    assert readme.read_text() == f"# Mine\n{START}\n"
    with pytest.raises(UsageError, match="both lines"):
        between_markers(f"{END} {START}")
    with pytest.raises(UsageError, match="at least one run"):
        write_results([], readme)


@pytest.mark.parametrize("fresh", [False, True])
def test_somebodys_own_document_is_left_alone(tmp_path, run, fresh):
    notes = tmp_path / "notes.md"
    notes.write_text("# My notes\n\n## Results\n\nBy hand.\n")
    with pytest.raises(UsageError, match="words of its own"):
        write_results([run], notes, fresh=fresh)
    assert notes.read_text() == "# My notes\n\n## Results\n\nBy hand.\n"
    notes.write_text("\n")
    assert write_results([run], notes).read_text().startswith("# Results\n\nWritten")
    assert write_results([run], notes, fresh=True).read_text().count("## default") == 1


def test_a_section_is_dropped_by_its_heading(tmp_path, run):
    bench = tmp_path / "bench.json"
    save_bench(bench, "retrieval", [BenchRow("search_p50", 1.5, "ms", 9)], {}, NOW)
    out = write_results([run, bench], tmp_path / "results.md")
    assert "## bench retrieval" in out.read_text()
    assert "## bench" not in write_results([run], out, drop=["bench retrieval"]).read_text()
    with pytest.raises(UsageError, match="no section 'bench retrieval'"):
        write_results([run], out, drop=["bench retrieval"])


def test_every_measure_is_explained_to_people():
    told = (Path(__file__).parents[1] / "eval" / "README.md").read_text()
    assert [name for name in ORDER if f"`{name}`" not in told] == []
    assert [name for name in NAMES if f"`{name}`" not in told] == []


def test_a_bench_is_told_with_its_machine_and_what_it_was_asked(tmp_path, run):
    bench = tmp_path / "runs" / "bench.json"
    rows = [BenchRow("search_p95", 12.345678, "ms", 200), BenchRow("search_p50", 1.5, "ms", 9, 1.25)]
    save_bench(bench, "retrieval", rows, {"passages": 10_000, "data": None}, NOW)
    text = write_results([run, bench], tmp_path / "results.md").read_text()
    assert "## bench retrieval, passages 10000\n" in text
    assert "- date: 2026-11-23\n" in text
    assert "| search_p95 | 12.35 | ms | 200 |" in text
    assert "| search_p50 | 1.5 [1.25, –] | ms | 9 |" in text
    assert load_bench(bench).rows == tuple(rows)
    assert text.index("75.0") < text.index("12.35")


def bench_file(folder, passages, value):
    file = folder / f"{passages}.json"
    save_bench(file, "retrieval", [BenchRow("search_p95", value, "ms", 200)], {"passages": passages}, NOW)
    return file


def test_a_section_written_again_takes_the_old_ones_place_and_the_others_stay(tmp_path, run):
    document = tmp_path / "results.md"
    write_results([run, bench_file(tmp_path, 100, 1.5), bench_file(tmp_path, 200, 2.5)], document)
    text = write_results([bench_file(tmp_path, 100, 9.5)], document).read_text()
    assert "| 1.5 |" not in text
    assert text.count("# Results\n") == 1
    assert text.index("## default") < text.index("| 9.5 |") < text.index("| 2.5 |")
    assert write_results([bench_file(tmp_path, 100, 9.5)], document).read_text() == text
    alone = write_results([bench_file(tmp_path, 100, 9.5)], document, fresh=True).read_text()
    assert "| 2.5 |" not in alone
    assert "## default" not in alone


def test_between_markers_too_other_sections_stay(tmp_path, run):
    readme = tmp_path / "README.md"
    readme.write_text(f"# Mine\n\n## Kept\n\n{START}\n{END}\n")
    write_results([run], readme)
    text = write_results([bench_file(tmp_path, 100, 9.5)], readme).read_text()
    assert text.count("## Kept") == 1
    assert text.index(START) < text.index("## default") < text.index("| 9.5 |") < text.index(END)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"bench": "x", "rows": [{"what": 1}]}'])
def test_a_file_that_is_no_bench_is_said_to_be_none(tmp_path, content):
    file = tmp_path / "bench.json"
    file.write_text(content)
    with pytest.raises(UnreadableError, match="bench --out"):
        write_results([file], tmp_path / "results.md")
    with pytest.raises(NotFoundError, match="no file"):
        write_results([tmp_path / "none.json"], tmp_path / "results.md")
    assert not (tmp_path / "results.md").exists()
