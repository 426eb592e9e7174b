"""`onrecord tune support`: a scorer learns whether a sentence answers a question, and whether it supports a claim.

Alternatives are told apart against one another and each on its own (softmax over the set and logistic loss); other
claims on their own. Training goes on where it was stopped: weights, the optimizer's moments and the curve lie in its
folder.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.curves import auroc
from eval.tune.frames import Frame
from eval.tune.pairs import PairSet, make_pairs
from eval.tune.schedule import pace, split_frames, split_stories
from eval.tune.state import load_state, save_state
from eval.tune.stories import Story
from eval.tune.story_pairs import make_story_pairs
from qa.errors import UsageError
from qa.models.encoders import bf16_is_native
from qa.models.pairs import TASKS, PairNetwork, read_network, write_network

_FORWARD = 48
"""Pairs in one pass."""


@dataclass(frozen=True, slots=True)
class SupportRecipe:
    """How the scorer is trained.

    Args:
        rounds: fillings of each frame, and rounds over the stories.
        review: sets of frames for each set of stories, where it knows the frames already.
        layers: how many of the embedder's layers it keeps.
        rate, head_rate: AdamW's highest learning rates, of the layers and of what is new; they rise over ``warmup``
            steps and fall as a cosine.
        batch: sets a step.
        held_out: share of the frames, and of the stories' groups, that are kept for the validation curve and never
            learnt from.
        every: steps between validations and saved states.
    """

    seed: int = 7
    rounds: int = 1
    review: float = 0.25
    layers: int = 3
    rate: float = 1e-4
    head_rate: float = 1e-3
    warmup: int = 50
    batch: int = 12
    held_out: float = 0.08
    every: int = 200


def train_support(
    frames: Sequence[Frame],
    stories: Sequence[Story],
    folder: Path,
    recipe: SupportRecipe,
    say: Callable[[str], None],
    begin: Path | None = None,
) -> Path:
    """Train, or go on training, and write ``support.safetensors``; gives that file.

    Args:
        folder: where state, curve and scorer are kept.
        begin: a scorer that has learnt from the frames already; it learns from the stories, with `review` of the frames
            among them, else from both at once.

    Raises:
        ModelMissingError: ``begin`` is no scorer.
        UsageError: it has another number of layers.
    """
    learnt, held_out = split_frames(frames, recipe.held_out, recipe.seed)
    told, kept = split_stories(stories, recipe.held_out, recipe.seed)
    chance = random.Random(recipe.seed)  # noqa: S311
    sets = list(make_story_pairs(told, recipe.seed, recipe.rounds))
    known = list(make_pairs(learnt, recipe.seed, recipe.rounds))
    sets += chance.sample(known, min(len(known), round(recipe.review * len(sets)))) if begin else known
    chance.shuffle(sets)
    checks = list(make_pairs(held_out, recipe.seed + 1, 1))
    story_checks = list(make_story_pairs(kept, recipe.seed + 1, 1))
    steps = len(sets) // recipe.batch
    pairs = sum(len(each.pairs) for each in sets)
    say(f"{len(learnt)} frames, {len(told)} stories, {len(sets)} sets of {pairs} pairs, {steps} steps")
    say(f"{len(held_out)} frames and {len(kept)} stories held out")
    teacher = SupportTeacher(recipe)
    if not teacher.resume(folder) and begin is not None:
        teacher.begin(begin)
    started, begun = time.monotonic(), teacher.step
    while teacher.step < steps:
        first = teacher.step * recipe.batch
        loss = teacher.learn(sets[first : first + recipe.batch], steps)
        if teacher.step % 20 == 0:
            left = (steps - teacher.step) * (time.monotonic() - started) / (teacher.step - begun)
            say(f"step {teacher.step}/{steps}  loss {loss:.3f}  {left / 60:.0f} minutes left")
        if teacher.step % recipe.every == 0 or teacher.step == steps:
            on_stories = {f"story_{name}": value for name, value in teacher.check(story_checks).items()}
            teacher.curve.append({"step": teacher.step, "loss": loss, **teacher.check(checks), **on_stories})
            say(json.dumps(teacher.curve[-1]))
            teacher.save(folder)
    card = {"licence": "Apache-2.0", "base": "all-MiniLM-L6-v2", "data": "made-up news: eval/tune/README.md"}
    write_network(teacher.network, folder / "support.safetensors", card)
    return folder / "support.safetensors"


class SupportTeacher:
    """A scorer that learns; one thread at a time."""

    def __init__(self, recipe: SupportRecipe) -> None:
        import torch

        torch.manual_seed(recipe.seed)
        self.recipe, self.step = recipe, 0
        self.curve: list[dict[str, float]] = []
        self.network = PairNetwork(recipe.layers)
        for each in self.network.encoder.parameters():
            each.requires_grad_(False)
        self._weights = self.network.taught()
        for each in self._weights.values():
            each.requires_grad_(True)
        new = [each for name, each in self._weights.items() if name.startswith("head.")]
        old = [each for name, each in self._weights.items() if not name.startswith("head.")]
        groups = [{"params": old, "lr": recipe.rate}, {"params": new, "lr": recipe.head_rate}]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
        self._fast = bf16_is_native("cpu")

    def begin(self, file: Path) -> None:
        """Begin with the weights of a scorer."""
        import torch

        known = read_network(file)
        if known.layers != self.network.layers:
            raise UsageError(
                f"{file} has {known.layers} layers, not {self.network.layers}: say --layers {known.layers}."
            )
        with torch.no_grad():
            for name, weight in known.taught().items():
                self._weights[name].copy_(weight)

    def learn(self, sets: Sequence[PairSet], steps: int) -> float:
        """Take one step and give the mean loss of its sets."""
        import torch

        self.network.encoder.train()
        share = pace(self.step, steps, self.recipe.warmup)
        for group, rate in zip(self._optimizer.param_groups, (self.recipe.rate, self.recipe.head_rate), strict=True):
            group["lr"] = rate * share
        self._optimizer.zero_grad(set_to_none=True)
        loss = torch.stack([_loss(each, logits) for each, logits in zip(sets, self._logits(sets), strict=True)]).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self._weights.values()), 1.0)
        self._optimizer.step()
        self.step += 1
        return float(loss.detach())

    def check(self, sets: Sequence[PairSet]) -> dict[str, float]:
        """Give the mean loss, how often the best of a set's alternatives is right, and areas under ROC curves."""
        import torch

        self.network.encoder.eval()
        losses = list[float]()
        first: dict[str, list[bool]] = {task: [] for task in TASKS}
        scored: dict[str, list[tuple[float, bool]]] = {task: [] for task in TASKS}
        with torch.no_grad():
            for start in range(0, len(sets), self.recipe.batch):
                part = sets[start : start + self.recipe.batch]
                for each, logits in zip(part, self._logits(part), strict=True):
                    losses.append(float(_loss(each, logits)))
                    scored[each.task] += zip(logits.tolist(), each.right, strict=True)
                    if each.ranked and any(each.right):
                        first[each.task].append(each.right[int(logits.argmax())])
        areas = {f"auroc_{task}": auroc(*map(list, zip(*pairs, strict=True))) for task, pairs in scored.items()}
        right = {f"first_{task}": float(np.mean(found)) for task, found in first.items()}
        return {"held_out_loss": float(np.mean(losses)), **right, **areas}

    def _logits(self, sets: Sequence[PairSet]) -> Iterator[Any]:
        """Score all pairs of some sets, those of a like length together; gives a row of logits for each set."""
        import torch

        encodings = self.network.encode([pair for each in sets for pair in each.pairs])
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
        with torch.autocast("cpu", dtype=torch.bfloat16) if self._fast else nullcontext():
            parts = [
                self.network.forward([encodings[row] for row in order[first : first + _FORWARD]])
                for first in range(0, len(order), _FORWARD)
            ]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        rows = torch.cat(parts)[back].split([len(each.pairs) for each in sets])
        return (logits[:, TASKS.index(each.task)] for each, logits in zip(sets, rows, strict=True))

    def save(self, folder: Path) -> None:
        """Keep the state; a stop in the middle leaves the one before."""
        save_state(folder, self._weights, self._optimizer, self.step, asdict(self.recipe), self.curve)

    def resume(self, folder: Path) -> bool:
        """Go on from a state kept with the same recipe, else begin anew; says whether there was one."""
        self.step, self.curve = load_state(folder, self._weights, self._optimizer, asdict(self.recipe))
        return self.step > 0


def _loss(each: PairSet, logits: Any) -> Any:
    """Give a set's loss: logistic over its pairs, right and wrong alike in weight, and softmax over its sentences."""
    import torch

    right = torch.tensor(each.right)
    wanted = right.float()
    losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    sides = [losses[side].mean() for side in (right, ~right) if bool(side.any())]
    loss = torch.stack(sides).mean()
    if each.ranked and bool(right.any()):
        loss = loss + torch.logsumexp(logits, 0) - torch.logsumexp(logits[right], 0)
    return loss
