"""Yes or no: which sentences decide a question, and how likely any of them does.

No span answers "is the line open?", and a small model's yes is worth little; what the articles say of it is quoted, and
the reader sees whether that is a yes. The sentences are ranked by how near they come to the question, by what the
cross-encoder says of both together and, where it asks how things stand, by how new they are. How likely one of those
shown decides it is a logistic regression over two signals (`onrecord tune yes-no`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.answer.weights import YES_NO
from qa.answer.work import Work
from qa.models.pairs import PairScorer, shown
from qa.types import Evidence

QUOTED = 3
"""Sentences that are quoted."""
_WEIGHT = 0.6
"""How much full support by the cross-encoder adds to a sentence's score; found on sets of practice."""
_NEWNESS = 0.3
"""How much the newest article adds to it, and the oldest nothing, where it is asked how things stand; likewise."""


def decide(work: Work, scorer: PairScorer | None, sentences: int) -> None:
    """Put first what decides a question, and say how sure one may be that it does.

    Args:
        work: with what was read for it; nothing is done where that is nothing.
        scorer: without it the sentences stay as they are, and one is less sure.
        sentences: most sentences that a larger model is given.

    Raises:
        ModelFailedError: the scorer failed.
    """
    if work.retrieval.query_vector is None or not work.read:
        return
    answers = _answers(scorer, work.standalone, work.read) if scorer else [0.0] * len(work.read)
    ranked = _ranked(work.read, answers, _NEWNESS if work.asking.lately else 0.0)
    work.read = tuple(each for each, _ in ranked)
    work.evidence = work.read[:sentences]
    work.sure = YES_NO.probability(_signals(work, ranked[0][1]))


def deciding_signals(work: Work, scorer: PairScorer | None) -> Mapping[str, float]:
    """Give what tells whether any sentence decides a question: how near the nearest comes, what is said of the first.

    Args:
        work: with its sentences in the order that ``decide`` put them in.

    Raises:
        ModelFailedError: the scorer failed.
    """
    answers = _answers(scorer, work.standalone, work.read[:1]) if scorer else []
    return _signals(work, max(answers, default=0.0))


def _signals(work: Work, answers: float) -> Mapping[str, float]:
    vector, passages = work.retrieval.query_vector, work.retrieval.passages
    near = [float((each.sentence_vectors @ vector).max(initial=0.0)) for each in passages] if vector is not None else []
    return {"similarity": max(near, default=0.0), "answers": answers}


def _ranked(sentences: Sequence[Evidence], answers: Sequence[float], newness: float) -> list[tuple[Evidence, float]]:
    """Give sentences with what the cross-encoder said of them, those that decide first."""
    days = sorted({each.article.published for each in sentences if each.article.published})
    told = []
    for each, answer in zip(sentences, answers, strict=True):
        published = each.article.published
        place = days.index(published) / max(1, len(days) - 1) if published else 0.0
        told.append((replace(each, score=each.score + _WEIGHT * answer + newness * place), answer))
    return sorted(told, key=lambda pair: -pair[0].score)


def _answers(scorer: PairScorer, question: str, sentences: Sequence[Evidence]) -> Sequence[float]:
    pairs = [(question, shown(each.article.title, each.text)) for each in sentences]
    return [float(each) for each in scorer.pair_scores("answers", pairs)] if pairs else []
