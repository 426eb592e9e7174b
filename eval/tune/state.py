"""The state of a training, kept so that it can go on: weights and AdamW's moments as safetensors, step and recipe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_STATE = "state.safetensors"


def save_state(folder: Path, weights: Mapping[str, Any], optimizer: Any, step: int, recipe: Mapping[str, Any]) -> None:
    """Keep the state; a stop in the middle leaves the one before."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: each.detach().contiguous() for name, each in weights.items()}
    for name, weight in weights.items():
        moments = optimizer.state[weight]
        tensors |= {f"{name}|{part}": moments[part].contiguous() for part in ("exp_avg", "exp_avg_sq")}
    save_file(tensors, str(folder / f"{_STATE}.part"), metadata={"step": str(step), "recipe": json.dumps(recipe)})
    (folder / f"{_STATE}.part").replace(folder / _STATE)


def load_state(folder: Path, weights: Mapping[str, Any], optimizer: Any, recipe: Mapping[str, Any]) -> int | None:
    """Load a state kept with the same recipe and give its step; ``None`` where there is none."""
    import torch
    from safetensors import safe_open

    if not (folder / _STATE).is_file():
        return None
    with safe_open(str(folder / _STATE), "pt") as state:
        note = state.metadata()
        if json.loads(note["recipe"]) != recipe:
            return None
        step = int(note["step"])
        for name, weight in weights.items():
            weight.data.copy_(state.get_tensor(name))
            optimizer.state[weight] = {
                "step": torch.tensor(float(step)),
                **{part: state.get_tensor(f"{name}|{part}") for part in ("exp_avg", "exp_avg_sq")},
            }
    return step
