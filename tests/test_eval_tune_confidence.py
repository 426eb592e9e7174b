"""How sure an answer may be is fitted on questions whose answers are known."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes import make_article
from typer.testing import CliRunner

from eval.datasets.base import Dataset, EvalQuestion
from eval.run import Trial
from eval.tune.confidence import Observed, fit_calibrations, left_out, logistic, observe
from qa.answer.asking import read_question
from qa.answer.reader import Reading
from qa.answer.told import NOTHING, Heard, Told
from qa.answer.weights import CALIBRATIONS, load_calibrations
from qa.types import Evidence, Question
from ui.cli import app

NOW = datetime(2025, 7, 1, tzinfo=UTC)
ARTICLE = make_article("A kestrel nests on the tower. The gate is shut.", title="Nest", url="https://e.org/nest")


def observed(group: str, near: float, right: bool, answerable: bool = True) -> Observed:
    signals = {"near": near, "declined": 1 - near}
    plain = {"near": near}
    return Observed(group, {True: signals, False: plain}, dict.fromkeys((True, False), right),
                    dict.fromkeys((True, False), right), answerable)  # fmt: skip


def test_regression_finds_the_weights_that_made_the_labels() -> None:
    chance = random.Random(4)
    rows = [{"a": chance.uniform(-2, 2), "b": chance.uniform(-2, 2)} for _ in range(4000)]
    labels = [chance.random() < 1 / (1 + 2.718281828 ** -(1.5 * row["a"] - 0.7 * row["b"] - 0.4)) for row in rows]
    fit = logistic(rows, labels)
    assert fit.weights.weights["a"] == pytest.approx(1.5, abs=0.2)
    assert fit.weights.weights["b"] == pytest.approx(-0.7, abs=0.2)
    assert fit.bias == pytest.approx(-0.4, abs=0.2)


def test_labels_that_one_signal_parts_wholly_have_finite_weights() -> None:
    fit = logistic([{"a": float(n)} for n in range(10)], [n > 4 for n in range(10)])
    assert 0 < fit.weights.weights["a"] < 10
    assert fit.probability({"a": 9.0}) > 0.9 > 0.1 > fit.probability({"a": 0.0})


def test_each_group_is_judged_by_a_fit_without_it() -> None:
    seen = [observed(week, near, right=near > 0.5) for week in ("1", "2", "3") for near in (0.05, 0.1, 0.9, 0.95)]
    seen += [observed(week, 0.02, right=False, answerable=False) for week in ("1", "2", "3")]
    # What only week 4 would teach is not known when week 4 is judged.
    seen += [observed("4", 0.05, right=True), observed("4", 0.04, right=False, answerable=False)]
    told = left_out(seen, told=True)
    assert told["answered"] == pytest.approx(6 / 13)
    assert told["right_when_answering"] == 1.0
    assert told["declined_without"] == 1.0


def test_what_is_fitted_can_be_read_back(tmp_path: Any) -> None:
    fitted = fit_calibrations([observed("1", near, right=near > 0.5) for near in (0.1, 0.2, 0.8, 0.9)])
    assert set(fitted) == set(CALIBRATIONS)
    assert "declined" not in fitted["said"]["weights"]
    (tmp_path / "c.json").write_text(json.dumps(fitted))
    back = load_calibrations(tmp_path / "c.json")
    assert back["told_said"].probability({"near": 0.9, "declined": 0.1}) > 0.5


def test_shipped_calibrations_are_of_signals_that_there_are() -> None:
    known = {"probability", "margin", "sentence", "coverage", "articles", "near", "beside_noun", "number", "prose",
             "asked", "asked_little", "declined", "agrees", "agrees_surely", "supported"}  # fmt: skip
    for name, calibration in load_calibrations().items():
        assert set(calibration.weights.weights) <= known, name


@dataclass
class Read:
    """What an engine's reading is seen as."""

    readings: tuple[Reading, ...]
    heard: Heard
    standalone: str = "Which bird nests on the tower?"

    @property
    def asking(self) -> Any:
        return read_question(self.standalone)


