"""Judges of whether a text supports a statement: the verifier's score, an entailment model, or a language model's word.

A verdict that cannot be trusted is none: what a model was asked about stays unscored where it says anything but yes or
no, or where the text is longer than it can read. How far a judge can be trusted is told by ``agreement`` on the
labelled sentences that come with the sample, and by ``eval run qags --judge`` on sentences that people judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from eval.alce import Judge
from eval.datasets.base import json_lines
from eval.datasets.sample import FOLDER, load_articles
from eval.intervals import Measure, mean_measure
from qa.answer.support import support_score
from qa.answer.verify import THRESHOLD
from qa.errors import ModelFailedError, UsageError
from qa.models.encoders import Embedder
from qa.models.entailment import EntailmentModel
from qa.text import sentence_spans

NAMES = ("verifier", "llm")
"""Judges of one name; ``nli:MODEL`` is another."""
_NLI = "nli:"
_PROMPT = (
    "Text:\n{premise}\n\nStatement: {claim}\n\n"
    "Does the text say that the statement is true? Answer with one word, yes or no."
)
_VERDICT = re.compile(r"\W*(yes|no)\W*", re.IGNORECASE)
_LONGEST = 6000
"""Characters of a premise that a model with a small context can be shown."""


class Completes(Protocol):
    """The part of ``LanguageModel`` that is used here."""

    def complete(self, messages: list[tuple[str, str]], *, max_tokens: int) -> str:
        """Write an answer."""


def check_judge(name: str) -> None:
    """Refuse a name that no judge has.

    Raises:
        UsageError: there is no such judge.
    """
    if name not in NAMES and not (name.startswith(_NLI) and name != _NLI):
        raise UsageError(f"There is no judge {name}; take {' or '.join(NAMES)}, or nli:MODEL.")


def make_judge(name: str, embedder: Embedder, model: Callable[[], Completes], device: str = "cpu") -> Judge:
    """Make a judge by its name.

    Args:
        name: ``verifier``, ``llm``, or ``nli:`` and the folder or hub name of an entailment model.
        model: opens the language model, called only when that one judges.
        device: where an entailment model runs.

    Raises:
        UsageError: there is no such judge.
        ModelError: the model cannot be opened.
    """
    check_judge(name)
    if name == "verifier":
        return verifier_judge(embedder)
    return llm_judge(model()) if name == "llm" else nli_judge(name.removeprefix(_NLI), device)


def verifier_judge(embedder: Embedder) -> Judge:
    """Judge by the verifier's score of support, at its own threshold; it never hesitates."""

    def judge(premise: str, claim: str) -> bool:
        sentences = [premise[start:end] for start, end in sentence_spans(premise)]
        return support_score(claim, sentences, embedder) >= THRESHOLD

    return judge


def llm_judge(model: Completes) -> Judge:
    """Judge by a model's yes or no; ``None`` when it says anything else, fails, or cannot be shown the whole text."""

    def judge(premise: str, claim: str) -> bool | None:
        if len(premise) > _LONGEST:
            return None
        asked = _PROMPT.format(premise=premise, claim=claim)
        try:
            return read_verdict(model.complete([("user", asked)], max_tokens=4))
        except ModelFailedError:
            return None

    return judge


def nli_judge(name: str, device: str = "cpu") -> Judge:
    """Judge by an entailment model, which is sure of one of three; ``None`` where it fails, or where premise and claim
    together are longer than its window. Raises as `EntailmentModel`."""
    model = EntailmentModel(name, device)

    def judge(premise: str, claim: str) -> bool | None:
        try:
            return model.entails(premise, claim)
        except ModelFailedError:
            return None

    return judge


def read_verdict(said: str) -> bool | None:
    """Read a yes or no that stands alone; anything else is unclear."""
    match = _VERDICT.fullmatch(said)
    return match.group(1).lower() == "yes" if match else None


def agreement(judge: Judge, folder: Path = FOLDER) -> Measure:
    """Give the share of labelled sentences of the sample about which a judge says what their writer did.

    Each line of ``claims.jsonl`` names an article and the offsets of the sentence that settles the claim; that sentence
    is the premise. Half of them are true.
    """
    articles = load_articles(folder)
    claims = json_lines((folder / "claims.jsonl").read_text("utf-8"), "claims.jsonl")
    agreed: list[float | None] = []
    for line in claims:
        start, end = (int(line.text(name)) for name in ("start", "end"))
        verdict = judge(articles[line.text("article")].text[start:end], line.text("claim"))
        agreed.append(None if verdict is None else float(verdict == line.values["supported"]))
    return mean_measure(agreed)
