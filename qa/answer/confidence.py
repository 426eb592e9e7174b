"""How sure an answer may be: a calibrated probability that the short answer read is right, and the fixed threshold.

A logistic regression over what retrieval, evidence and reading said (Platt 1999), fitted on the sets of practice and
the development weeks of RealTime QA, each answerable question asked twice (as it is, and with every article that holds
the gold answer left out). The threshold is one number, chosen there and never loosened at run time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from qa.answer.asking import Asking
from qa.answer.bars import QUESTION_THRESHOLD, asked_share
from qa.answer.reader import Reading
from qa.answer.told import Told, likeness
from qa.answer.weights import READ, SAID, TOLD_READ, TOLD_SAID
from qa.search.rerank import coverage, rarities, stems
from qa.types import Evidence


def confidence_signals(
    asking: Asking, question: str, readings: Sequence[Reading], told: Told | None = None
) -> Mapping[str, float]:
    """Give what tells a right reading from a wrong one.

    Args:
        readings: best first, not empty.
        told: what a model that has learnt to read said.
    """
    best = readings[0]
    second = readings[1].probability if len(readings) > 1 else 0.0
    sentence = best.sentences[0]
    asked = max(asked_share(question, best.text, each) for each in best.sentences)
    return {
        "probability": best.probability,
        "margin": best.probability - second,
        "sentence": sentence.score,
        "coverage": sentence_coverage(question, sentence, best.sentences),
        "articles": math.log(len({each.article.id for each in best.sentences})),
        "asked": asked,
        "asked_little": float(asked < QUESTION_THRESHOLD),
        "near": best.signals.get("near", 0.0),
        "beside_noun": best.signals.get("beside_noun", 0.0),
        "number": float(asking.type == "number"),
        "prose": float(not asking.wants_span),
        **({"supported": best.signals["supported"]} if "supported" in best.signals else {}),
        **_told_signals(best, told),
    }


def _told_signals(best: Reading, told: Told | None) -> Mapping[str, float]:
    if told is None:
        return {}
    # A number that was given what it counts is still the one that was told.
    alike = 1.0 if told.meant and best.text.startswith(f"{told.meant} ") else likeness(best.text, told.meant)
    return {"declined": told.declined, "agrees": alike, "agrees_surely": alike * told.probability}


def said_confidence(signals: Mapping[str, float]) -> float:
    """Give the probability (0..1) that the answer stands in the reading's sentence."""
    return (TOLD_SAID if "declined" in signals else SAID).probability(signals)


def read_confidence(signals: Mapping[str, float]) -> float:
    """Give the probability (0..1) that the span read is itself the answer."""
    return (TOLD_READ if "declined" in signals else READ).probability(signals)


def sureness(
    asking: Asking, question: str, readings: Sequence[Reading], told: Told | None = None
) -> tuple[float, float]:
    """Give how sure one may be that the best reading's sentence answers, and that its span does; see above."""
    signals = confidence_signals(asking, question, readings, told)
    return said_confidence(signals), read_confidence(signals)


def sentence_coverage(question: str, sentence: Evidence, others: Sequence[Evidence]) -> float:
    """Give the share of the question's telling words, the rarer the heavier, that a sentence and its title hold."""
    asked = stems(question)
    held = [stems(f"{each.article.title} {each.text}") for each in others]
    return coverage(rarities(asked, held), stems(f"{sentence.article.title} {sentence.text}")) if asked else 0.0
