"""``onrecord eval`` as a person types it: every choice reaches the run, and what was accepted is never lost."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from fakes import make_article
from test_eval_report import make_run
from typer.testing import CliRunner

import eval.commands
from eval.make import Draft
from eval.summary import RunSummary
from ui.cli import app

FERRY = make_article("The new ferry between the towns will cost 41 million crowns.", url="https://a.example/1")
DRAFTS = [Draft(f"Question {n}?", "41 million crowns", FERRY.text, FERRY) for n in range(3)]


def run(*words, typed=""):
    result = CliRunner().invoke(app, ["eval", *words], input=typed, env={"COLUMNS": "100"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(code=result.exit_code, out=result.stdout, err=result.stderr)


@pytest.fixture
def asked(monkeypatch):
    requests = []

    def run_dataset(settings, request, **given):
        requests.append(request)
        return RunSummary(request.name or "r", request.dataset, 0)

    monkeypatch.setattr(eval.commands, "run_dataset", run_dataset)
    return requests


@pytest.fixture
def made(monkeypatch, tmp_path):
    monkeypatch.setattr(eval.commands, "draft_from_library", lambda settings, **given: iter(DRAFTS))

    def make(typed):
        done = run("make", "--to", str(tmp_path / "mine"), typed=typed)
        path = tmp_path / "mine" / "questions.jsonl"
        return done, [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []

    return make


def test_peer_judge_endpoint_and_variant_reach_the_run(asked):
    words = ["--system", "llama-index-starter", "--judge", "verifier", "--variant", "rejection", "--no-removed"]
    done = run("run", "rgb", "--data", ".", "--limit", "7", *words, "--endpoint", "http://127.0.0.1:9", "--json")
    assert json.loads(done.out) == {"run": "r", "dataset": "rgb", "n": 0, "measures": {}}
    assert done.out.count("\n") == 1
    request = asked[0]
    assert (request.system, request.judge, request.variant) == ("llama-index-starter", "verifier", "rejection")
    assert (request.endpoint, request.limit, request.removed) == ("http://127.0.0.1:9", 7, False)


def test_an_unknown_judge_is_one_plain_line(tmp_path):
    done = run("run", "sample", "--judge", "oracle", "--runs", str(tmp_path))
    assert done.code != 0
    assert done.err.strip() == "There is no judge oracle; take verifier or llm, or nli:MODEL."
    assert not list(tmp_path.iterdir())


def test_a_gate_that_does_not_hold_ends_with_1(tmp_path):
    folder = str(make_run(tmp_path / "a", [1, 1, 0, 0]))
    assert run("gate", folder, "--min", "contains=0.5", "--max", "wrong_unhedged=0.1").code == 0
    failed = run("gate", folder, "--min", "contains=0.9")
    assert failed.code == 1
    assert failed.out.startswith("FAIL  contains 50.0")
    told = run("gate", folder, "--min", "contains=0.9", "--json")
    assert (told.code, json.loads(told.out)["passed"]) == (1, False)


def test_a_report_is_printed_written_or_given_as_json(tmp_path):
    folder = str(make_run(tmp_path / "a", [1, 0] * 6))
    assert "contains" in run("report", folder).out
    assert [each["run"] for each in json.loads(run("report", folder, "--json").out)["runs"]] == ["a"]
    page = tmp_path / "new" / "report.html"
    done = run("report", folder, "--form", "html", "--out", str(page))
    assert (done.code, done.out) == (0, "")
    assert page.read_text().startswith("<!doctype html>")


def test_runs_are_compared_and_their_figures_written(tmp_path):
    one, other = (str(make_run(tmp_path / name, [right] * 12)) for name, right in (("a", 0), ("b", 1)))
    assert "differs by more than chance: contains, f1\n" in run("compare", one, other).out
    assert json.loads(run("compare", one, other, "--json").out)["pairs"] == 12
    document = tmp_path / "docs" / "results.md"
    assert run("results", one, other, "--out", str(document)).out.strip() == str(document)
    assert "## a\n" in document.read_text()
    lost = run("compare", one, str(tmp_path / "none"))
    assert lost.code != 0
    assert "eval run" in lost.err


def test_drafts_are_kept_dropped_and_edited_one_by_one(made):
    done, kept = made("y\nn\ne\nWhat is the price?\n41 crowns\n41 million\n")
    assert done.code == 0
    assert [(q["question"], q["gold"]) for q in kept] == [
        ("Question 0?", ["41 million crowns"]),
        ("What is the price?", ["41 million"]),
    ]
    assert "must stand in the quote" in done.err
    assert "2 questions kept" in done.err


def test_stopping_early_keeps_what_was_accepted(made):
    done, kept = made("y\nq\n")
    assert (done.code, len(kept)) == (0, 1)


def test_breaking_off_keeps_what_was_accepted(made):
    done, kept = made("y\n")
    assert done.code != 0
    assert len(kept) == 1
