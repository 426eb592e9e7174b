"""Read the short answer out of the evidence: rank the spans that could be it, without generating a word.

Every span of every evidence sentence is a candidate; equal ones are pooled, since an answer that several articles give
is likelier (Banko et al. 2002). A log-linear model over a few signals (Ravichandran et al. 2003) ranks the pool, first
cheaply, then the best of them with the embedder and, where a language model has read the evidence, with how likely it
held each span's beginning. The weights were fitted on the development weeks of RealTime QA (`READER_WEIGHTS`); the
probability is the softmax over the pool. What is found always stands verbatim in an evidence sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from qa.answer.asking import Asking
from qa.answer.counted import counted_noun
from qa.answer.echo import Echo
from qa.answer.fit import fit_signals, says_nothing
from qa.answer.fullnames import full_count, full_date, full_measure, full_name, full_place
from qa.answer.pool import Pooled, pool_spans
from qa.answer.synonyms import counted_alike
from qa.answer.told import NOTHING, SELDOM, Heard, likeness
from qa.answer.weights import CHEAP_WEIGHTS, READER_WEIGHTS, Weighing
from qa.answer.years import other_year
from qa.models.encoders import Embedder
from qa.search.rerank import article_stems, coverage, rarities, stems
from qa.text import is_lower_case, normalize
from qa.types import Evidence, Vector

Signals: TypeAlias = dict[str, float]

KEPT = 48
"""Candidates that are looked at closely; embedding more costs more than it finds."""
_DIMENSIONS = frozenset({"duration", "length", "speed", "weight"})
_UNLIKELY = -14.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A possible short answer and the sentence it was read in.

    Args:
        text: as it stands in the sentence.
        probability: of being the answer, among all candidates.
        sentences: every evidence sentence that holds it, the best first.
        signals: why it is where it is.
    """

    text: str
    probability: float
    score: float
    sentences: tuple[Evidence, ...]
    signals: Mapping[str, float] = field(default_factory=dict)


class Reader:
    """Ranks the spans of evidence sentences as answers to a question; safe to use from many threads."""

    def __init__(self, embedder: Embedder, cheap: Weighing = CHEAP_WEIGHTS, close: Weighing = READER_WEIGHTS) -> None:
        self._embedder = embedder
        self._cheap = cheap
        self._close = close

    def read(
        self, asking: Asking, vector: Vector, evidence: Sequence[Evidence], heard: Heard = NOTHING, keep: int = 5
    ) -> tuple[Reading, ...]:
        """Give the likeliest short answers, best first; empty when no sentence offers any.

        Args:
            asking: the question as read.
            vector: the embedded question.
            evidence: best first.
            heard: what a language model made of the same evidence.
            keep: most readings to give.
        """
        pool, signals = self.signals(asking, vector, evidence, heard)
        if not pool:
            return ()
        scores = np.array([self._close.score(each) for each in signals])
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        order = np.argsort(-scores)[:keep]
        readings = tuple(
            Reading(
                text=pool[row].text,
                probability=float(shares[row]),
                score=float(scores[row]),
                sentences=tuple(evidence[number] for number in pool[row].sentences),
                signals=signals[row],
            )
            for row in order
        )
        whole = full_name(readings[0].text, [sentence.text for sentence in evidence])
        if asking.word == "how many":
            whole = full_count(whole, readings[0].sentences[0].text, counted_alike(counted_noun(asking)))
        if asking.measure in _DIMENSIONS:
            whole = full_measure(whole, readings[0].sentences[0].text)
        if asking.word == "where":
            whole = full_place(whole, readings[0].sentences[0].text)
        if asking.word == "when" or asking.noun[-1:] == ("date",):
            whole = full_date(whole, readings[0].sentences[0].text)
        return (replace(readings[0], text=whole), *readings[1:])

    def signals(
        self, asking: Asking, vector: Vector, evidence: Sequence[Evidence], heard: Heard = NOTHING
    ) -> tuple[list[Pooled], list[Signals]]:
        """Give the candidates that are worth a close look, and what is known of each."""
        pooled = pool_spans(asking, evidence, heard.told)
        ground = _Ground(asking, Echo(asking), evidence)
        rows = [
            (key, each, {**_cheap_signals(ground, key, each), **_heard_signals(asking, each.text, heard)})
            for key, each in pooled.items()
        ]
        rows.sort(key=lambda row: -self._cheap.score(row[2]))
        kept = rows[:KEPT]
        if not kept:
            return [], []
        close = self._close_signals(asking, vector, kept)
        full = [{**cheap, **extra} for (_, _, cheap), extra in zip(kept, close, strict=True)]
        return [each for _, each, _ in kept], full

    def _close_signals(
        self, asking: Asking, vector: Vector, kept: Sequence[tuple[str, Pooled, Signals]]
    ) -> list[Signals]:
        texts = [each.text for _, each, _ in kept]
        noun = " ".join(asking.noun) or asking.word or "thing"
        vectors = self._embedder.embed_texts([*texts, noun])
        likeness = vectors[:-1] @ vectors[-1]
        nearness = vectors[:-1] @ vector
        return [
            {"like_noun": float(like), "like_question": float(near)}
            for like, near in zip(likeness, nearness, strict=True)
        ]


