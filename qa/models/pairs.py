"""A small cross-encoder of OnRecord's own: does a sentence answer a question, does it support a claim?

It reads both texts together with the lower layers of the bundled embedder, taught for this (`eval/tune/README.md`). Its
word embeddings are the embedder's, which is installed anyway; only the taught layers come with OnRecord, in half
precision. torch and transformers are imported when one is made. This module knows no index and no storage.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelFailedError, ModelMissingError
from qa.models.encoders import bf16_is_native, bundled_folder, hush, padded_shape

if TYPE_CHECKING:
    import torch

Floats: TypeAlias = NDArray[np.float32]
Task: TypeAlias = Literal["answers", "supports"]
TASKS: tuple[Task, ...] = ("answers", "supports")
"""Whether a sentence answers a question, whether it supports a claim; in the order of the network's outputs."""
WINDOW = 128
"""Word pieces of a pair; a longer sentence is cut at its end."""
_BATCH = 16
"""Pairs of like length in one pass: of 40 pairs, 8 at a time took 108 ms and all at once 128 where 16 took 91."""
_HIDDEN = 128
_FILE = "support.safetensors"


def bare_claim(question: str, answer: str) -> str:
    """Write what a bare answer claims: the question, and the answer to it."""
    return f"{question} {answer}"


def shown(title: str, *sentences: str) -> str:
    """Write what is read beside a question or a claim: sentences under their article's title."""
    return " ".join([f"{title.rstrip('.')}.", *sentences] if title else sentences)


class PairNetwork:
    """The lower layers of the embedder over two texts at once, the mean of each text's states, and two scores.

    Args:
        layers: how many of the embedder's layers it has.
    """

    def __init__(self, layers: int) -> None:
        import torch
        from transformers import AutoTokenizer, BertModel

        hush()
        folder = bundled_folder()
        self.layers = layers
        self.encoder = BertModel.from_pretrained(
            str(folder), num_hidden_layers=layers, add_pooling_layer=False, local_files_only=True, use_safetensors=True
        )
        size = self.encoder.config.hidden_size
        self.head = torch.nn.Sequential(
            torch.nn.Linear(4 * size, _HIDDEN), torch.nn.GELU(), torch.nn.Linear(_HIDDEN, len(TASKS))
        )
        self._tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True).backend_tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(WINDOW, strategy="longest_first")

    def taught(self) -> dict[str, torch.Tensor]:
        """Give the weights that are taught, by name: all but the word embeddings."""
        parts = {
            f"encoder.{name}": each
            for name, each in self.encoder.named_parameters()
            if not name.startswith("embeddings.word")
        }
        return parts | {f"head.{name}": each for name, each in self.head.named_parameters()}

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[Any]:
        """Give the word pieces of pairs of texts."""
        return list(self._tokenizer.encode_batch(list(pairs)))

    def forward(self, encodings: Sequence[Any]) -> torch.Tensor:
        """Score one batch: ``(len(encodings), len(TASKS))`` logits, on the graph."""
        import torch

        rows, width = padded_shape(len(encodings), max(len(each.ids) for each in encodings), WINDOW)
        ids, kinds = torch.zeros((rows, width), dtype=torch.long), torch.zeros((rows, width), dtype=torch.long)
        mask = torch.zeros((rows, width), dtype=torch.long)
        sides = torch.zeros((2, rows, width))
        mask[:, 0] = 1
        for row, each in enumerate(encodings):
            ids[row, : len(each.ids)] = torch.tensor(each.ids)
            kinds[row, : len(each.ids)] = torch.tensor(each.type_ids)
            mask[row, : len(each.ids)] = 1
            inside = torch.tensor([0.0 if special else 1.0 for special in each.special_tokens_mask])
            side = kinds[row, : len(each.ids)]
            sides[0, row, : len(each.ids)] = inside * (side == 0)
            sides[1, row, : len(each.ids)] = inside * (side == 1)
        states = self.encoder(input_ids=ids, token_type_ids=kinds, attention_mask=mask).last_hidden_state
        one, other = ((side[..., None] * states).sum(1) / side.sum(1, keepdim=True).clamp(min=1.0) for side in sides)
        joined = torch.cat([one, other, one * other, (one - other).abs()], dim=-1).to(self.head[0].weight.dtype)
        return self.head(joined)[: len(encodings)].float()


class PairScorer:
    """Scores sentences against a question or a claim; safe to use from many threads.

    Args:
        network: taught.
    """

    def __init__(self, network: PairNetwork) -> None:
        self._network = network

    def pair_scores(self, task: Task, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Give a probability (0..1) for each pair of a question or claim and a sentence: ``(n,)``.

        Raises:
            ModelFailedError: the network ran out of memory or failed otherwise.
        """
        import torch

        encodings = self._network.encode(pairs)
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
        found = np.zeros(len(encodings), dtype=np.float32)
        try:
            with torch.inference_mode():
                for first in range(0, len(order), _BATCH):
                    rows = order[first : first + _BATCH]
                    logits = self._network.forward([encodings[row] for row in rows])[:, TASKS.index(task)]
                    found[rows] = torch.sigmoid(logits).numpy()
        except (RuntimeError, ValueError) as error:
            raise ModelFailedError(f"The support scorer failed: {str(error).splitlines()[0]}.") from error
        return found


def load_scorer(file: Path | None = None) -> PairScorer:
    """Load the scorer that comes with OnRecord, or one of a file.

    Raises:
        ModelMissingError: the file is not there or is none that `onrecord tune support` wrote.
    """
    import torch

    path = file or Path(str(resources.files("qa.models") / "adapters" / _FILE))
    network = read_network(path)
    network.encoder.eval()
    if bf16_is_native("cpu"):
        network.encoder.to(torch.bfloat16)
    return PairScorer(network)


def read_network(file: Path) -> PairNetwork:
    """Read a network from a file; raises as `load_scorer`."""
    import torch
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), "pt") as kept:
            network = PairNetwork(int(json.loads(kept.metadata()["network"])["layers"]))
            taught = network.taught()
            with torch.no_grad():
                for name, weight in taught.items():
                    weight.copy_(kept.get_tensor(name))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelMissingError(f"The support scorer {file} cannot be loaded ({reason}).") from error
    return network


def write_network(network: PairNetwork, file: Path, card: Mapping[str, str]) -> None:
    """Write the taught weights in half precision, with a card: licence, base, data."""
    import torch
    from safetensors.torch import save_file

    tensors = {name: each.detach().to(torch.float16).contiguous() for name, each in network.taught().items()}
    save_file(tensors, str(file), metadata={**card, "network": json.dumps({"layers": network.layers})})
