"""`onrecord tune yes-no`: how sure one may be that what is shown decides a question of yes or no.

Of the sets that have such questions, those that are not held out are read without a language model. A logistic
regression over the signals of `qa.answer.yes_no` tells whether one of the sentences that would be quoted decides the
question. The figures beside it are of questions whose own set was left out of the fit; the threshold is not fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.datasets.base import EvalQuestion
from eval.measures import states
from eval.run import Trial, to_question
from eval.tune.confidence import Reads, logistic
from qa.answer.weights import YES_NO_THRESHOLD
from qa.answer.yes_no import QUOTED, deciding_signals
from qa.models.pairs import PairScorer


@dataclass(frozen=True, slots=True)
class Decided:
    """One question that was read.

    Args:
        group: its set.
        decided: whether one of the sentences that would be quoted decides it.
        answerable: whether any sentence of the articles does.
    """

    group: str
    signals: Mapping[str, float]
    decided: bool
    answerable: bool


def decided(trial: Trial, engine: Reads, scorer: PairScorer | None, say: Callable[[str], None]) -> Iterator[Decided]:
    """Read every question of a set that asks for a yes or no."""
    for question in trial.dataset.questions:
        work = engine.read(to_question(question, trial.places))
        if work.asking.type == "truth" and work.read and work.overview is None:
            quoted = "\n".join(each.text for each in work.read[:QUOTED])
            signals = deciding_signals(work, scorer)
            yield Decided(trial.dataset.name, signals, _states(question, quoted), bool(question.answerable))
    say(f"{len(trial.dataset.questions)} questions of {trial.dataset.name}")


def fit_yes_no(seen: Sequence[Decided]) -> dict[str, Any]:
    """Fit on all; gives what ``yes_no.json`` holds but how it was made."""
    fit = logistic([each.signals for each in seen], [each.decided for each in seen], ridge=0.1)
    weights = {name: round(value, 3) for name, value in fit.weights.weights.items()}
    return {"yes_no": {"bias": round(fit.bias, 3), "weights": weights}}


def left_out(seen: Sequence[Decided], threshold: float = YES_NO_THRESHOLD) -> dict[str, float]:
    """Give what comes of the threshold where each set is judged by a fit without it, as shares of 1."""
    answered, right, declined = list[bool](), list[bool](), list[bool]()
    for group in sorted({each.group for each in seen}):
        others = [each for each in seen if each.group != group]
        fit = logistic([each.signals for each in others], [each.decided for each in others], ridge=0.1)
        for each in (each for each in seen if each.group == group):
            sure = fit.probability(each.signals) >= threshold
            (answered if each.answerable else declined).append(sure if each.answerable else not sure)
            if sure and each.answerable:
                right.append(each.decided)
    shares = {"answered": answered, "right_when_answering": right, "declined_without": declined}
    return {name: float(np.mean(values)) for name, values in shares.items()} | {"threshold": threshold}


def _states(question: EvalQuestion, quoted: str) -> bool:
    return bool(question.needed) and all(states(quoted, group) for group in question.needed)
