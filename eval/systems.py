"""What can be evaluated: an engine in this process, a running OnRecord, or a bare model without articles.

Each is asked one question at a time and gives the contract's answer object. Nothing here judges.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from eval.scoring import SPEEDS, Json, Scores, SeenCitation
from qa.answer.wire import answer_json
from qa.errors import NotFoundError
from qa.models.llm import LanguageModel, ModelTimings
from qa.types import Answer, Article, Question


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer object, the best short answer before the decision to abstain, and how fast the model was."""

    answer: Json
    candidate: str | None
    speeds: Scores = field(default_factory=dict)


class System(Protocol):
    """Anything that answers questions."""

    name: str
    parallel: int

    def ask(self, question: Question) -> Reply:
        """Answer one question.

        Raises:
            OnRecordError: it could not be answered; the question then counts as wrong.
        """

    def article(self, citation: SeenCitation) -> str | None:
        """Give the stored text that a citation's offsets count in; ``None`` where it cannot be had."""


class Engine(Protocol):
    """The part of ``NewsQueryEngine`` that is used here."""

    def ask(self, question: Question) -> Answer:
        """Answer one question."""


class Stored(Protocol):
    """The part of ``NewsIndex`` that is used here."""

    def article(self, article_id: str, version: int | None = None) -> Article:
        """Give a stored article."""


class LocalSystem:
    """An engine of this process.

    Args:
        parallel: questions at once; 1 for an embedded model, whose runs then repeat.
        model: what the engine writes with, whose own timings are kept; ``None`` where there is none.
    """

    def __init__(
        self, name: str, engine: Engine, index: Stored, parallel: int = 1, model: LanguageModel | None = None
    ) -> None:
        self.name = name
        self.parallel = parallel
        self._engine = engine
        self._index = index
        self._speed = Speedometer()
        if model is not None:
            model.meter = self._speed

    def ask(self, question: Question) -> Reply:
        """Answer with the engine."""
        self._speed.reset()
        answer = self._engine.ask(question)
        return Reply(answer_json(answer), answer.candidate or answer.short_answer, self._speed.scores())

    def article(self, citation: SeenCitation) -> str | None:
        """Read the cited version from the index."""
        try:
            return self._index.article(citation.article_id, citation.version).text
        except NotFoundError:
            return None


class Speedometer:
    """Takes a model's own timings and gives tokens a second, for each thread's question apart."""

    def __init__(self) -> None:
        self._here = threading.local()

    def __call__(self, timings: ModelTimings) -> None:
        """Take the timings of one answer of the model."""
        self._seen().append(timings)

    def reset(self) -> None:
        """Begin another question."""
        self._here.seen = []

    def scores(self) -> Scores:
        """Give tokens a second, read and written; nothing where the model was not asked or nothing was measured."""
        seen = self._seen()
        read = _per_second(sum(t.prompt_tokens for t in seen), sum(t.prompt_ms for t in seen))
        # The first token comes with the reading: what is timed as writing are those after it.
        longer = [t for t in seen if t.written_tokens > 1]
        written = _per_second(sum(t.written_tokens - 1 for t in longer), sum(t.written_ms for t in longer))
        return {name: value for name, value in zip(SPEEDS, (read, written), strict=True) if value}

    def _seen(self) -> list[ModelTimings]:
        found: list[ModelTimings] = self._here.__dict__.setdefault("seen", [])
        return found


def check_verbatim(system: System, citations: Sequence[SeenCitation]) -> list[bool]:
    """Tell for each citation whether its quote stands in the stored article at its offsets.

    An article that the system cites and does not have counts as not verbatim: the quote cannot be checked by anyone.
    """
    return [_stands(system.article(citation), citation) for citation in citations]


def _per_second(tokens: int, ms: float) -> float | None:
    return 1000 * tokens / ms if tokens and ms > 0 else None


def _stands(text: str | None, citation: SeenCitation) -> bool:
    return text is not None and text[citation.start : citation.end] == citation.quote
