"""How sure one may be of a yes or no is fitted on the questions of practice that ask for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import make_article
from typer.testing import CliRunner

from eval.datasets import practice
from eval.datasets.base import Dataset, EvalQuestion
from eval.run import Trial
from eval.tune.yes_no import Decided, decided, fit_yes_no, left_out
from qa.answer.asking import read_question
from qa.answer.overview import read_overview
from qa.answer.weights import load_yes_no
from qa.answer.work import Work
from qa.types import Evidence, Question, Retrieval, Searched, Understood
from ui.cli import app

NOW = datetime(2025, 7, 1, tzinfo=UTC)
ARTICLE = make_article("A kestrel nests on the tower. The gate is shut.", title="Nest", url="https://e.org/nest")


def seen(group: str, like: float, right: bool, answerable: bool = True) -> Decided:
    return Decided(group, {"similarity": like, "answers": like}, right, answerable)


class Engine:
    """Reads the first sentence, whatever is asked."""

    def read(self, question: Question) -> Work:
        retrieval = Retrieval((), Understood(), Searched(1, 0, None))
        sentence = Evidence(ARTICLE, "p", 0, 29, ARTICLE.text[:29], 1.0)
        overview = read_overview(question.text)
        return Work(question, question.text, read_question(question.text), retrieval, overview, read=(sentence,))


def test_only_what_asks_for_a_yes_or_no_is_learnt_from_and_it_is_known_what_decides_it() -> None:
    questions = (
        EvalQuestion("q1", "Is there a kestrel?", (ARTICLE.text[:29],), as_of=NOW, answerable=True),
        EvalQuestion("q2", "Is the gate open?", (ARTICLE.text[30:],), as_of=NOW, answerable=True),
        EvalQuestion("q3", "Has the gate a bell?", (), as_of=NOW, answerable=False),
        EvalQuestion("q4", "Which bird nests there?", ("kestrel",), as_of=NOW, answerable=True),
        EvalQuestion("q5", "Is there any news about the kestrel?", ("kestrel",), as_of=NOW, answerable=True),
    )
    trial = Trial(Dataset("mine", (ARTICLE,), questions), None, {ARTICLE.url: "stored"})  # type: ignore[arg-type, dict-item]
    found = list(decided(trial, Engine(), None, lambda line: None))
    assert [(each.decided, each.answerable) for each in found] == [(True, True), (False, True), (False, False)]


def test_each_set_is_judged_by_a_fit_without_it() -> None:
    known = [seen(group, like, right=like > 0.5) for group in ("1", "2") for like in (0.1, 0.2, 0.8, 0.9)]
    # What only set 3 would teach is not known when it is judged.
    turned = [seen("3", 0.9, right=False, answerable=False), seen("3", 0.1, right=True)]
    shares = left_out([*known, *turned], threshold=0.5)
    assert shares["declined_without"] == 0.0
    assert shares["answered"] < 1


def test_the_command_writes_what_can_be_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval.tune import calibrating

    asked: list[str] = []

    @contextmanager
    def opened(settings: Any, dataset: Dataset, now: Any, say: Any, *, with_model: bool) -> Iterator[Any]:
        assert not with_model
        asked.append(dataset.name)
        yield Trial(dataset, None, {}), SimpleNamespace(engine=None, scorer=None)  # type: ignore[arg-type]

    rows = [seen(group, like, right=like > 0.5, answerable=like > 0.15) for group in ("1", "2") for like in (0.1, 0.9)]
    monkeypatch.setattr(calibrating, "_opened", opened)
    monkeypatch.setattr(calibrating, "decided", lambda trial, engine, scorer, say: rows)
    out = tmp_path / "made" / "yes_no.json"
    done = CliRunner().invoke(app, ["tune", "yes-no", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.stderr
    assert 0 <= json.loads(done.stdout)["yes or no"]["answered"] <= 1
    assert load_yes_no(out).probability({"similarity": 0.9, "answers": 0.9}) > 0.5
    assert asked == [f"practice-{name}-open" for name in practice.OPEN if name not in practice.HELD_OUT]
    assert fit_yes_no(rows * len(asked))["yes_no"] == json.loads(out.read_text())["yes_no"]
