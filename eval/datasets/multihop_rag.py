"""MultiHop-RAG (Tang and Yang 2024): questions whose evidence lies in two to four news articles.

Reads ``corpus.json`` and ``MultiHopRAG.json`` as published. A ``null_query`` is answered by no article. Questions carry
no moment: they are asked after the newest article. A question has many true answers in the text (*Yes*, *No*), so the
benchmark's own accuracy is reported beside EM and F1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eval.datasets.base import Dataset, EvalQuestion, Line, json_list, matching_files, need_folder
from qa.errors import UnreadableError
from qa.types import Article

NAME = "multihop_rag"
NO_ANSWER = "null_query"
WORDLESS = frozenset({"yes", "no", "before", "after"})
"""Gold answers that occur in nearly every article: whether one holds the answer cannot be told by looking for them."""


def load(data: Path | None) -> Dataset:
    """Read corpus and questions.

    Raises:
        UsageError, NotFoundError, UnreadableError: no folder given, nothing there, or a broken file.
    """
    folder = need_folder(NAME, data)
    corpus, queries = (matching_files(folder, f"{name}.json")[0] for name in ("corpus", "MultiHopRAG"))
    articles = tuple(_article(line) for line in json_list(corpus.read_text("utf-8"), corpus.name))
    as_of = _after(articles, corpus.name)
    lines = json_list(queries.read_text("utf-8"), queries.name)
    return Dataset(NAME, articles, tuple(_question(at, line, as_of) for at, line in enumerate(lines)))


def _article(line: Line) -> Article:
    return Article(
        text=line.text("body"),
        title=line.text("title", ""),
        url=line.text("url"),
        publisher=line.optional("source"),
        published=_moment(line),
        authors=line.texts("author"),
        section=line.optional("category"),
        source=line.source,
    )


def _question(at: int, line: Line, as_of: datetime) -> EvalQuestion:
    kind = line.text("question_type")
    evidence = line.lines("evidence_list")
    answer = line.text("answer")
    urls = tuple(dict.fromkeys(item.text("url") for item in evidence))
    gold = () if kind == NO_ANSWER else (answer,)
    return EvalQuestion(
        id=str(at),
        text=line.text("query"),
        gold=gold,
        as_of=as_of,
        kind=kind,
        articles=urls,
        answerable=None if answer.lower() in WORDLESS else bool(gold),
        gold_articles=urls,
        gold_quotes=tuple(item.text("fact") for item in evidence) if gold else (),
    )


def _after(articles: Sequence[Article], source: str) -> datetime:
    dates = [article.published for article in articles if article.published]
    if not dates:
        raise UnreadableError(source, "no article has a date, so there is no moment to ask at")
    return max(dates) + timedelta(days=1)


def _moment(line: Line) -> datetime | None:
    value = line.optional("published_at")
    try:
        moment = datetime.fromisoformat(value) if value else None
    except ValueError as error:
        raise UnreadableError(line.source, 'the field "published_at" is not an ISO 8601 time') from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC) if moment else None
