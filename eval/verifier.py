"""Try the verifier on sentences that people judged: does it rank what an article supports above what it does not?

Beside it, on the same sentences, two naive checks: the share of the sentence's words that the article has, and the
nearest sentence of the article by the embedder. A score is kept for each; the figures are areas under ROC curves.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import numpy as np

from eval.alce import Judge
from eval.datasets.base import ClaimSet, LabelledClaim
from eval.measures import word_overlap
from eval.records import Record
from eval.run import Say, guarded
from eval.scoring import Scores
from qa.answer.support import support_score
from qa.answer.verify import Verifier
from qa.models.encoders import Embedder
from qa.text import sentence_spans
from qa.types import Article, Evidence, Matrix, Vector

Scorer: TypeAlias = Callable[[str, Article], float]
"""Gives how well an article supports a claim, higher for better."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What is compared with people's judgements.

    Args:
        scorers: by the name of their score: ``support`` is the verifier's, ``support/NAME`` another's.
        verifier: gives the yes or no that answers are made by.
        judges: by name, judges that say yes, no, or nothing.
    """

    scorers: Mapping[str, Scorer]
    verifier: Verifier
    judges: Mapping[str, Judge] = field(default_factory=dict)


def claim_records(claims: ClaimSet, tried: Tried, done: Container[str], say: Say) -> Iterator[Record]:
    """Make one line a claim.

    Args:
        tried: what is compared with people.
        done: ids of claims that have a line already.
    """
    for number, claim in enumerate(claims.claims, 1):
        if claim.id not in done:
            yield _judged(claim, tried)
        if number % 100 == 0:
            say(f"{number}/{len(claims.claims)} claims")


def make_scorers(embedder: Embedder) -> dict[str, Scorer]:
    """Give the verifier's score of support, and the naive checks it has to beat."""

    def support(claim: str, article: Article) -> float:
        return support_score(claim, sentences_of(article), embedder)

    return {"support": support, "support/word_overlap": word_share, "support/embedder": NearestSentence(embedder)}


def sentences_of(article: Article) -> list[str]:
    """Give the sentences of an article."""
    return [article.text[start:end] for start, end in sentence_spans(article.text, article.language)]


def verdict_scores(verifier: Verifier, claim: LabelledClaim) -> Scores:
    """Judge the verifier's yes or no: of a supported claim whether it was accepted, of another whether it was."""
    accepted = float(verifier.verify(claim.claim, evidence_of(claim.article)).supported)
    return {_verdict_of(claim): accepted}


def evidence_of(article: Article) -> list[Evidence]:
    """Give every sentence of an article as evidence, in order."""
    spans = sentence_spans(article.text, article.language)
    return [Evidence(article, "", start, end, article.text[start:end], 0.0) for start, end in spans]


def word_share(claim: str, article: Article) -> float:
    """Give the share of the claim's words that the article has."""
    return word_overlap(claim, article.text)


class NearestSentence:
    """Gives the cosine of the claim and the nearest sentence of the article."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def __call__(self, claim: str, article: Article) -> float:
        """Compare a claim with every sentence."""
        sentences = sentences_of(article)
        if not sentences:
            return 0.0
        vectors = self._embedder.embed_texts([claim, *sentences])
        return float((vectors[1:] @ vectors[0]).max())


class Remembering:
    """An embedder that embeds a text once: the sentences of one article are compared with many claims.

    It forgets everything when it holds ``most`` texts.
    """

    def __init__(self, embedder: Embedder, most: int = 5000) -> None:
        self.name, self.dim, self.window = embedder.name, embedder.dim, embedder.window
        self.count, self.embed_passages, self.embed_query = (
            embedder.count,
            embedder.embed_passages,
            embedder.embed_query,
        )
        self._embed, self._most = embedder.embed_texts, most
        self._kept: dict[str, Vector] = {}

    def embed_texts(self, texts: Sequence[str]) -> Matrix:
        """Embed the texts that are not known yet."""
        if len(self._kept) > self._most:
            self._kept.clear()
        fresh = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if fresh:
            self._kept.update(zip(fresh, self._embed(fresh), strict=True))
        return np.stack([self._kept[text] for text in texts]) if texts else np.zeros((0, self.dim), np.float32)


def _judged(claim: LabelledClaim, tried: Tried) -> Record:
    made = partial(Record, claim.id, claim.claim, "claim", (), right=claim.supported, part=claim.part)
    # What failed accepted nothing and refused nothing: it is unscored in every figure, and counted as failed.
    names = (*tried.scorers, _verdict_of(claim), *map(_agreement_with, tried.judges))
    return guarded(
        claim.id,
        lambda: made(scores=_scores(claim, tried)),
        lambda reason: made(scores=dict.fromkeys(names), error=reason),
    )


def _scores(claim: LabelledClaim, tried: Tried) -> Scores:
    scores: Scores = {name: scorer(claim.claim, claim.article) for name, scorer in tried.scorers.items()}
    scores |= verdict_scores(tried.verifier, claim)
    for name, judge in tried.judges.items():
        verdict = judge(claim.article.text, claim.claim)
        scores[_agreement_with(name)] = None if verdict is None else float(verdict == claim.supported)
    return scores


def _verdict_of(claim: LabelledClaim) -> str:
    return "accepted_supported" if claim.supported else "accepted_unsupported"


def _agreement_with(judge: str) -> str:
    return f"judge_agrees:{judge}"
