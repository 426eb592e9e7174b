"""Read the short answer out of the evidence: rank the spans that could be it, without generating a word.

Every span of every evidence sentence is a candidate; equal ones are pooled, since an answer that several articles give
is likelier (Banko et al. 2002). A log-linear model over a few signals (Ravichandran et al. 2003) ranks the pool, first
cheaply, then the best of them with the embedder and, where a language model has read the evidence, with how likely it
held each span's beginning. The weights were fitted on the development weeks of RealTime QA (`READER_WEIGHTS`); the
probability is the softmax over the pool. What is found always stands verbatim in an evidence sentence.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from qa.answer.aside import BEFORE, Aside
from qa.answer.asking import Asking
from qa.answer.candidates import FUNCTION_WORDS, Candidate, Kind, find_candidates, is_year
from qa.answer.counted import counted_alike, counted_noun
from qa.answer.cues import Cue, cues_of
from qa.answer.echo import Echo
from qa.answer.fit import SAYS_NOTHING, fit_signals
from qa.answer.fullnames import full_date, full_name
from qa.answer.told import NOTHING, Heard, Told, likeness
from qa.answer.weights import CHEAP_WEIGHTS, READER_WEIGHTS, Weighing
from qa.answer.years import other_year
from qa.library.lexical import stem
from qa.models.encoders import Embedder
from qa.text import normalize, whole_span
from qa.types import Evidence, Vector

Signals: TypeAlias = dict[str, float]

_KEPT = 48
"""Candidates that are looked at closely; embedding more costs more than it finds."""
_NEAR = 6.0
"""Words over which a question's word stops mattering to a candidate."""
_UNLIKELY = -14.0
_WITHOUT_CUES = frozenset({"number", "time"})
_WORD = re.compile(r"[\w'’]+")


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


