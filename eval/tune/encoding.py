"""Lessons as token numbers: the sheet once, every question on it in a branch of its own.

A branch sees the sheet and itself, never another branch, and its places go on from the sheet's end, so that each
question is read just as it will be when asked alone, while the sheet's tokens are computed once for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.tune.lessons import Lesson
from qa.answer.prompts import ANSWER_MARK, NOT_THERE, READING_SYSTEM, reading_question, reading_sheet

Tokenize = Callable[[str], Sequence[int]]
"""Gives a text's tokens, chat marks such as ``<|im_end|>`` as one token each, nothing added before or after."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One lesson in tokens.

    Args:
        tokens, places: shape (length,).
        branches: shape (length,): 0 for the sheet, then the number of the branch.
        targets: shape (length,): the token that follows in the answer, -1 where nothing is learnt.
    """

    tokens: Integers
    places: Integers
    branches: Integers
    targets: Integers

    def seen(self) -> npt.NDArray[np.bool_]:
        """Give which token (row) sees which (column); shape (length, length)."""
        same = np.equal.outer(self.branches, self.branches)
        seen: npt.NDArray[np.bool_] = np.tri(len(self.tokens), dtype=np.bool_) & (same | (self.branches == 0))
        return seen


def encode(lesson: Lesson, tokenize: Tokenize) -> Encoded:
    """Encode a lesson as the chat template of SmolLM2 (ChatML) and `reading_messages` render it."""
    sheet = reading_sheet(lesson.today, ((each.title, each.day, each.sentences) for each in lesson.reports))
    tokens = list(tokenize(f"<|im_start|>system\n{READING_SYSTEM}<|im_end|>\n<|im_start|>user\n{sheet}"))
    start = len(tokens)
    places, branches, targets = list(range(start)), [0] * start, [-1] * start
    for number, asked in enumerate(lesson.asked, 1):
        before = list(tokenize(question_turn(asked.question)))
        answer = list(tokenize(f" {asked.answer or NOT_THERE}<|im_end|>"))
        branch = [*before, *answer]
        tokens += branch
        places += range(start, start + len(branch))
        branches += [number] * len(branch)
        targets += [*[-1] * (len(before) - 1), *answer, -1]
    return Encoded(*(np.array(each, dtype=np.int64) for each in (tokens, places, branches, targets)))


def question_turn(question: str) -> str:
    """Give what stands between the sheet and the answer."""
    return f"{reading_question(question)}<|im_end|>\n<|im_start|>assistant\n{ANSWER_MARK}"
