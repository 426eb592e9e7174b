"""The verifier beside naive checks, on claims that people labelled."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeEmbedder

from eval.datasets.base import ClaimSet, LabelledClaim
from eval.judges import llm_judge, make_judge, read_verdict, verifier_judge
from eval.summary import summarize
from eval.verifier import (
    NearestSentence,
    Remembering,
    Tried,
    claim_records,
    evidence_of,
    make_scorers,
    verdict_scores,
    word_share,
)
from qa.answer.verify import Verifier
from qa.errors import ModelFailedError, UsageError
from qa.types import Article

ARTICLE = Article(text="The ferry will cost 41 million crowns. It sails in May from Port Quillan.", id="a")
CLAIMS = ClaimSet(
    "tiny",
    (
        LabelledClaim("1", ARTICLE, "The ferry will cost 41 million crowns.", True),
        LabelledClaim("2", ARTICLE, "A bridge collapsed near Morrish Island.", False),
        LabelledClaim("3", ARTICLE, "The ferry will cost 46 million crowns.", False),
    ),
)


def test_every_judge_gets_an_area_under_its_curve_and_the_verdicts_a_share():
    embedder = FakeEmbedder()
    records = tuple(claim_records(CLAIMS, Tried(make_scorers(embedder), Verifier(embedder)), (), lambda line: None))
    figures = summarize("r", "tiny", records).measures
    assert {"auroc", "auroc/word_overlap", "auroc/embedder"} <= set(figures)
    assert figures["auroc"].value == 1
    assert figures["auroc"].n == 3
    assert "support" not in figures
    assert (figures["accepted_supported"].value, figures["accepted_unsupported"].value) == (1, 0)
    assert figures["accepted_unsupported"].n == 2


def test_evidence_is_every_sentence_at_its_offsets():
    evidence = evidence_of(ARTICLE)
    assert len(evidence) == 2
    assert all(ARTICLE.text[each.start : each.end] == each.text for each in evidence)


def test_a_planted_number_is_not_accepted():
    assert verdict_scores(Verifier(FakeEmbedder()), CLAIMS.claims[2]) == {"accepted_unsupported": 0.0}


def test_naive_checks_rank_by_words_and_by_the_nearest_sentence():
    assert word_share("the ferry sails", ARTICLE) == 1
    judge = NearestSentence(FakeEmbedder())
    assert judge("It sails in May from Port Quillan.", ARTICLE) > judge("A bridge collapsed.", ARTICLE)
    assert judge("anything", Article(text="")) == 0


def test_claims_that_have_a_line_are_not_judged_again():
    judged = claim_records(CLAIMS, Tried({}, Verifier(FakeEmbedder())), {"1", "3"}, lambda line: None)
    assert [record.id for record in judged] == ["2"]


@pytest.mark.parametrize("error", [ModelFailedError("The model is gone."), RuntimeError("odd")])
def test_a_claim_that_cannot_be_judged_is_unscored_and_the_run_goes_on(error):
    def breaks(claim, article):
        if claim == CLAIMS.claims[0].claim:
            raise error
        return 0.5

    tried = Tried({"support": breaks}, Verifier(FakeEmbedder()), {"yes-man": lambda premise, claim: True})
    records = tuple(claim_records(CLAIMS, tried, (), lambda line: None))
    assert [record.error is None for record in records] == [False, True, True]
    assert str(error) in records[0].error
    figures = summarize("r", "tiny", records).measures
    assert (figures["accepted_supported"].n, figures["accepted_supported"].unscored) == (0, 1)
    assert (figures["judge_agrees:yes-man"].n, figures["judge_agrees:yes-man"].unscored) == (2, 1)
    assert figures["failed"].value == pytest.approx(1 / 3)


class Says:
    def __init__(self, said):
        self.said = said

    def complete(self, messages, *, max_tokens):
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Yes.", True),
        (" no\n", False),
        ("**Yes**", True),
        ("Yes, mostly", None),
        ("yes or no", None),
        ("", None),
        ("Not sure", None),
        ("nope", None),
    ],
)
def test_a_models_verdict_is_read_strictly(said, verdict):
    assert read_verdict(said) is verdict
    assert llm_judge(Says(said))("text", "claim") is verdict


def test_a_model_that_fails_judges_nothing():
    assert llm_judge(Says(ModelFailedError("gone")))("text", "claim") is None


def test_agreement_with_people_is_a_figure_and_the_unclear_are_counted_apart():
    says = iter([True, None, True])
    tried = Tried({}, Verifier(FakeEmbedder()), {"scripted": lambda premise, claim: next(says)})
    figures = summarize("r", "tiny", tuple(claim_records(CLAIMS, tried, (), lambda line: None))).measures
    agreement = figures["judge_agrees:scripted"]
    assert (agreement.value, agreement.n, agreement.unscored) == (0.5, 2, 1)


def test_the_verifier_judges_too_and_an_unknown_judge_is_wrong_usage():
    embedder = FakeEmbedder()
    judge = make_judge("verifier", embedder, lambda: Says("yes"))
    assert judge(ARTICLE.text, "The ferry will cost 41 million crowns.") is True
    assert verifier_judge(embedder)(ARTICLE.text, "A bridge collapsed near Morrish Island.") is False
    assert make_judge("llm", embedder, lambda: Says("no"))("a", "b") is False
    with pytest.raises(UsageError, match="verifier or llm"):
        make_judge("oracle", embedder, lambda: Says("yes"))


def test_a_text_is_embedded_once_until_too_many_are_kept():
    plain = FakeEmbedder()
    asked = []

    class Counting(FakeEmbedder):
        def embed_texts(self, texts):
            asked.append(list(texts))
            return super().embed_texts(texts)

    kept = Remembering(Counting(), most=2)
    assert np.array_equal(kept.embed_texts(["a", "b", "a"]), plain.embed_texts(["a", "b", "a"]))
    assert np.array_equal(kept.embed_texts(["b", "c"]), plain.embed_texts(["b", "c"]))
    assert asked == [["a", "b"], ["c"]]
    kept.embed_texts(["a"])
    assert asked[-1] == ["a"]
    assert kept.embed_texts([]).shape == (0, plain.dim)
