"""Ask every question of a benchmark and write one line each: the question, its answer, its scores.

Questions are asked in order (side by side where the system allows) and each line is on disk before the next is waited
for, so a run can be killed and taken up again. This module knows no dataset, no library and no clock of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from eval.alce import Judge, alce_scores
from eval.datasets.base import Dataset, EvalQuestion, article_key, holds_answer
from eval.ranking import fact_scores, ranking_scores
from eval.records import Record, RunFolder, Writer
from eval.scoring import FAILED, Json, Scores, SeenSource, deserves_confidence, judge_removed, read_answer, score
from eval.systems import Reply, System, check_verbatim
from qa.errors import OnRecordError
from qa.types import Question, SearchFilter

log = logging.getLogger(__name__)

Say: TypeAlias = Callable[[str], None]
"""Takes a line of progress for people."""
Clock: TypeAlias = Callable[[], float]
"""Seconds that only ever go up."""
Places: TypeAlias = Mapping[str, str]
"""Where the library keeps each article of the benchmark: key -> stored id."""


_NOTHING = "none-of-them"
"""An id that no article has: a filter without ids would restrict to nothing at all, that is, search everything."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A benchmark, what answers it, and how.

    Args:
        places: stored ids by article key; empty where the system keeps its own library.
        judge: by its name, who says whether citations support their claims; nobody where it is empty.
        removed: ask each answerable question again without the articles that hold its gold answer.
    """

    dataset: Dataset
    system: System
    places: Places
    removed: bool = True
    judge: Mapping[str, Judge] = field(default_factory=dict)


def run_questions(trial: Trial, folder: RunFolder, done: Collection[str], *, clock: Clock, say: Say) -> None:
    """Ask the questions that have no line yet and append their lines.

    Args:
        done: ids of the questions that have one.
    """
    waiting = [question for question in trial.dataset.questions if question.id not in done]
    with folder.writer() as write:
        _write_all(trial, waiting, write, _Progress(len(done), len(waiting), clock, say))


def ask_one(trial: Trial, question: EvalQuestion) -> Record:
    """Ask and judge one question; a failure of any kind becomes a line that counts as wrong."""

    def asked() -> Record:
        reply = trial.system.ask(to_question(question, trial.places))
        return judge(trial, question, reply, _ask_again(trial, question))

    return guarded(question.id, asked, lambda reason: failed(trial, question, reason))


def guarded(name: str, make: Callable[[], Record], fail: Callable[[str], Record]) -> Record:
    """Make a line, or that of its failure.

    Args:
        name: the id of what is asked, for the log.
        fail: makes the line of a failure from its reason.
    """
    try:
        return make()
    except OnRecordError as error:
        return fail(str(error))
    except Exception as error:  # one broken question must not end a night's run
        log.exception("%s failed", name)
        return fail(f"{type(error).__name__}: {error}")


def judge(trial: Trial, question: EvalQuestion, reply: Reply, again: Reply | None) -> Record:
    """Make the line of an answered question."""
    seen = read_answer(reply.answer)
    verbatim = check_verbatim(trial.system, seen.citations)
    scores = score(question, reply.answer, reply.candidate, verbatim)
    scores |= {**_found(trial, question, seen.sources), **reply.speeds}
    for name, judged in trial.judge.items():
        scores |= alce_scores(reply.answer, judged, name)
    if again is not None:
        scores |= judge_removed(question, again.answer)
    return Record(
        id=question.id,
        question=question.text,
        kind=question.kind,
        gold=question.gold,
        scores=scores,
        answer=reply.answer,
        candidate=reply.candidate,
        removed=_brief(again.answer) if again else None,
        confidence=seen.confidence,
        right=deserves_confidence(question, seen, reply.candidate),
        part=question.part,
    )


def failed(trial: Trial, question: EvalQuestion, reason: str) -> Record:
    """Make the line of a question that failed: it is judged as one that was answered with nothing, and not surely."""
    scores = {**score(question, FAILED, None), **_found(trial, question, ())}
    if _asks_again(trial, question):
        scores |= judge_removed(question, None)
    return Record(
        id=question.id,
        question=question.text,
        kind=question.kind,
        gold=question.gold,
        scores=scores,
        confidence=0.0,
        right=False,
        error=reason,
        part=question.part,
    )


def to_question(question: EvalQuestion, places: Places, without: Sequence[str] = ()) -> Question:
    """Make the question as the engine takes it.

    Args:
        without: stored ids of articles that must not be used.
    """
    own = tuple(dict.fromkeys(places[key] for key in question.articles if key in places)) or (_NOTHING,)
    asked = SearchFilter(articles=own if question.restrict else (), without_articles=tuple(without))
    return Question(question.text, question.as_of, asked, question.history)


def holding_ids(trial: Trial, question: EvalQuestion) -> tuple[str, ...]:
    """Give the stored ids of every article of the whole benchmark that holds the gold answer, or a part of it."""
    holding = (
        trial.places[article_key(article)]
        for article in trial.dataset.articles
        if article_key(article) in trial.places and any(holds_answer(article, group) for group in question.needed)
    )
    return tuple(dict.fromkeys(holding))


def _found(trial: Trial, question: EvalQuestion, sources: Sequence[SeenSource]) -> Scores:
    if not question.needed:
        return {}
    # A gold article that is not in the library was not found, and is not left out of what there was to find.
    relevant = {trial.places.get(key, key) for key in question.gold_articles} if trial.places else set[str]()
    facts = fact_scores([source.text for source in sources], question.gold_quotes)
    return {**ranking_scores([source.article_id for source in sources], relevant), **facts}


def _asks_again(trial: Trial, question: EvalQuestion) -> bool:
    # A question that is asked of a few passages only has nothing left to search, or is a variant of its own.
    wanted = trial.removed and question.answerable and question.needed and trial.places
    return bool(wanted) and not question.restrict


def _ask_again(trial: Trial, question: EvalQuestion) -> Reply | None:
    if not _asks_again(trial, question):
        return None
    return trial.system.ask(to_question(question, trial.places, holding_ids(trial, question)))


def _write_all(trial: Trial, waiting: Sequence[EvalQuestion], write: Writer, progress: _Progress) -> None:
    for record in _asked(trial, waiting):
        write(record)
        progress.step(record)


def _asked(trial: Trial, waiting: Sequence[EvalQuestion]) -> Iterator[Record]:
    if trial.system.parallel < 2:
        yield from (ask_one(trial, question) for question in waiting)
        return
    with ThreadPoolExecutor(trial.system.parallel) as pool:
        yield from pool.map(lambda question: ask_one(trial, question), waiting)


def _brief(answer: Json) -> Json:
    return {name: answer.get(name) for name in ("mode", "text", "short_answer", "confidence", "reason")}


class _Progress:
    """Says every few questions how far the run is and when it will be done."""

    def __init__(self, done: int, waiting: int, clock: Clock, say: Say) -> None:
        self._before, self._waiting, self._clock, self._say = done, waiting, clock, say
        self._asked, self._failed, self._began = 0, 0, clock()

    def step(self, record: Record) -> None:
        self._asked += 1
        self._failed += record.error is not None
        if self._asked % 10 == 0 or self._asked == self._waiting:
            self._say(self._line())

    def _line(self) -> str:
        each = (self._clock() - self._began) / self._asked
        left = each * (self._waiting - self._asked)
        lost = f", {self._failed} failed" if self._failed else ""
        of = f"{self._before + self._asked}/{self._before + self._waiting} questions"
        return f"{of}{lost}, {each:.1f} s each, {_span(left)} left"


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
