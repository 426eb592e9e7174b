"""The reader is trained in stages: frames, stories, practice; a stopped training goes on, and one may begin later."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_eval_tune import tiny_model, words
from test_eval_tune_practice import ALL

from eval.tune import reader
from eval.tune.frames import load_frames
from eval.tune.lessons import make_lessons
from eval.tune.reader import ReaderRecipe, train_reader
from eval.tune.stories import load_stories
from eval.tune.story_lessons import make_story_lessons

RECIPE = ReaderRecipe(
    rank=2, alpha=4, rate=1e-2, story_rate=1e-4, practice_rate=1e-6, warmup=1, batch=1, held_out=0.3, every=1000,
    upper=2, rounds=1, story_rounds=1, practice_rounds=1, taken_out=0.4, review=0.5,
)  # fmt: skip
FRAMES, STORIES = load_frames()[:6], load_stories()[:12]


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Train a tiny model, and note the learning rate of each step."""
    seen = list[float]()

    class Noted(reader.Teacher):
        def learn(self, lessons: Any, rate: float) -> float:
            seen.append(rate)
            return super().learn(lessons, rate)

    monkeypatch.setattr(reader, "load_base", lambda file: (tiny_model(), words))
    monkeypatch.setattr(reader, "Teacher", Noted)
    return seen


def trained(folder: Path, **more: Any) -> list[str]:
    said = list[str]()
    file = train_reader(FRAMES, STORIES, Path("base.gguf"), folder, RECIPE, said.append, **more)
    assert file.is_file()
    return said


def stages(rates: list[float]) -> list[int]:
    """Give the steps of each stage, told apart by their rates."""
    highest = (RECIPE.rate, RECIPE.story_rate, RECIPE.practice_rate)
    return [sum(most * 0.04 < rate <= most for rate in rates) for most in highest]


def test_each_stage_follows_the_one_before_at_a_rate_of_its_own(tmp_path: Path, rates: list[float]) -> None:
    said = trained(tmp_path, sheets=ALL)
    first, second, third = stages(rates)
    assert (first, second, third) == (4, 9 + 4, 4 + 2)  # half as many of the stage before stand among the last two
    assert "4 frames, 9 stories, 5 sheets, 23 lessons, 23 steps" in said
    curve = json.loads((tmp_path / "curve.json").read_text())["curve"]
    assert [point["step"] for point in curve] == [23]


def test_without_practice_stories_are_the_last(tmp_path: Path, rates: list[float]) -> None:
    trained(tmp_path)
    assert stages(rates) == [4, 9 + 4, 0]


def test_an_adapter_that_has_learnt_the_rest_begins_the_last_stage(tmp_path: Path, rates: list[float]) -> None:
    trained(tmp_path / "before")
    rates.clear()
    trained(tmp_path / "after", begin=tmp_path / "before" / "reader.gguf", sheets=ALL)
    assert stages(rates) == [0, 0, 6]


def test_a_training_that_was_stopped_goes_on_where_its_state_was_kept(tmp_path: Path, rates: list[float]) -> None:
    recipe = replace(RECIPE, every=5)

    def train(say: Callable[[str], None]) -> None:
        train_reader(FRAMES, STORIES, Path("base.gguf"), tmp_path, recipe, say, sheets=ALL)

    def stop(line: str) -> None:
        if line.startswith("step 20/"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(stop)
    assert len(rates) == 20
    rates.clear()
    train(lambda line: None)
    assert stages(rates) == [0, 2, 6]  # from the fifteenth on, the last step whose state was kept
    rates.clear()
    train(lambda line: None)
    assert rates == []


def test_one_frame_and_one_group_of_stories_are_learnt_from_without_strangers() -> None:
    assert len(list(make_lessons(FRAMES[:1], seed=1, rounds=2))) == 2
    assert len(list(make_story_lessons(STORIES[:3], seed=1, rounds=1))) == 3
