"""A small real library with a real engine: real embedder, real indexes, articles kept exactly as given."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import cast

from fakes import make_article

from ingest.split import split_article
from qa.answer.engine import NewsQueryEngine
from qa.library.index import NewsIndex
from qa.models.encoders import Embedder
from qa.models.llm import LanguageModel, Message
from qa.models.pairs import PairScorer, load_scorer
from qa.search.retrieve import NewsRetriever
from qa.settings import AnswerSettings, IngestSettings, RetrievalSettings
from qa.types import Answer, Article, IndexedArticle, Question

NOW = datetime(2025, 7, 1, tzinfo=UTC)
Says = Callable[[Sequence[Message]], Sequence[str]]


class ScriptedModel:
    """A large model that writes what it is told to; it notes how far it was read and whether it was closed."""

    name, llm, small, reads, grammar = "scripted", None, False, False, False

    def __init__(self, says: Says) -> None:
        self._says = says
        self.written = 0
        self.closed = False
        self.asked: list[Sequence[Message]] = []

    def stream(self, messages: Sequence[Message], **options: object) -> Generator[str, None, None]:
        self.asked.append(messages)
        try:
            for piece in self._says(messages):
                self.written += 1
                yield piece
        finally:
            self.closed = True

    def complete(self, messages: Sequence[Message], **options: object) -> str:
        return "".join(self.stream(messages, **options))


@cache
def shipped_scorer() -> PairScorer:
    """The scorer that comes with OnRecord."""
    return load_scorer()


class World:
    """An open library and what asks it."""

    def __init__(self, folder: Path, index: NewsIndex, embedder: Embedder, retriever: NewsRetriever) -> None:
        self.folder = folder
        self.index = index
        self._embedder = embedder
        self._retriever = retriever

    def engine(self, model: object = None, **settings: object) -> NewsQueryEngine:
        return NewsQueryEngine(
            self._retriever,
            self._embedder,
            AnswerSettings(**settings),  # type: ignore[arg-type]
            cast("LanguageModel | None", model),
            scorer=shipped_scorer(),
        )


def june_articles(stories: Sequence[tuple[int, str, str]]) -> list[Article]:
    """Make articles of June 2025, each of its day, title and text."""
    return [
        make_article(text, title=title, published=datetime(2025, 6, day, tzinfo=UTC)) for day, title, text in stories
    ]


@contextmanager
def opened_world(home: Path, embedder: Embedder, articles: Sequence[Article]) -> Iterator[World]:
    """Index articles as they are: nothing is cleaned, merged or refused."""
    with NewsIndex.open(home, embedder=embedder.name, dim=embedder.dim) as index:
        index.add([_indexed(article, embedder) for article in articles])
        retriever = NewsRetriever(index, embedder, RetrievalSettings())
        try:
            yield World(home, index, embedder, retriever)
        finally:
            retriever.close()


def assert_well_formed(answer: Answer, world: World) -> None:
    """What holds of every answer: quotes verbatim, numbers known, a supported claim has a quote."""
    numbers = {citation.number for citation in answer.citations}
    assert numbers == set(range(1, len(numbers) + 1))
    for citation in answer.citations:
        stored = world.index.article(citation.article_id, citation.version).text
        assert stored[citation.start : citation.end] == citation.quote
    for claim in answer.claims:
        assert set(claim.citations) <= numbers
        assert bool(claim.citations) == claim.supported
    assert (answer.mode == "abstained") == (not any(claim.supported for claim in answer.claims))


def asked_in_quotes(world: World, question: str) -> Answer:
    """Ask without a model, and check what holds of every answer."""
    found = world.engine().ask(Question(question, as_of=NOW, quotes_only=True))
    assert_well_formed(found, world)
    return found


def _indexed(article: Article, embedder: Embedder) -> IndexedArticle:
    passages = split_article(article, embedder.count, IngestSettings())
    vectors = embedder.embed_passages([article.title] * len(passages), passages)
    return IndexedArticle(article, tuple(passages), tuple(vectors))
