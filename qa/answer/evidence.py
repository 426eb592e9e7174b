"""Choose the few sentences that matter for a question out of the retrieved passages.

A sentence counts by its similarity to the question (vectors kept at ingestion, nothing is embedded here), the share of
the question's rarer words that it or its title holds, and how well its passage ranked. Near-repeats are dropped. The
offsets are those of the stored article. This module knows no model and no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.search.rerank import coverage, rarities, stems
from qa.types import Evidence, ScoredPassage, Span, Vector

_LONGEST = 600
"""Characters; a longer "sentence" is a list or a table, which nobody can check at a glance."""
_SHORTEST = 15
_REPEAT = 0.8
"""Jaccard similarity of stems from which a sentence repeats another."""


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """How much each signal counts; tuned on the development weeks of RealTime QA."""

    similarity: float = 1.0
    words: float = 0.6
    title: float = 0.25
    rank: float = 0.3


@dataclass(frozen=True, slots=True)
class _Sentence:
    scored: ScoredPassage
    rank: int
    span: Span
    text: str
    stems: set[str]
    similarity: float


def choose_evidence(
    question: str,
    vector: Vector,
    passages: Sequence[ScoredPassage],
    limit: int,
    weights: EvidenceWeights | None = None,
) -> tuple[Evidence, ...]:
    """Give the best sentences for a question, best first.

    Args:
        question: the standalone question.
        vector: the embedded question.
        passages: best first.
        limit: most sentences to give.
    """
    sentences = _sentences(vector, passages)
    scores = _scores(question, sentences, weights or EvidenceWeights())
    ranked = sorted(zip(scores, sentences, strict=True), key=lambda pair: -pair[0])
    return tuple(_evidence(score, sentence) for score, sentence in _without_repeats(ranked, limit))


def _sentences(vector: Vector, passages: Sequence[ScoredPassage]) -> list[_Sentence]:
    found: dict[tuple[str, int, Span], _Sentence] = {}
    for rank, scored in enumerate(passages):
        similar = scored.sentence_vectors @ vector if len(scored.sentence_vectors) else None
        for number, span in enumerate(scored.passage.sentences):
            text = scored.article.text[slice(*span)]
            if _SHORTEST <= len(text) <= _LONGEST:
                nearness = float(similar[number]) if similar is not None else 0.0
                key = (scored.article.id, scored.article.version, span)
                found.setdefault(key, _Sentence(scored, rank, span, text, stems(text), nearness))
    return list(found.values())


def _scores(question: str, sentences: Sequence[_Sentence], weights: EvidenceWeights) -> list[float]:
    titles = {each.scored.article.id: stems(each.scored.article.title) for each in sentences}
    bodies = [each.stems | titles[each.scored.article.id] for each in sentences]
    rarity = rarities(stems(question), bodies)
    return [
        weights.similarity * each.similarity
        + weights.words * coverage(rarity, each.stems)
        + weights.title * coverage(rarity, titles[each.scored.article.id])
        + weights.rank / (1 + each.rank)
        for each in sentences
    ]


def _without_repeats(ranked: Sequence[tuple[float, _Sentence]], limit: int) -> list[tuple[float, _Sentence]]:
    kept: list[tuple[float, _Sentence]] = []
    for score, sentence in ranked:
        if len(kept) == limit:
            break
        if not any(_repeats(sentence.stems, other.stems) for _, other in kept):
            kept.append((score, sentence))
    return kept


def _repeats(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= _REPEAT * max(1, len(one | other))


def _evidence(score: float, sentence: _Sentence) -> Evidence:
    return Evidence(
        article=sentence.scored.article,
        passage_id=sentence.scored.passage.id,
        start=sentence.span[0],
        end=sentence.span[1],
        text=sentence.text,
        score=score,
        rank=sentence.rank,
    )
