"""The measures of one question, pure: text against gold, passages against gold, citations against gold quotes.

Every function gives a number for one question; ``eval.intervals`` makes figures of many. What the measures judge (the
candidate, the shown text, the citations) is decided by ``eval.scoring``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from qa.text import normalize, plain
from qa.types import Span

_MARKER = re.compile(r"\s?\[\d+(?:\s*,\s*\d+)*\]")


def exact_match(prediction: str | None, golds: Sequence[str]) -> float:
    """Give 1 where the normalised prediction equals a normalised gold answer (SQuAD EM, Rajpurkar et al. 2016)."""
    if prediction is None:
        return 0.0
    return float(any(normalize(prediction) == normalize(gold) for gold in golds))


def token_f1(prediction: str | None, golds: Sequence[str]) -> float:
    """Give the best F1 over gold answers of the bags of normalised words (SQuAD F1, Rajpurkar et al. 2016)."""
    if prediction is None:
        return 0.0
    return max((_f1(normalize(prediction).split(), normalize(gold).split()) for gold in golds), default=0.0)


def contains(text: str | None, golds: Iterable[str]) -> bool:
    """Tell whether a normalised gold answer occurs in the normalised text, as characters; an empty gold never does."""
    if not text:
        return False
    within = normalize(text)
    return any(gold and gold in within for gold in map(normalize, golds))


def states(text: str | None, golds: Iterable[str]) -> bool:
    """Tell whether who reads a text finds a gold answer there: ``contains``, whatever quotes and dashes it is set with.

    A gold of digits only must stand as a whole number: "18" is not in an answer that says 2018.
    """
    if not text:
        return False
    within = normalize(plain(text))
    numbers = set(within.split())
    wanted = (normalize(plain(gold)) for gold in golds)
    return any(gold and (gold in numbers if gold.isdigit() else gold in within) for gold in wanted)


def shares_a_word(prediction: str | None, golds: Sequence[str]) -> float:
    """Give 1 where prediction and gold share a word as written, case aside: MultiHop-RAG's own, very mild accuracy."""
    said = set((prediction or "").lower().split())
    return float(any(said & set(gold.lower().split()) for gold in golds))


def without_markers(text: str) -> str:
    """Take the ``[n]`` markers of citations out of an answer's text."""
    return _MARKER.sub("", text)


NONE_OF_THE_ABOVE = "none of the above"


def pick_choice(prediction: str | None, text: str, choices: Sequence[str]) -> int | None:
    """Give the choice that a free answer means: the one nearest the prediction by F1, else the only one in the text.

    Who says something, and means none of them, has picked *none of the above* where that is a choice. ``None`` when
    nothing was said or nothing tells them apart; the question then counts as wrong, for the choice was not made.
    """
    scores = [token_f1(prediction, [choice]) for choice in choices]
    best = [i for i, score in enumerate(scores) if score and score == max(scores)]
    if len(best) == 1:
        return best[0]
    named = [i for i in best or range(len(choices)) if contains(text, [choices[i]])]
    if len(named) == 1:
        return named[0]
    unsaid = not prediction and not text.strip()
    return None if best or named or unsaid else none_of_the_above(choices)


def none_of_the_above(choices: Sequence[str]) -> int | None:
    """Give the place of *none of the above* among choices; ``None`` where it is none of them."""
    return next((i for i, choice in enumerate(choices) if normalize(choice) == normalize(NONE_OF_THE_ABOVE)), None)


def answer_rank(passages: Iterable[str], golds: Sequence[str]) -> int | None:
    """Give the rank, from 1, of the first passage that contains a gold answer; ``None`` when none does."""
    return next((rank for rank, text in enumerate(passages, 1) if contains(text, golds)), None)


def within(rank: int | None, k: int) -> float:
    """Give 1 where something was found at rank ``k`` or better (Hits@k of one question)."""
    return float(rank is not None and rank <= k)


def recall_at(retrieved: Sequence[str], relevant: Iterable[str], k: int) -> float | None:
    """Give the share of relevant ids among the first ``k`` retrieved; ``None`` when nothing is relevant."""
    wanted = set(relevant)
    return len(wanted & set(retrieved[:k])) / len(wanted) if wanted else None


def overlap(a: Span, b: Span) -> int:
    """Give the number of code points two spans share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def same_quote(quote: str, gold: str) -> bool:
    """Tell whether a cited quote is the gold one: one lies within the other, or they share most of their words.

    *Most* is an F1 of one half and more over normalised words, so that a quote cut at other sentence bounds counts.
    """
    a, b = normalize(quote), normalize(gold)
    return bool(a and b) and (a in b or b in a or _f1(a.split(), b.split()) >= 0.5)


def citation_precision(quotes: Sequence[str], golds: Sequence[str], answers: Sequence[str] = ()) -> float | None:
    """Give the share of cited quotes that are a gold quote or hold a gold answer; ``None`` without citations.

    The notion is ALCE's (Gao et al. 2023), judged by the gold quotes and no model.
    """
    if not quotes:
        return None
    right = [any(same_quote(quote, gold) for gold in golds) or contains(quote, answers) for quote in quotes]
    return sum(right) / len(quotes)


def citation_recall(quotes: Sequence[str], golds: Sequence[str]) -> float | None:
    """Give the share of gold quotes that some citation quotes; ``None`` when there is no gold quote."""
    if not golds:
        return None
    return sum(any(same_quote(quote, gold) for quote in quotes) for gold in golds) / len(golds)


def word_overlap(claim: str, text: str) -> float:
    """Give the share of a claim's distinct normalised words that the text has; 0 for an empty claim."""
    said = set(normalize(claim).split())
    return len(said & set(normalize(text).split())) / len(said) if said else 0.0


def _f1(prediction: Sequence[str], gold: Sequence[str]) -> float:
    # Two empty answers agree, as in the reference script; one empty answer agrees with nothing.
    if not prediction or not gold:
        return float(prediction == gold)
    shared = sum((Counter(prediction) & Counter(gold)).values())
    return 2 * shared / (len(prediction) + len(gold))
