"""Judging what is found: gold articles that are not in the library, answers of one word, and searches that fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from fakes import FakeEmbedder, make_article, whole

from eval.datasets.base import Dataset, EvalQuestion
from eval.retrieval import passage_scores, retrieval_records, searchable
from eval.summary import summarize
from qa.errors import ModelFailedError
from qa.types import Hit, ScoredPassage

FERRY = make_article("The ferry will cost 41 million crowns. It sails in May.", url="https://a.example/ferry")
RAIN = make_article("Rain is expected on the islands.", url="https://a.example/rain")
FOUND = [ScoredPassage(whole(article).passages[0], article, 1.0) for article in (RAIN, FERRY)]
PLACES = {"https://a.example/ferry": FERRY.id, "https://a.example/rain": RAIN.id}
COST = EvalQuestion(
    id="q1",
    text="What will the ferry cost?",
    gold=("41 million crowns",),
    as_of=datetime(2025, 3, 2, tzinfo=UTC),
    answerable=True,
    gold_articles=("https://a.example/ferry",),
    gold_quotes=("The ferry will cost 41 million crowns.",),
)
YES_NO = replace(COST, id="q2", gold=("Yes",), answerable=None)
NOWHERE = replace(COST, id="q3", gold=(), answerable=False, gold_articles=(), gold_quotes=())


def onrecord(error: Exception | None = None) -> SimpleNamespace:
    def dense(vector, depth, scope):
        if error is not None:
            raise error
        return [Hit(found.passage.id, 1.0) for found in FOUND]

    by_id = {found.passage.id: found for found in FOUND}
    return SimpleNamespace(
        retriever=SimpleNamespace(search=lambda question: SimpleNamespace(passages=FOUND)),
        index=SimpleNamespace(
            dense=dense, lexical=lambda *asked: [], passages=lambda ids: [by_id[name] for name in ids]
        ),
        embedder=FakeEmbedder(),
        settings=SimpleNamespace(retrieval=SimpleNamespace(depth=10)),
    )


def records(error=None):
    questions = (COST, YES_NO, NOWHERE)
    return list(retrieval_records(onrecord(error), Dataset("tiny", (), questions), PLACES, (), lambda line: None))


def test_what_is_known_to_hold_the_answer_is_sought_though_the_answer_is_one_word():
    assert searchable(Dataset("tiny", (), (COST, YES_NO, NOWHERE))) == (COST, YES_NO)
    cost, yes_no = records()
    assert (cost.scores["answer_in_passages@1"], cost.scores["answer_in_passages@5"]) == (0, 1)
    assert "answer_in_passages@5" not in yes_no.scores
    for scores in (cost.scores, yes_no.scores):
        assert (scores["RR@10"], scores["R@10/dense"], scores["nDCG@10/bm25"], scores["fact_mrr@10"]) == (
            0.5,
            1,
            0,
            0.5,
        )


def test_a_gold_article_that_is_not_in_the_library_is_one_that_was_not_found():
    asked = replace(COST, gold_articles=("https://a.example/ferry", "https://a.example/gone"))
    assert passage_scores(asked, FOUND, "", PLACES)["R@10"] == 0.5


@pytest.mark.parametrize("error", [ModelFailedError("The index is gone."), RuntimeError("odd")])
def test_a_search_that_fails_is_wrong_of_every_system_and_the_run_goes_on(error):
    lines = records(error)
    assert [str(error) in line.error for line in lines] == [True, True]
    figures = summarize("r", "tiny", lines).measures
    assert [figures[name].value for name in ("RR@10", "RR@10/dense", "RR@10/over_bm25")] == [0, 0, 0]
    assert figures["RR@10/rrf"].n == 2
