"""How sure an answer may be: a calibrated probability that the short answer read is right, and the fixed threshold.

A logistic regression over what retrieval, evidence and reading said (Platt 1999), fitted on the development weeks of
RealTime QA, each answerable question asked twice (as it is, and with every article that holds the gold answer left
out), and on the sample. The threshold is one number, chosen there once and never loosened at run time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from qa.answer.asking import Asking
from qa.answer.reader import Reading, nested, newest_of
from qa.answer.told import Told, likeness
from qa.answer.weights import READ, SAID, TOLD_READ, TOLD_SAID
from qa.answer.work import Work
from qa.search.rerank import coverage, rarities, stems
from qa.types import Evidence


def confidence_signals(
    asking: Asking,
    question: str,
    readings: Sequence[Reading],
    told: Told | None = None,
    *,
    evidence: Sequence[Evidence] = (),
    timed: bool = False,
) -> Mapping[str, float]:
    """Give what tells a right reading from a wrong one.

    Args:
        readings: best first, not empty.
        told: what a model that has learnt to read said.
        evidence: what was read, with which the age of the best reading's articles is compared.
        timed: a time was asked for, so that age tells nothing.
    """
    best = readings[0]
    alike = [nested(best, each) for each in readings]
    joint = sum(each.probability for each, same in zip(readings, alike, strict=True) if same)
    rival = max((each.probability for each, same in zip(readings, alike, strict=True) if not same), default=0.0)
    sentence = best.sentences[0]
    return {
        "probability": joint,
        "margin": joint - rival,
        "older": 0.0 if timed else _older(best.sentences, evidence),
        "sentence": sentence.score,
        "coverage": sentence_coverage(question, sentence, best.sentences),
        "articles": math.log(len({each.article.id for each in best.sentences})),
        "near": best.signals.get("near", 0.0),
        "beside_noun": best.signals.get("beside_noun", 0.0),
        "number": float(asking.type == "number"),
        "prose": float(asking.type in {"prose", "truth"}),
        **({"supported": best.signals["supported"]} if "supported" in best.signals else {}),
        **_told_signals(best, told),
    }


def signals_of(work: Work) -> Mapping[str, float]:
    """Give the signals of a question that was read; its readings must not be empty."""
    understood = work.retrieval.understood
    return confidence_signals(
        work.asking,
        work.standalone,
        work.readings,
        work.heard.told,
        evidence=work.read,
        timed=bool(understood.since or understood.until),
    )


def _older(held: Sequence[Evidence], evidence: Sequence[Evidence]) -> float:
    """Give by how many days, as a natural log, the newest article of some sentences is older than that of all."""
    mine, newest = newest_of(held), newest_of(evidence)
    return math.log1p(max(0.0, (newest - mine) / timedelta(days=1))) if mine and newest else 0.0


def _told_signals(best: Reading, told: Told | None) -> Mapping[str, float]:
    if told is None:
        return {}
    alike = likeness(best.text, told.text)
    return {"declined": told.declined, "agrees": alike, "agrees_surely": alike * told.probability}


def said_confidence(signals: Mapping[str, float]) -> float:
    """Give the probability (0..1) that the answer stands in the reading's sentence."""
    return (TOLD_SAID if "declined" in signals else SAID).probability(signals)


def read_confidence(signals: Mapping[str, float]) -> float:
    """Give the probability (0..1) that the span read is itself the answer."""
    return (TOLD_READ if "declined" in signals else READ).probability(signals)


def sentence_coverage(question: str, sentence: Evidence, others: Sequence[Evidence]) -> float:
    """Give the share of the question's telling words, the rarer the heavier, that a sentence and its title hold."""
    asked = stems(question)
    held = [stems(f"{each.article.title} {each.text}") for each in others]
    return coverage(rarities(asked, held), stems(f"{sentence.article.title} {sentence.text}")) if asked else 0.0
