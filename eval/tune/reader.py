"""`onrecord tune reader`: a LoRA adapter (Hu et al. 2021) that teaches the embedded model to read dated sentences.

The base is the very file that answers, dequantized, so that the adapter makes up for its quantization too. Only the
answers' tokens are learnt from. Training goes on where it was stopped: weights, the optimizer's moments and the curve
lie in the folder as safetensors and JSON.
"""

from __future__ import annotations

import json
import math
import random
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from eval.records import write_json
from eval.tune.adapter import AdapterCard, write_adapter
from eval.tune.encoding import Encoded, Tokenize, encode
from eval.tune.frames import Frame
from eval.tune.lessons import make_lessons
from qa.answer.prompts import NOT_THERE
from qa.errors import UsageError

_PARTS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_STATE = "state.safetensors"
_CURVE = "curve.json"


@dataclass(frozen=True, slots=True)
class ReaderRecipe:
    """How the adapter is trained.

    Args:
        rounds: lessons drawn from each frame.
        rate: AdamW's highest learning rate; it rises over ``warmup`` steps and falls as a cosine.
        batch: lessons a step.
        held_out: share of the frames that are kept for the validation curve and never learnt from.
        every: steps between validations and saved states.
        upper: layers from the top that learn; the others are left as they are, which saves their backward pass.
    """

    seed: int = 7
    rounds: int = 2
    rank: int = 16
    alpha: int = 32
    rate: float = 6e-4
    warmup: int = 20
    batch: int = 4
    held_out: float = 0.08
    every: int = 50
    upper: int = 20


def train_reader(
    frames: Sequence[Frame], base: Path, folder: Path, recipe: ReaderRecipe, say: Callable[[str], None]
) -> Path:
    """Train, or go on training, and write ``reader.gguf``; gives that file.

    Args:
        base: the GGUF file of the embedded model.
        folder: where state, curve and adapter are kept.

    Raises:
        UsageError: the packages that training needs are not installed.
    """
    if missing := [name for name in ("gguf", "peft") if find_spec(name) is None]:
        raise UsageError(f"Training needs {' and '.join(missing)}: install them with `pip install 'onrecord[tune]'`.")
    learnt, held_out = split_frames(frames, recipe)
    teacher = Teacher(*load_base(base), recipe)
    lessons = [encode(each, teacher.tokenize) for each in make_lessons(learnt, recipe.seed, recipe.rounds)]
    checks = [encode(each, teacher.tokenize) for each in make_lessons(held_out, recipe.seed + 1, 2)]
    steps = len(lessons) // recipe.batch
    say(f"{len(learnt)} frames, {len(lessons)} lessons, {steps} steps; {len(held_out)} frames held out")
    teacher.resume(folder)
    started = time.monotonic()
    begun = teacher.step
    while teacher.step < steps:
        first = teacher.step * recipe.batch
        loss = teacher.learn(lessons[first : first + recipe.batch], steps)
        if teacher.step % 10 == 0:
            pace = (time.monotonic() - started) / (teacher.step - begun)
            say(f"step {teacher.step}/{steps}  loss {loss:.3f}  {(steps - teacher.step) * pace / 60:.0f} minutes left")
        if teacher.step % recipe.every == 0 or teacher.step == steps:
            teacher.curve.append({"step": teacher.step, "loss": loss, **teacher.check(checks)})
            say(json.dumps(teacher.curve[-1]))
            teacher.save(folder)
    return teacher.write(folder / "reader.gguf")


def split_frames(frames: Sequence[Frame], recipe: ReaderRecipe) -> tuple[list[Frame], list[Frame]]:
    """Part the frames into those learnt from and those held out, by the recipe's seed."""
    shuffled = random.Random(recipe.seed).sample(frames, len(frames))  # noqa: S311
    few = round(len(frames) * recipe.held_out)
    return shuffled[few:], shuffled[:few]