class Engine:
    """Reads the first sentence while its article is there, else the second."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def read(self, question: Question) -> Read:
        self.asked.append(question)
        start, end = (30, 47) if question.filter.without_articles else (0, 29)
        sentence = Evidence(ARTICLE, "p", start, end, ARTICLE.text[start:end], 1.0)
        reading = Reading(sentence.text.split()[1], 0.7, 1.0, (sentence,))
        told = NOTHING if question.quotes_only else Heard(Told("kestrel", 0.8, 0.1))
        return Read((reading,), told)


def test_answerable_questions_are_read_again_without_what_answers_them() -> None:
    common: Mapping[str, Any] = {"as_of": NOW, "answerable": True}
    questions = (
        EvalQuestion("20230101_1", "Which bird nests on the tower?", ("kestrel",), **common),
        EvalQuestion("20230108_1", "Who is the mayor?", (), as_of=NOW, answerable=False),
    )
    engine = Engine()
    trial = Trial(Dataset("mine", (ARTICLE,), questions), None, {ARTICLE.url: "stored"})  # type: ignore[arg-type, dict-item]
    first, without, unanswerable = observe(trial, engine, lambda line: None)  # type: ignore[arg-type]
    assert [
        (each.group, each.answerable, each.said[True], each.read[False]) for each in (first, without, unanswerable)
    ] == [
        ("20230101", True, True, True),
        ("20230101", False, False, False),
        ("20230108", False, False, False),
    ]
    assert "declined" in first.signals[True]
    assert "declined" not in first.signals[False]
    assert [bool(each.filter.without_articles) for each in engine.asked] == [False, False, True, True, False, False]


def test_a_set_that_the_model_has_learnt_from_says_nothing_of_how_far_it_is_to_be_believed() -> None:
    questions = (EvalQuestion("1-q1", "Which bird nests on the tower?", ("kestrel",), as_of=NOW, answerable=True),)
    trial = Trial(Dataset("mine", (ARTICLE,), questions), None, {ARTICLE.url: "stored"})  # type: ignore[arg-type, dict-item]
    taught = list(observe(trial, Engine(), lambda line: None, heard=False))  # type: ignore[arg-type]
    assert [set(each.signals) for each in taught] == [{False}, {False}]
    told = [observed(week, near, right=near > 0.5) for week in ("1", "2") for near in (0.1, 0.2, 0.8, 0.9)]
    told += [observed(week, 0.1, right=False, answerable=False) for week in ("1", "2")]
    with_both, without = fit_calibrations([*told, *taught]), fit_calibrations(told)
    assert with_both["told_said"] == without["told_said"]
    assert with_both["said"] != without["said"]
    assert left_out([*told, *taught], told=True) == left_out(told, told=True)


def test_command_without_the_benchmark_says_so_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["tune", "confidence", "--data", str(tmp_path / "nowhere")])
    assert done.exit_code == 1
    assert done.stderr.strip().count("\n") == 0
    assert "say where the benchmark realtimeqa lies" in done.stderr


def test_command_writes_what_was_fitted_and_tells_what_comes_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.tune import calibrating

    rows = [observed("1", near, right=near > 0.5, answerable=near > 0.15) for near in (0.1, 0.2, 0.8, 0.9)]
    monkeypatch.setattr(calibrating, "_observed", lambda settings, dataset, now, say: rows)
    monkeypatch.setattr(calibrating, "_datasets", lambda data: (Dataset("realtimeqa", (), ()), Dataset("b", (), ())))
    out = tmp_path / "made" / "calibration.json"
    done = CliRunner().invoke(app, ["tune", "confidence", "--data", "d", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["calibrations"] == str(out)
    assert 0 <= told["with the model"]["answered"] <= 1
    assert set(load_calibrations(out)) == set(CALIBRATIONS)
    assert json.loads(out.read_text())["made"]["questions"] == 2 * len(rows)
