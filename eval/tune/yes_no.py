"""`onrecord tune yes-no`: how sure one may be that what is shown decides a question of yes or no.

Of the sets that have such questions, those that are not held out are read without a language model. A logistic
regression over the signals of `qa.answer.yes_no` tells whether one of the sentences that would be quoted decides the
question. The figures beside it are of questions whose own set was left out of the fit; the threshold is not fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.datasets.base import EvalQuestion
from eval.measures import states
from eval.run import Trial, to_question
from eval.tune.confidence import Judged, Reads, judged_apart, logistic, rounded
from qa.answer.weights import YES_NO_THRESHOLD
from qa.answer.yes_no import QUOTED, deciding_signals
from qa.models.pairs import PairScorer

_RIDGE = 0.1


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
    fit = logistic([each.signals for each in seen], [each.decided for each in seen], _RIDGE)
    return {"yes_no": rounded(fit)}


def left_out(seen: Sequence[Decided], threshold: float = YES_NO_THRESHOLD) -> dict[str, float]:
    """Give what comes of the threshold where each set is judged by a fit without it, as shares of 1."""
    judged = [Judged(each.group, each.signals, each.decided, each.answerable) for each in seen]
    return judged_apart(judged, threshold, _RIDGE) | {"threshold": threshold}


def _states(question: EvalQuestion, quoted: str) -> bool:
    return bool(question.needed) and all(states(quoted, group) for group in question.needed)