@dataclass(slots=True)
class _Pooled:
    texts: Counter[str] = field(default_factory=Counter)
    kinds: set[Kind] = field(default_factory=set)
    cues: Counter[Cue] = field(default_factory=Counter)
    sentences: list[int] = field(default_factory=list)
    near: float = 0.0
    beside_noun: int = 0
    counts_noun: bool = False

    @property
    def text(self) -> str:
        """As most sentences write it."""
        return self.texts.most_common(1)[0][0]


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
        if asking.word == "when":
            whole = full_date(whole, readings[0].sentences[0].text)
        return (replace(readings[0], text=whole), *readings[1:])

    def signals(
        self, asking: Asking, vector: Vector, evidence: Sequence[Evidence], heard: Heard = NOTHING
    ) -> tuple[list[_Pooled], list[Signals]]:
        """Give the candidates that are worth a close look, and what is known of each."""
        pooled = _pool(asking, evidence, heard.told)
        ground = _Ground(asking, Echo(asking), evidence)
        rows = [
            (key, each, {**_cheap_signals(ground, key, each), **_told_signals(each.text, heard.told)})
            for key, each in pooled.items()
        ]
        rows.sort(key=lambda row: -self._cheap.score(row[2]))
        kept = rows[:_KEPT]
        if not kept:
            return [], []
        close = self._close_signals(asking, vector, kept)
        full = [
            {**cheap, **extra, **_hint_signals(each.text, heard.beginnings)}
            for (_, each, cheap), extra in zip(kept, close, strict=True)
        ]
        return [each for _, each, _ in kept], full

    def _close_signals(
        self, asking: Asking, vector: Vector, kept: Sequence[tuple[str, _Pooled, Signals]]
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


def _pool(asking: Asking, evidence: Sequence[Evidence], told: Told | None) -> dict[str, _Pooled]:
    pooled: dict[str, _Pooled] = {}
    counted = counted_alike(counted_noun(asking))
    telling = {word for word in asking.content if word not in FUNCTION_WORDS}
    offered, over = _offered(asking, evidence, told)
    for number, (sentence, candidates) in enumerate(zip(evidence, offered, strict=True)):
        tokens = [(match.start(), match.group().lower()) for match in _WORD.finditer(sentence.text)]
        places = _places(tokens, telling)
        for candidate in candidates:
            key = normalize(candidate.text)
            if key and len(key) <= 70 and _published(sentence) > over.get(key, -math.inf):
                _add(pooled.setdefault(key, _Pooled()), asking, counted, number, candidate, tokens, places)
                if is_year(sentence.text, candidate):
                    pooled[key].kinds.add("year")
                if asking.type not in _WITHOUT_CUES:
                    pooled[key].cues.update(cues_of(sentence.text, candidate.start, candidate.end))
    return pooled


def _offered(
    asking: Asking, evidence: Sequence[Evidence], told: Told | None
) -> tuple[list[list[Candidate]], dict[str, float]]:
    """Give each sentence's spans but those it names only beside the answer, and when it last did so of what is over.

    What older sentences say of those holds no longer where it is asked how things stand, or when something is to be. A
    number that has moved is left: `disagree.find_update` puts what it moved to in its place.
    """
    offered = list[list[Candidate]]()
    over: dict[str, float] = {}
    beside = Aside(asking)
    for sentence in evidence:
        offered.append([])
        for candidate in _candidates(sentence.text, told):
            aside = beside.of(sentence.text, candidate.start, candidate.end)
            if aside is None or (aside == BEFORE and asking.type == "number"):
                offered[-1].append(candidate)
            elif asking.lately or asking.type == "time":
                key = normalize(candidate.text)
                over[key] = max(over.get(key, -math.inf), _published(sentence))
    return offered, over


def _published(sentence: Evidence) -> float:
    return sentence.article.published.timestamp() if sentence.article.published else 0.0


def _candidates(sentence: str, told: Told | None) -> list[Candidate]:
    """Give a sentence's spans, what a model told among them where it stands there."""
    found = list(find_candidates(sentence))
    span = whole_span(sentence, told.text) if told and told.text else None
    if span and span not in {(each.start, each.end) for each in found}:
        found.append(Candidate(*span, sentence[slice(*span)], "told"))
    return found


def _shares(pooled: _Pooled) -> dict[Cue, float]:
    """Give for each cue the share of the span's places that show it."""
    return {cue: count / pooled.texts.total() for cue, count in pooled.cues.items()}


def _places(tokens: Sequence[tuple[int, str]], telling: set[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for position, (_, word) in enumerate(tokens):
        if word in telling:
            places.setdefault(word, []).append(position)
    return places


def _add(
    pooled: _Pooled,
    asking: Asking,
    counted: Set[str],
    number: int,
    candidate: Candidate,
    tokens: Sequence[tuple[int, str]],
    places: Mapping[str, Sequence[int]],
) -> None:
    here = bisect_left(tokens, (candidate.start, "")) % max(1, len(tokens))
    telling = sum(word not in FUNCTION_WORDS for word in asking.content) or 1
    near = sum(math.exp(-min(abs(here - there) for there in spots) / _NEAR) for spots in places.values()) / telling
    pooled.texts[candidate.text] += 1
    pooled.kinds.add(candidate.kind)
    if not pooled.sentences or pooled.sentences[-1] != number:
        pooled.sentences.append(number)
    pooled.near = max(pooled.near, near)
    pooled.beside_noun += _beside(asking, counted, candidate, tokens, here)
    pooled.counts_noun |= _counts(counted, candidate, tokens, here)


def _beside(
    asking: Asking, counted: Set[str], candidate: Candidate, tokens: Sequence[tuple[int, str]], here: int
) -> bool:
    # "Nepal, a country …", "the state of California", "a crowd of 9,000": what is asked for stands beside the answer.
    if not asking.noun:
        return False
    reach = 3 + len(candidate.text.split())
    around = {
        word
        for row, (start, word) in enumerate(tokens[max(0, here - 4) : here + reach], max(0, here - 4))
        if not candidate.start <= start < candidate.end
    }
    named = any(noun in around or noun.rstrip("s") in around for noun in asking.noun[-2:])
    return named or (bool(counted) and not counted.isdisjoint(map(stem, around)))


def _counts(counted: Set[str], candidate: Candidate, tokens: Sequence[tuple[int, str]], here: int) -> bool:
    """Say whether what a number counts is what is asked for: "1,150 nurses", "a crowd of 12,600"."""
    if not counted or candidate.kind not in {"number", "measure"}:
        return False
    words = [word for _, word in tokens[max(0, here - 2) : here + len(candidate.text.split()) + 2]]
    before, behind = (words[:2], words[2:]) if here > 1 else ([], words)
    return not counted.isdisjoint(map(stem, [*(before[:1] if before[1:] == ["of"] else ()), *behind]))


class _Ground:
    """What all spans of one question's evidence are held against."""

    def __init__(self, asking: Asking, echo: Echo, evidence: Sequence[Evidence]) -> None:
        self.asking, self.echo, self.evidence = asking, echo, evidence
        self.top = evidence[0].score or 1.0 if evidence else 1.0
        self.titles = [normalize(each.article.title) for each in evidence]
        self.other_year = [other_year(asking, each.text, each.article.published) for each in evidence]
        self.days = sorted({each.article.published for each in evidence if each.article.published})

    def newness(self, sentences: Sequence[int]) -> float:
        """Give how new the newest article of some sentences is among all: 1 the newest, 0 the oldest or undated."""
        held = [self.evidence[number].article.published for number in sentences]
        newest = max((day for day in held if day), default=None)
        return self.days.index(newest) / (len(self.days) - 1) if newest and len(self.days) > 1 else 0.0


def _cheap_signals(ground: _Ground, key: str, pooled: _Pooled) -> Signals:
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
        "in_title": float(any(key in ground.titles[number] for number in pooled.sentences)),
        "newest": ground.newness(pooled.sentences) if ground.asking.lately else 0.0,
        "other_year": float(all(ground.other_year[number] for number in pooled.sentences)),
        "says_nothing": float(key in SAYS_NOTHING),
        f"length_{min(len(parts), 4)}": 1.0,
        **ground.echo.signals(key, parts),
        **fit_signals(ground.asking, pooled.text, pooled.kinds, _shares(pooled)),
    }


def _told_signals(text: str, told: Told | None) -> Signals:
    if told is None:
        return {}
    alike = likeness(text, told.text)
    same = float(alike == 1.0)
    return {"told": same, "told_surely": same * told.probability, "told_nearly": alike * (1 - same)}


def _hint_signals(text: str, beginnings: Sequence[tuple[str, float]]) -> Signals:
    if not beginnings:
        return {}
    bare = text.lstrip("\"“‘'")
    likely = [logprob for beginning, logprob in beginnings if _begins(bare, beginning.strip())]
    return {"hint": max(likely, default=_UNLIKELY)}


def _begins(text: str, beginning: str) -> bool:
    # A single letter begins too many words to tell anything.
    return bool(beginning) and text.startswith(beginning) and (len(beginning) > 1 or not beginning.isalpha())
