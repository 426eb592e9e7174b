"""What can be evaluated: an engine in this process, a running OnRecord, or a bare model without articles.

Each is asked one question at a time and gives the contract's answer object. Nothing here judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.scoring import Json, SeenCitation
from qa.answer.wire import answer_json
from qa.errors import NotFoundError
from qa.types import Answer, Article, Question


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer object, and the best short answer before the decision to abstain."""

    answer: Json
    candidate: str | None


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
    """

    def __init__(self, name: str, engine: Engine, index: Stored, parallel: int = 1) -> None:
        self.name = name
        self.parallel = parallel
        self._engine = engine
        self._index = index

    def ask(self, question: Question) -> Reply:
        """Answer with the engine."""
        answer = self._engine.ask(question)
        return Reply(answer_json(answer), answer.candidate or answer.short_answer)

    def article(self, citation: SeenCitation) -> str | None:
        """Read the cited version from the index."""
        try:
            return self._index.article(citation.article_id, citation.version).text
        except NotFoundError:
            return None


def check_verbatim(system: System, citations: Sequence[SeenCitation]) -> list[bool]:
    """Tell for each citation whether its quote stands in the stored article at its offsets.

    An article that the system cites and does not have counts as not verbatim: the quote cannot be checked by anyone.
    """
    return [_stands(system.article(citation), citation) for citation in citations]


def _stands(text: str | None, citation: SeenCitation) -> bool:
    return text is not None and text[citation.start : citation.end] == citation.quote
