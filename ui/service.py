"""What every surface does for its caller, in one place: the command line, the API and MCP all call ``Service``.

It turns requests into the library's values and the library's values into responses. The moment "now" enters here and
nowhere below. It knows no HTTP and prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ingest.sources import read_sources
from qa.answer.wire import answer_json, article_json, article_row_json, hit_json, moment, searched_json, understood_json
from qa.errors import NotFoundError, SourceError
from qa.types import AnswerDone, AnswerEvent, Article, Question, Retrieval, SearchFilter, Turn
from ui import following
from ui.api import schemas
from ui.api.tending_schemas import RetiredOut
from ui.api.upkeep_schemas import DoctorOut
from ui.api.watch_schemas import FollowedOut
from ui.engines import QUOTES_ONLY, Engines
from ui.fetching import fetching
from ui.moments import parse_as_of, parse_since, parse_until
from ui.settling import settling

if TYPE_CHECKING:
    from ingest.readers.base import Item
    from ingest.report import Progress, Report
    from qa.compose import OnRecord


def utc_now() -> datetime:
    """Give the present moment; read at entry points only."""
    return datetime.now(UTC)


def _never() -> bool:
    return False


def _ignore(report: schemas.ReportOut) -> None:
    return None


def _ignore_tokens(read: int, written: int) -> None:
    return None


def filter_of(scope: schemas.Scope, now: datetime) -> SearchFilter:
    """Read the restrictions of a request.

    Raises:
        UsageError: a date is not one.
    """
    return SearchFilter(
        since=parse_since(scope.since) if scope.since else None,
        until=parse_until(scope.until) if scope.until else None,
        publishers=scope.publishers,
        domains=scope.domains,
        languages=scope.languages,
        articles=scope.articles,
        without_articles=scope.without_articles,
        as_of=parse_as_of(scope.as_of, now) if scope.as_of else None,
    )


def question_of(request: schemas.AskRequest, now: datetime) -> Question:
    """Read a question; it is asked ``now`` unless it says otherwise."""
    wanted = filter_of(request, now)
    return Question(
        text=request.question,
        as_of=wanted.as_of or now,
        filter=wanted,
        history=tuple(Turn(turn.question, turn.answer, turn.standalone_question) for turn in request.history),
        quotes_only=request.quotes_only or request.model == QUOTES_ONLY,
        infer=request.infer,
    )


def article_of(given: schemas.ArticleIn) -> Article:
    """Read an article that a caller wants to add."""
    values = given.model_dump()
    dated = {name: parse_since(values[name]) if values[name] else None for name in ("published", "modified")}
    return Article(**{**values, **dated})


class Service:
    """The library of one home, opened by this process.

    Args:
        onrecord: the opened library; the caller closes it.
        now: gives the present moment.
    """

    def __init__(self, onrecord: OnRecord, now: Callable[[], datetime] = utc_now) -> None:
        self.onrecord = onrecord
        self.now = now
        self.seen: Callable[[schemas.ReportOut], None] = _ignore
        self.seen_tokens: Callable[[int, int], None] = _ignore_tokens
        self._ingesting = Lock()

    @cached_property
    def engines(self) -> Engines:
        """The engines over this library, made when first needed."""
        return Engines(self.onrecord, self.seen_tokens)

    def ask(self, request: schemas.AskRequest) -> schemas.AnswerOut:
        """Answer a question.

        Raises:
            QuestionError: the question is empty or too long.
        """
        answered = [event for event in self.stream(request) if isinstance(event, AnswerDone)]
        return schemas.AnswerOut.model_validate(answer_json(answered[-1].answer))

    def stream(self, request: schemas.AskRequest, stopped: Callable[[], bool] = _never) -> Iterator[AnswerEvent]:
        """Answer a question event by event.

        Args:
            request: the question.
            stopped: asked while the model writes; once it is true the model stops and the iterator ends.
        """
        return self.engines.stream(request.model, question_of(request, self.now()), stopped)

    def search(self, request: schemas.SearchRequest) -> schemas.SearchOut:
        """Find passages, best first.

        Raises:
            QuestionError: the query is empty or too long.
        """
        now = self.now()
        wanted = filter_of(request, now)
        found = self.onrecord.retriever.search(
            Question(text=request.q, as_of=wanted.as_of or now, filter=wanted, infer=request.infer)
        )
        return _search_out(request.q, replace(found, passages=found.passages[: request.k]))

    def articles(self, scope: schemas.Scope, after: str | None = None, limit: int = 50) -> schemas.ArticlesOut:
        """List articles, ``limit`` at a time; ``after`` is the ``next`` of the page before."""
        found = self.onrecord.index.articles(filter_of(scope, self.now()), after=after, limit=limit)
        rows = tuple(
            schemas.ArticleRow.model_validate({**article_row_json(article), "fictional": article.fictional})
            for article in found
        )
        return schemas.ArticlesOut(articles=rows, next=rows[-1].id if len(rows) == limit else None)

    def article(self, article_id: str, version: int | None = None) -> schemas.ArticleOut:
        """Give one version of an article, the current one unless named.

        Raises:
            NotFoundError: there is no such article or version.
        """
        found = self.onrecord.index.article(article_id, version)
        versions = [_version_json(one) for one in self._versions(article_id)]
        return schemas.ArticleOut.model_validate({**article_json(found), "versions": versions})

    def _versions(self, article_id: str) -> Iterator[Article]:
        current = self.onrecord.index.article(article_id)
        yield current
        for number in range(current.version - 1, 0, -1):
            # A version that was never stored leaves a gap in the numbers.
            with suppress(NotFoundError):
                yield self.onrecord.index.article(article_id, number)

    def delete(self, article_ids: Sequence[str]) -> schemas.DeletedOut:
        """Delete articles with all their versions.

        Raises:
            NotFoundError: one of them does not exist; nothing is deleted then.
        """
        for article_id in article_ids:
            self.onrecord.index.article(article_id)
        return schemas.DeletedOut(deleted=self.onrecord.index.delete(article_ids))

    def publishers(self) -> schemas.PublishersOut:
        """List the outlets, the one with the most articles first."""
        found = sorted(self.onrecord.index.publishers(), key=lambda pair: (-pair[1], pair[0]))
        return schemas.PublishersOut(
            publishers=tuple(schemas.PublisherOut(name=name, articles=count) for name, count in found)
        )

    @property
    def default_model(self) -> str:
        """The model that answers unless another is named; ``quotes-only`` when there is none."""
        return self.models()[0][0]

    def models(self) -> tuple[tuple[str, str], ...]:
        """Give the names of what can answer now, and where each comes from, the default first."""
        return self.engines.names()

    def stats(self) -> schemas.StatsOut:
        """Give the library's size and bounds."""
        found = self.onrecord.index.stats()
        dated = {name: moment(getattr(found, name)) for name in ("oldest", "newest")}
        return schemas.StatsOut.model_validate({**asdict(found), **dated})

    def failed(self) -> schemas.FailedOut:
        """List what could not be ingested, the latest first."""
        found = self.onrecord.index.failures()
        return schemas.FailedOut(
            failed=tuple(
                schemas.FailedItem(
                    source=item.source,
                    reason=item.reason,
                    tries=item.tries,
                    last=item.last.isoformat(),
                    mapping=item.mapping,
                )
                for item in found
            )
        )

    def forget_failed(self, sources: Sequence[str]) -> None:
        """Forget that sources have failed."""
        self.onrecord.index.succeeded(sources)

    def retire(self, publisher: str | None, before: str | None) -> RetiredOut:
        """Delete what an outlet has published, or what was published before a day, or what is both.

        Raises:
            UsageError: neither is given, or the day is none.
        """
        done = self.onrecord.index.retire(publisher, parse_since(before) if before else None)
        return RetiredOut(deleted=len(done.deleted), kept=len(done.kept))

    def followed(self) -> FollowedOut:
        """Give everything that is followed."""
        return following.followed(self.onrecord.index)

    def follow(self, sources: Sequence[str], minutes: float) -> FollowedOut:
        """Follow more sources."""
        return following.follow(self.onrecord.index, sources, minutes)

    def unfollow(self, sources: Sequence[str]) -> FollowedOut:
        """Follow sources no longer."""
        return following.unfollow(self.onrecord.index, sources)

    def doctor(self, sample: int) -> DoctorOut:
        """Compare catalog, vectors and words, and measure what the approximate index misses."""
        found = self.onrecord.index.doctor(sample)
        return DoctorOut.model_validate({**asdict(found), "healthy": found.healthy})

    def reindex(self) -> None:
        """Rebuild the indexes beside the live ones and swap them in."""
        self.onrecord.index.reindex()

    def backup(self, to: Path) -> Path:
        """Copy the library into one file."""
        return self.onrecord.index.backup(to)

    def ready(self) -> schemas.HealthOut:
        """Say that questions can be answered, and from how many articles."""
        model = self.onrecord.engine.model
        articles = self.onrecord.index.stats().articles
        return schemas.HealthOut(status="ready", articles=articles, model=model.name if model else None)

    def add(self, request: schemas.AddRequest, progress: Progress | None = None) -> schemas.ReportOut:
        """Ingest the articles of the body and whatever its addresses lead to."""
        given: Iterable[Item] = chain(
            map(article_of, request.articles), (SourceError(one.source, one.reason) for one in request.failed)
        )
        with fetching(self.onrecord.settings.ingest, feed_only=request.feed_only) as options:
            items = chain(given, read_sources(request.urls, options)) if request.urls else given
            stored = request.urls and not request.dry_run
            with settling(self, request.urls, options.asked) if stored else nullcontext():
                return self.ingest(items, progress=progress, dry_run=request.dry_run, mapping=request.mapping)

    def ingest(
        self,
        items: Iterable[Item],
        *,
        progress: Progress | None = None,
        dry_run: bool = False,
        mapping: Sequence[str] = (),
    ) -> schemas.ReportOut:
        """Ingest articles as they are read; what failed is kept with its reason.

        Args:
            items: articles, and errors in place of those that could not be read.
            progress: told after every batch.
            dry_run: say what would happen and store nothing.
            mapping: how names are mapped in the reading, each ``FIELD=NAME``; kept with what failed.
        """
        return report_out(self.take(items, progress=progress, dry_run=dry_run, mapping=mapping))

    def take(
        self,
        items: Iterable[Item],
        *,
        progress: Progress | None = None,
        dry_run: bool = False,
        mapping: Sequence[str] = (),
    ) -> Report:
        """Ingest as ``ingest`` does, and give the pipeline's own report."""
        from ingest.pipeline import IngestPipeline

        library = self.onrecord
        pipeline = IngestPipeline(library.index, library.embedder, library.settings.ingest)
        # Two runs at once could both find a story missing and both add it.
        with self._ingesting:
            report = pipeline.ingest_articles(
                items, now=self.now(), progress=progress, dry_run=dry_run, mapping=mapping
            )
        self.seen(report_out(report))
        return report


def report_out(report: Report) -> schemas.ReportOut:
    """Give a report in the contract's shape."""
    return schemas.ReportOut.model_validate(asdict(report))


def _version_json(article: Article) -> dict[str, object]:
    whole = article_json(article)
    return {name: whole[name] for name in schemas.VersionOut.model_fields}


def _search_out(query: str, found: Retrieval) -> schemas.SearchOut:
    return schemas.SearchOut.model_validate(
        {
            "query": query,
            "understood": understood_json(found.understood),
            "searched": searched_json(found.searched),
            "notes": found.notes,
            "passages": [hit_json(rank, passage) for rank, passage in enumerate(found.passages, 1)],
        }
    )
