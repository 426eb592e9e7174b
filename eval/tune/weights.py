"""`onrecord tune weights`: how the reader weighs its signals, fitted on questions whose answers are known.

A question offers spans, each with its signals; the log-linear model of `qa.answer.reader` is to hold those that are
right likelier than the others. Its conditional likelihood, where any of several spans is right, is climbed by Newton
steps on a bound that touches it (Hunter and Lange 2004); a ridge pulls each weight to the one set by hand, so that
what is seen seldom stays as it was. The figures beside it are of groups that were left out of the fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.datasets.base import EvalQuestion
from eval.run import Say, Trial, to_question
from eval.scoring import has_contained
from eval.tune.confidence import Floats, Reads, Signals
from qa.text import normalize

RIDGE = 2.0
"""How much a weight's squared distance from the prior's costs, in log likelihood of readings."""
_STEPS = 100
_LONGER = 3
"""Words by which a span that holds the answer may be longer than it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The spans of one question.

    Args:
        group: what is left out together when the fit is tried: the set.
        signals: of each span.
        right: likewise, whether it is the answer.
    """

    group: str
    signals: tuple[Signals, ...]
    right: tuple[bool, ...]


def offers(trial: Trial, engine: Reads, say: Say, *, heard: bool = True) -> Iterator[Offered]:
    """Read every question that a span can answer and that the articles do, with what a model tells and without.

    Args:
        trial: the questions and where their articles are kept; its system is not asked.
        heard: whether a model is heard at all.
    """
    questions = [question for question in trial.dataset.questions if question.gold and question.answerable is not False]
    for number, question in enumerate(questions, 1):
        asked = to_question(question, trial.places)
        for quotes_only in (False, True) if heard else (True,):
            work = engine.read(replace(asked, quotes_only=quotes_only))
            if work.asking.wants_span and work.offered:
                right = tuple(_is_right(question, reading.text) for reading in work.offered)
                yield Offered(trial.dataset.name, tuple(reading.signals for reading in work.offered), right)
        if number % 20 == 0:
            say(f"{number}/{len(questions)} questions of {trial.dataset.name}")


def fit_weights(offered: Sequence[Offered], prior: Signals, ridge: float = RIDGE) -> dict[str, float]:
    """Give the weights of all signals, those of the prior where nothing is learnt.

    Args:
        prior: weights by signal; a signal that it does not name is pulled to 0.
    """
    told = [each for each in offered if any(each.right) and not all(each.right)]
    names = sorted({*prior, *(name for each in told for signals in each.signals for name in signals)})
    rows = [_rows(each, names) for each in told]
    right = [np.array(each.right) for each in told]
    start = np.array([prior.get(name, 0.0) for name in names])
    weights = start.copy()
    for _ in range(_STEPS):
        slope, bend = 2 * ridge * (weights - start), 2 * ridge * np.eye(len(names))
        for spans, fits in zip(rows, right, strict=True):
            share = _softmax(spans @ weights)
            wanted = np.where(fits, share, 0.0)
            slope += spans.T @ (share - wanted / wanted.sum())
            mean = share @ spans
            bend += (spans * share[:, None]).T @ spans - np.outer(mean, mean)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if float(np.abs(step).max(initial=0.0)) < 1e-5:
            break
    return dict(zip(names, map(float, weights), strict=True))


def fit_without(offered: Sequence[Offered], prior: Signals) -> dict[str, dict[str, float]]:
    """Give for each group the weights fitted without it, so that its questions can be read as unseen ones."""
    groups = sorted({each.group for each in offered})
    return {group: fit_weights([each for each in offered if each.group != group], prior) for group in groups}


def first_right(offered: Sequence[Offered], weights: Signals) -> int:
    """Give how many readings have a right span first."""
    names = sorted(weights)
    values = np.array([weights[name] for name in names])
    return sum(each.right[int(np.argmax(_rows(each, names) @ values))] for each in offered)


def _rows(each: Offered, names: Sequence[str]) -> Floats:
    return np.array([[signals.get(name, 0.0) for name in names] for signals in each.signals], dtype=np.float64)


def _softmax(scores: Floats) -> Floats:
    shares: Floats = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _is_right(question: EvalQuestion, span: str) -> bool:
    longest = max(len(normalize(gold).split()) for gold in question.gold)
    return has_contained(question, span) and len(normalize(span).split()) <= longest + _LONGER
