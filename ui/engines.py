"""Which engine answers when a request names a model: the default, quotes only, or another model of the shelf.

Another model is started when it is first asked for and kept; the one used least recently makes room, since each holds
its weights in memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, cast

from qa.errors import ModelMissingError, UsageError
from qa.types import AnswerEvent, Question
from ui.stoppable import StoppableModel

if TYPE_CHECKING:
    from qa.answer.engine import NewsQueryEngine
    from qa.compose import OnRecord
    from qa.models.llm import LanguageModel

QUOTES_ONLY = "quotes-only"
"""The name under which answers without a model are asked for."""

_KEPT = 1


@dataclass(frozen=True, slots=True)
class _Running:
    engine: NewsQueryEngine
    model: StoppableModel | None

    def stream(self, question: Question, stopped: Callable[[], bool]) -> Generator[AnswerEvent, None, None]:
        with self.model.heeding(stopped) if self.model else nullcontext():
            yield from self.engine.stream(question)


class Engines:
    """The engines over one opened library, by the names of their models; safe to use from several threads.

    Args:
        onrecord: the opened library, whose own model answers by default.
        seen: told the tokens that a model read and wrote.
    """

    def __init__(self, onrecord: OnRecord, seen: Callable[[int, int], None] = lambda read, written: None) -> None:
        self._onrecord = onrecord
        self._seen = seen
        self._default = self._by_default(onrecord.engine)
        self._awaited = self._default.model is None and not self._has_default()
        self._others: OrderedDict[str, _Running] = OrderedDict()
        self._lock = Lock()

    def names(self) -> tuple[tuple[str, str], ...]:
        """Give what can answer now and where each comes from, the default first."""
        settings = self._onrecord.settings.llm
        if settings.base_url:
            return (settings.model, "endpoint"), (QUOTES_ONLY, "onrecord")
        shelf = self._onrecord.shelf
        pulled = [entry.name for entry in shelf.entries() if shelf.has(entry.name)]
        ordered = sorted(pulled, key=lambda name: name != settings.model)
        return (*((name, "shelf") for name in ordered), (QUOTES_ONLY, "onrecord"))

    def stream(
        self, name: str | None, question: Question, stopped: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, None]:
        """Answer with a model, starting it if need be.

        Args:
            name: a model that can answer now; ``None`` for the default.
            question: the question.
            stopped: once it is true the model stops writing, within a tenth of a second.

        Raises:
            ModelMissingError: there is no such model, or it is not pulled.
            QuestionError: the question is empty or too long.
        """
        return self._running(name).stream(question, stopped)

    def close(self) -> None:
        """Stop the models that were started here."""
        with self._lock:
            while self._others:
                _close(self._others.popitem()[1])

    def _running(self, name: str | None) -> _Running:
        default = self._onrecord.settings.llm.model
        if name in {None, default} and self._awaited and self._has_default():
            # It was pulled since the library was opened without it.
            with self._lock:
                return self._other(default)
        if name in {None, QUOTES_ONLY, default}:
            return self._default
        if self._onrecord.settings.llm.base_url:
            names = ", ".join(known for known, _ in self.names())
            raise ModelMissingError(f"There is no model {name} here, only {names}.")
        with self._lock:
            return self._other(str(name))

    def _has_default(self) -> bool:
        return self.names()[0] == (self._onrecord.settings.llm.model, "shelf")

    def _by_default(self, engine: NewsQueryEngine) -> _Running:
        if engine.model is None or isinstance(engine.model, StoppableModel):
            return _Running(engine, engine.model)
        return self._over(engine.model)

    def _other(self, name: str) -> _Running:
        if name not in self._others:
            started = self._start(name)
            while len(self._others) >= _KEPT:
                _close(self._others.popitem(last=False)[1])
            self._others[name] = started
        self._others.move_to_end(name)
        return self._others[name]

    def _start(self, name: str) -> _Running:
        library = self._onrecord
        try:
            library.shelf.path(name)
        except UsageError as error:
            names = ", ".join(known for known, _ in self.names())
            raise ModelMissingError(f"There is no model {name} here, only {names}.") from error
        from qa.models.llm import make_language_model

        return self._over(make_language_model(library.settings.llm.model_copy(update={"model": name}), library.shelf))

    def _over(self, model: LanguageModel) -> _Running:
        stoppable = StoppableModel(model, self._seen)
        return _Running(self._onrecord.engine_with(cast("LanguageModel", stoppable)), stoppable)


def _close(running: _Running) -> None:
    if running.model:
        running.model.close()
