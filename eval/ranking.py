"""Measures of a ranking against what is relevant, named and defined as in ``ir_measures``, and MultiHop-RAG's own.

Relevance is yes or no. A document that is found twice counts at its first place. Every judged question gets every
score, 0 where nothing was found, so that a question without results cannot lift a mean.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from eval.scoring import Scores

CUTS = (4, 10)
"""The depths of Hits and Recall; MAP, MRR and nDCG are cut at ten."""
DEPTH = 10


def ranking_scores(retrieved: Sequence[str], relevant: Collection[str]) -> Scores:
    """Give ``Hits@k``, ``R@k``, ``AP@10``, ``RR@10`` and ``nDCG@10`` of one question; none where nothing is relevant.

    Hits@k is ``Success@k`` of ir_measures; AP@10 divides by all relevant documents, as trec_eval does.
    """
    wanted = set(relevant)
    if not wanted:
        return {}
    found = [name in wanted for name in dict.fromkeys(retrieved)]
    hits = {f"Hits@{k}": float(any(found[:k])) for k in CUTS}
    recalls = {f"R@{k}": sum(found[:k]) / len(wanted) for k in CUTS}
    ranks = [rank for rank, right in enumerate(found[:DEPTH], 1) if right]
    return {
        **hits,
        **recalls,
        "AP@10": sum(number / rank for number, rank in enumerate(ranks, 1)) / len(wanted),
        "RR@10": 1 / ranks[0] if ranks else 0.0,
        "nDCG@10": _gain(ranks) / _gain(range(1, min(len(wanted), DEPTH) + 1)),
    }


def fact_scores(passages: Sequence[str], facts: Sequence[str]) -> Scores:
    """Give MultiHop-RAG's own Hits@4, Hits@10, MAP@10 and MRR@10 of one question (Tang and Yang 2024).

    A passage is relevant when it contains one of the facts, spaces and line breaks aside. Their MAP counts at each rank
    the facts that were not seen before and divides their sum by the rank, which is not the usual average precision.
    """
    sought = [_dense(fact) for fact in facts]
    if not sought:
        return {}
    texts = [_dense(text) for text in passages[:DEPTH]]
    ranks = [rank for rank, text in enumerate(texts, 1) if any(fact in text for fact in sought)]
    seen: set[str] = set()
    precision = 0.0
    for rank in ranks:
        fresh = [fact for fact in sought if fact in texts[rank - 1] and fact not in seen]
        seen.update(fresh)
        precision += len(set(fresh)) / rank
    return {
        "fact_hits@4": float(bool(ranks) and ranks[0] <= 4),
        "fact_hits@10": float(bool(ranks)),
        "fact_map@10": precision / min(len(sought), DEPTH),
        "fact_mrr@10": 1 / ranks[0] if ranks else 0.0,
    }


def _gain(ranks: Sequence[int]) -> float:
    return sum(1 / math.log2(rank + 1) for rank in ranks)


def _dense(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")
