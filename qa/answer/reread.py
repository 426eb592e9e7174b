"""Read the likeliest answers again, each together with the question and its sentence.

The reader ranks spans by what stands around them; here a small cross-encoder (`qa.models.pairs`) reads question, answer
and sentence at once. An answer that only the title names is read with the sentence below it that answers best: "the
retailer said …" under "Bed Bath & Beyond warns …". What it says is weighed with the reader's own probability.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.answer.reader import Reading
from qa.models.pairs import PairScorer, bare_claim, shown
from qa.text import whole_span
from qa.types import Evidence

AGAIN = 5
"""Readings that are read again."""
WEIGHT = 3.0
"""Natural log of how much likelier full support makes an answer than none; found on the development weeks."""


def read_again(
    scorer: PairScorer, question: str, readings: Sequence[Reading], evidence: Sequence[Evidence], weight: float = WEIGHT
) -> tuple[Reading, ...]:
    """Give the readings anew, best first, each with the signal ``supported`` (0..1).

    Args:
        readings: best first.
        evidence: best first.

    Raises:
        ModelFailedError: the scorer failed.
    """
    if not readings:
        return ()
    pairs = [
        (row, *_pair(question, reading.text, each))
        for row, reading in enumerate(readings)
        for each in _sentences(reading, evidence)
    ]
    found = scorer.pair_scores("supports", [(claim, sentence) for _, claim, sentence in pairs])
    supports = [0.0] * len(readings)
    for (row, _, _), support in zip(pairs, found, strict=True):
        supports[row] = max(supports[row], float(support))
    shares = [each.probability * math.exp(weight * support) for each, support in zip(readings, supports, strict=True)]
    total = sum(shares) + max(0.0, 1.0 - sum(each.probability for each in readings))
    again = [
        replace(each, probability=share / total, signals={**each.signals, "supported": support})
        for each, share, support in zip(readings, shares, supports, strict=True)
    ]
    return tuple(sorted(again, key=lambda each: -each.probability))


def judge_with(scorer: PairScorer, question: str) -> Callable[[str, Evidence], float]:
    """Give what says how well (0..1) a sentence supports an answer to a question; it raises as `read_again`."""

    def judge(answer: str, sentence: Evidence) -> float:
        return float(scorer.pair_scores("supports", [_pair(question, answer, sentence)])[0])

    return judge


def _pair(question: str, answer: str, sentence: Evidence) -> tuple[str, str]:
    return bare_claim(question, answer), shown(sentence.article.title, sentence.text)


def _sentences(reading: Reading, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Give the sentences to read an answer with: its own two best, and the best under a title that names it."""
    named = (each for each in evidence if whole_span(each.article.title, reading.text, any_case=True))
    best = next(named, None)
    own = list(reading.sentences[:2])
    return own if best is None or best in own else [*own, best]
