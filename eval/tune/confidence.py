"""`onrecord tune confidence`: how sure an answer may be, fitted on questions whose answers are known.

Every answerable question is asked twice, as it is and with every article that holds its answer left out. From the
signals of `qa.answer.confidence` two logistic regressions with a ridge tell whether the answer stands in what would be
shown, and whether the span read is itself the answer; each with and without what a model told. The figures beside them
are of questions whose own week was left out of the fit. Thresholds are not fitted: they stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from eval.datasets.base import EvalQuestion
from eval.measures import same_quote
from eval.run import Places, Trial, holding_ids, to_question
from eval.scoring import has_contained
from qa.answer.confidence import confidence_signals
from qa.answer.weights import READ_THRESHOLD, SAID_THRESHOLD, Calibration, Weighing
from qa.answer.work import Work
from qa.types import Question

Signals = Mapping[str, float]
Floats = NDArray[np.float64]
_RIDGE = 1.0
_STEPS = 50


class Reads(Protocol):
    """The part of ``NewsQueryEngine`` that is used here."""

    def read(self, question: Question) -> Work:
        """Take the steps before the decision to answer."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One question that was read.

    Args:
        group: what is left out together when the fit is tried, such as a week.
        signals: with (``True``, where one was heard) and without what a model told.
        said, read: likewise, whether the answer stands in what would be shown, and whether the span read is it.
        answerable: whether an article still there holds the answer.
    """

    group: str
    signals: Mapping[bool, Signals]
    said: Mapping[bool, bool]
    read: Mapping[bool, bool]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """One question as a fit sees it.

    Args:
        group: what is left out together when the fit is tried.
        right: whether what would be shown answers it.
        answerable: whether an article still there holds the answer.
    """

    group: str
    signals: Signals
    right: bool
    answerable: bool


def observe(trial: Trial, engine: Reads, say: Callable[[str], None], *, heard: bool = True) -> Iterator[Observed]:
    """Read every question, the answerable ones also without the articles that answer them.

    Args:
        trial: the questions and where their articles are kept; its system is not asked.
        heard: whether a model is heard at all.
    """
    questions = trial.dataset.questions
    for number, question in enumerate(questions, 1):
        yield from _observed(question, engine, trial.places, (), heard)
        if question.answerable and question.needed:
            yield from _observed(question, engine, trial.places, holding_ids(trial, question), heard)
        if number % 20 == 0:
            say(f"{number}/{len(questions)} questions of {trial.dataset.name}")


def fit_calibrations(observed: Sequence[Observed]) -> dict[str, Any]:
    """Fit all four; gives what ``calibration.json`` holds."""
    fits = {
        f"{'told_' if told else ''}{what}": _fit_one(observed, told, what)
        for told in (False, True)
        for what in ("said", "read")
    }
    return {name: rounded(fit) for name, fit in fits.items()}


def rounded(fit: Calibration) -> dict[str, Any]:
    """Give what is written of a fit."""
    return {
        "bias": round(fit.bias, 3),
        "weights": {name: round(value, 3) for name, value in fit.weights.weights.items()},
    }


def left_out(observed: Sequence[Observed], told: bool) -> dict[str, float]:
    """Give what comes of the thresholds where each group is judged by a fit without it, as shares of 1."""
    seen = [
        Judged(each.group, each.signals[told], each.said[told], each.answerable)
        for each in observed
        if told in each.signals
    ]
    thresholds = {"said_threshold": SAID_THRESHOLD, "read_threshold": READ_THRESHOLD}
    return judged_apart(seen, SAID_THRESHOLD) | thresholds


def judged_apart(seen: Sequence[Judged], threshold: float, ridge: float = _RIDGE) -> dict[str, float]:
    """Give what comes of a threshold where each group is judged by a fit without it, as shares of 1."""
    answered, right, declined = list[bool](), list[bool](), list[bool]()
    for group in sorted({each.group for each in seen}):
        others = [each for each in seen if each.group != group]
        fit = logistic([each.signals for each in others], [each.right for each in others], ridge)
        for each in (each for each in seen if each.group == group):
            sure = fit.probability(each.signals) >= threshold
            (answered if each.answerable else declined).append(sure if each.answerable else not sure)
            if sure and each.answerable:
                right.append(each.right)
    shares = {"answered": answered, "right_when_answering": right, "declined_without": declined}
    return {name: float(np.mean(values)) for name, values in shares.items()}


def _group(question: EvalQuestion) -> str:
    """Give what a question is left out with when a fit is tried: its week of RealTime QA, or its set of practice."""
    week, practice = question.id[:8], question.id.split("-")[0]
    return week if week.isdigit() else f"practice-{practice}"


def _observed(
    question: EvalQuestion, engine: Reads, places: Places, without: Sequence[str], heard: bool
) -> Iterator[Observed]:
    asked = to_question(question, places, without)
    works = {told: engine.read(replace(asked, quotes_only=not told)) for told in ((True, False) if heard else (False,))}
    if not all(work.readings for work in works.values()):
        return
    signals = {
        told: confidence_signals(work.asking, work.standalone, work.readings, work.heard.told)
        for told, work in works.items()
    }
    answerable = bool(question.needed) and question.answerable is not False and not without
    said = {told: not without and _holds(question, work, whole=True) for told, work in works.items()}
    read = {told: not without and _holds(question, work, whole=False) for told, work in works.items()}
    yield Observed(_group(question), signals, said, read, answerable)


def _holds(question: EvalQuestion, work: Work, *, whole: bool) -> bool:
    """Tell whether the span read holds the answer, or with ``whole`` the span or its sentence."""
    best = work.readings[0]
    sentence = best.sentences[0].text
    if question.denied:
        return any(same_quote(sentence, gold) for gold in question.gold_quotes)
    return has_contained(question, f"{best.text}\n{sentence}" if whole else best.text)


def _fit_one(observed: Sequence[Observed], told: bool, what: str) -> Calibration:
    seen = [each for each in observed if told in each.signals]
    return logistic([each.signals[told] for each in seen], [getattr(each, what)[told] for each in seen])


def logistic(signals: Sequence[Signals], labels: Sequence[bool], ridge: float = _RIDGE) -> Calibration:
    """Fit by Newton's method; the ridge pulls every weight but the bias towards nothing.

    Of no rows nothing is learnt.
    """
    if not signals:
        return Calibration(Weighing({}), 0.0)
    names = sorted({name for each in signals for name in each})
    rows = np.array([[*(each.get(name, 0.0) for name in names), 1.0] for each in signals])
    wanted, weights = np.array(labels, dtype=np.float64), np.zeros(len(names) + 1)
    pull = np.diag([*[ridge] * len(names), 0.0])
    for _ in range(_STEPS):
        shares = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (shares - wanted) + pull @ weights
        bend = (rows * (shares * (1 - shares))[:, None]).T @ rows + pull + 1e-9 * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    fitted = dict(zip(names, map(float, weights[:-1]), strict=True))
    return Calibration(Weighing(fitted), float(weights[-1]))
