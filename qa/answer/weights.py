"""Fitted numbers of the reader and of its confidence, the calibration that set them, and how they are applied."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Weighing:
    """A linear score over named signals; a signal that is not named counts nothing."""

    weights: Mapping[str, float]

    def score(self, signals: Mapping[str, float]) -> float:
        """Give the weighted sum."""
        return sum(value * self.weights.get(name, 0.0) for name, value in signals.items())


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression over named signals (Platt 1999)."""

    weights: Weighing
    bias: float

    def probability(self, signals: Mapping[str, float]) -> float:
        """Give the probability (0..1)."""
        return 1.0 / (1.0 + math.exp(-(self.bias + self.weights.score(signals))))


def load_calibrations(file: Path | None = None) -> dict[str, Calibration]:
    """Read calibrations by name, as `onrecord tune confidence` writes them; by default those that are shipped."""
    fitted = _read(file, "calibration.json")
    return {name: _calibration(fitted[name]) for name in CALIBRATIONS}


def load_yes_no(file: Path | None = None) -> Calibration:
    """Read how sure one may be that a yes or no is decided, as `onrecord tune yes-no` writes it."""
    return _calibration(_read(file, "yes_no.json")["yes_no"])


def _calibration(fitted: Mapping[str, Any]) -> Calibration:
    return Calibration(Weighing(fitted["weights"]), fitted["bias"])


def load_weights(file: Path | None = None) -> dict[str, dict[str, Any]]:
    """Read the reader's weights, as `onrecord tune weights` writes them; by default those that are shipped.

    Under ``weights`` stand those of all questions, under ``without`` for each group those fitted without it; a signal
    that the fit did not know has the prior's weight.
    """
    fitted = _read(file, "reader.json")
    without = {group: {**READER_PRIOR.weights, **weights} for group, weights in fitted["without"].items()}
    return {**fitted, "weights": {**READER_PRIOR.weights, **fitted["weights"]}, "without": without}


def _read(file: Path | None, shipped: str) -> dict[str, dict[str, Any]]:
    path = file or Path(str(resources.files("qa.answer") / shipped))
    fitted: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return fitted


