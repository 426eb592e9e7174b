"""A yes or no is answered in the sentences that decide it, without asking a small model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from answer_world import NOW, ScriptedModel, World, asked_in_quotes, assert_well_formed, june_articles, opened_world
from fakes import make_article

from qa.answer.asking import read_question
from qa.answer.weights import load_yes_no
from qa.answer.work import Work
from qa.answer.yes_no import decide, deciding_signals
from qa.models.encoders import Embedder
from qa.types import Evidence, Question, Retrieval, Searched, Understood

LINE = "The Orle Line has been open to passengers again since Monday. Nobody had believed it would happen."
BOAT = "The ferry Grey Petrel was sold to a yard in the north. Its crew of nine will stay on the payroll."
STORIES = [(2, "Orle Line carries passengers", LINE), (4, "Grey Petrel sold", BOAT)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("yes"), real_embedder, june_articles(STORIES)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "deciding"),
    [
        ("Is the Orle Line open to passengers again?", "open to passengers again"),
        ("Has the Grey Petrel been sold?", "was sold to a yard"),
        ("The Grey Petrel was sold, right?", "was sold to a yard"),
    ],
)
def test_the_sentence_that_decides_is_quoted_first(world: World, question: str, deciding: str) -> None:
    answer = asked_in_quotes(world, question)
    assert answer.mode == "quotes"
    assert deciding in answer.citations[0].quote


def test_what_the_articles_do_not_speak_of_is_declined(world: World) -> None:
    assert asked_in_quotes(world, "Did the bishop resign over the cathedral's organ?").abstained


def test_a_small_model_is_not_asked(world: World) -> None:
    class Small(ScriptedModel):
        small = True

    model = Small(lambda messages: ["Yes."])
    answer = world.engine(model).ask(Question("Has the Grey Petrel been sold?", as_of=NOW))
    assert_well_formed(answer, world)
    assert (answer.mode, answer.model, model.asked) == ("quotes", None, [])


def test_a_larger_model_says_it_in_words(world: World) -> None:
    model = ScriptedModel(lambda messages: ["The ferry Grey Petrel was sold to a yard in the north [1]."])
    answer = world.engine(model).ask(Question("Has the Grey Petrel been sold?", as_of=NOW))
    assert_well_formed(answer, world)
    assert len(model.asked) == 1


class Scorer:
    """Says that sentences with a word decide the question."""

    def pair_scores(self, task: str, pairs: Sequence[tuple[str, str]]) -> Any:
        assert task == "answers"
        return np.array([0.9 if "sold" in sentence else 0.1 for _, sentence in pairs], dtype=np.float32)


def work_of(*texts: str) -> Work:
    article = make_article(" ".join(texts))
    found = [
        Evidence(article, "p", article.text.index(text), article.text.index(text) + len(text), text, 1.0)
        for text in texts
    ]
    question = Question("Was it sold?", as_of=NOW)
    retrieval = Retrieval((), Understood(), Searched(1, 0, None), query_vector=np.ones(4, dtype=np.float32))
    return Work(question, question.text, read_question(question.text), retrieval, read=tuple(found))


def test_sentences_are_ranked_by_what_the_scorer_says_of_them() -> None:
    work = work_of("It rained all day.", "It was sold.", "It sank.")
    decide(work, Scorer(), 2)  # type: ignore[arg-type]
    assert [each.text for each in work.evidence] == ["It was sold.", "It rained all day."]
    assert deciding_signals(work, Scorer())["answers"] == pytest.approx(0.9)  # type: ignore[arg-type]
    assert work.sure > 0


def test_without_a_scorer_they_stay_as_they_are_and_one_is_less_sure() -> None:
    with_it, without = work_of("It was sold."), work_of("It was sold.")
    decide(with_it, Scorer(), 2)  # type: ignore[arg-type]
    decide(without, None, 2)
    assert [each.text for each in without.read] == ["It was sold."]
    assert without.sure < with_it.sure


@pytest.mark.parametrize(("question", "first"), [("Is the line open?", "new"), ("Was the line open in May?", "old")])
def test_how_things_stand_is_told_by_the_newest_first(question: str, first: str) -> None:
    old = make_article("The line is shut.", id="old", published=datetime(2025, 5, 1, tzinfo=UTC))
    new = make_article("The line opened.", id="new", published=datetime(2025, 6, 1, tzinfo=UTC))
    found = (Evidence(old, "p", 0, 17, old.text, 1.0), Evidence(new, "q", 0, 16, new.text, 0.9))
    work = replace(work_of(), standalone=question, asking=read_question(question), read=found)
    decide(work, None, 2)
    assert work.read[0].article.id == first


def test_what_was_not_read_is_not_decided() -> None:
    work = work_of()
    decide(work, Scorer(), 2)  # type: ignore[arg-type]
    assert (work.evidence, work.sure) == ((), 0.0)


def test_the_shipped_calibration_is_of_signals_that_there_are() -> None:
    assert set(load_yes_no().weights.weights) == {"answers", "similarity"}
