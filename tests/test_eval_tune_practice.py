"""What is learnt from practice is read as it will be read when asked: the chosen sentences, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import make_article

from eval.datasets import practice
from eval.datasets.base import Dataset, EvalQuestion
from eval.run import Trial
from eval.tune.lessons import Asked, Report
from eval.tune.practice_lessons import Sheet, make_practice_lessons, read_sheets
from qa.answer.asking import read_question
from qa.answer.prompts import by_article, reading_sheet
from qa.settings import Settings
from qa.types import Evidence, Question

NOW = datetime(2025, 7, 1, tzinfo=UTC)
TODAY = date(2025, 7, 1)
NEST = make_article(
    "A Kestrel nests on the tower. The gate is shut. It has five eggs.", title="Nest", id="n", url="https://e.org/nest"
)
FIRE = make_article("A lamp fell. The barn of Jan Oost burned.", title="Fire", id="f")


def sentences(article: Any, *chosen: int) -> list[Evidence]:
    """Give sentences of an article by their number, in the order given."""
    spans = article.text.split(". ")
    found = []
    for number in chosen:
        start = article.text.index(spans[number])
        end = start + len(spans[number].rstrip("."))
        found.append(Evidence(article, "p", start, end, article.text[start:end], 1.0))
    return found


BIRD = Sheet(
    "set", "Which bird?", ("the kestrel", "kestrel"), False, TODAY, (*sentences(NEST, 2, 0), *sentences(FIRE, 0))
)
EGGS = Sheet("set", "How many eggs?", ("5", "five"), False, TODAY, (*sentences(NEST, 2, 0),))
OWNER = Sheet("set", "Whose barn?", ("Jan Oost",), False, TODAY, (*sentences(FIRE, 1, 0),))
GONE = replace(BIRD, taken_out=True, evidence=(*sentences(NEST, 1), *sentences(FIRE, 0)))
NEVER = Sheet("set", "Who is the mayor?", (), False, TODAY, (*sentences(NEST, 1),))
ALL = (BIRD, EGGS, OWNER, GONE, NEVER)


def lesson_of(question: str) -> Any:
    lessons = make_practice_lessons(ALL, 1, 1, taken_out=1.0)
    return next(each for each in lessons if each.asked[0].question == question and each.asked[0].answer)


def test_sentences_stand_as_they_do_in_the_prompt() -> None:
    reports = lesson_of("Which bird?").reports
    assert reports[1] == Report("Nest", NEST.published.date(), ("A Kestrel nests on the tower", "It has five eggs"))
    told = ((each.title, each.day, each.sentences) for each in reports)
    assert reading_sheet(TODAY, told) == reading_sheet(TODAY, by_article(BIRD.evidence))


def test_an_answer_is_taught_as_its_sentence_writes_it() -> None:
    assert lesson_of("Which bird?").asked[0] == Asked("Which bird?", "Kestrel", "told", "A Kestrel nests on the tower")


def test_other_questions_on_the_same_sentences_stand_beside_it() -> None:
    _, eggs, owner = lesson_of("Which bird?").asked
    assert (eggs.question, eggs.answer) == ("How many eggs?", "five")
    assert (owner.question, owner.answer, owner.kind) == ("Whose barn?", None, "taken_out")


def test_what_was_taken_out_and_what_was_never_there_is_declined() -> None:
    first = [each.asked[0] for each in make_practice_lessons(ALL, 1, 1, taken_out=1.0)]
    assert Asked("Which bird?", None, "taken_out") in first
    assert Asked("Who is the mayor?", None, "absent") in first


def test_what_stands_there_in_other_words_alone_is_not_taught() -> None:
    other = replace(EGGS, gold=("tower the on",), question="Odd?")
    turned = replace(EGGS, gold=("Eggs, five",), question="Turned?")
    assert [each.asked[0].answer for each in make_practice_lessons([other], 1, 1, 1.0)] == []
    assert make_practice_lessons([turned], 1, 1, 1.0) == []


@pytest.mark.parametrize(("share", "count"), [(0.0, 3), (0.34, 4), (1.0, 5)])
def test_so_many_lessons_are_declined(share: float, count: int) -> None:
    assert len(make_practice_lessons(ALL, 1, 1, share)) == count
    assert len(make_practice_lessons(ALL, 1, 2, share)) == 2 * count


@dataclass
class Work:
    """What an engine finds."""

    standalone: str
    evidence: tuple[Evidence, ...]

    @property
    def asking(self) -> Any:
        return read_question(self.standalone)


@dataclass
class Engine:
    """Finds the sentences of an article that is not left out."""

    asked: list[Question] = field(default_factory=list)

    def read(self, question: Question) -> Any:
        self.asked.append(question)
        return Work(question.text, tuple(sentences(FIRE if question.filter.without_articles else NEST, 0, 1)))


def trial() -> Trial:
    questions = (
        EvalQuestion("1", "Which bird nests on the tower?", ("kestrel",), as_of=NOW, answerable=True),
        EvalQuestion("2", "Why does it nest there?", ("kestrel",), as_of=NOW, answerable=True),
        EvalQuestion("3", "Who is the mayor?", (), as_of=NOW, answerable=False),
    )
    return Trial(Dataset("mine", (NEST,), questions), None, {NEST.url: "stored"})  # type: ignore[arg-type, dict-item]


def test_a_question_is_read_whole_and_without_its_answer_and_no_model_is_asked() -> None:
    engine = Engine()
    sheets = list(read_sheets(trial(), engine, lambda line: None))
    assert [(each.question, each.taken_out) for each in sheets] == [
        ("Which bird nests on the tower?", False),
        ("Which bird nests on the tower?", True),
        ("Which bird nests on the tower?", True),
        ("Who is the mayor?", False),
    ]
    assert [each.text for each in sheets[1].evidence] == ["The gate is shut"]
    assert sheets[2].evidence[0].article is FIRE
    assert all(each.quotes_only for each in engine.asked)


def test_a_sentence_that_may_tell_the_answer_in_other_words_is_taken_out_with_it() -> None:
    lead = make_article("The falcon sat there. A gull came. Eggs lay by it.", title="Tower", id="t")
    titled = make_article("It came back. It flew.", title="A kestrel at last", id="k")
    asked = EvalQuestion("1", "Which bird nests on the tower?", ("a kestrel falcon",), as_of=NOW, answerable=True)
    found = (*sentences(titled, 1), *sentences(lead, 0, 1, 2), *sentences(NEST, 0))

    class Finds:
        def read(self, question: Question) -> Any:
            return Work(question.text, found)

    asks = Trial(Dataset("mine", (NEST,), (asked,)), None, {})  # type: ignore[arg-type]
    whole, left = read_sheets(asks, Finds(), lambda line: None)
    assert whole.evidence == found
    assert [each.text for each in left.evidence] == ["A gull came", "Eggs lay by it"]


def test_the_sets_to_learn_from_are_read_as_one_library_and_no_other_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from eval.tune import calibrating

    opened_sets = list[Dataset]()

    @contextmanager
    def opened(settings: Settings, dataset: Dataset, *_: object) -> Iterator[tuple[Trial, SimpleNamespace]]:
        opened_sets.append(dataset)
        yield replace(trial(), dataset=replace(trial().dataset, name=dataset.name)), SimpleNamespace(engine=Engine())

    monkeypatch.setattr(calibrating, "_opened", opened)
    sheets = calibrating.practise(Settings(), NOW, lambda line: None)
    (together,) = opened_sets
    assert {each.id.partition("-")[0] for each in together.questions} == practice.TAUGHT
    assert {each.url.partition("news-")[2].partition(".")[0] for each in together.articles} == practice.TAUGHT
    assert {each.group for each in sheets} == {"practice-together"}
    assert not practice.TAUGHT & practice.HELD_OUT
