"""The news that OnRecord learns from is whole: every question names its articles, and gold stands in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.datasets import load_dataset, practice
from eval.datasets.base import Dataset, article_key
from qa.errors import UnreadableError, UsageError
from ui.cli import app


@pytest.mark.parametrize("name", practice.SETS)
def test_a_set_is_whole(name: str) -> None:
    dataset = load_dataset("practice", None, name)
    assert isinstance(dataset, Dataset)
    assert (dataset.name, len(dataset.articles), len(dataset.questions)) == (f"practice-{name}", 40, 90)
    assert all(article.fictional for article in dataset.articles)
    articles = {article_key(article): article for article in dataset.articles}
    for question in dataset.questions:
        assert question.part == "development"
        assert question.answerable == bool(question.gold) == bool(question.gold_articles), question.id
        held = [articles[key] for key in question.gold_articles]
        assert all(article.published and article.published <= question.as_of for article in held), question.id
        assert not held or _is_given(question.gold, [f"{each.title}\n{each.text}" for each in held]), question.id


@pytest.mark.parametrize("name", practice.OPEN)
def test_a_set_of_open_questions_is_whole(name: str) -> None:
    dataset = load_dataset("practice", None, f"{name}-open")
    assert isinstance(dataset, Dataset)
    assert (dataset.name, len(dataset.articles), len(dataset.questions)) == (f"practice-{name}-open", 40, 60)
    assert Counter(question.kind for question in dataset.questions) == {
        "yes_no": 30, "overview": 10, "not_in_articles": 20
    }  # fmt: skip
    articles = {article_key(article): article for article in dataset.articles}
    for question in dataset.questions:
        assert question.answerable == bool(question.gold) == (question.kind != "not_in_articles"), question.id
        held = [articles[key] for key in question.gold_articles]
        assert all(article.published and article.published <= question.as_of for article in held), question.id
        assert all(any(gold in article.text for article in held) for gold in question.gold), question.id


def _is_given(gold: tuple[str, ...], texts: list[str]) -> bool:
    if {answer.lower() for answer in gold} & {"yes", "no"}:
        return True
    return any(answer.lower() in text.lower() for answer in gold for text in texts)


def test_the_first_set_is_read_where_none_is_named() -> None:
    assert load_dataset("practice", None).name == "practice-1"


def test_a_set_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="no set 0 of practice; take one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"):
        load_dataset("practice", None, "0")
    with pytest.raises(UsageError, match="no set 1-open of practice"):
        load_dataset("practice", None, "1-open")


def test_a_question_on_an_article_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    folder.joinpath("articles.jsonl").write_text(
        '{"id": "a", "url": "https://e.example/a", "published": "2025-01-01T00:00:00Z", "text": "A bell rang."}\n'
    )
    folder.joinpath("questions.jsonl").write_text(
        '{"id": "q", "question": "What rang?", "kind": "single_fact", "as_of": "2025-01-02T00:00:00Z", '
        '"gold": ["A bell"], "gold_articles": ["b"]}\n'
    )
    monkeypatch.setattr(practice, "FOLDER", tmp_path)
    with pytest.raises(UnreadableError, match="names an article that is not there"):
        practice.load("1")


def test_command_refuses_another_set_in_one_line() -> None:
    done = CliRunner().invoke(app, ["eval", "run", "practice", "--variant", "0"])
    assert done.exit_code != 0
    assert "There is no set 0 of practice" in done.stderr
