"""ALCE's citation measures by hand, with a judge that looks for words."""

from __future__ import annotations

import pytest

from eval.alce import CitedClaim, alce_scores, cited_claims, precise_quotes, supports


def every_word(premise, claim):
    """Supports when the premise has every word of the claim; unclear when the claim says so."""
    if "unclear" in claim:
        return None
    return set(claim.split()) <= set(premise.split())


def answer(*claims):
    """One citation number a quote, except that a quote after a plus sign shares the number before it."""
    value = {"claims": [], "citations": []}
    number = 0
    for text, quotes in claims:
        numbers = []
        for quote in quotes:
            number += 1
            numbers.append(number)
            value["citations"] += [{"number": number, "quote": part} for part in quote.split("+")]
        value["claims"].append({"text": text, "supported": True, "citations": numbers})
    return value


@pytest.mark.parametrize(
    ("claim", "quotes", "recall", "precision"),
    [
        ("a b", ["a b c"], 1, 1),  # one quote that says it
        ("a b", ["a", "b"], 1, 1),  # two that only say it together: both needed
        ("a b", ["a b", "x"], 1, 0.5),  # one that says it, one that adds nothing
        ("a b", ["a b", "b a"], 1, 1),  # each says it alone
        ("a b", ["a"], 0, 0),  # what is cited does not say it
        ("a b", [], 0, None),  # nothing is cited
    ],
)
def test_recall_and_precision_of_one_claim(claim, quotes, recall, precision):
    scores = alce_scores(answer((claim, quotes)), every_word, "words")
    assert scores["alce_citation_recall:words"] == recall
    assert scores.get("alce_citation_precision:words") == precision


def test_scores_are_means_over_claims_and_over_citations():
    scores = alce_scores(answer(("a b", ["a b", "x"]), ("c", ["d"])), every_word, "words")
    assert scores["alce_citation_recall:words"] == 0.5
    assert scores["alce_citation_precision:words"] == pytest.approx(1 / 3)


def test_two_quotes_of_one_article_share_a_number_and_both_count():
    (claim,) = cited_claims(answer(("a b", ["a+b"])))
    assert claim.quotes == ("a", "b")
    assert supports(claim, every_word)


def test_an_unclear_verdict_leaves_the_answer_unscored():
    scores = alce_scores(answer(("unclear a", ["a"])), every_word, "words")
    assert scores == {"alce_citation_recall:words": None, "alce_citation_precision:words": None}
    assert precise_quotes(CitedClaim("unclear", ("a",)), None, every_word) == [None]


def test_an_answer_without_claims_has_no_score():
    assert alce_scores({"claims": [], "citations": []}, every_word, "words") == {}
    assert alce_scores({"mode": "abstained"}, every_word, "words") == {}
