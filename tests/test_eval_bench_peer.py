"""The bench beside the naive starter, and the table of all benches."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import ui.commands.benching as benching
from eval.bench import BenchRow
from eval.bench import peer as bench
from eval.intervals import Measure
from eval.summary import RunSummary
from qa.settings import make_settings
from ui.cli import app


def summary(name, seconds, contains):
    measures = {"seconds_p50": Measure(seconds, 0, 9, 4), "contains": Measure(contains, 0, 1, 4)}
    return RunSummary(name, "sample", 4, measures)


def test_each_system_has_its_figures_and_the_ratio_is_of_their_medians():
    rows = {row.what: row.value for row in bench.rows(summary("onrecord", 2.0, 0.5), summary("starter", 9.0, 0.25))}
    assert rows == {
        "onrecord_contains": 0.5,
        "onrecord_seconds_p50": 2.0,
        "starter_contains": 0.25,
        "starter_seconds_p50": 9.0,
        "starter_to_onrecord_seconds": 4.5,
    }


def test_both_are_asked_the_same_questions_with_the_same_model(monkeypatch):
    asked = []

    def run_dataset(settings, request, **given):
        asked.append((settings.llm.model, request.system, request.dataset, request.limit, request.removed))
        return summary(request.name, 1.0, 1.0)

    monkeypatch.setattr(bench, "run_dataset", run_dataset)
    bench.run(make_settings({}), model="m", questions=3)
    assert asked == [("m", "onrecord", "sample", 3, False), ("m", "llama-index-starter", "sample", 3, False)]


@pytest.fixture
def one_row_each(monkeypatch):
    monkeypatch.setattr(benching, "_run", lambda name, options: [BenchRow("p50", 1.5, "ms", 3)])

    def run(*words):
        done = CliRunner().invoke(app, ["bench", *words], env={"COLUMNS": "100"})
        return SimpleNamespace(code=done.exit_code, out=done.stdout)

    return run


def test_all_benches_are_one_table_in_which_each_row_says_whose_it_is(one_row_each):
    whole = json.loads(one_row_each("all", "--json").out)
    assert whole["bench"] == "all"
    assert [row["bench"] for row in whole["rows"]] == ["retrieval", "ingest", "answer", "serve", "peer"]
    assert one_row_each("all").out.count("p50") == 5


def test_one_bench_gives_the_contracts_rows(one_row_each):
    assert json.loads(one_row_each("serve", "--json").out) == {
        "bench": "serve",
        "rows": [{"what": "p50", "value": 1.5, "unit": "ms", "n": 3}],
    }
