"""A claim that repeats the question around what a sentence says: "Ada Lind won the cup in 2024", asked who won it.

Such a claim is dear to copy from any sentence, since half of its words are the question's. These are given: they cost
little where they do not stand in the sentence. What the claim adds must all stand there, and a small cross-encoder must
find that the sentence supports the claim. Both thresholds were found on the labelled claims of a model about the sample
and are never loosened at run time.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.answer.support import copied, telling
from qa.models.pairs import PairScorer, shown
from qa.types import Evidence

GIVEN_THRESHOLD = 0.53
"""The least share of a claim that can be copied, the question's words being given (see ``copied``)."""
SUPPORT_THRESHOLD = 0.5
"""The least probability of support that the cross-encoder must give."""


def restates(claim: str, question: str) -> bool:
    """Tell whether a claim repeats words of the question and adds others."""
    said, asked = telling(claim), telling(question)
    return bool(said & asked) and bool(said - asked)


def restated_support(
    scorer: PairScorer, claim: str, undated: str, question: str, evidence: Sequence[Evidence]
) -> list[float]:
    """Give for each sentence how well it supports a claim that restates the question, 0..1; 0 where it does not.

    Args:
        undated: the claim without its dates, which are checked by themselves.

    Raises:
        ModelFailedError: the scorer failed.
    """
    given = telling(question)
    added = telling(undated) - given
    # A title alone backs nothing: whoever writes it may write anything.
    rows = [
        row
        for row, each in enumerate(evidence)
        if added <= telling(each.text) and copied(undated, [each.article.title, each.text], given) >= GIVEN_THRESHOLD
    ]
    if not rows:
        return [0.0] * len(evidence)
    pairs = [(claim, shown(evidence[row].article.title, evidence[row].text)) for row in rows]
    found = dict(zip(rows, map(float, scorer.pair_scores("supports", pairs)), strict=True))
    return [found[row] if found.get(row, 0.0) >= SUPPORT_THRESHOLD else 0.0 for row in range(len(evidence))]
