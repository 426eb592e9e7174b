"""Choose the few sentences that matter for a question out of the retrieved passages.

A sentence counts by its similarity to the question (vectors kept at ingestion, nothing is embedded here), the share of
the question's rarer words that it or its title holds, how well its passage ranked, how near it comes to the best
sentence of its article, and how early in the article it stands: what happened is told first. Of those that do best in
this, what a sentence offers decides too: a name or an amount that the question does not hold and that fits what it asks
for. Near-repeats are dropped. The offsets are those of the stored article. This module knows no model and no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answer.asking import Asking, read_question
from qa.answer.candidates import find_candidates
from qa.answer.cues import tells_a_cause
from qa.answer.fit import fit_signals
from qa.answer.weights import CHEAP_WEIGHTS
from qa.search.rerank import coverage, rarities, stems
from qa.text import normalize
from qa.types import Evidence, ScoredPassage, Span, Vector

_LONGEST = 600
"""Characters; a longer "sentence" is a list or a table, which nobody can check at a glance."""
_SHORTEST = 15
_REPEAT = 0.8
"""Jaccard similarity of stems from which a sentence repeats another."""
_LOOKED_INTO = 100
"""Sentences whose spans are looked at."""
_OFFERS_NOTHING = -3.0
"""Fit of a sentence without a span that could be the answer."""
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """How much each signal counts; fitted on the development weeks of RealTime QA.

    The last four count less than the fit asked for: so they cost nothing on real texts that are no news, where what
    happened is not told first. ``lag`` is by how much the article's best sentence is more similar to the question,
    ``place`` where in the article the sentence begins (0..1), ``fit`` how well the best of its spans fits what is asked
    for, ``names`` how many names it brings that the question does not hold. ``cause`` is what a sentence gains that
    says why, where that is asked; it was set on the sets of practice. Spans count nothing for a yes or no.
    """

    similarity: float = 1.0
    words: float = 0.6
    title: float = 0.25
    rank: float = 0.3
    lag: float = -0.25
    place: float = -0.13
    fit: float = 0.11
    names: float = 0.03
    cause: float = 0.5


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
    weights = weights or EvidenceWeights()
    sentences = _sentences(vector, passages)
    scores = _scores(question, sentences, weights)
    ranked = sorted(zip(scores, sentences, strict=True), key=lambda pair: -pair[0])[:_LOOKED_INTO]
    asking = read_question(question)
    offering = [(score + _offer(asking, sentence.text, weights), sentence) for score, sentence in ranked]
    offering.sort(key=lambda pair: -pair[0])
    return tuple(_evidence(score, sentence) for score, sentence in _without_repeats(offering, limit))


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
    nearest = dict[str, float]()
    for each in sentences:
        nearest[each.scored.article.id] = max(each.similarity, nearest.get(each.scored.article.id, -1.0))
    return [
        weights.similarity * each.similarity
        + weights.words * coverage(rarity, each.stems)
        + weights.title * coverage(rarity, titles[each.scored.article.id])
        + weights.rank / (1 + each.rank)
        + weights.lag * (nearest[each.scored.article.id] - each.similarity)
        + weights.place * each.span[0] / max(1, len(each.scored.article.text))
        for each in sentences
    ]


def _offer(asking: Asking, sentence: str, weights: EvidenceWeights) -> float:
    """Give what a sentence's spans add to its score: those with a word that the question does not hold."""
    if asking.word == "why":
        return weights.cause * tells_a_cause(sentence)
    if asking.type == "truth":
        return 0.0
    asked = set(asking.content)
    best, names = _OFFERS_NOTHING, set[str]()
    for span in find_candidates(sentence):
        if set(normalize(span.text).split()) <= asked:
            continue
        best = max(best, CHEAP_WEIGHTS.score(fit_signals(asking, span.text, {span.kind}, {})))
        if span.kind == "name":
            names.add(span.text)
    return weights.fit * best + weights.names * min(_MOST_NAMES, len(names))


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
