"""A model that stops writing at once when the one it writes for has gone, even before its first token.

A model's tokens are read in a thread of their own, so that waiting for the next one never keeps the asking thread from
noticing. What was begun is closed by that thread as soon as it gets a token, which ends the endpoint's work.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from qa.models.llm import LanguageModel, Message, Token

T = TypeVar("T")
_POLL = 0.05
"""Seconds between two looks at whether anybody still listens."""


class GoneError(Exception):
    """Nobody listens any more."""


class StoppableModel:
    """A language model whose writing ends when the asking thread's ``stopped`` turns true.

    It has ``LanguageModel``'s attributes and methods.

    Args:
        inner: the model that writes; it is not closed by anything but ``close``.
        seen: told the tokens read and written by each piece of work; those read are 0 where the endpoint does not say.
    """

    def __init__(self, inner: LanguageModel, seen: Callable[[int, int], None] = lambda read, written: None) -> None:
        self.inner = inner
        self._seen = seen
        self.name = inner.name
        self.llm = inner.llm
        self.small = inner.small
        self.reads = inner.reads
        self.grammar = inner.grammar
        self._asking = threading.local()

    @contextmanager
    def heeding(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """Within the block and in this thread, stop writing once ``stopped`` is true."""
        self._asking.stopped = stopped
        try:
            yield
        finally:
            self._asking.stopped = None

    def stream(self, messages: Sequence[Message], **options: Any) -> Generator[str, None, None]:
        """Write piece by piece, as ``LanguageModel.stream``.

        Raises:
            GoneError: nobody listens any more.
        """
        with closing(self.stream_tokens(messages, **options)) as tokens:
            yield from (token.text for token in tokens if token.text)

    def stream_tokens(self, messages: Sequence[Message], **options: Any) -> Generator[Token, None, None]:
        """Write token by token, as ``LanguageModel.stream_tokens``.

        Raises:
            GoneError: nobody listens any more.
        """
        read = written = 0
        try:
            for token in self._heeded(lambda: self.inner.stream_tokens(messages, **options)):
                written += 1
                if token.timings:
                    read, written = token.timings.prompt_tokens, token.timings.written_tokens
                yield token
        finally:
            self._seen(read, written)

    def complete(self, messages: Sequence[Message], **options: Any) -> str:
        """Write and give the whole, as ``LanguageModel.complete``."""
        return "".join(self.stream(messages, **options))

    def close(self) -> None:
        """Free what the model holds."""
        self.inner.close()

    def _heeded(self, begin: Callable[[], Generator[T, None, None]]) -> Generator[T, None, None]:
        stopped: Callable[[], bool] | None = getattr(self._asking, "stopped", None)
        if stopped is None:
            yield from begin()
            return
        yield from _Reading(begin).items(stopped)


class _Reading(Generic[T]):
    """Reads a blocking generator in a thread of its own."""

    def __init__(self, begin: Callable[[], Generator[T, None, None]]) -> None:
        self._begin = begin
        self._items: queue.SimpleQueue[tuple[bool, T | BaseException | None]] = queue.SimpleQueue()
        self._left = threading.Event()
        threading.Thread(target=self._read, name="tokens", daemon=True).start()

    def items(self, stopped: Callable[[], bool]) -> Generator[T, None, None]:
        """Give the items until the generator ends or ``stopped`` is true."""
        try:
            while True:
                more, item = self._next(stopped)
                if more:
                    yield item  # type: ignore[misc]
                elif isinstance(item, BaseException):
                    raise item
                else:
                    return
        finally:
            self._left.set()

    def _next(self, stopped: Callable[[], bool]) -> tuple[bool, T | BaseException | None]:
        while not stopped():
            try:
                return self._items.get(timeout=_POLL)
            except queue.Empty:
                continue
        raise GoneError("Nobody listens any more.")

    def _read(self) -> None:
        tokens = self._begin()
        try:
            for token in tokens:
                if self._left.is_set():
                    break
                self._items.put((True, token))
            self._items.put((False, None))
        except BaseException as error:  # noqa: BLE001 - carried to the asking thread, which raises it
            self._items.put((False, error))
        finally:
            tokens.close()
