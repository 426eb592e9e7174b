"""Ingesting into a home that a server owns: sources are read here, articles are posted there, reports are added up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from pydantic import ValidationError

from ingest.report import MOST_ERRORS, Progress, Silent, Status
from qa.errors import SourceError
from qa.types import Article
from ui.api import schemas

if TYPE_CHECKING:
    from ingest.readers.base import Item

_BATCH = 64
_COUNTS = ("added", "updated", "unchanged", "duplicates", "failed", "passages", "rough")


class Poster(Protocol):
    """Whoever takes articles for the owner."""

    def add(self, request: schemas.AddRequest) -> schemas.ReportOut:
        """Ingest articles."""


def post(
    poster: Poster, items: Iterable[Item], progress: Progress | None, request: schemas.AddRequest
) -> schemas.ReportOut:
    """Post articles as they are read and give one report of all.

    Args:
        request: what every one of the requests says, but for the articles.

    Raises:
        ServerError: the owner did not take them; what was posted before is stored.
    """
    began, total, told = time.monotonic(), schemas.ReportOut(), progress or Silent()
    source = iter(items)
    while batch := list(islice(source, _BATCH)):
        total = combined(total, _posted(poster, batch, request))
        seconds = time.monotonic() - began
        told.update(Status(_inputs(total), total.added + total.updated, total.passages, seconds, batch[-1].source))
    return total.model_copy(update={"seconds": time.monotonic() - began})


def combined(one: schemas.ReportOut, other: schemas.ReportOut) -> schemas.ReportOut:
    """Add two reports up."""
    counts = {name: getattr(one, name) + getattr(other, name) for name in _COUNTS}
    return schemas.ReportOut(
        **counts,
        seconds=one.seconds + other.seconds,
        errors=(*one.errors, *other.errors)[:MOST_ERRORS],
        warnings=(*one.warnings, *other.warnings)[:MOST_ERRORS],
    )


def _posted(poster: Poster, batch: list[Item], request: schemas.AddRequest) -> schemas.ReportOut:
    read = [item if isinstance(item, SourceError) else _given(item) for item in batch]
    failed = [item for item in read if isinstance(item, SourceError)]
    given = tuple(item for item in read if isinstance(item, schemas.ArticleIn))
    errors = tuple(schemas.SourceErrorOut(source=error.source, reason=error.reason) for error in failed)
    return poster.add(request.model_copy(update={"articles": given, "failed": errors}))


def _given(article: Article) -> schemas.ArticleIn | SourceError:
    try:
        return schemas.ArticleIn.model_validate(dict(_fields(article)))
    except ValidationError as error:
        first = error.errors()[0]
        return SourceError(article.source, f"its {first['loc'][0]} cannot be sent ({first['msg'].lower()})")


def _fields(article: Article) -> Iterator[tuple[str, object]]:
    for name in schemas.ArticleIn.model_fields:
        value = getattr(article, name)
        yield name, value.isoformat() if name in {"published", "modified"} and value else value


def _inputs(report: schemas.ReportOut) -> int:
    return report.added + report.updated + report.unchanged + report.duplicates + report.failed
