"""Judges say yes, no or nothing; how often they agree with the labelled sample is a figure."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import FakeEmbedder
from test_qa_models_encoders import saved_cross_encoder

from eval.datasets.sample import FOLDER, load_articles
from eval.judges import agreement, check_judge, llm_judge, make_judge, nli_judge
from qa.errors import ModelFailedError, ModelMissingError, UsageError
from qa.models import entailment
from qa.models.entailment import EntailmentModel, entailment_label, make_entailment
from qa.settings import VerifierSettings
from qa.text import sentence_spans

LABELS = {0: "contradiction", 1: "entailment", 2: "neutral"}


class Entailing:
    """Finds entailment where the premise has the claim."""

    max_seq_length = 20

    def __init__(self, labels=LABELS):
        self.model = SimpleNamespace(config=SimpleNamespace(id2label=labels))

    def tokenizer(self, premise, claim):
        return {"input_ids": [*premise.split(), *claim.split()]}

    def predict(self, pairs, *, show_progress_bar):
        if "broken" in pairs[0][1]:
            raise RuntimeError("out of memory")
        return np.array([[0.1, 9.0, 0.2] if claim in premise else [0.3, 0.1, 0.2] for premise, claim in pairs])


@pytest.fixture
def entailing(monkeypatch):
    def load(model):
        monkeypatch.setattr(entailment, "load_cross_encoder", lambda name, device: model)
        return make_judge("nli:some/model", FakeEmbedder(), lambda: pytest.fail("no language model is asked"))

    return load


def test_an_entailment_model_judges_by_its_label_of_that_name(entailing):
    judge = entailing(Entailing())
    assert judge("it will cost 41 crowns", "cost 41 crowns") is True
    assert judge("it will cost 41 crowns", "cost 14 crowns") is False
    assert judge("it will cost 41 crowns", "broken") is None


def test_an_entailment_model_gives_the_probability_of_its_label(monkeypatch):
    monkeypatch.setattr(entailment, "load_cross_encoder", lambda name, device: Entailing())
    model = EntailmentModel("some/model")
    assert model.score("it will cost 41 crowns", "cost 41 crowns") > 0.99
    assert model.score("it will cost 41 crowns", "cost 14 crowns") == pytest.approx(0.30, abs=0.01)
    assert model.score("word " * 19 + "two words", "two words") is None
    with pytest.raises(ModelFailedError, match="some/model failed: out of memory"):
        model.score("it will cost 41 crowns", "broken")


def test_no_entailment_model_is_configured_by_default(monkeypatch):
    assert make_entailment(VerifierSettings()) is None
    monkeypatch.setattr(entailment, "load_cross_encoder", lambda name, device: Entailing())
    assert make_entailment(VerifierSettings(nli="some/model")).name == "some/model"


def test_a_text_longer_than_a_model_can_read_is_not_judged(entailing):
    assert entailing(Entailing())("word " * 19 + "two words", "two words") is None
    model = SimpleNamespace(complete=lambda *asked, **options: "no")
    assert llm_judge(model)("x" * 6000, "claim") is False
    assert llm_judge(model)("x" * 6001, "claim") is None


@pytest.mark.parametrize(
    "labels",
    [{0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, {0: "entailment", 1: "not_entailment"}],
)
def test_a_model_without_three_named_labels_is_refused_in_one_sentence(entailing, labels):
    with pytest.raises(ModelMissingError, match="needs three, one of them named entailment"):
        entailing(Entailing(labels))
    assert entailment_label("m", {0: "neutral", 1: "CONTRADICTION", 2: "ENTAILMENT"}) == 2


def test_a_missing_entailment_model_is_an_error_in_one_sentence(tmp_path):
    with pytest.raises(ModelMissingError, match="cannot be loaded; name the folder") as error:
        make_judge(f"nli:{tmp_path / 'none'}", FakeEmbedder(), lambda: pytest.fail("no language model is asked"))
    assert "\n" not in str(error.value)
    assert "RERANKER" not in str(error.value)


def test_a_real_cross_encoder_gives_a_verdict_and_none_beyond_its_window(tmp_path):
    saved_cross_encoder(tmp_path, labels=3)
    config = json.loads((tmp_path / "config.json").read_text())
    named = {"id2label": LABELS, "label2id": {label: at for at, label in LABELS.items()}}
    (tmp_path / "config.json").write_text(json.dumps(config | named))
    judge = nli_judge(str(tmp_path))
    assert judge("The ferry will cost 41 million crowns.", "It costs 41 million.") in (True, False)
    assert judge("The ferry will cost 41 million crowns. " * 100, "It costs 41 million.") is None


@pytest.mark.parametrize("name", ["nli:", "oracle", "nli"])
def test_a_judge_that_is_none_is_wrong_usage(name):
    with pytest.raises(UsageError, match="take verifier or llm, or nli:MODEL"):
        check_judge(name)


CLAIMS = [json.loads(line) for line in (FOLDER / "claims.jsonl").read_text("utf-8").splitlines()]


def test_the_labelled_sample_is_half_true_and_points_at_whole_sentences():
    articles = load_articles()
    assert (len(CLAIMS), sum(claim["supported"] for claim in CLAIMS)) == (40, 20)
    assert len({claim["id"] for claim in CLAIMS}) == 40
    for claim in CLAIMS:
        spans = sentence_spans(articles[claim["article"]].text, "en")
        assert claim["start"] in {start for start, _ in spans}
        assert claim["end"] in {end for _, end in spans}


def test_agreement_is_the_share_of_verdicts_that_are_the_labels_and_counts_the_unclear_apart():
    labels = {claim["claim"]: claim["supported"] for claim in CLAIMS}
    shown = set()

    def judge(premise, claim):
        shown.add(premise)
        return None if "Brightmoor" in claim else labels[claim] if "1888" in premise else True

    found = agreement(judge)
    assert (found.n, found.unscored) == (38, 2)
    assert found.value == pytest.approx(20 / 38)
    assert "The pipe was laid in 1888." in shown
    assert agreement(lambda premise, claim: None).value is None


def test_the_verifier_gives_a_verdict_on_every_labelled_sentence(real_embedder):
    found = agreement(make_judge("verifier", real_embedder, lambda: pytest.fail("no language model is asked")))
    assert (found.n, found.unscored) == (40, 0)
