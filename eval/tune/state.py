"""The state of a training, kept so that it can go on: weights and AdamW's moments as safetensors, the curve as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from eval.records import write_json

Curve: TypeAlias = list[dict[str, float]]
_STATE = "state.safetensors"
_CURVE = "curve.json"


def save_state(
    folder: Path, weights: Mapping[str, Any], optimizer: Any, step: int, recipe: Mapping[str, Any], curve: Curve
) -> None:
    """Keep the state; a stop in the middle leaves the one before."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: each.detach().contiguous() for name, each in weights.items()}
    for name, weight in weights.items():
        moments = optimizer.state[weight]
        tensors |= {f"{name}|{part}": moments[part].contiguous() for part in ("exp_avg", "exp_avg_sq")}
    save_file(tensors, str(folder / f"{_STATE}.part"), metadata={"step": str(step), "recipe": json.dumps(recipe)})
    (folder / f"{_STATE}.part").replace(folder / _STATE)
    write_json(folder / _CURVE, {"recipe": recipe, "curve": curve})


def load_state(
    folder: Path, weights: Mapping[str, Any], optimizer: Any, recipe: Mapping[str, Any]
) -> tuple[int, Curve]:
    """Load a state kept with the same recipe and give its step and curve; of none, those of a beginning."""
    import torch
    from safetensors import safe_open

    if not (folder / _STATE).is_file():
        return 0, []
    with safe_open(str(folder / _STATE), "pt") as state:
        note = state.metadata()
        if json.loads(note["recipe"]) != recipe:
            return 0, []
        step = int(note["step"])
        for name, weight in weights.items():
            weight.data.copy_(state.get_tensor(name))
            optimizer.state[weight] = {
                "step": torch.tensor(float(step)),
                **{part: state.get_tensor(f"{name}|{part}") for part in ("exp_avg", "exp_avg_sq")},
            }
    return step, json.loads((folder / _CURVE).read_text())["curve"]
