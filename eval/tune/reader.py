"""`onrecord tune reader`: a LoRA adapter (Hu et al. 2021) that teaches the embedded model to read dated sentences.

The base is the very file that answers, dequantized, so that the adapter makes up for its quantization too. Only the
answers' tokens are learnt from. Training goes on where it was stopped: weights, the optimizer's moments and the curve
lie in the folder as safetensors and JSON.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from eval.tune.adapter import AdapterCard, write_adapter
from eval.tune.encoding import Encoded, Tokenize, encode
from eval.tune.frames import Frame
from eval.tune.lessons import make_lessons
from eval.tune.schedule import pace, split_frames
from eval.tune.state import load_state, save_state
from qa.answer.prompts import NOT_THERE
from qa.errors import UsageError
from qa.models.encoders import bf16_is_native, hush

_PARTS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


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
    rounds: int = 3
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
    learnt, held_out = split_frames(frames, recipe.held_out, recipe.seed)
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


def load_base(file: Path) -> tuple[Any, Tokenize]:
    """Load a GGUF model, dequantized, with what gives a text's tokens.

    Where the processor multiplies bf16, the base is held in it, which is twice as fast; the adapter is not.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    hush()
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    dtype = torch.bfloat16 if bf16_is_native("cpu") else torch.float32
    model = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=dtype, quantization_config=GgufConfig(dequantize=True)
    )
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
            group["lr"] = self.recipe.rate * pace(self.step, steps, self.recipe.warmup)
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

        seen, dtype = torch.from_numpy(lesson.seen())[None, None], self._model.dtype
        hidden = self._model.model(
            input_ids=torch.from_numpy(lesson.tokens)[None],
            position_ids=torch.from_numpy(lesson.places)[None],
            attention_mask=torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min),
            use_cache=False,
        ).last_hidden_state[0]
        rows = torch.from_numpy(np.flatnonzero(lesson.targets >= 0))
        targets = torch.from_numpy(lesson.targets)[rows]
        scores = self._model.lm_head(hidden[rows]).float()
        return torch.nn.functional.cross_entropy(scores, targets, reduction="none"), scores.argmax(-1) == targets

    def save(self, folder: Path) -> None:
        """Keep the state; a stop in the middle leaves the one before."""
        save_state(folder, self._weights, self._optimizer, self.step, asdict(self.recipe), self.curve)

    def resume(self, folder: Path) -> None:
        """Go on from a state kept with the same recipe; else begin anew."""
        self.step, self.curve = load_state(folder, self._weights, self._optimizer, asdict(self.recipe))

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