def load_base(file: Path) -> tuple[Any, Tokenize]:
    """Load a GGUF model, dequantized, with what gives a text's tokens."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    return model, lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]


class Teacher:
    """A Llama model with an adapter that learns; one thread at a time.

    Args:
        model: transformers' model; the adapter's layers are put into it.
        tokenize: gives a text's tokens, with nothing added.
    """

    def __init__(self, model: Any, tokenize: Tokenize, recipe: ReaderRecipe) -> None:
        import torch
        from peft import LoraConfig, get_peft_model

        torch.manual_seed(recipe.seed)
        self.recipe, self.step, self.tokenize = recipe, 0, tokenize
        self.curve: list[dict[str, float]] = []
        layers = model.config.num_hidden_layers
        learning = list(range(layers - min(recipe.upper, layers), layers))
        config = LoraConfig(
            r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(_PARTS), layers_to_transform=learning
        )
        with warnings.catch_warnings():
            # peft still asks transformers by an old name, which is nothing that a user could change.
            warnings.simplefilter("ignore", FutureWarning)
            self._whole = get_peft_model(model, config)
        self._model = self._whole.get_base_model()
        self._weights = {name: each for name, each in self._whole.named_parameters() if each.requires_grad}
        self._optimizer = torch.optim.AdamW(list(self._weights.values()), lr=recipe.rate, weight_decay=0.01)

    def learn(self, lessons: Sequence[Encoded], steps: int) -> float:
        """Take one step and give the mean loss."""
        import torch

        for group in self._optimizer.param_groups:
            group["lr"] = self.recipe.rate * _pace(self.step, steps, self.recipe.warmup)
        self._optimizer.zero_grad(set_to_none=True)
        count = sum(int((each.targets >= 0).sum()) for each in lessons)
        total = 0.0
        for lesson in lessons:
            loss = self._losses(lesson)[0].sum() / count
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(list(self._weights.values()), 1.0)
        self._optimizer.step()
        self.step += 1
        return total

    def check(self, lessons: Sequence[Encoded]) -> dict[str, float]:
        """Give the mean loss, and how often every token of an answer is the likeliest, told and not told apart."""
        import torch

        losses, right = [], {True: [0, 0], False: [0, 0]}
        declined = list(self.tokenize(f" {NOT_THERE}<|im_end|>"))
        with torch.no_grad():
            for lesson in lessons:
                loss, hit = self._losses(lesson)
                losses += loss.tolist()
                branches = lesson.branches[lesson.targets >= 0]
                for branch in np.unique(branches):
                    mine = branches == branch
                    told = lesson.targets[lesson.targets >= 0][mine].tolist() != declined
                    right[told][0] += bool(hit.numpy()[mine].all())
                    right[told][1] += 1
        return {
            "held_out_loss": float(np.mean(losses)),
            "exact": right[True][0] / max(1, right[True][1]),
            "declined": right[False][0] / max(1, right[False][1]),
        }

    def _losses(self, lesson: Encoded) -> tuple[Any, Any]:
        import torch

        seen = torch.from_numpy(lesson.seen())[None, None]
        hidden = self._model.model(
            input_ids=torch.from_numpy(lesson.tokens)[None],
            position_ids=torch.from_numpy(lesson.places)[None],
            attention_mask=torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min),
            use_cache=False,
        ).last_hidden_state[0]
        rows = torch.from_numpy(np.flatnonzero(lesson.targets >= 0))
        targets = torch.from_numpy(lesson.targets)[rows]
        scores = self._model.lm_head(hidden[rows])
        return torch.nn.functional.cross_entropy(scores, targets, reduction="none"), scores.argmax(-1) == targets

    def save(self, folder: Path) -> None:
        """Keep the state; a stop in the middle leaves the one before."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: each.detach().contiguous() for name, each in self._weights.items()}
        for name, weight in self._weights.items():
            moments = self._optimizer.state[weight]
            tensors |= {f"{name}|{part}": moments[part].contiguous() for part in ("exp_avg", "exp_avg_sq")}
        note = {"step": str(self.step), "recipe": json.dumps(asdict(self.recipe))}
        save_file(tensors, str(folder / f"{_STATE}.part"), metadata=note)
        (folder / f"{_STATE}.part").replace(folder / _STATE)
        write_json(folder / _CURVE, {"recipe": asdict(self.recipe), "curve": self.curve})

    def resume(self, folder: Path) -> None:
        """Go on from a state kept with the same recipe; else begin anew."""
        import torch
        from safetensors import safe_open

        if not (folder / _STATE).is_file():
            return
        with safe_open(str(folder / _STATE), "pt") as state:
            note = state.metadata()
            if json.loads(note["recipe"]) != asdict(self.recipe):
                return
            self.step = int(note["step"])
            for name, weight in self._weights.items():
                weight.data.copy_(state.get_tensor(name))
                self._optimizer.state[weight] = {
                    "step": torch.tensor(float(self.step)),
                    **{part: state.get_tensor(f"{name}|{part}") for part in ("exp_avg", "exp_avg_sq")},
                }
        self.curve = json.loads((folder / _CURVE).read_text())["curve"]

    def write(self, file: Path) -> Path:
        """Write the adapter for llama.cpp."""
        config = self._model.config
        card = AdapterCard(
            name="smollm2-135m-onrecord",
            base="SmolLM2 135M Instruct",
            licence="Apache-2.0",
            about="Reads dated news sentences: the short answer that stands in them, or that they do not hold it.",
            heads=config.num_attention_heads,
            key_heads=config.num_key_value_heads,
            alpha=self.recipe.alpha,
        )
        write_adapter(file, {name: each.detach().numpy() for name, each in self._weights.items()}, card)
        return file


def _pace(step: int, steps: int, warmup: int) -> float:
    if step < warmup:
        return (step + 1) / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))
