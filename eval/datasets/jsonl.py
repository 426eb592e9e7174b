"""A user's own questions, one JSON object a line, about the user's own articles.

A folder holds ``questions.jsonl`` and ``articles`` (a folder or file that ``onrecord ingest`` reads, such as
``articles.jsonl``). A question has ``question`` and ``gold`` (a text, a list of acceptable ones, or an empty list where
the articles do not say), and may have ``id``, ``kind``, ``as_of``, ``history``, ``gold_articles`` (addresses, or the
articles' own ids) and ``gold_quote``. Without ``as_of`` it is asked after the newest article.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from eval.datasets.base import Dataset, EvalQuestion, Line, article_key, json_lines, need_folder
from eval.datasets.sample import read_history, read_moment
from ingest.sources import ReadOptions, read_sources
from qa.errors import NotFoundError, SourceError, UnreadableError
from qa.types import Article

NAME = "jsonl"


def load(data: Path | None) -> Dataset:
    """Read questions and articles from a folder.

    Raises:
        UsageError, NotFoundError: no folder given, or something is not in it.
        SourceError: an article or a question cannot be read.
    """
    folder = need_folder(NAME, data)
    articles = _read(_articles(folder))
    newest = max((a.published for a in articles if a.published), default=None)
    path = folder / "questions.jsonl"
    if not path.is_file():
        raise NotFoundError(f"There is no questions.jsonl in {folder}; `onrecord eval make` drafts one.")
    lines = json_lines(path.read_text("utf-8"), path.name)
    own = {each.provider_id: article_key(each) for each in articles if each.provider_id}
    return Dataset(NAME, articles, tuple(_question(at, line, newest, own) for at, line in enumerate(lines, 1)))


def _articles(folder: Path) -> Path:
    found = next((path for path in (folder / "articles", folder / "articles.jsonl") if path.exists()), None)
    if found is None:
        raise NotFoundError(f"There is neither a folder articles nor a file articles.jsonl in {folder}.")
    return found


def _read(path: Path) -> tuple[Article, ...]:
    items = list(read_sources([str(path)], ReadOptions()))
    refused = next((item for item in items if isinstance(item, SourceError)), None)
    if refused is not None:
        raise refused
    return tuple(item for item in items if isinstance(item, Article))


def _question(at: int, line: Line, newest: datetime | None, own: Mapping[str, str]) -> EvalQuestion:
    gold = line.texts("gold") or line.texts("answer")
    needed = tuple(own.get(name, name) for name in line.texts("gold_articles"))
    return EvalQuestion(
        id=line.text("id", str(at)),
        text=line.text("question"),
        gold=gold,
        as_of=_moment(line, newest),
        kind=line.text("kind", "single_fact" if gold else "not_in_articles"),
        history=read_history(line),
        articles=needed,
        answerable=bool(gold),
        gold_articles=needed,
        gold_quotes=line.texts("gold_quote"),
    )


def _moment(line: Line, newest: datetime | None) -> datetime:
    moment = read_moment(line, "as_of") or (newest + timedelta(days=1) if newest else None)
    if moment is None:
        raise UnreadableError(line.source, "it has no as_of, and no article has a date to ask after")
    return moment
