"""The composition root: everything that answering needs, built from settings, opened late and closed together.

    open_library(settings)
        Settings -> embedder -> index (takes the lock on the home) -> retriever -> model (if wanted) -> engine

A program that wants the engine in five lines starts here; the server and the commands do too.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qa.settings import Settings
from qa.types import Answer, Question

if TYPE_CHECKING:
    from qa.answer.engine import NewsQueryEngine
    from qa.library.index import NewsIndex
    from qa.models.encoders import Embedder
    from qa.models.entailment import EntailmentModel
    from qa.models.llm import LanguageModel
    from qa.models.pairs import PairScorer
    from qa.models.shelf import Shelf
    from qa.search.retrieve import NewsRetriever


@dataclass(frozen=True)
class OnRecord:
    """An opened library and what asks it; close it when done.

    Args:
        engine: answers questions; without a model it answers in quotes.
        nli: judges claims besides the verifier's own checks, where the settings name one.
        scorer: reads the likeliest answers again, each with question and sentence.
    """

    settings: Settings
    shelf: Shelf
    embedder: Embedder
    index: NewsIndex
    retriever: NewsRetriever
    engine: NewsQueryEngine
    _open: ExitStack = field(repr=False)
    nli: EntailmentModel | None = None
    scorer: PairScorer | None = None

    def ask(self, text: str, as_of: datetime | None = None) -> Answer:
        """Answer a question; ``engine`` does the same with filters, history and events.

        Args:
            text: the question.
            as_of: the moment at which it is asked, aware; now unless given.

        Raises:
            QuestionError: the question is empty or too long.
        """
        return self.engine.ask(Question(text, as_of or datetime.now(UTC)))

    def engine_with(self, model: LanguageModel | None) -> NewsQueryEngine:
        """Make another engine over this library, whose answers another model writes; none makes them of quotes."""
        from qa.answer.engine import NewsQueryEngine

        return NewsQueryEngine(self.retriever, self.embedder, self.settings.answer, model, self.nli, self.scorer)

    def close(self) -> None:
        """Stop the model, close the stores and give the home back; closing twice does nothing."""
        self._open.close()

    def __enter__(self) -> OnRecord:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def open_library(settings: Settings, *, owner_url: str | None = None, with_model: bool = True) -> OnRecord:
    """Open the library of a home and start what answers questions about it.

    Args:
        owner_url: where this process will serve, told to others who find the home locked.
        with_model: start the language model; without it answers are made of quotes.

    Raises:
        HomeError: the home is owned by another process, unwritable, of another embedder, or damaged.
        ModelError: a model is missing or does not start.
    """
    from qa.answer.engine import NewsQueryEngine
    from qa.library.home import HomeLock
    from qa.library.index import NewsIndex
    from qa.models.encoders import make_embedder, make_reranker
    from qa.models.entailment import make_entailment
    from qa.models.llm import make_language_model
    from qa.models.pairs import load_scorer
    from qa.models.shelf import Shelf
    from qa.search.retrieve import NewsRetriever

    with ExitStack() as opening:
        # The lock first: a second process is refused before it loads a model.
        lock = HomeLock.acquire(settings.home, owner_url)
        opening.callback(lock.release)
        shelf = Shelf(settings.models)
        embedder = make_embedder(settings.embedder)
        index = opening.enter_context(
            NewsIndex.open(settings.home, embedder=embedder.name, dim=embedder.dim, lock=lock)
        )
        retriever = NewsRetriever(index, embedder, settings.retrieval, make_reranker(settings.reranker))
        opening.callback(retriever.close)
        model = make_language_model(settings.llm, shelf) if with_model else None
        if model is not None:
            opening.callback(model.close)
        nli = make_entailment(settings.verifier)
        scorer = load_scorer()
        engine = NewsQueryEngine(retriever, embedder, settings.answer, model, nli, scorer)
        return OnRecord(settings, shelf, embedder, index, retriever, engine, opening.pop_all(), nli, scorer)
