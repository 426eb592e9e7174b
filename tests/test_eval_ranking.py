"""Ranking measures by hand, and against ir_measures."""

from __future__ import annotations

import math
import random

import ir_measures
import pytest

from eval.ranking import fact_scores, ranking_scores


def test_a_ranking_by_hand():
    scores = ranking_scores(["x", "a", "y", "b", "a", "z"], {"a", "b", "c"})
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert scores == pytest.approx(
        {
            "Hits@4": 1,
            "Hits@10": 1,
            "R@4": 2 / 3,
            "R@10": 2 / 3,
            "AP@10": (1 / 2 + 2 / 4) / 3,
            "RR@10": 1 / 2,
            "nDCG@10": (1 / math.log2(3) + 1 / math.log2(5)) / ideal,
        }
    )


def test_nothing_found_scores_nought_and_nothing_relevant_has_no_score():
    assert set(ranking_scores([], {"a"}).values()) == {0.0}
    assert ranking_scores(["a"], set()) == {}


def test_a_perfect_ranking_scores_one_everywhere():
    assert set(ranking_scores(["a", "b"], {"a", "b"}).values()) == {1.0}


def test_rankings_agree_with_ir_measures():
    rng = random.Random(4)
    names = {"Hits@4": "Success@4", "Hits@10": "Success@10"}
    for _ in range(30):
        documents = [f"d{i}" for i in range(20)]
        rng.shuffle(documents)
        relevant = set(rng.sample(documents, rng.randint(1, 12)))
        retrieved = documents[: rng.randint(1, 20)]
        qrels = [ir_measures.Qrel("q", name, 1) for name in relevant]
        run = [ir_measures.ScoredDoc("q", name, -float(at)) for at, name in enumerate(retrieved)]
        for name, value in ranking_scores(retrieved, relevant).items():
            measure = ir_measures.parse_measure(names.get(name, name))
            assert value == pytest.approx(ir_measures.calc_aggregate([measure], qrels, run)[measure]), name


def test_facts_are_found_with_spaces_and_line_breaks_aside():
    scores = fact_scores(["nothing", "so Alpha\nwon today", "Beta lost and Alpha won"], ["Alpha won", "Beta lost"])
    assert scores == pytest.approx(
        {"fact_hits@4": 1, "fact_hits@10": 1, "fact_map@10": (1 / 2 + 1 / 3) / 2, "fact_mrr@10": 1 / 2}
    )
    assert set(fact_scores([], ["x"]).values()) == {0.0}
    assert fact_scores(["x"], []) == {}
