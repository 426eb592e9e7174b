"""Stories of made-up news: whole short articles as a newsroom would print them, and questions on them.

A story is one JSON object a line of ``eval/tune/stories/*.jsonl``:

    {"id": "sport-014", "group": "sport-05", "day": "2023-02-10", "title": "Keeper, 41, saves two penalties",
     "sentences": ["…", "…"], "absent": ["Which club did the keeper join at 18?"],
     "questions": [{"ask": ["How old is the goalkeeper who …?", "…"], "answer": "41", "in": [2],
                    "claim": "The goalkeeper is 41 years old.", "wrong": ["The goalkeeper is 14 years old."]}]}

Unlike a frame (`eval.tune.frames`) it has no blanks. The stories of a group could be mistaken for one another, such as
three strikes with other places and figures, and none of them answers a question on another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from eval.tune.frames import FrameError, Question, holds


@dataclass(frozen=True, slots=True)
class Story:
    """A short fictional article and questions on it.

    Args:
        group: shared by the stories that could be mistaken for this one.
        absent: questions that no story of the group answers though it looks as if.
    """

    id: str
    group: str
    day: date
    title: str
    sentences: tuple[str, ...]
    questions: tuple[Question, ...]
    absent: tuple[str, ...]


def load_stories(folder: Path | None = None) -> tuple[Story, ...]:
    """Read every story, ours or those of a folder.

    Raises:
        FrameError: a line is no story; the message names its file and line.
    """
    files = sorted((folder or Path(str(resources.files("eval.tune") / "stories"))).glob("*.jsonl"))
    return tuple(story for file in files for story in _read(file))


def kin_of(stories: Sequence[Story]) -> Mapping[str, tuple[Story, ...]]:
    """Give for each story's id the others of its group."""
    groups: dict[str, list[Story]] = {}
    for story in stories:
        groups.setdefault(story.group, []).append(story)
    return {story.id: tuple(each for each in groups[story.group] if each is not story) for story in stories}


def _read(file: Path) -> Iterator[Story]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            story = _story(json.loads(line))
            _check(story)
        except (ValueError, KeyError, TypeError, IndexError, FrameError) as error:
            raise FrameError(f"{file.name}, line {number}: {error!s}") from error
        yield story


def _story(row: Mapping[str, Any]) -> Story:
    return Story(
        id=row["id"],
        group=row["group"],
        day=date.fromisoformat(row["day"]),
        title=row["title"],
        sentences=tuple(row["sentences"]),
        questions=tuple(
            Question(tuple(each["ask"]), each["answer"], tuple(each["in"]), each["claim"], tuple(each["wrong"]))
            for each in row["questions"]
        ),
        absent=tuple(row["absent"]),
    )


def _check(story: Story) -> None:
    if not story.sentences or not story.questions:
        raise FrameError("a story has sentences and questions")
    for question in story.questions:
        for number in question.told_in:
            if not holds(story.sentences[number], question.answer):
                raise FrameError(f"{question.answer!r} does not stand in sentence {number} for {question.ask[0]!r}")
        if question.claim in question.wrong:
            raise FrameError(f"the claim is among the wrong ones: {question.claim!r}")
