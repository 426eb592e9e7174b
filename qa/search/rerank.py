"""Score the first passages of a search again, closer than an index can.

``SignalReranker`` needs no further model: it weighs what the indexes said with the best sentence's similarity (late
interaction over the sentence vectors kept at ingestion), the share of the question's words in title and text, and how
new the article is. ``ModelReranker`` lets a cross-encoder read question and passage together. Both give the
parts that a score is the sum of, so that a search can say why a passage is there. This module knows no index.

Tuned on the seven development weeks of RealTime QA, leaving one week out at a time. Tried there and left out, as none
put the answer among the first five more often: title coverage, a prior for the lead, adjacent word pairs, coverage of
names alone or of the best sentence, pairs of sentences, the question's sentences one by one, nearness to the first
results, numbers where a number is asked for, votes of an article's other passages, other weights of the fusion.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol, TypeAlias

from qa.library.lexical import STOP_WORDS, stem
from qa.models.encoders import Reranker
from qa.search.fuse import recency, spread
from qa.search.outlets import comes_from
from qa.types import ScoredPassage, Understood, Vector

Parts: TypeAlias = dict[str, float]
"""What each signal adds to a passage's score."""

_WORD = re.compile(r"[^\W_]+")
_UNDATED_DAYS = 365.0
_OLD_DAYS = 3650.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What passages are scored for.

    ``vector`` is the embedded question, ``fused`` each passage's parts from the indexes, by passage id.
    """

    text: str
    vector: Vector
    as_of: datetime
    understood: Understood
    fused: Mapping[str, Parts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal may add; tuned on the development weeks of RealTime QA."""

    fused: float = 1.0
    sentence: float = 1.2
    words: float = 0.65
    newness: float = 0.75
    recency: float = 0.5
    window: float = 0.3
    publisher: float = 0.3


class PassageReranker(Protocol):
    """Scores passages for a question; one part for each signal, the sum is the score."""

    def parts(self, asked: Asked, passages: Sequence[ScoredPassage]) -> list[Parts]:
        """Give each passage's parts, in the order of the passages."""


class SignalReranker:
    """Weighs signals that cost no model; about 1 ms for 40 passages."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights()

    def parts(self, asked: Asked, passages: Sequence[ScoredPassage]) -> list[Parts]:
        """Give each passage's parts, in the order of the passages."""
        texts = [stems(f"{scored.article.title}\n{scored.passage.text}") for scored in passages]
        rarity = rarities(stems(asked.text), texts)
        return [self._of(asked, scored, rarity, text) for scored, text in zip(passages, texts, strict=True)]

    def _of(self, asked: Asked, scored: ScoredPassage, rarity: Mapping[str, float], text: set[str]) -> Parts:
        weights = self._weights
        fused = asked.fused.get(scored.passage.id, {})
        return {
            **{name: weights.fused * part for name, part in fused.items()},
            "sentence": weights.sentence * best_sentence(asked.vector, scored),
            "words": weights.words * coverage(rarity, text),
            **wishes(asked, scored, weights),
        }


class ModelReranker:
    """Adds a cross-encoder's judgement, scaled to 0..1 within the search, to the signals."""

    def __init__(self, model: Reranker, weight: float = 3.0) -> None:
        self._model = model
        self._weight = weight
        self._signals = SignalReranker()

    def parts(self, asked: Asked, passages: Sequence[ScoredPassage]) -> list[Parts]:
        """Give each passage's parts, in the order of the passages.

        Raises:
            ModelFailedError: the cross-encoder failed.
        """
        texts = [f"{scored.article.title}\n{scored.passage.text}" for scored in passages]
        scores = {str(row): score for row, score in enumerate(self._model.score(asked.text, texts))}
        read = spread(scores)
        return [
            {**parts, "cross_encoder": self._weight * read[str(row)]}
            for row, parts in enumerate(self._signals.parts(asked, passages))
        ]


def wishes(asked: Asked, scored: ScoredPassage, weights: Weights) -> Parts:
    """Give the parts for what the question wishes of time and source; a passage loses nothing by not having them."""
    article, understood = scored.article, asked.understood
    found = {"newness": weights.newness * newness(article.published, asked.as_of)}
    if understood.recency:
        found["recency"] = weights.recency * recency(article.published, asked.as_of, understood.recency)
    if understood.since or understood.until:
        found["window"] = weights.window * in_window(article.published, understood)
    if understood.publishers:
        found["publisher"] = weights.publisher * float(comes_from(article, understood.publishers))
    return found


def in_window(published: datetime | None, understood: Understood) -> float:
    """Give 1 for an article of the window that the question's words name, else 0."""
    if published is None:
        return 0.0
    after = understood.since is None or published >= understood.since
    return float(after and (understood.until is None or published < understood.until))


def newness(published: datetime | None, as_of: datetime) -> float:
    """Give 1 for news of this moment, less by the logarithm of its age, 0 from ten years on.

    A week more matters among the news of a month and hardly among that of a decade. Undated news counts as a year old.
    """
    days = max(0.0, (as_of - published).total_seconds() / 86_400) if published else _UNDATED_DAYS
    return max(0.0, 1 - math.log1p(days) / math.log1p(_OLD_DAYS))


def best_sentence(vector: Vector, scored: ScoredPassage) -> float:
    """Give the similarity of the question to the passage's nearest sentence; 0 where no sentences were kept."""
    return float((scored.sentence_vectors @ vector).max()) if len(scored.sentence_vectors) else 0.0


def coverage(rarity: Mapping[str, float], found: Set[str]) -> float:
    """Give the share of the question's words, each weighed by its rarity, that are among those found."""
    whole = sum(rarity.values())
    return sum(weight for word, weight in rarity.items() if word in found) / whole if whole else 0.0


def rarities(asked: Set[str], texts: Sequence[Set[str]]) -> dict[str, float]:
    """Weigh the question's words by how few of the texts hold them (the idf of BM25, Robertson & Walker 1994)."""
    count = len(texts)
    held = {word: sum(word in text for text in texts) for word in asked}
    return {word: math.log(1 + (count - number + 0.5) / (number + 0.5)) for word, number in held.items()}


@lru_cache(maxsize=256)
def article_stems(title: str, text: str) -> frozenset[str]:
    """Give the stems of the telling words of an article; kept for a while, since its sentences ask for them."""
    return frozenset(stems(f"{title} {text}"))


def stems(text: str) -> set[str]:
    """Give the stems of the telling words of a text."""
    return {stem(word) for word in set(_WORD.findall(text.lower())) - STOP_WORDS}
