"""What both trainings share: which frames and stories are held out, and how the learning rate goes."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from eval.tune.frames import Frame
from eval.tune.stories import Story


def split_frames(frames: Sequence[Frame], held_out: float, seed: int) -> tuple[list[Frame], list[Frame]]:
    """Part the frames into those learnt from and a share that is held out, by the seed."""
    shuffled = random.Random(seed).sample(frames, len(frames))  # noqa: S311
    few = round(len(frames) * held_out)
    return shuffled[few:], shuffled[:few]


def split_stories(stories: Sequence[Story], held_out: float, seed: int) -> tuple[list[Story], list[Story]]:
    """Part the stories likewise, a group never."""
    groups = sorted({story.group for story in stories})
    few = set(random.Random(seed).sample(groups, round(len(groups) * held_out)))  # noqa: S311
    return [each for each in stories if each.group not in few], [each for each in stories if each.group in few]


def pace(step: int, steps: int, warmup: int) -> float:
    """Give the share of the highest learning rate: a rise over ``warmup`` steps, then a cosine down to a twentieth."""
    if step < warmup:
        return (step + 1) / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))
