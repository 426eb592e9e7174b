"""The bench beside the naive starter, and the table of all benches."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import ui.commands.benching as benching
from eval.bench import BenchRow
from eval.bench import peer as bench
from eval.bench.file import load_bench
from eval.intervals import Measure
from eval.records import Record
from eval.summary import RunSummary
from qa.errors import OnRecordError
from qa.settings import make_settings
from ui.cli import app


def summary(name, seconds, contains):
    measures = {"seconds_p50": Measure(seconds, 0, 9, 4), "contains": Measure(contains, 0, 1, 4)}
    return RunSummary(name, "sample", 4, measures)


def lines(seconds, contains):
    """One line a question; where it has no seconds, it failed."""
    both = enumerate(zip(seconds, contains, strict=True))
    return [
        Record(str(n), "?", "k", ("g",), {"contains": right, **({"seconds_total": took} if took else {})})
        for n, (took, right) in both
    ]


def test_each_system_has_its_figures_with_their_intervals():
    rows = bench.rows(summary("onrecord", 2.0, 0.5), summary("starter", 9.0, 0.25))
    assert [(row.what, row.value, row.low, row.high) for row in rows] == [
        ("onrecord_contains", 0.5, 0, 1),
        ("onrecord_seconds_p50", 2.0, 0, 9),
        ("starter_contains", 0.25, 0, 1),
        ("starter_seconds_p50", 9.0, 0, 9),
    ]


def test_what_is_compared_is_compared_question_by_question():
    ours = lines([2.0] * 19 + [None], [1.0] * 18 + [0.0, 0.0])
    theirs = lines([9.0] * 20, [0.0] * 10 + [1.0] * 10)[::-1]
    gap, sooner = bench.paired_rows(ours, theirs)
    assert (gap.what, gap.value, gap.n) == ("onrecord_over_starter_contains", pytest.approx(0.4), 20)
    assert 0 < gap.low < 0.4 < gap.high < 0.8
    assert (sooner.what, sooner.value, sooner.n) == ("starter_to_onrecord_seconds", 4.5, 19)
    assert (sooner.low, sooner.high) == (4.5, 4.5)
    assert bench.paired_rows([], theirs) == []


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
    def row(name, options):
        return [BenchRow("p50", 1.5, "ms", 3, 1.25, 2.0)]

    monkeypatch.setattr(benching, "_run", row)
    monkeypatch.setattr(benching, "_in_child", row)
    return benched


def benched(*words):
    done = CliRunner().invoke(app, ["bench", *words], env={"COLUMNS": "100"})
    return SimpleNamespace(code=done.exit_code, out=done.stdout, err=done.stderr)


def test_all_benches_are_one_table_in_which_each_row_says_whose_it_is(one_row_each):
    whole = json.loads(one_row_each("all", "--json").out)
    assert whole["bench"] == "all"
    assert [row["bench"] for row in whole["rows"]] == ["retrieval", "ingest", "answer", "serve", "peer"]
    table = one_row_each("all").out
    assert table.count("1.5 [1.25, 2]") == 5


def test_one_bench_gives_the_contracts_rows(one_row_each, monkeypatch):
    whole = {"what": "p50", "value": 1.5, "unit": "ms", "n": 3, "low": 1.25, "high": 2.0}
    assert json.loads(one_row_each("serve", "--json").out) == {"bench": "serve", "rows": [whole]}
    monkeypatch.setattr(benching, "_run", lambda name, options: [BenchRow("errors", 0, "count", 3)])
    bare = {"what": "errors", "value": 0, "unit": "count", "n": 3}
    assert json.loads(one_row_each("serve", "--json").out) == {"bench": "serve", "rows": [bare]}


def test_one_bench_that_fails_loses_nothing_of_the_others_and_is_named(monkeypatch, tmp_path):
    asked = []

    def run(command, **given):
        asked.append(command)
        if "answer" in command:
            return SimpleNamespace(returncode=1, stdout="", stderr="Loading …\nThe model is not here; pull it.\n")
        row = {"what": "p50", "value": 1.5, "unit": "ms", "n": 3}
        return SimpleNamespace(returncode=0, stdout=json.dumps({"bench": "b", "rows": [row]}) + "\n", stderr="")

    monkeypatch.setattr("subprocess.run", run)
    done = benched("all", "--questions", "3", "--out", str(tmp_path / "all.json"))
    assert done.code == 1
    assert done.err == "The bench answer failed: The model is not here; pull it.\n"
    assert done.out.count("p50") == 4
    kept = [row.what for row in load_bench(tmp_path / "all.json").rows]
    assert kept == ["retrieval/p50", "ingest/p50", "serve/p50", "peer/p50"]
    assert asked[0][asked[0].index("--questions") :][:2] == ["--questions", "3"]
    assert "--data" not in asked[0]


def test_each_of_all_benches_runs_in_a_process_of_its_own():
    with pytest.raises(OnRecordError, match="The bench nothing failed: There is no bench 'nothing'"):
        benching._in_child("nothing", {"passages": 100})
