"""LoRA adapters as llama.cpp loads them beside a base model: GGUF, half precision.

Only here is ``gguf`` imported. The layout is that of llama.cpp's ``convert_lora_to_gguf.py``: for a weight ``W`` of
shape (out, in), ``lora_a`` of shape (rank, in) and ``lora_b`` of shape (out, rank), so that ``W + alpha / rank · B A``
is used. llama.cpp keeps the rows of the query and key weights of Llama models in another order than transformers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.errors import UsageError

Weights = npt.NDArray[np.float32]

_PLACE = re.compile(r"layers\.(?P<layer>\d+)\.(?:self_attn|mlp)\.(?P<part>\w+_proj)\.lora_(?P<side>[AB])\b")
_PARTS = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """What is written beside the weights.

    Args:
        heads, key_heads: attention heads of the base model.
        alpha: LoRA's scale, before it is divided by the rank.
    """

    name: str
    base: str
    licence: str
    about: str
    heads: int
    key_heads: int
    alpha: int


def write_adapter(file: Path, weights: Mapping[str, Weights], card: AdapterCard) -> None:
    """Write an adapter; the file appears whole or not at all.

    Args:
        weights: by transformers' names (``…layers.3.self_attn.q_proj.lora_A…``).
    """
    from gguf import GGUFWriter

    unfinished = file.with_name(f"{file.name}.part")
    writer = GGUFWriter(str(unfinished), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(card.alpha))
    writer.add_name(card.name)
    writer.add_license(card.licence)
    writer.add_description(card.about)
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, card.base)
    for name, tensor in sorted(_tensors(weights, card).items()):
        writer.add_tensor(name, tensor.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.replace(file)


def read_adapter(file: Path, names: Iterable[str], card: AdapterCard) -> dict[str, Weights]:
    """Read the weights that `write_adapter` wrote.

    Args:
        names: transformers' names of the weights wanted.

    Raises:
        UsageError: the file is no adapter, or lacks one of them.
    """
    from gguf import GGUFReader

    try:
        found = {each.name: np.array(each.data, dtype=np.float32) for each in GGUFReader(str(file)).tensors}
        return {name: _from_pairs(found[key], heads) for name in names for key, heads in (_key(name, card),)}
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise UsageError(f"{file} is no adapter that this training can begin with ({error!s}).") from error


def _tensors(weights: Mapping[str, Weights], card: AdapterCard) -> dict[str, Weights]:
    keyed = ((_key(name, card), tensor) for name, tensor in weights.items())
    return {key: _in_pairs(tensor, heads) for (key, heads), tensor in keyed}


def _key(name: str, card: AdapterCard) -> tuple[str, int]:
    """Give llama.cpp's name of a weight, and over how many heads its rows are kept in another order; 0 for none."""
    match = _PLACE.search(name)
    if match is None:
        raise ValueError(f"{name} is no LoRA weight of a Llama layer")
    part, side = match["part"], match["side"]
    heads = {"q_proj": card.heads, "k_proj": card.key_heads}.get(part, 0) if side == "B" else 0
    return f"blk.{match['layer']}.{_PARTS[part]}.weight.lora_{side.lower()}", heads


def _in_pairs(rows: Weights, heads: int) -> Weights:
    """Bring a head's rows from halves, as transformers turns them by position, into llama.cpp's pairs."""
    return _turned(rows, (heads, 2, len(rows) // heads // 2)) if heads else rows


def _from_pairs(rows: Weights, heads: int) -> Weights:
    """Bring a head's rows back from pairs into halves."""
    return _turned(rows, (heads, len(rows) // heads // 2, 2)) if heads else rows


def _turned(rows: Weights, shape: tuple[int, int, int]) -> Weights:
    return rows.reshape(*shape, -1).swapaxes(1, 2).reshape(rows.shape)
