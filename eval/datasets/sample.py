"""The fictional sample news that comes with OnRecord, and its questions tagged by kind.

``articles.jsonl`` holds one article a line; a line with ``version_of`` is a later, corrected version of another and
lives at the same address. ``questions.jsonl`` names gold articles by the ``id`` of their line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from eval.datasets.base import Dataset, EvalQuestion, Line, article_key, json_lines
from qa.errors import UnreadableError
from qa.types import Article, Turn

T = TypeVar("T")
NAME = "sample"
ALL_OF = frozenset({"two_articles", "disagreement"})
"""The kinds whose gold answers must all be given; of the others any one is right."""
FOLDER = Path(__file__).resolve().parent.parent / "sample"


def load(data: Path | None = None) -> Dataset:
    """Read the sample news, from another folder in the same format where one is given.

    Raises:
        UnreadableError: a line is broken or names an article that is not there.
    """
    folder = data or FOLDER
    articles = load_articles(folder)
    questions = json_lines((folder / "questions.jsonl").read_text("utf-8"), "questions.jsonl")
    return Dataset(NAME, tuple(articles.values()), tuple(_question(line, articles) for line in questions))


def load_articles(folder: Path = FOLDER) -> dict[str, Article]:
    """Read the articles by the ``id`` of their line, in file order; later versions follow what they correct."""
    lines = list(json_lines((folder / "articles.jsonl").read_text("utf-8"), "articles.jsonl"))
    addresses = {line.text("id"): line.text("url") for line in lines}
    return {line.text("id"): _article(line, addresses) for line in lines}


def read_moment(line: Line, name: str) -> datetime | None:
    """Read an ISO 8601 moment with offset as aware UTC; ``None`` where it is missing or null."""
    value = line.optional(name)
    try:
        moment = datetime.fromisoformat(value) if value else None
    except ValueError as error:
        raise UnreadableError(line.source, f'the field "{name}" is not an ISO 8601 time') from error
    if moment is not None and moment.tzinfo is None:
        raise UnreadableError(line.source, f'the field "{name}" has no offset')
    return moment.astimezone(UTC) if moment else None


def read_history(line: Line) -> tuple[Turn, ...]:
    """Read the earlier turns of a conversation."""
    return tuple(Turn(turn.text("question"), turn.text("answer")) for turn in line.lines("history"))


def _article(line: Line, addresses: Mapping[str, str]) -> Article:
    corrected = line.optional("version_of")
    return Article(
        text=line.text("text"),
        title=line.text("title", ""),
        url=_named(line, addresses, corrected) if corrected else line.text("url"),
        publisher=line.optional("publisher"),
        published=read_moment(line, "published"),
        modified=read_moment(line, "modified"),
        authors=line.texts("authors"),
        language=line.optional("language"),
        section=line.optional("section"),
        correction=line.optional("correction"),
        source=f"sample:{line.text('id')}",
        fictional=True,
    )


def _question(line: Line, articles: Mapping[str, Article]) -> EvalQuestion:
    as_of = read_moment(line, "as_of")
    if as_of is None:
        raise UnreadableError(line.source, "it has no as_of")
    gold = line.texts("gold")
    together = line.text("kind") in ALL_OF and len(gold) > 1
    named = tuple(article_key(_named(line, articles, name)) for name in line.texts("gold_articles"))
    return EvalQuestion(
        id=line.text("id"),
        text=line.text("question"),
        gold=(" and ".join(gold),) if together else gold,
        parts=tuple((part,) for part in gold) if together else (),
        as_of=as_of,
        part="development",
        kind=line.text("kind"),
        history=read_history(line),
        articles=named,
        answerable=bool(gold),
        gold_articles=tuple(dict.fromkeys(named)),
        gold_quotes=line.texts("gold_quote"),
    )


def _named(line: Line, things: Mapping[str, T], name: str) -> T:
    if name not in things:
        raise UnreadableError(line.source, f'there is no article "{name}"')
    return things[name]
