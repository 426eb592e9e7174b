"""What a data card counts is what there is."""

from __future__ import annotations

import re
from pathlib import Path

from eval.tune.frames import load_frames
from eval.tune.lessons import make_lessons
from eval.tune.reader import ReaderRecipe
from eval.tune.schedule import split_frames

ROOT = Path(__file__).resolve().parents[1]
RECIPE = ReaderRecipe()
LEARNT, HELD_OUT = split_frames(load_frames(), RECIPE.held_out, RECIPE.seed)


def counted(page: str, pattern: str) -> list[int]:
    """Give the numbers of a page's sentence."""
    found = re.search(pattern, " ".join((ROOT / page).read_text("utf-8").split()))
    assert found, pattern
    return [int(number.replace(",", "")) for number in found.groups()]


def test_the_card_of_the_frames_counts_the_lessons_that_are_made() -> None:
    lessons = list(make_lessons(LEARNT, RECIPE.seed, RECIPE.rounds))
    told = counted("eval/tune/README.md", r"make (\d+) lessons of some ([\d,]+) questions")
    assert told == [len(lessons), round(sum(len(each.asked) for each in lessons), -2)]


def test_the_card_of_the_model_counts_the_questions_it_was_checked_with() -> None:
    asked = [each for lesson in make_lessons(HELD_OUT, RECIPE.seed + 1, 2) for each in lesson.asked]
    answered = sum(bool(each.answer) for each in asked)
    told = counted("qa/models/adapters/README.md", r"the (\d+) frames held out .* of (\d+) and of (\d+) questions")
    assert told == [len(HELD_OUT), answered, len(asked) - answered]
