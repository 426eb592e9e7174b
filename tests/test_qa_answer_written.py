"""Claims that a bigger model wrote about the sample, labelled by eye: what the verifier lets by, and what it refuses.

Each line of ``data/written.jsonl`` has the question, a claim of the answer that Qwen2.5 Coder 1.5B wrote, and the
sentences that it was given, by article and offsets. ``supported`` says whether these say so; of a bare answer, whether
it answers the question. ``data/told.jsonl`` has what OnRecord's own small model told of the same questions, a few words
each, labelled alike. On both, how a claim that repeats its question is checked was found.

``data/fresh.jsonl`` has what both (``by``) made of other questions, asked and labelled after that was settled: what to
expect of it. The verifier is made to refuse rather than to let by, and refuses a quarter of what is true; whether a few
words that stand in a sentence answer what was asked it knows too seldom, which is why they are weighed before, and
shown only where that makes them likely (`qa.answer.confidence`).

``data/answered.jsonl`` has what was left after that: every claim in words of its own that came to be checked when the
sample's questions, and those of set 37 of practice, were asked on 2026-12-01, shown or removed. That the first
sentence of an article may tell what its others are about, as of "The prize is 2,000 crowns", was found on other sets.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from answer_world import shipped_scorer

from eval.datasets import practice
from eval.datasets.sample import load_articles
from eval.intervals import wilson
from eval.verifier import Remembering
from qa.answer.verify import Verifier
from qa.models.encoders import Embedder
from qa.types import Evidence


def labelled(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(__file__).parent / "data" / name).read_text("utf-8").splitlines()]


WRITTEN, TOLD, FRESH = labelled("written.jsonl"), labelled("told.jsonl"), labelled("fresh.jsonl")
ANSWERED = labelled("answered.jsonl")
LET_BY = 1
"""False claims that are let by: a company that runs the turbines, for the one that made them."""
AGREEMENT = 0.85
TOLD_LET_BY = 5
TOLD_AGREEMENT = 0.8
FRESH_LET_BY = 5
"""All of them bare answers: a number of something else, a share that is no margin."""
FRESH_AGREEMENT = 0.65
ANSWERED_LET_BY = 3
"""What is asked of a false premise, a country for a bank in it, and a country for its neighbour."""
ANSWERED_AGREEMENT = 0.9


@pytest.fixture(scope="module")
def verdicts(real_embedder: Embedder) -> dict[str, bool]:
    articles = {**load_articles(), **load_articles(practice.FOLDER / "37")}
    verifier = Verifier(Remembering(real_embedder), scorer=shipped_scorer())

    def evidence(line: dict[str, Any]) -> list[Evidence]:
        spans = ((articles[key], start, end) for key, start, end in line["evidence"])
        return [Evidence(article, "p", start, end, article.text[start:end], 1.0) for article, start, end in spans]

    return {
        line["id"]: verifier.verify(
            line["claim"], evidence(line), line["question"], weighed=line.get("by") == "weighed"
        ).supported
        for line in (*WRITTEN, *TOLD, *FRESH, *ANSWERED)
    }


@pytest.mark.parametrize(
    ("name", "claims", "let_by", "agreement"),
    [
        ("written by a bigger model", WRITTEN, LET_BY, AGREEMENT),
        ("told by the small model", TOLD, TOLD_LET_BY, TOLD_AGREEMENT),
        ("of both, to report", FRESH, FRESH_LET_BY, FRESH_AGREEMENT),
        ("of real answers", ANSWERED, ANSWERED_LET_BY, ANSWERED_AGREEMENT),
    ],
)
def test_few_false_claims_of_a_model_are_let_by_and_how_far_the_verifier_agrees_is_printed(
    verdicts: dict[str, bool],
    name: str,
    claims: list[dict[str, Any]],
    let_by: int,
    agreement: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = [line["claim"] for line in claims if verdicts[line["id"]] and not line["supported"]]
    agreed = sum(verdicts[line["id"]] == line["supported"] for line in claims)
    low, high = wilson(agreed, len(claims))
    with capsys.disabled():
        print(f"\n{name}: agreed {agreed / len(claims):.2f} [{low:.2f}, {high:.2f}] (n={len(claims)})")
    assert len(wrong) <= let_by, wrong
    assert agreed >= agreement * len(claims)
