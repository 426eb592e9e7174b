"""Is a claim backed by verbatim sentences of the articles? Yes, with the one or two that do it; or no, and why.

A claim is supported when no check fails (numbers, dates, names, quoted words) and its score is at least a fixed
threshold, found on the development part and never loosened at run time. A bare answer ("Buffalo Bills") is checked
together with its question: it must stand in the quote letter for letter, and the quote must speak of what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from qa.answer.aside import Aside
from qa.answer.asking import asks_more, read_question
from qa.answer.attributed import unattributed
from qa.answer.bars import QUESTION_THRESHOLD, asked_share, may_answer, with_titles
from qa.answer.checks import failed_check
from qa.answer.dates import mentions
from qa.answer.fit import suits
from qa.answer.names import names
from qa.answer.numbers import quantities, same_number
from qa.answer.restated import restated_support, restates
from qa.answer.support import support, support_score
from qa.answer.turns import exchanged_word
from qa.errors import ModelFailedError
from qa.models.encoders import Embedder
from qa.models.pairs import PairScorer
from qa.text import normalize, plain, plain_span
from qa.types import Evidence, Matrix, Vector

__all__ = ["EntailmentJudge", "Quote", "Verdict", "Verifier", "support_score"]

THRESHOLD = 0.65
"""The least score of a supported claim (see ``support``)."""
ENTAILMENT_THRESHOLD = 0.5
"""The least probability that an entailment model, where one is configured, must give."""
SAME_WORD = 0.6
"""The least similarity of two words that may stand for one another."""
_CANDIDATES = 6
"""Sentences tried, alone and in pairs; the others are farther from the claim."""
_BARE_WORDS = 12
_BEFORE_DATE = re.compile(r"\b(?:on|in|at|since|by|of),? $")
_OF_OWNER = re.compile(r"(?<=\w)'s\b")
"""What "Cape Verde's" adds to "Cape Verde"."""
_GOES_ON = re.compile(r"(?:and \w+|\d+) (?:minutes?|seconds?|days?|weeks?|months?|inch(?:es)?|ounces?|pence|cents?)\b")
"""What makes another measure of "six hours", as "and twenty minutes" does."""
_ENDS = re.compile(r"[.!?][\"'”’)]*$")


class EntailmentJudge(Protocol):
    """A model that judges whether a premise entails a claim."""

    def score(self, premise: str, claim: str) -> float | None:
        """Give the probability of entailment, 0..1; ``None`` where it cannot tell."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that backs a claim, and how well, 0..1."""

    evidence: Evidence
    support: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim is supported.

    Args:
        score: 0..1; of a claim that fails a check, the score it would have had.
        why: one plain clause when it is not supported.
        quotes: best first, at most two, together enough to back the claim; empty when it is not supported.
    """

    supported: bool
    score: float
    why: str | None
    quotes: tuple[Quote, ...]


class Verifier:
    """Checks claims against evidence.

    Args:
        embedder: compares meanings.
        nli: judges entailment besides, where one is configured.
        scorer: lets a claim by that repeats its question around what a quote says; without it such a claim must be
            copied like any other.
    """

    def __init__(
        self, embedder: Embedder, nli: EntailmentJudge | None = None, scorer: PairScorer | None = None
    ) -> None:
        self._embedder = embedder
        self._nli = nli
        self._scorer = scorer

    def verify(self, claim: str, evidence: Sequence[Evidence], question: str = "", *, weighed: bool = False) -> Verdict:
        """Check one claim: a sentence, or a bare answer together with its question.

        Args:
            weighed: a bare answer was found likely with everything else that is known of it (`qa.answer.confidence`);
                that it is about what was asked may then be told by the first sentence of its article.

        Raises:
            ModelFailedError: the embedder or the scorer failed.
        """
        if not claim.strip() or not evidence:
            return Verdict(False, 0.0, "nothing was found that could back it", ())
        if question and is_bare(claim):
            return self._bare(claim, evidence, question, weighed)
        claim, evidence = unattributed(claim, evidence)
        verdict = self._sentence(claim, evidence)
        if verdict.supported or self._scorer is None or not (question and restates(claim, question)):
            return verdict
        return self._restated(self._scorer, claim, evidence, question) or verdict

    def _sentence(self, claim: str, evidence: Sequence[Evidence]) -> Verdict:
        undated = without_dates(claim)
        vectors = self._embedder.embed_texts([claim, *(each.text for each in evidence)])
        supports = [
            support(undated, with_titles([each]), vectors[0], vectors[row : row + 1])
            for row, each in enumerate(evidence, 1)
        ]
        trials = [
            self._trial(claim, [evidence[row] for row in rows], supports, rows, vectors) for rows in _trials(supports)
        ]
        return next((trial for trial in trials if trial.supported), max(trials, key=lambda trial: trial.score))

    def _trial(
        self, claim: str, quotes: Sequence[Evidence], supports: Sequence[float], rows: Sequence[int], vectors: Matrix
    ) -> Verdict:
        texts = with_titles(quotes)
        total = support(without_dates(claim), texts, vectors[0], vectors[[row + 1 for row in rows]])
        why = failed_check(claim, quotes) or self._doubt(claim, texts, total) or self._exchanged(claim, quotes[0].text)
        backing = tuple(Quote(quote, supports[row]) for quote, row in zip(quotes, rows, strict=True))
        return Verdict(why is None, total, why, () if why else backing)

    def _doubt(self, claim: str, texts: Sequence[str], total: float) -> str | None:
        if total < THRESHOLD:
            return "no sentence of the articles says so"
        return self._unentailed(claim, texts)

    def _unentailed(self, claim: str, texts: Sequence[str]) -> str | None:
        try:
            entailed = self._nli.score(" ".join(texts), claim) if self._nli else None
        except ModelFailedError:
            return "the entailment model failed, and so could not agree"
        return "the quotes do not entail it" if entailed is not None and entailed < ENTAILMENT_THRESHOLD else None

    def _exchanged(self, claim: str, quote: str) -> str | None:
        """Refuse a claim that is its quote with one word exchanged for another that means something else."""
        exchanged = exchanged_word(claim, quote)
        if exchanged is None:
            return None
        said, there = self._embedder.embed_texts(exchanged)
        unlike = float(said @ there) < SAME_WORD
        return f"the quotes say “{exchanged[1]}” and not “{exchanged[0]}”" if unlike else None

    def _restated(self, scorer: PairScorer, claim: str, evidence: Sequence[Evidence], question: str) -> Verdict | None:
        """Let a claim by that repeats the question, where one sentence says what it adds; else ``None``."""
        supports = restated_support(scorer, claim, without_dates(claim), question, evidence)
        beside = Aside(read_question(question))
        added = [name.text for name in names(claim) if not plain_span(question, name.text)]
        for row in sorted(range(len(evidence)), key=lambda row: -supports[row]):
            if not supports[row]:
                return None
            quote = evidence[row]
            if any(beside.always(name, quote.text) for name in added):
                continue
            if not (failed_check(claim, [quote]) or self._unentailed(claim, [quote.text])):
                return Verdict(True, supports[row], None, (Quote(quote, supports[row]),))
        return None

    def _bare(self, answer: str, evidence: Sequence[Evidence], question: str, weighed: bool) -> Verdict:
        asking = read_question(question)
        if not (asks_more(question) or suits(asking, answer)):
            return Verdict(False, 0.0, f"“{answer.strip()}” is not what was asked for", ())
        there = [each for each in evidence if stands_in(answer, each.text)]
        if not there:
            return Verdict(False, 0.0, f"“{answer.strip()}” stands in no quote", ())
        there, why = may_answer(asking, question, answer, there)
        if why:
            return Verdict(False, 0.0, why, ())
        beside = Aside(asking)
        aside = [beside.always(answer, each.text) for each in there]
        if all(aside):
            return Verdict(False, 0.0, f"the quotes with it name it as {aside[0]}", ())
        there = [each for each, why in zip(there, aside, strict=True) if not why]
        vectors = self._embedder.embed_texts([f"{question} {answer}", *(each.text for each in there)])
        asked = [asked_share(question, answer, each) for each in there]
        near = _nearness(vectors[0], vectors[1:])
        scores = [0.6 * share + 0.4 * close for share, close in zip(asked, near, strict=True)]
        best = int(np.argmax(scores))
        if weighed and max(asked) < QUESTION_THRESHOLD:
            asked = [asked_share(question, answer, each, lead=True) for each in there]
        if max(asked) < QUESTION_THRESHOLD:
            return Verdict(False, scores[best], "no quote with it speaks of what was asked", ())
        return Verdict(True, scores[best], None, (Quote(there[best], scores[best]),))


def is_bare(claim: str) -> bool:
    """Tell a bare answer from a sentence: few words, and no full stop unless it is an abbreviation's."""
    count = len(claim.split())
    return count <= 3 or (count <= _BARE_WORDS and not _ENDS.search(claim.strip()))


