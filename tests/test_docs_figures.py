"""What a data card counts is what there is."""

from __future__ import annotations

import re
from pathlib import Path

from eval.tune.frames import load_frames
from eval.tune.lessons import make_lessons
from eval.tune.reader import ReaderRecipe
from eval.tune.schedule import split_frames, split_stories
from eval.tune.stories import load_stories
from eval.tune.story_lessons import make_story_lessons
from eval.tune.support import SupportRecipe

ROOT = Path(__file__).resolve().parents[1]
RECIPE = ReaderRecipe()
LEARNT, _ = split_frames(load_frames(), RECIPE.held_out, RECIPE.seed)


def counted(page: str, pattern: str) -> list[int]:
    """Give the numbers of a page's sentence."""
    found = re.search(pattern, " ".join((ROOT / page).read_text("utf-8").split()))
    assert found, pattern
    return [int(number.replace(",", "")) for number in found.groups()]


def test_the_card_of_the_frames_counts_the_lessons_that_are_made() -> None:
    lessons = list(make_lessons(LEARNT, RECIPE.seed, RECIPE.rounds))
    told = counted("eval/tune/README.md", r"make (\d+) lessons of some ([\d,]+) questions")
    assert told == [len(lessons), round(sum(len(each.asked) for each in lessons), -2)]


def test_the_card_of_the_scorer_counts_the_frames_it_has_learnt_from() -> None:
    recipe = SupportRecipe()
    learnt, held_out = split_frames(load_frames(), recipe.held_out, recipe.seed)
    told = counted("qa/models/adapters/README.md", r"learnt from (\d+) frames, (\d+) held out")
    assert told == [len(learnt), len(held_out)]


def test_the_card_of_the_frames_counts_them() -> None:
    frames = load_frames()
    told = counted("eval/tune/README.md", r"holds (\d+) short articles .*? and ([\d,]+) questions on them")
    assert told == [len(frames), sum(len(each.questions) for each in frames)]


def test_the_card_of_the_stories_counts_them_and_the_lessons_that_are_made() -> None:
    stories = load_stories()
    told = counted("eval/tune/README.md", r"holds (\d+) short articles of made-up news and ([\d,]+) questions on them")
    assert told == [len(stories), sum(len(each.questions) for each in stories)]
    learnt, _ = split_stories(stories, RECIPE.held_out, RECIPE.seed)
    lessons = list(make_story_lessons(learnt, RECIPE.seed, RECIPE.story_rounds))
    made = counted("eval/tune/README.md", r"over the stories make (\d+) lessons of some ([\d,]+) questions")
    assert made == [len(lessons), round(sum(len(each.asked) for each in lessons), -2)]