CALIBRATIONS = ("said", "read", "told_said", "told_read")
CHEAP_WEIGHTS = Weighing(
    {
        "told": 6.0, "told_nearly": 4.0, "begins": 3.0,
        "sentence": 3.0, "first": 1.0, "sentences": 0.5, "near": 2.0, "beside_noun": 0.5, "in_title": 0.7,
        "counts_noun": 2.0, "cause_wanted": 2.0,
        "asked": -3.0, "all_asked": -2.0, "thing:name": 2.0, "thing:timely": -2.0, "thing:numeric": -2.0,
        "thing:piece": -0.5, "person:name": 2.0, "person:timely": -3.0, "person:numeric": -3.0, "place:name": 2.0,
        "place:timely": -3.0, "place:numeric": -3.0, "number:number": 3.0, "number:measure": 2.0, "time:timely": 4.0,
        "time:numeric": 1.0, "money_asked": 1.0, "measure_wanted": 3.0, "unit_asked": 0.5, "in_gazetteer": 3.0,
        "not_in_gazetteer": -1.0,
    }
)  # fmt: skip
READER_PRIOR = Weighing(
    {
        "all_asked": -1.38, "articles": -0.86, "asked": -2.31, "beside_noun": 0.97, "first": 0.49, "hint": 0.12,
        "counts_noun": 2.0,
        "in_gazetteer": 1.8, "in_title": 1.14, "length_1": -0.69, "length_2": 0.3, "length_3": 1.2, "length_4": 0.47,
        "like_noun": 5.81, "like_question": -1.01, "mass": 0.57, "money_asked": 0.38, "money_not_asked": -2.0,
        "near": 3.0, "not_in_gazetteer": -0.74, "number:date": -1.07, "number:measure": 2.0, "number:name": -3.01,
        "number:number": 3.03, "number:numeric": -0.21, "number:part": -3.01, "number:piece": -3.03,
        "number:quoted": -3.0, "number:timely": 0.23, "number:words": -3.09, "share_not_asked": -2.0,
        "person:name": 2.06, "person:numeric": -3.0, "person:part": 0.29, "person:piece": -2.22, "person:quoted": -4.15,
        "person:timely": -3.0, "person:words": -2.6, "place:name": 2.0, "place:numeric": -3.0, "place:part": 0.41,
        "place:piece": 3.23, "place:timely": -3.0, "place:words": -2.0, "sentence": 3.86, "sentences": 0.91,
        "thing:date": -0.1, "thing:name": 1.19, "thing:number": 1.55, "thing:numeric": 0.64, "thing:part": 0.22,
        "thing:piece": -0.24, "thing:quoted": 1.36, "thing:timely": -2.08, "thing:words": -0.28, "time:date": 0.32,
        "time:measure": -0.5, "time:name": -0.33, "time:number": 0.06, "time:numeric": 0.28, "time:part": 0.7,
        "time:piece": 1.42, "time:quoted": -1.3, "time:timely": 3.65, "time:words": -1.41, "unit_asked": 2.22,
        "measure_wanted": 3.0, "measure_missing": -2.0, "bare_amount": -2.0, "ordinal": -3.0, "year_missing": -3.0,
        "clock_missing": -3.0, "year_likely": 3.0, "is_noun": -3.0, "says_nothing": -3.0,
        "number:year": -3.0, "named:numeric": -2.0,
        "person:country": -3.0, "person:head": -3.0, "person:cue_person": 1.5, "person:cue_place": -2.0,
        "place:cue_place": 1.0, "place:cue_person": -2.0, "thing:cue_called": 1.5, "person:cue_called": 1.0,
        "newest": 2.0, "other_year": -2.5, "person:cue_beaten": -3.0, "told": 1.9, "told_surely": 0.75,
        "told_nearly": 2.25, "begins": 1.0, "begins_log": 0.2, "cause_wanted": 3.0, "article": 1.0,
        "role_fits": 1.0, "role_clashes": -3.0, "told_word": 2.0,
    }
)  # fmt: skip
"""What `onrecord tune weights` starts from: an earlier fit on the development weeks of RealTime QA, pulled towards
values set by hand, and, in the last six lines, such values for what that fit saw too seldom."""
READER_WEIGHTS = Weighing(load_weights()["weights"])
"""How the reader weighs its signals, fitted on the sets of practice and the development weeks of RealTime QA; how many
were right where a set or week was left out stands under `made` in ``reader.json``."""
_FITTED = load_calibrations()
SAID = _FITTED["said"]
"""Whether the answer stands in what would be shown: the span read and its sentence."""
READ = _FITTED["read"]
"""Whether the span read is itself the answer."""
TOLD_SAID = _FITTED["told_said"]
"""`SAID` where a model that has learnt to read was heard; fitted on the same questions."""
TOLD_READ = _FITTED["told_read"]
"""`READ` where a model that has learnt to read was heard; fitted on the same questions."""
SAID_THRESHOLD = 0.38
"""Probability from which an answer is given. What comes of 0.4 where each set and week is left out of the fit in turn
stands under `made` in ``calibration.json``, as `onrecord tune confidence` wrote it; it was raised when the model had
learnt to read better, and lowered when it had learnt to decline (`docs/design.md`)."""
YES_NO = load_yes_no()
"""Whether a sentence of those that would be shown decides what is asked for a yes or no."""
YES_NO_THRESHOLD = 0.5
"""Probability from which they are shown. What comes of it where each set is left out of the fit in turn stands under
`made` in ``yes_no.json``: two in three questions that no article decides are declined, though they are worded after
the articles."""
READ_THRESHOLD = 0.4
"""Probability from which the span read is given as the answer, and not only its sentence."""
ASK_THRESHOLD = 0.06
"""Probability from which a larger model is asked where `SAID_THRESHOLD` is not reached: what it writes is shown only if
it is as sure then. What is less likely it seldom finds, and a question is not worth half a minute of it."""
