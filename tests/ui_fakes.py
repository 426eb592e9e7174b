"""A scripted library for the tests of the surfaces: a few articles, an engine that says what it was told to say."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeEmbedder, make_article, whole

from qa.errors import ModelMissingError, NotFoundError, QuestionError
from qa.library.stats import IndexStats
from qa.models.llm import ModelTimings, Token
from qa.settings import Settings
from qa.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    Article,
    Carrier,
    Citation,
    Claim,
    ClaimReady,
    Question,
    Retrieval,
    ScoredPassage,
    SearchDone,
    Searched,
    SearchFilter,
    Timings,
    Understood,
)
from ui.stoppable import StoppableModel

GRADIO_WARNINGS = [
    pytest.mark.filterwarnings(f"ignore:.*{word}")
    for word in ("no_silent_downcasting", "The copy keyword is deprecated")
]
"""Marks for tests of the mounted chat: Gradio counts its events with an option and a keyword that pandas deprecated."""

NOW = datetime(2025, 4, 1, 12, tzinfo=UTC)
BRIDGE = make_article(
    "The Tallow Bridge reopened on Monday. Repairs took eleven months.",
    id="bridge1",
    title="Bridge reopens",
    url="https://herald.example/bridge",
    fictional=True,
    source="bridge.txt",
    valid_from=datetime(2025, 3, 1, tzinfo=UTC),
    carriers=(Carrier("The Herald", "https://herald.example/bridge", datetime(2025, 3, 1, tzinfo=UTC)),),
)
FERRY = make_article("The ferry stopped.", id="ferry1", title="Ferry stops", publisher="Radio North", published=None)


def quote_of(article: Article, quote: str, number: int = 1) -> Citation:
    start = article.text.index(quote)
    return Citation(
        number, article.id, article.version, article.title, article.url, article.publisher,
        tuple(c.publisher for c in article.carriers if c.publisher), article.published, quote, start,
        start + len(quote), 0.9,
    )  # fmt: skip


def scored(article: Article) -> ScoredPassage:
    return ScoredPassage(whole(article).passages[0], article, 1.5, {"dense": 0.7})


class GatedModel:
    """Writes one word, once its gate is opened."""

    name, llm, small, reads, grammar = "scripted", None, True, False, False

    def __init__(self, engine: ScriptedEngine) -> None:
        self.engine = engine

    def stream_tokens(self, messages: object, **options: object) -> Generator[Token, None, None]:
        if self.engine.gate is not None:
            self.engine.gate.wait(20)
        yield Token("word", timings=ModelTimings(7, 0, 1.0, 1, 1.0))


class ScriptedEngine:
    """Answers with one claim; a gate holds the model, between the search and the claim, until it is opened."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.closed = threading.Event()
        self.gate: threading.Event | None = None
        self.error: Exception | None = None
        self.abstain = False
        self.model = StoppableModel(GatedModel(self))  # type: ignore[arg-type]

    def ask(self, question: Question) -> Answer:
        return [event.answer for event in self.stream(question) if isinstance(event, AnswerDone)][-1]

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        if not question.text.strip():
            raise QuestionError("The question is empty; ask something.")
        self.asked.append(question)
        try:
            yield SearchDone(Retrieval((scored(BRIDGE),), Understood(), Searched(2, 1, BRIDGE.published)))
            if not question.quotes_only:
                list(self.model.stream([]))
            if self.error:
                raise self.error
            answer = self._answer(question)
            for claim in answer.claims:
                yield ClaimReady(claim, answer.citations, f"{claim.text} [1]")
            yield AnswerDone(answer)
        finally:
            self.closed.set()

    def _answer(self, question: Question) -> Answer:
        base = Answer(
            question=question.text, standalone_question=question.text, mode="answer",
            text="The Tallow Bridge reopened on Monday. [1]", as_of=question.as_of, short_answer="Monday",
            confidence=0.8, newest_article=BRIDGE.published, searched=Searched(2, 1, BRIDGE.published),
            claims=(Claim("The Tallow Bridge reopened on Monday.", True, (1,)),),
            citations=(quote_of(BRIDGE, "The Tallow Bridge reopened on Monday."),), sources=(scored(BRIDGE),),
            notes=("One article is undated and was left out.",), suggestions=("How long did repairs take?",),
            model=None if question.quotes_only else "scripted", timings=Timings(1, 2, 3, 4, 5.0, 15),
        )  # fmt: skip
        if question.quotes_only:
            return replace(base, mode="quotes")
        if self.abstain:
            return replace(base, mode="abstained", text="They do not say.", reason="no", claims=(), citations=())
        return base


class ScriptedIndex:
    """Keeps a few articles in a dict and understands publishers only."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.kept = {article.id: article for article in articles}

    def article(self, article_id: str, version: int | None = None) -> Article:
        found = self.kept.get(article_id)
        if found is None or version not in {None, found.version}:
            raise NotFoundError(f"There is no article {article_id}; `onrecord articles list` names them.")
        return found

    def articles(self, filter: SearchFilter, *, after: str | None = None, limit: int = 50) -> tuple[Article, ...]:
        wanted = {name.lower() for name in filter.publishers}
        found = [a for a in self.kept.values() if not wanted or (a.publisher or "").lower() in wanted]
        return tuple(sorted((a for a in found if after is None or a.id > after), key=lambda a: a.id)[:limit])

    def delete(self, article_ids: Sequence[str]) -> int:
        return sum(self.kept.pop(article_id, None) is not None for article_id in set(article_ids))

    def reindex(self) -> None:
        return

    def stats(self) -> IndexStats:
        return IndexStats(len(self.kept), 2, 2, 1, 2, BRIDGE.published, BRIDGE.published, "fake", 10)

    def failures(self) -> tuple[()]:
        return ()

    def subscriptions(self) -> tuple[()]:
        return ()

    def publishers(self) -> tuple[tuple[str, int], ...]:
        return (("Radio North", 1), ("The Herald", 1))


class ScriptedRetriever:
    def __init__(self, index: ScriptedIndex) -> None:
        self.index = index

    def search(self, question: Question, query: str | None = None) -> Retrieval:
        if not question.text.strip():
            raise QuestionError("The question is empty; ask something.")
        found = self.index.articles(question.filter)
        return Retrieval(tuple(scored(a) for a in found), Understood(), Searched(len(found), 0, NOW))


class ScriptedShelf:
    def __init__(self, *pulled: str) -> None:
        self.pulled = pulled

    def entries(self) -> tuple[SimpleNamespace, ...]:
        return tuple(SimpleNamespace(name=name) for name in ("smollm2-135m-onrecord", "other", "third"))

    def has(self, name: str) -> bool:
        return name in self.pulled

    def path(self, name: str) -> Path:
        if name not in self.pulled:
            raise ModelMissingError(f"The model {name} is not on this machine; run `onrecord models pull {name}`.")
        return Path(name)


def make_onrecord(home: Path, articles: Sequence[Article] = (BRIDGE, FERRY), **settings: object) -> SimpleNamespace:
    index = ScriptedIndex(articles)
    return SimpleNamespace(
        settings=Settings(home=home, models=home / "models", **settings),  # type: ignore[arg-type]
        index=index,
        embedder=FakeEmbedder(),
        retriever=ScriptedRetriever(index),
        engine=ScriptedEngine(),
        shelf=ScriptedShelf("other", "smollm2-135m-onrecord"),
        close=lambda: None,
    )
