"""Stories, and the lessons and pairs that are drawn from them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.tune.frames import FrameError, holds
from eval.tune.lessons import Asked, Lesson
from eval.tune.pairs import PairSet
from eval.tune.schedule import split_stories
from eval.tune.stories import Story, kin_of, load_stories
from eval.tune.story_lessons import make_story_lessons
from eval.tune.story_pairs import make_story_pairs
from qa.models.pairs import TASKS

QUESTION: dict[str, Any] = {
    "ask": ["What did the gull at Merrow take?"],
    "answer": "wedding ring",
    "in": [1],
    "claim": "A gull flew off with a ring.",
    "wrong": ["A gull flew off with a watch."],
}
STORY: dict[str, Any] = {
    "id": "mine-001",
    "group": "mine-01",
    "day": "2024-03-01",
    "title": "Gull spoils a wedding",
    "sentences": ["A wedding at Merrow was held up on Saturday.", "A gull had taken the wedding ring."],
    "questions": [QUESTION],
    "absent": ["Who married at Merrow?"],
}


@pytest.fixture(scope="module")
def stories() -> tuple[Story, ...]:
    return load_stories()


@pytest.fixture(scope="module")
def lessons(stories: tuple[Story, ...]) -> list[Lesson]:
    return list(make_story_lessons(stories, seed=1, rounds=1))


@pytest.fixture(scope="module")
def sets(stories: tuple[Story, ...]) -> list[PairSet]:
    return list(make_story_pairs(stories[:60], seed=3, rounds=1))


def asked_in(lessons: list[Lesson]) -> list[tuple[list[str], Asked]]:
    return [
        ([text for report in lesson.reports for text in report.sentences], asked)
        for lesson in lessons
        for asked in lesson.asked
    ]


def test_there_are_many_stories_in_groups_of_kin(stories: tuple[Story, ...]) -> None:
    assert len(stories) >= 500
    assert len({story.id for story in stories}) == len(stories)
    assert len({ask for story in stories for each in story.questions for ask in each.ask}) >= 5000
    assert min(map(len, kin_of(stories).values())) >= 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sentences": []}, "list index out of range|has sentences"),
        ({"questions": []}, "has sentences and questions"),
        ({"day": "soon"}, "Invalid isoformat"),
        ({"questions": [{**QUESTION, "answer": "watch"}]}, "'watch' does not stand in sentence 1"),
        ({"questions": [{**QUESTION, "in": [7]}]}, "index out of range"),
        ({"questions": [{**QUESTION, "wrong": [QUESTION["claim"]]}]}, "the claim is among the wrong ones"),
    ],
)
def test_bad_story_is_refused_with_its_line(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    (tmp_path / "mine.jsonl").write_text(json.dumps({**STORY, **changes}) + "\n", encoding="utf-8")
    with pytest.raises(FrameError, match=rf"mine\.jsonl, line 1: .*(?:{reason})"):
        load_stories(tmp_path)


def test_answers_stand_in_what_is_read_and_what_was_taken_out_does_not(lessons: list[Lesson]) -> None:
    for sentences, asked in asked_in(lessons):
        if asked.answer is not None:
            assert asked.sentence in sentences
            assert holds(asked.sentence or "", asked.answer)
        elif asked.kind == "taken_out":
            assert asked.sentence not in sentences


def test_a_third_is_not_answered_and_lessons_are_as_long_as_what_is_read(lessons: list[Lesson]) -> None:
    kinds = Counter(asked.kind for _, asked in asked_in(lessons))
    assert 0.28 <= (kinds["taken_out"] + kinds["absent"]) / kinds.total() <= 0.42
    assert 8 <= np.mean([sum(len(report.sentences) for report in lesson.reports) for lesson in lessons]) <= 11


def test_the_same_seed_draws_the_same_lessons_and_pairs(stories: tuple[Story, ...]) -> None:
    first, again, other = (list(make_story_lessons(stories[:30], seed, 1)) for seed in (5, 5, 6))
    assert first == again != other
    one, same, different = (list(make_story_pairs(stories[:6], seed, 1)) for seed in (5, 5, 6))
    assert one == same != different


def test_sets_have_right_and_wrong_pairs_of_both_tasks(sets: list[PairSet]) -> None:
    assert {each.task for each in sets} == set(TASKS)
    assert all(len(each.pairs) == len(each.right) > 0 and not all(each.right) for each in sets)
    assert sum(any(each.right) for each in sets) > 0.5 * len(sets)


def test_false_claims_are_never_right(stories: tuple[Story, ...], sets: list[PairSet]) -> None:
    false = {claim for story in stories[:60] for each in story.questions for claim in each.wrong}
    judged = [
        (claim, right)
        for each in sets
        if not each.ranked and each.task == "supports"
        for (claim, _), right in zip(each.pairs, each.right, strict=True)
        if claim in false
    ]
    assert judged
    assert not any(right for _, right in judged)


def test_kin_are_held_out_together(stories: tuple[Story, ...]) -> None:
    learnt, held_out = split_stories(stories, 0.08, 7)
    assert not {story.group for story in learnt} & {story.group for story in held_out}
    assert len(learnt) + len(held_out) == len(stories)
    assert len(held_out) >= 30