class _Ground:
    """What all spans of one question's evidence are held against."""

    def __init__(self, asking: Asking, echo: Echo, evidence: Sequence[Evidence]) -> None:
        self.asking, self.echo, self.evidence = asking, echo, evidence
        whole = [article_stems(each.article.title, each.article.text) for each in evidence]
        rarity = rarities(stems(" ".join(asking.content)), list(set(whole)))
        self.articles = [coverage(rarity, held) for held in whole]
        self.top = evidence[0].score or 1.0 if evidence else 1.0
        self.titles = [normalize(each.article.title) for each in evidence]
        self.other_year = [other_year(asking, each.text, each.article.published) for each in evidence]
        self.days = sorted({each.article.published for each in evidence if each.article.published})

    def newness(self, sentences: Sequence[int]) -> float:
        """Give how new the newest article of some sentences is among all: 1 the newest, 0 the oldest or undated."""
        held = [self.evidence[number].article.published for number in sentences]
        newest = max((day for day in held if day), default=None)
        return self.days.index(newest) / (len(self.days) - 1) if newest and len(self.days) > 1 else 0.0


def _cheap_signals(ground: _Ground, key: str, pooled: Pooled) -> Signals:
    best = ground.evidence[pooled.sentences[0]]
    parts = key.split()
    held = [ground.evidence[number] for number in pooled.sentences]
    return {
        "sentence": best.score / ground.top if ground.top > 0 else 0.0,
        "first": 1.0 / (1 + pooled.sentences[0]),
        "sentences": math.log(len(held)),
        "articles": math.log(len({each.article.id for each in held})),
        "mass": math.log1p(sum(max(0.0, each.score) for each in held)),
        "near": pooled.near,
        "beside_noun": float(pooled.beside_noun > 0),
        "counts_noun": float(pooled.counts_noun),
        "article": max(ground.articles[number] for number in pooled.sentences),
        "in_title": float(any(key in ground.titles[number] for number in pooled.sentences)),
        "newest": ground.newness(pooled.sentences) if ground.asking.lately else 0.0,
        "other_year": float(all(ground.other_year[number] for number in pooled.sentences)),
        "says_nothing": float(says_nothing(ground.asking, key)),
        f"length_{min(len(parts), 4)}": 1.0,
        **ground.echo.signals(key, parts),
        **fit_signals(ground.asking, pooled.text, pooled.kinds, pooled.cue_shares()),
        **pooled.role_shares(),
    }


def _heard_signals(asking: Asking, text: str, heard: Heard) -> Signals:
    likely = _beginning(text, heard.beginnings)
    if heard.told is None:
        return {"hint": likely} if heard.beginnings else {}
    alike = likeness(text, heard.told.text)
    same = float(alike == 1.0)
    surely = same * heard.told.probability
    return {
        "told": same,
        "told_surely": surely,
        "told_word": surely * (asking.type == "thing" and is_lower_case(text)),
        "told_nearly": alike * (1 - same),
        "begins": math.exp(likely),
        "begins_log": max(likely, SELDOM) - SELDOM,
    }


def _beginning(text: str, beginnings: Sequence[tuple[str, float]]) -> float:
    """Give how likely (natural log) a model held an answer to begin as a span does."""
    bare = text.lstrip("\"“‘'")
    return max((likely for beginning, likely in beginnings if _begins(bare, beginning.strip())), default=_UNLIKELY)


def _begins(text: str, beginning: str) -> bool:
    # A blank comes before a digit; a single letter begins too many words to tell anything.
    if not beginning:
        return text[:1].isdigit()
    return text.startswith(beginning) and (len(beginning) > 1 or not beginning.isalpha())
