"""The likeliest answers are read again, each with question and sentence; what reads them is scripted here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from fakes import make_article

from qa.answer.reader import Reading
from qa.answer.reread import read_again
from qa.models.pairs import PairScorer
from qa.text import sentence_spans
from qa.types import Article, Evidence

RETAILER = make_article(
    'The chain warned on Thursday. "There is substantial doubt that we can go on," the retailer said. '
    "Shares of Bed Bath & Beyond fell.",
    title="Bed Bath & Beyond warns of bankruptcy",
)


class Scripted:
    """Gives the score of the first key that a pair holds, both texts joined; notes what it was asked."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = scores
        self.asked: list[tuple[str, str, str]] = []

    def pair_scores(self, task: str, pairs: Sequence[tuple[str, str]]) -> Any:
        self.asked += [(task, *pair) for pair in pairs]
        joined = [" | ".join(pair) for pair in pairs]
        found = (next((value for key, value in self._scores.items() if key in each), 0.0) for each in joined)
        return np.array(list(found), dtype=np.float32)


def scripted(**scores: float) -> tuple[PairScorer, Scripted]:
    made = Scripted({key.replace("_", " "): value for key, value in scores.items()})
    return cast(PairScorer, made), made


def evidence_of(article: Article) -> list[Evidence]:
    return [
        Evidence(article, "p", start, end, article.text[start:end], 1.0)
        for start, end in sentence_spans(article.text, "en")
    ]


def reading(text: str, probability: float, *sentences: Evidence) -> Reading:
    return Reading(text, probability, 0.0, sentences)


def test_answer_that_its_sentence_supports_overtakes_one_that_it_does_not() -> None:
    sentences = evidence_of(RETAILER)
    scorer, _ = scripted(said_Bed_Bath=0.95)
    before = [reading("Thursday", 0.5, sentences[0]), reading("Bed Bath & Beyond", 0.3, sentences[2])]
    after = read_again(scorer, "Which chain has doubts, it said", before, sentences)
    assert [each.text for each in after] == ["Bed Bath & Beyond", "Thursday"]
    assert [each.signals["supported"] for each in after] == pytest.approx([0.95, 0.0])
    assert 0 < after[1].probability < after[0].probability < 1


def test_answer_of_a_title_is_read_with_the_best_sentence_below_it() -> None:
    sentences = evidence_of(RETAILER)
    ranked = [sentences[1], sentences[0], sentences[2]]
    scorer, made = scripted()
    read_again(scorer, "Which chain has doubts?", [reading("Bed Bath & Beyond", 0.4, sentences[2])], ranked)
    assert any("the retailer said" in told for _, _, told in made.asked)


def test_what_no_scorer_supports_keeps_its_order_and_its_share() -> None:
    sentences = evidence_of(RETAILER)
    scorer, _ = scripted()
    before = [reading("Thursday", 0.5, sentences[0]), reading("Shares", 0.2, sentences[2])]
    after = read_again(scorer, "When?", before, sentences)
    assert [(each.text, each.probability) for each in after] == [("Thursday", 0.5), ("Shares", 0.2)]
    assert read_again(scorer, "When?", [], sentences) == ()
    assert replace(after[0], signals={}) == before[0]
