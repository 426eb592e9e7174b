"""How the reader weighs its signals is fitted on spans that are known to be right or wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import make_article
from typer.testing import CliRunner

from eval.datasets.base import Dataset, EvalQuestion
from eval.datasets.practice import HELD_OUT, SETS
from eval.run import Trial
from eval.tune.weights import Offered, first_right, fit_weights, fit_without, offers
from qa.answer.asking import read_question
from qa.answer.reader import Reading
from qa.answer.weights import READER_PRIOR, READER_WEIGHTS, load_weights
from qa.types import Evidence, Question
from ui.cli import app

NOW = datetime(2025, 7, 1, tzinfo=UTC)
ARTICLE = make_article("A kestrel nests on the tower. The gate is shut.", title="Nest", url="https://e.org/nest")
SENTENCE = Evidence(ARTICLE, "p", 0, 29, ARTICLE.text[:29], 1.0)


def drawn(count: int, group: str = "g", seed: int = 3) -> list[Offered]:
    """Questions whose right span is drawn by weights of 2 and -1."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        spans = tuple({"a": chance.uniform(-2, 2), "b": chance.uniform(-2, 2)} for _ in range(6))
        scores = [2.718281828 ** (2 * span["a"] - span["b"]) for span in spans]
        right = chance.choices(range(6), scores)[0]
        made.append(Offered(group, spans, tuple(at == right for at in range(6))))
    return made


def test_weights_that_drew_the_answers_are_found() -> None:
    fit = fit_weights(drawn(1500), {})
    assert fit["a"] == pytest.approx(2.0, abs=0.25)
    assert fit["b"] == pytest.approx(-1.0, abs=0.25)


def test_what_nothing_is_learnt_of_stays_as_the_prior_has_it() -> None:
    fit = fit_weights(drawn(20), {"a": 1.0, "seldom": -3.0})
    assert fit["seldom"] == pytest.approx(-3.0)
    assert fit_weights([], {"a": 1.0}) == {"a": 1.0}
    nothing_right = Offered("g", ({"a": 1.0}, {"a": 2.0}), (False, False))
    assert fit_weights([nothing_right], {"a": 1.0}) == {"a": 1.0}


def test_a_stronger_pull_stays_nearer_to_the_prior() -> None:
    loose, tight = (fit_weights(drawn(60), {"a": 0.0}, ridge)["a"] for ridge in (0.1, 50.0))
    assert 0 < tight < loose


def test_any_of_several_right_spans_may_come_first() -> None:
    both = [Offered("g", ({"a": 1.0}, {"a": 1.0, "b": 1.0}, {}), (True, True, False))] * 5
    fit = fit_weights(both, {})
    assert fit["a"] > 0
    assert fit["b"] < fit["a"]
    assert first_right(both, fit) == 5


def test_a_set_is_read_with_what_others_taught() -> None:
    turned = [Offered("turned", each.signals, tuple(reversed(each.right))) for each in drawn(40)]
    fits = fit_without([*drawn(300), *turned], {})
    assert set(fits) == {"g", "turned"}
    assert fits["turned"] == fit_weights(drawn(300), {})


class Engine:
    """Offers the bird and the tower."""

    def read(self, question: Question) -> Any:
        told = {} if question.quotes_only else {"told": 1.0}
        spans = [("kestrel", {"near": 0.5, **told}), ("A kestrel nests on the tower by the sea", {}), ("tower", {})]
        offered = tuple(Reading(text, 0.1, 1.0, (SENTENCE,), signals) for text, signals in spans)
        return type("Work", (), {"asking": read_question(question.text), "offered": offered})


def trial() -> Trial:
    questions = (
        EvalQuestion("1", "Which bird nests on the tower?", ("kestrel",), as_of=NOW, answerable=True),
        EvalQuestion("2", "Why does it nest there?", ("kestrel",), as_of=NOW, answerable=True),
        EvalQuestion("3", "Who is the mayor?", (), as_of=NOW, answerable=False),
        EvalQuestion("4", "Which bird left?", ("kestrel",), as_of=NOW, answerable=False),
    )
    return Trial(Dataset("mine", (ARTICLE,), questions), None, {ARTICLE.url: "s"})  # type: ignore[arg-type, dict-item]


def test_questions_that_a_span_answers_are_read_with_a_model_and_without() -> None:
    told, bare = offers(trial(), Engine(), lambda line: None)
    assert told.right == bare.right == (True, False, False)
    assert told.group == "mine"
    assert told.signals[0] == {"near": 0.5, "told": 1.0}
    assert bare.signals[0] == {"near": 0.5}


def test_a_model_that_has_learnt_from_the_set_is_not_heard() -> None:
    (bare,) = offers(trial(), Engine(), lambda line: None, heard=False)
    assert bare.signals[0] == {"near": 0.5}


def test_shipped_weights_are_of_the_signals_of_the_prior_and_few_more() -> None:
    shipped = load_weights()
    assert set(READER_PRIOR.weights) <= set(READER_WEIGHTS.weights)
    assert set(shipped["without"]) == set(shipped["made"]["left_out"])
    learnt_from = {f"practice-{name}" for name in set(SETS) - HELD_OUT}
    assert {"realtimeqa"} < set(shipped["without"]) <= {"realtimeqa", *learnt_from}
    for name, shares in shipped["made"]["left_out"].items():
        assert shares["readings"] > 100, name


def test_a_signal_that_a_fit_did_not_know_has_the_weight_set_by_hand(tmp_path: Path) -> None:
    fitted = tmp_path / "reader.json"
    fitted.write_text('{"weights": {"near": 9.0}, "without": {"mine": {"near": 8.0}}}')
    loaded = load_weights(fitted)
    assert loaded["weights"] == {**READER_PRIOR.weights, "near": 9.0}
    assert loaded["without"] == {"mine": {**READER_PRIOR.weights, "near": 8.0}}


def test_command_writes_weights_and_tells_how_often_they_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.tune import calibrating

    @contextmanager
    def opened(*_: object) -> Iterator[tuple[Trial, SimpleNamespace]]:
        yield trial(), SimpleNamespace(engine=Engine())

    monkeypatch.setattr(calibrating, "_opened", opened)
    monkeypatch.setattr(calibrating, "_datasets", lambda data: (Dataset("mine", (), ()),))
    out = tmp_path / "made" / "reader.json"
    done = CliRunner().invoke(app, ["tune", "weights", "--data", "d", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["weights"] == str(out)
    assert told["mine"]["readings"] == 2
    assert load_weights(out)["weights"]["near"] == pytest.approx(READER_PRIOR.weights["near"], abs=1.0)
    plain = CliRunner().invoke(app, ["tune", "weights", "--data", "d", "--out", str(out)])
    assert "mine: 2 readings, " in plain.stdout


def test_command_without_the_benchmark_says_so_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["tune", "weights", "--data", str(tmp_path / "nowhere")])
    assert done.exit_code == 1
    assert "say where the benchmark realtimeqa lies" in done.stderr
