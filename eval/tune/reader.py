"""`onrecord tune reader`: a LoRA adapter (Hu et al. 2021) that teaches the embedded model to read dated sentences.

It learns from frames first, which never give away an answer by more than their sentences, then from stories, which are
written and asked as news is, with some frames among them so that nothing is unlearnt, and last from the sets of
practice, where it reads what retrieval and evidence chose, with some stories among them. The base is the very file that
answers, dequantized, so that the adapter makes up for its quantization too. Only the answers' tokens are learnt from.
Training goes on where it was stopped: weights, the optimizer's moments and the curve lie in the folder as safetensors
and JSON.
"""

from __future__ import annotations

import json
import random
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.tune.adapter import AdapterCard, read_adapter, write_adapter
from eval.tune.encoding import Encoded, Tokenize, encode
from eval.tune.frames import Frame
from eval.tune.lessons import Lesson, make_lessons
from eval.tune.practice_lessons import Sheet, make_practice_lessons
from eval.tune.schedule import pace, split_frames, split_stories
from eval.tune.state import load_state, save_state
from eval.tune.stories import Story
from eval.tune.story_lessons import make_story_lessons
from qa.answer.prompts import NOT_THERE
from qa.errors import UsageError
from qa.models.encoders import bf16_is_native, hush

_PARTS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class ReaderRecipe:
    """How the adapter is trained.

    Args:
        rounds: lessons drawn from each frame in the first stage.
        story_rounds: lessons drawn from each story in the second.
        practice_rounds: rounds over the questions of practice in the third.
        taken_out: lessons of practice whose answer was taken out, for each that holds it.
        review: lessons of the stage before for each lesson of the second and third.
        rate, story_rate, practice_rate: AdamW's highest learning rate in each stage; it rises over ``warmup`` steps and
            falls as a cosine.
        batch: lessons a step.
        held_out: share of the frames, and of the stories' groups, that are kept for the validation curve and never
            learnt from.
        every: steps between validations and saved states.
        upper: layers from the top that learn; the others are left as they are, which saves their backward pass.
    """

    seed: int = 7
    rounds: int = 3
    story_rounds: int = 2
    practice_rounds: int = 2
    taken_out: float = 0.6
    review: float = 0.25
    rank: int = 16
    alpha: int = 32
    rate: float = 6e-4
    story_rate: float = 3e-4
    practice_rate: float = 3e-4
    warmup: int = 20
    batch: int = 4
    held_out: float = 0.08
    every: int = 50
    upper: int = 20


def train_reader(
    frames: Sequence[Frame],
    stories: Sequence[Story],
    base: Path,
    folder: Path,
    recipe: ReaderRecipe,
    say: Callable[[str], None],
    begin: Path | None = None,
    sheets: Sequence[Sheet] = (),
) -> Path:
    """Train, or go on training, and write ``reader.gguf``; gives that file.

    Args:
        base: the GGUF file of the embedded model.
        folder: where state, curve and adapter are kept.
        begin: an adapter that has learnt all but the last stage already.
        sheets: what the sets of practice ask, and of what; without any there is no third stage.

    Raises:
        UsageError: the packages that training needs are not installed, or ``begin`` is no adapter of this shape.
    """
    if missing := [name for name in ("gguf", "peft") if find_spec(name) is None]:
        raise UsageError(f"Training needs {' and '.join(missing)}: install them with `pip install 'onrecord[tune]'`.")
    learnt, held_out = split_frames(frames, recipe.held_out, recipe.seed)
    teacher = Teacher(*load_base(base), recipe)
    told, kept = split_stories(stories, recipe.held_out, recipe.seed)
    stages = _stages(learnt, told, sheets, recipe)
    checks = [encode(each, teacher.tokenize) for each in make_lessons(held_out, recipe.seed + 1, 2)]
    story_checks = [encode(each, teacher.tokenize) for each in make_story_lessons(kept, recipe.seed + 1, 2)]
    steps = [step for stage in stages for step in _steps(*stage, recipe)]
    lessons = sum(len(lessons) for lessons, _ in stages)
    say(f"{len(learnt)} frames, {len(told)} stories, {len(sheets)} sheets, {lessons} lessons, {len(steps)} steps")
    say(f"{len(held_out)} frames and {len(kept)} stories held out")
    if not teacher.resume(folder) and begin is not None:
        teacher.begin(begin, len(steps) - len(_steps(*stages[-1], recipe)))
    started, begun = time.monotonic(), teacher.step
    for step in steps[begun:]:
        if step.begins_stage:
            teacher.forget_moments()
        loss = teacher.learn([encode(each, teacher.tokenize) for each in step.lessons], step.rate)
        if teacher.step % 10 == 0:
            left = (len(steps) - teacher.step) * (time.monotonic() - started) / (teacher.step - begun)
            say(f"step {teacher.step}/{len(steps)}  loss {loss:.3f}  {left / 60:.0f} minutes left")
        if teacher.step % recipe.every == 0 or teacher.step == len(steps):
            found = teacher.check(checks)
            on_stories = {f"story_{name}": value for name, value in teacher.check(story_checks).items()}
            teacher.curve.append({"step": teacher.step, "loss": loss, **found, **on_stories})
            say(json.dumps(teacher.curve[-1]))
            teacher.save(folder)
    return teacher.write(folder / "reader.gguf")


