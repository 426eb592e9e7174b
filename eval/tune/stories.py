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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from eval.tune.frames import FrameError, Question, check_question, read_lines, read_question


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
    return tuple(read_lines(folder or Path(str(resources.files("eval.tune") / "stories")), _story))


def kin_of(stories: Sequence[Story]) -> Mapping[str, tuple[Story, ...]]:
    """Give for each story's id the others of its group."""
    groups: dict[str, list[Story]] = {}
    for story in stories:
        groups.setdefault(story.group, []).append(story)
    return {story.id: tuple(each for each in groups[story.group] if each is not story) for story in stories}


def _story(row: Mapping[str, Any]) -> Story:
    story = Story(
        id=row["id"],
        group=row["group"],
        day=date.fromisoformat(row["day"]),
        title=row["title"],
        sentences=tuple(row["sentences"]),
        questions=tuple(map(read_question, row["questions"])),
        absent=tuple(row["absent"]),
    )
    if not story.sentences or not story.questions:
        raise FrameError("a story has sentences and questions")
    for question in story.questions:
        check_question(question, story.sentences)
    return story
