"""LoRA adapters as llama.cpp loads them beside a base model: GGUF, half precision.

Only here is ``gguf`` imported. The layout is that of llama.cpp's ``convert_lora_to_gguf.py``: for a weight ``W`` of
shape (out, in), ``lora_a`` of shape (rank, in) and ``lora_b`` of shape (out, rank), so that ``W + alpha / rank · B A``
is used. llama.cpp keeps the rows of the query and key weights of Llama models in another order than transformers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

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


def _tensors(weights: Mapping[str, Weights], card: AdapterCard) -> dict[str, Weights]:
    tensors = {}
    for name, tensor in weights.items():
        match = _PLACE.search(name)
        if match is None:
            raise ValueError(f"{name} is no LoRA weight of a Llama layer")
        part = match["part"]
        heads = {"q_proj": card.heads, "k_proj": card.key_heads}.get(part)
        rows = _in_pairs(tensor, heads) if heads and match["side"] == "B" else tensor
        tensors[f"blk.{match['layer']}.{_PARTS[part]}.weight.lora_{match['side'].lower()}"] = rows
    return tensors


def _in_pairs(rows: Weights, heads: int) -> Weights:
    """Bring a head's rows from halves, as transformers turns them by position, into llama.cpp's pairs."""
    out, rank = rows.shape
    return rows.reshape(heads, 2, out // heads // 2, rank).swapaxes(1, 2).reshape(out, rank)
