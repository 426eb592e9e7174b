"""SQuAD 2.0 (Rajpurkar et al. 2018): questions on one text each, a third of them without an answer in it.

Reads ``dev-v2.0.json`` or ``train-v2.0.json`` as published; version 1.1 has the same shape and no unanswerable
questions. Each title is one article of its paragraphs, and its questions are asked of it alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from eval.datasets.base import Dataset, EvalQuestion, Line, matching_files, need_folder
from qa.errors import UnreadableError
from qa.types import Article

NAME = "squad"
AS_OF = datetime(2018, 6, 11, tzinfo=UTC)
"""The day that version 2.0 was published; its texts carry no dates."""


def load(data: Path | None) -> Dataset:
    """Read one file, or the development set of a folder.

    Raises:
        UsageError, NotFoundError, UnreadableError: nothing given, nothing there, or a broken file.
    """
    path = matching_files(need_folder(NAME, data), "dev-v*.json", "train-v*.json")[0]
    titles = _whole(path).lines("data")
    articles = tuple(_article(title) for title in titles)
    return Dataset(NAME, articles, tuple(question for title in titles for question in _questions(title)), 1.0)


def _whole(path: Path) -> Line:
    try:
        value = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise UnreadableError(path.name, f"it is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise UnreadableError(path.name, "it is not a JSON object")
    return Line(path.name, value)


def _article(title: Line) -> Article:
    text = "\n\n".join(paragraph.text("context") for paragraph in title.lines("paragraphs"))
    return Article(text=text, title=title.text("title").replace("_", " "), url=_address(title), source=title.source)


def _questions(title: Line) -> Iterator[EvalQuestion]:
    for paragraph in title.lines("paragraphs"):
        for asked in paragraph.lines("qas"):
            gold = tuple(dict.fromkeys(answer.text("text") for answer in asked.lines("answers")))
            yield EvalQuestion(
                id=asked.text("id"),
                text=asked.text("question"),
                gold=gold,
                as_of=AS_OF,
                kind="answerable" if gold else "unanswerable",
                articles=(_address(title),),
                answerable=bool(gold),
                gold_articles=(_address(title),) if gold else (),
                restrict=True,
            )


def _address(title: Line) -> str:
    return f"https://squad.invalid/{quote(title.text('title'), safe='')}"
