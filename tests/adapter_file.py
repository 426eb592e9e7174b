"""A LoRA adapter of random weights for the default model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eval.tune.adapter import AdapterCard, write_adapter

_WIDTH = 576
"""Of the default model's hidden states."""


def write_noise(path: Path, strength: float, rank: int = 2) -> Path:
    """Write an adapter for the first layer's queries; 0 changes nothing, 1 enough to notice."""
    random = np.random.default_rng(7)
    down = random.standard_normal((rank, _WIDTH)).astype(np.float32)
    up = (random.standard_normal((_WIDTH, rank)) * strength).astype(np.float32)
    place = "layers.0.self_attn.q_proj"
    card = AdapterCard("noise", "SmolLM2 135M Instruct", "CC0-1.0", "", heads=9, key_heads=3, alpha=rank)
    write_adapter(path, {f"{place}.lora_A": down, f"{place}.lora_B": up}, card)
    return path
