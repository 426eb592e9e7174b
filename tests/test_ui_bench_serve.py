"""The load bench, for a moment, against a scripted server."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner
from ui_fakes import make_onrecord
from ui_started import started

from eval.bench import BenchRow
from eval.bench.file import load_bench
from eval.bench.serve import resident_mb, run
from ui.cli import app
from ui.server import make_app


def test_the_rows_have_stable_names_and_no_errors(tmp_path: Path) -> None:
    with started(make_app(make_onrecord(tmp_path), chat=False)) as url:
        rows = {row.what: row for row in run(url, seconds=3, clients=5, pid=os.getpid())}
    assert {"requests_per_s", "p50", "p95", "p99", "errors", "fewest_to_most_answers"} <= set(rows)
    assert rows["errors"].value == 0
    assert rows["p50"].value <= rows["p95"].value <= rows["p99"].value
    assert rows["requests_per_s"].n > 5
    assert "memory_last_to_second_third" in rows
    assert 0.5 < rows["fewest_to_most_answers"].value <= 1


def test_what_a_server_refuses_is_counted_as_an_error(tmp_path: Path) -> None:
    with started(make_app(make_onrecord(tmp_path), chat=False)) as url:
        rows = {row.what: row.value for row in run(url, seconds=0.5, clients=2, model="nothing")}
    assert rows["errors"] > 0
    assert rows["requests_per_s"] == 0


def test_the_memory_of_this_process_is_known_where_the_system_tells() -> None:
    found = resident_mb(os.getpid())
    assert found is None or found > 10


def test_an_unknown_bench_is_one_plain_line() -> None:
    done = CliRunner().invoke(app, ["bench", "nothing", "--json"])
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert json.dumps("nothing")[1:-1] in done.stderr


def test_figures_are_kept_in_a_file_and_only_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.bench.answer.run", lambda questions: [BenchRow("first_claim", 1.5, "s", questions)])
    kept = tmp_path / "runs" / "answer.json"
    done = CliRunner().invoke(app, ["bench", "answer", "--out", str(kept), "--questions", "3"])
    assert done.exit_code == 0, done.output
    found = load_bench(kept)
    assert (found.name, found.rows) == ("answer", (BenchRow("first_claim", 1.5, "s", 3),))
    assert found.options["questions"] == 3
    refused = CliRunner().invoke(app, ["bench", "answer", "--out", str(tmp_path / "figures.txt")])
    assert refused.exit_code == 1
    assert "figures.json" in refused.stderr
