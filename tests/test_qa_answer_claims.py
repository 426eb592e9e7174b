"""A hundred claims labelled by eye: the verifier agrees with at least nine in ten, and no kind of falsehood is let by.

Each line of ``data/claims.jsonl`` names an article of the sample and the offsets of the sentence that settles it.
The claims were written, not taken from answers, and checks of the verifier were added for what it got wrong here: the
agreement guards against getting worse and is no independent figure.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from eval.datasets.sample import load_articles
from eval.verifier import Remembering
from qa.answer.verify import Verifier
from qa.models.encoders import Embedder
from qa.text import sentence_spans
from qa.types import Article, Evidence

CLAIMS = Path(__file__).parent / "data" / "claims.jsonl"
AGREEMENT = 0.9


@dataclass(frozen=True)
class Labelled:
    id: str
    article: str
    start: int
    end: int
    claim: str
    supported: bool
    kind: str


LABELLED = [Labelled(**json.loads(line)) for line in CLAIMS.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return load_articles()


@pytest.fixture(scope="module")
def agreed(articles: dict[str, Article], real_embedder: Embedder) -> dict[str, bool]:
    verifier = Verifier(Remembering(real_embedder))
    return {
        each.id: verifier.verify(each.claim, _evidence(articles[each.article])).supported == each.supported
        for each in LABELLED
    }


def _evidence(article: Article) -> list[Evidence]:
    text = article.text
    return [Evidence(article, "p", start, end, text[start:end], 1.0) for start, end in sentence_spans(text, "en")]


def test_half_are_true_and_the_false_ones_are_false_in_many_ways() -> None:
    assert Counter(each.supported for each in LABELLED) == {True: 50, False: 50}
    kinds = Counter(each.kind for each in LABELLED if not each.supported)
    assert set(kinds) == {"number", "date", "entity", "swapped", "negation", "overgeneralised"}
    assert min(kinds.values()) >= 3
    assert len({each.claim for each in LABELLED}) == len({each.id for each in LABELLED}) == 100


def test_each_is_settled_by_one_whole_sentence(articles: dict[str, Article]) -> None:
    for each in LABELLED:
        assert (each.start, each.end) in sentence_spans(articles[each.article].text, "en")


def test_the_verifier_agrees_with_nine_in_ten(agreed: dict[str, bool]) -> None:
    wrong = [name for name, right in agreed.items() if not right]
    assert len(wrong) <= (1 - AGREEMENT) * len(agreed), wrong
