"""Claims that a bigger model wrote about the sample, labelled by eye: what the verifier lets by, and what it refuses.

Each line of ``data/written.jsonl`` has the question, a claim of the answer that Qwen2.5 Coder 1.5B wrote, and the
sentences that it was given, by article and offsets. ``supported`` says whether these say so; of a bare answer, whether
it answers the question. The verifier is made to refuse rather than to let by: that it refuses more than a third of what
is true, mostly answers that repeat the question's words around what the articles say, is its known weakness.

``data/told.jsonl`` has what OnRecord's own small model told of the same questions, a few words each, labelled alike.
Whether a few words that stand in a sentence answer what was asked the verifier hardly knows: it lets by nearly half of
what is false. That is why they are weighed before, and shown only where that makes them likely
(`qa.answer.confidence`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets.sample import load_articles
from eval.intervals import wilson
from eval.verifier import Remembering
from qa.answer.verify import Verifier
from qa.models.encoders import Embedder
from qa.types import Evidence


def labelled(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(__file__).parent / "data" / name).read_text("utf-8").splitlines()]


WRITTEN, TOLD = labelled("written.jsonl"), labelled("told.jsonl")
LET_BY = 1
"""False claims that are let by: a company that runs the turbines, for the one that made them."""
AGREEMENT = 0.6
TOLD_LET_BY = 11
TOLD_AGREEMENT = 0.65


@pytest.fixture(scope="module")
def verdicts(real_embedder: Embedder) -> dict[str, bool]:
    articles = load_articles()
    verifier = Verifier(Remembering(real_embedder))

    def evidence(line: dict[str, Any]) -> list[Evidence]:
        spans = ((articles[key], start, end) for key, start, end in line["evidence"])
        return [Evidence(article, "p", start, end, article.text[start:end], 1.0) for article, start, end in spans]

    return {
        line["id"]: verifier.verify(line["claim"], evidence(line), line["question"]).supported
        for line in (*WRITTEN, *TOLD)
    }


def test_hardly_any_false_claim_of_a_model_is_let_by(verdicts: dict[str, bool]) -> None:
    let_by = [line["claim"] for line in WRITTEN if verdicts[line["id"]] and not line["supported"]]
    assert len(let_by) <= LET_BY, let_by


def test_how_far_the_verifier_agrees_is_printed(verdicts: dict[str, bool], capsys: pytest.CaptureFixture[str]) -> None:
    agreed = sum(verdicts[line["id"]] == line["supported"] for line in WRITTEN)
    low, high = wilson(agreed, len(WRITTEN))
    with capsys.disabled():
        print(f"\nclaims of a model: agreed {agreed / len(WRITTEN):.2f} [{low:.2f}, {high:.2f}] (n={len(WRITTEN)})")
    assert agreed >= AGREEMENT * len(WRITTEN)


def test_what_the_small_model_told_is_not_let_by_more_often(
    verdicts: dict[str, bool], capsys: pytest.CaptureFixture[str]
) -> None:
    let_by = [line["claim"] for line in TOLD if verdicts[line["id"]] and not line["supported"]]
    agreed = sum(verdicts[line["id"]] == line["supported"] for line in TOLD)
    low, high = wilson(agreed, len(TOLD))
    with capsys.disabled():
        print(f"\nwords of the small model: agreed {agreed / len(TOLD):.2f} [{low:.2f}, {high:.2f}] (n={len(TOLD)})")
    assert len(let_by) <= TOLD_LET_BY, let_by
    assert agreed >= TOLD_AGREEMENT * len(TOLD)
