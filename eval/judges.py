"""Judges of whether a text supports a statement: the deterministic verifier's score, or a language model's word.

A model's verdict is parsed strictly: anything but yes or no is unclear, and what it was asked about stays unscored. How
far a judge can be trusted is measured by ``eval run qags --judge``, on sentences that people judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from eval.alce import Judge
from qa.answer.support import support_score
from qa.answer.verify import THRESHOLD
from qa.errors import ModelFailedError, UsageError
from qa.models.encoders import Embedder
from qa.text import sentence_spans

NAMES = ("verifier", "llm")
_PROMPT = (
    "Text:\n{premise}\n\nStatement: {claim}\n\n"
    "Does the text say that the statement is true? Answer with one word, yes or no."
)
_VERDICT = re.compile(r"\W*(yes|no)\W*", re.IGNORECASE)
_LONGEST = 6000
"""Characters of a premise shown to a model with a small context."""


class Completes(Protocol):
    """The part of ``LanguageModel`` that is used here."""

    def complete(self, messages: list[tuple[str, str]], *, max_tokens: int) -> str:
        """Write an answer."""


def make_judge(name: str, embedder: Embedder, model: Callable[[], Completes]) -> Judge:
    """Make a judge by its name.

    Args:
        model: opens the model, called only when a model judges.

    Raises:
        UsageError: there is no such judge.
        ModelError: the model cannot be opened.
    """
    if name == "verifier":
        return verifier_judge(embedder)
    if name == "llm":
        return llm_judge(model())
    raise UsageError(f"There is no judge {name}; take {' or '.join(NAMES)}.")


def verifier_judge(embedder: Embedder) -> Judge:
    """Judge by the verifier's score of support, at its own threshold; it never hesitates."""

    def judge(premise: str, claim: str) -> bool:
        sentences = [premise[start:end] for start, end in sentence_spans(premise)]
        return support_score(claim, sentences, embedder) >= THRESHOLD

    return judge


def llm_judge(model: Completes) -> Judge:
    """Judge by a model's yes or no; ``None`` when it says anything else, or fails."""

    def judge(premise: str, claim: str) -> bool | None:
        asked = _PROMPT.format(premise=premise[:_LONGEST], claim=claim)
        try:
            return read_verdict(model.complete([("user", asked)], max_tokens=4))
        except ModelFailedError:
            return None

    return judge


def read_verdict(said: str) -> bool | None:
    """Read a yes or no that stands alone; anything else is unclear."""
    match = _VERDICT.fullmatch(said)
    return match.group(1).lower() == "yes" if match else None
