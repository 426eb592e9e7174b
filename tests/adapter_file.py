"""A LoRA adapter for the default model, written byte by byte: GGUF version 3, random weights."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

_WIDTH = 576
"""Of the default model's hidden states."""
_ALIGNMENT = 32


def write_adapter(path: Path, strength: float, rank: int = 2) -> Path:
    """Write an adapter for the first layer's queries; 0 changes nothing, 1 enough to notice."""
    random = np.random.default_rng(7)
    down = random.standard_normal((rank, _WIDTH)).astype(np.float32)
    up = (random.standard_normal((_WIDTH, rank)) * strength).astype(np.float32)
    tensors = {"blk.0.attn_q.weight.lora_a": down, "blk.0.attn_q.weight.lora_b": up}
    facts = _text_fact("general.architecture", "llama") + _text_fact("general.type", "adapter")
    facts += _text_fact("adapter.type", "lora") + _text("adapter.lora.alpha") + struct.pack("<If", 6, float(rank))
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), 4) + facts
    body, listing = b"", b""
    for name, values in tensors.items():
        listing += _text(name) + struct.pack("<IQQIQ", 2, *reversed(values.shape), 0, len(body))
        body += _padded(values.tobytes())
    path.write_bytes(_padded(head + listing) + body)
    return path


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _text_fact(name: str, text: str) -> bytes:
    return _text(name) + struct.pack("<I", 8) + _text(text)


def _padded(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % _ALIGNMENT)