@dataclass(frozen=True, slots=True)
class _Step:
    """The lessons of one step, its learning rate, and whether a stage begins with it."""

    lessons: Sequence[Lesson]
    rate: float
    begins_stage: bool


def _steps(lessons: Sequence[Lesson], highest: float, recipe: ReaderRecipe) -> list[_Step]:
    """Give the steps of a stage from its lessons and its highest learning rate."""
    count = len(lessons) // recipe.batch
    return [
        _Step(lessons[at * recipe.batch : (at + 1) * recipe.batch], highest * pace(at, count, recipe.warmup), at == 0)
        for at in range(count)
    ]


def _stages(
    frames: Sequence[Frame], stories: Sequence[Story], sheets: Sequence[Sheet], recipe: ReaderRecipe
) -> list[tuple[list[Lesson], float]]:
    """Give the lessons of each stage in the order in which they are learnt, and its highest learning rate."""
    first = list(make_lessons(frames, recipe.seed, recipe.rounds))
    second = list(make_story_lessons(stories, recipe.seed, recipe.story_rounds))
    second = _reviewed(second, make_lessons(frames, recipe.seed + 2, recipe.rounds), recipe)
    third = make_practice_lessons(sheets, recipe.seed, recipe.practice_rounds, recipe.taken_out)
    third = _reviewed(third, make_story_lessons(stories, recipe.seed + 2, recipe.story_rounds), recipe)
    stages = ((first, recipe.rate), (second, recipe.story_rate), (third, recipe.practice_rate))
    return [stage for stage in stages if stage[0]]


def _reviewed(lessons: Sequence[Lesson], before: Iterator[Lesson], recipe: ReaderRecipe) -> list[Lesson]:
    """Put some lessons of the stage before among those of a stage."""
    both = [*lessons, *islice(before, round(len(lessons) * recipe.review))]
    random.Random(recipe.seed).shuffle(both)  # noqa: S311
    return both


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

    def begin(self, file: Path, step: int) -> None:
        """Begin at a step with the weights of an adapter."""
        import torch

        for name, weight in read_adapter(file, list(self._weights), self._card()).items():
            self._weights[name].data.copy_(torch.from_numpy(weight))
        self.step = step

    def forget_moments(self) -> None:
        """Begin the optimizer anew, as a stage that begins with an adapter's file does."""
        self._optimizer.state.clear()

    def learn(self, lessons: Sequence[Encoded], rate: float) -> float:
        """Take one step at a learning rate and give the mean loss."""
        import torch

        for group in self._optimizer.param_groups:
            group["lr"] = rate
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

    def resume(self, folder: Path) -> bool:
        """Go on from a state kept with the same recipe, else begin anew; says whether there was one."""
        self.step, self.curve = load_state(folder, self._weights, self._optimizer, asdict(self.recipe))
        return self.step > 0

    def write(self, file: Path) -> Path:
        """Write the adapter for llama.cpp."""
        write_adapter(file, {name: each.detach().numpy() for name, each in self._weights.items()}, self._card())
        return file

    def _card(self) -> AdapterCard:
        config = self._model.config
        return AdapterCard(
            name="smollm2-135m-onrecord",
            base="SmolLM2 135M Instruct",
            licence="Apache-2.0",
            about="Reads dated news sentences: the short answer that stands in them, or that they do not hold it.",
            heads=config.num_attention_heads,
            key_heads=config.num_key_value_heads,
            alpha=self.recipe.alpha,
        )