def without_dates(claim: str) -> str:
    """Leave the dates of a claim out: they are checked by what they mean, not by how they are written."""
    folded, kept, at = plain(claim), [], 0
    for mention in mentions(folded):
        kept.append(_BEFORE_DATE.sub("", folded[at : mention.span[0]]))
        at = mention.span[1]
    rest = "".join([*kept, folded[at:]])
    return rest if re.search(r"\w", rest) else claim


def stands_in(answer: str, quote: str) -> bool:
    """Tell whether a bare answer stands in a quote, letter for letter after normalising, a number by its value."""
    bare, claimed = f" {normalize(plain(answer))} ", quantities(plain(answer))
    for there in (plain(quote), _OF_OWNER.sub("", plain(quote))):
        _, found, rest = f" {normalize(there)} ".partition(bare)
        if found:
            return not (claimed and _GOES_ON.match(rest))
    if len(claimed) != 1 or claimed[0].text.strip() != plain(answer).strip().rstrip("."):
        return False
    return any(same_number(claimed[0], number, alone=True) for number in quantities(plain(quote)))


def _trials(supports: Sequence[float]) -> Iterator[tuple[int, ...]]:
    """Give what to try: the best sentences alone, then the best one with each of the others."""
    best = list(islice(sorted(range(len(supports)), key=lambda row: -supports[row]), _CANDIDATES))
    yield from ((row,) for row in best)
    yield from ((best[0], row) for row in best[1:])


def _nearness(vector: Vector, vectors: Matrix) -> list[float]:
    return [float(value) for value in np.clip(vectors @ vector, 0.0, 1.0)]
