"""The real embedder: what its vectors are, how it counts, and what it says when it cannot be loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scripted_server import ScriptedServer

from qa.errors import ModelMissingError
from qa.models import encoders
from qa.models.encoders import BUNDLED, Embedder, make_embedder, make_reranker
from qa.settings import EmbedderSettings, RerankerSettings
from qa.text import sentence_spans
from qa.types import Passage

TEXT = (
    "The harbour council voted on Tuesday to close the old swing bridge until June. "
    "Engineers found cracks in two of its bearings. "
    "Ferries will carry cars across the river every twenty minutes."
)


def passage_of(text: str, shift: int = 0) -> Passage:
    spans = tuple((start + shift, end + shift) for start, end in sentence_spans(text))
    return Passage("a.1.0", "a", 1, 0, shift, shift + len(text), text, spans)


def test_passage_vector_is_the_models_normal_sentence_embedding(real_embedder: Embedder) -> None:
    passage = passage_of(TEXT)
    (vectors,) = real_embedder.embed_passages(["Bridge closed"], [passage])
    alone = real_embedder.embed_texts([f"Bridge closed\n{TEXT}"])[0]
    assert float(vectors.passage @ alone) > 0.999


def test_every_vector_has_unit_length_and_every_sentence_has_one(real_embedder: Embedder) -> None:
    (vectors,) = real_embedder.embed_passages(["Bridge closed"], [passage_of(TEXT)])
    assert vectors.sentences.shape == (3, real_embedder.dim)
    assert vectors.passage.dtype == vectors.sentences.dtype == np.float32
    assert np.linalg.norm(vectors.sentences, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(vectors.passage) == pytest.approx(1, abs=1e-5)


def test_sentence_vector_is_nearest_to_the_question_it_answers(real_embedder: Embedder) -> None:
    (vectors,) = real_embedder.embed_passages(["Bridge closed"], [passage_of(TEXT)])
    questions = ["When will the bridge open again?", "What did engineers find?", "How do cars cross the river now?"]
    asked = np.stack([real_embedder.embed_query(question) for question in questions])
    assert np.argmax(asked @ vectors.sentences.T, axis=1).tolist() == [0, 1, 2]


def test_sentence_spans_count_from_the_article_and_not_from_the_passage(real_embedder: Embedder) -> None:
    (first,) = real_embedder.embed_passages(["T"], [passage_of(TEXT)])
    (shifted,) = real_embedder.embed_passages(["T"], [passage_of(TEXT, shift=5_000)])
    assert shifted.sentences == pytest.approx(first.sentences, abs=1e-4)


def test_sentence_beyond_the_window_has_the_passages_vector(real_embedder: Embedder) -> None:
    passage = passage_of(" ".join(["The council met again on Monday about the bridge."] * 60))
    (vectors,) = real_embedder.embed_passages(["T"], [passage])
    assert np.array_equal(vectors.sentences[-1], vectors.passage)
    assert not np.array_equal(vectors.sentences[0], vectors.passage)


def test_order_of_passages_is_kept_though_batches_are_sorted_by_length(real_embedder: Embedder) -> None:
    texts = [TEXT, "Rain.", TEXT[:80], "A much shorter sentence here."] * 12
    rows = real_embedder.embed_texts(texts)
    assert rows @ rows[:4].T == pytest.approx(np.tile(rows[:4] @ rows[:4].T, (12, 1)), abs=0.01)


def test_batches_have_few_shapes(real_embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    model = real_embedder._model  # type: ignore[attr-defined]
    shapes: list[tuple[int, ...]] = []
    forward = model.forward

    def watched(features: dict[str, Any], **rest: Any) -> Any:
        shapes.append(tuple(features["input_ids"].shape))
        return forward(features, **rest)

    monkeypatch.setattr(model, "forward", watched)
    for rows in range(1, 33):
        found = real_embedder.embed_texts(["rain " * (1 + 6 * row) for row in range(rows)])
        assert found.shape == (rows, real_embedder.dim)
        assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    assert sorted({rows for rows, _ in shapes}) == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32]
    assert all(width % 16 == 0 and width <= 256 for _, width in shapes)


def test_nothing_to_embed_gives_nothing(real_embedder: Embedder) -> None:
    assert real_embedder.embed_passages([], []) == []
    assert real_embedder.embed_texts([]).shape == (0, real_embedder.dim)


def test_empty_text_has_a_vector(real_embedder: Embedder) -> None:
    (vectors,) = real_embedder.embed_passages([""], [passage_of("")])
    assert np.isfinite(vectors.passage).all()
    assert vectors.sentences.shape == (0, real_embedder.dim)


def test_count_is_of_all_word_pieces_even_beyond_the_window(real_embedder: Embedder) -> None:
    assert real_embedder.count("the council voted") == 3
    assert real_embedder.count("") == 0
    long = "the council voted " * 400
    real_embedder.embed_texts([long])
    assert real_embedder.count(long) == 1200


def test_several_threads_get_the_same_vectors_and_counts(real_embedder: Embedder) -> None:
    texts = [f"{TEXT} Report {n}. " * (n % 3 + 1) for n in range(8)]
    alone = [real_embedder.embed_query(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(real_embedder.embed_query, texts))
        counts = list(pool.map(real_embedder.count, [f"{text} again" for text in texts]))
    assert np.stack(together) == pytest.approx(np.stack(alone), abs=1e-3)
    assert counts == [real_embedder.count(f"{text} again") for text in texts]


def test_bundled_embedder_names_itself_for_the_index(real_embedder: Embedder) -> None:
    assert (real_embedder.name, real_embedder.dim, real_embedder.window) == (BUNDLED, 384, 256)


@pytest.mark.parametrize(
    ("precision", "has", "taken"),
    [
        ("auto", {"avx512_bf16": True}, torch.bfloat16),
        ("auto", {"amx_bf16": True}, torch.bfloat16),
        ("auto", {"avx512_bf16": False, "avx2": True}, torch.float32),
        ("fp32", {"avx512_bf16": True}, torch.float32),
        ("bf16", {}, torch.bfloat16),
    ],
)
def test_bf16_is_taken_where_the_processor_has_it_or_it_is_asked_for(
    precision: str, has: dict[str, bool], taken: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[torch.nn.Module] = []
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    monkeypatch.setattr(encoders, "SentenceEmbedder", lambda name, model, batch: made.append(model))
    make_embedder(EmbedderSettings(precision=precision, device="cpu"))  # type: ignore[arg-type]
    assert {weight.dtype for weight in made[0].parameters()} == {taken}


def test_missing_folder_is_said_plainly() -> None:
    with pytest.raises(ModelMissingError, match=r"no folder /nowhere/model; set ONRECORD_EMBEDDER__NAME"):
        make_embedder(EmbedderSettings(name="/nowhere/model"))


@pytest.mark.parametrize("content", [None, "{", json.dumps({"model_type": "no-such-model"})])
def test_folder_without_a_model_is_said_plainly(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelMissingError, match=r"cannot be loaded .*ONRECORD_EMBEDDER__NAME"):
        make_embedder(EmbedderSettings(name=str(tmp_path)))
    with pytest.raises(ModelMissingError, match=r"cannot be loaded .*ONRECORD_RERANKER__NAME"):
        make_reranker(RerankerSettings(name=str(tmp_path)))


def test_weights_that_are_a_pickle_are_refused(tmp_path: Path) -> None:
    bundled = make_embedder(EmbedderSettings())
    bundled._model.save(str(tmp_path))  # type: ignore[attr-defined]
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelMissingError, match="safetensors"):
        make_embedder(EmbedderSettings(name=str(tmp_path)))


def test_local_folder_gives_the_same_vectors_and_is_named_after_itself(tmp_path: Path, real_embedder: Embedder) -> None:
    folder = tmp_path / "my-embedder"
    real_embedder._model.save(str(folder))  # type: ignore[attr-defined]
    mine = make_embedder(EmbedderSettings(name=str(folder)))
    assert mine.name == "my-embedder"
    assert float(mine.embed_query(TEXT) @ real_embedder.embed_query(TEXT)) > 0.999


def test_no_reranker_is_configured_by_default() -> None:
    assert make_reranker(RerankerSettings()) is None


def test_encoders_import_nothing_heavy_until_one_is_made() -> None:
    heavy = "{'torch', 'transformers', 'sentence_transformers', 'openai', 'llama_index', 'xllamacpp'}"
    code = f"import sys, qa.models.encoders, qa.models.llm; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_loading_prints_nothing() -> None:
    code = "from qa.models.encoders import *; make_embedder(EmbedderSettings()).embed_query('x')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def saved_cross_encoder(folder: Path, labels: int) -> str:
    """Save a tiny cross-encoder that has learned nothing, with the bundled embedder's words."""
    from transformers import BertConfig, BertForSequenceClassification

    embedder = make_embedder(EmbedderSettings())
    config = BertConfig(
        vocab_size=30522,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    embedder._model.tokenizer.save_pretrained(folder)  # type: ignore[attr-defined]
    return str(folder)


def test_reranker_gives_one_score_a_text(tmp_path: Path) -> None:
    reranker = make_reranker(RerankerSettings(name=saved_cross_encoder(tmp_path, labels=1)))
    assert reranker is not None
    scores = reranker.score("who closed the bridge", ["The council did.", "Rain.", "The council did."])
    assert len(scores) == 3
    assert scores[0] == pytest.approx(scores[2], abs=1e-5)
    assert reranker.score("who closed the bridge", []) == []


def test_cross_encoder_that_classifies_is_refused_as_a_reranker(tmp_path: Path) -> None:
    name = saved_cross_encoder(tmp_path, labels=3)
    with pytest.raises(ModelMissingError, match="gives 3 scores for a pair and not one"):
        make_reranker(RerankerSettings(name=name))


def test_hub_name_that_cannot_be_reached_is_said_plainly(tmp_path: Path) -> None:
    code = (
        "from qa.models.encoders import *\nfrom qa.errors import ModelMissingError\n"
        "try: make_embedder(EmbedderSettings(name='maker/no-such-embedder'))\n"
        "except ModelMissingError as error: print(error)"
    )
    with ScriptedServer() as hub:
        environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.startswith("The embedder maker/no-such-embedder cannot be loaded (")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
