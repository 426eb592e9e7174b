"""The model that writes: an OpenAI-compatible endpoint behind llama-index's `LLM`, embedded or anywhere else.

The embedded llama.cpp is one more endpoint with a loopback address. Whatever an endpoint does wrong becomes one
`ModelFailedError`. llama-index's global settings are never touched. This module knows no prompts and no articles.
"""

from __future__ import annotations

import math
import secrets
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from qa.errors import ModelFailedError, ModelSilentError
from qa.models.embedded import EmbeddedServer, ServerPlan
from qa.models.failures import model_failures
from qa.models.responses import Deadline, LatestResponse
from qa.models.reuse import PromptReuse
from qa.models.shelf import Shelf
from qa.settings import LlmSettings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Message: TypeAlias = tuple[str, str]
"""``(role, text)``; roles are ``system``, ``user`` and ``assistant``."""

Reuse: TypeAlias = Callable[[Sequence[Message]], dict[str, object]]

_CONNECT = 5.0
"""Seconds to reach an endpoint."""
_PATIENCE = 10
"""How many times the wait for one token a whole answer may take of an endpoint."""
_WIDEST = 8
"""Characters of a token: nearly twice the average of English, so that only what heeds no ``max_tokens`` is cut off."""
_FEW = 16
"""Tokens so few that one of them may well be wider."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that could have stood in another's place."""

    text: str
    logprob: float


@dataclass(frozen=True, slots=True)
class ModelTimings:
    """What the endpoint itself measured for one answer (llama.cpp's ``timings``).

    Args:
        prompt_tokens: read now; those found in the prompt cache are ``cached_tokens``.
        prompt_ms, written_ms: milliseconds spent reading and writing.
    """

    prompt_tokens: int
    cached_tokens: int
    prompt_ms: float
    written_tokens: int
    written_ms: float


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an answer.

    Args:
        text: one token, or a few where the endpoint sends them together; may be empty on the last.
        logprob: natural logarithm of its probability; ``None`` where not asked for or not given.
        alternatives: the likeliest tokens in its place, the likeliest first.
        timings: on the last token, from endpoints that measure.
    """

    text: str
    logprob: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    timings: ModelTimings | None = None


class LanguageModel:
    """A model that continues conversations; safe to use from several threads.

    Args:
        name: for people and for the record.
        llm: llama-index's interface to it.
        small: whether it needs the prompts made for models of well under a billion parameters.
        reads: whether it has learnt to read dated sentences (`qa.answer.prompts.reading_messages`).
        grammar: whether the endpoint takes llama.cpp's ``grammar`` (GBNF), ``cache_prompt`` and ``logit_bias`` by text.
        responses: gives this thread's latest HTTP response, so that it can be closed.
        reuse: gives llama.cpp's ``cache_prompt`` for a prompt, or nothing.
        close: frees what the model holds.

    What is set as ``meter`` is given the timings of every answer that was written to its end.
    """

    def __init__(
        self,
        name: str,
        llm: LLM,
        *,
        small: bool,
        reads: bool,
        grammar: bool,
        responses: LatestResponse,
        reuse: Reuse,
        close: Callable[[], None],
    ) -> None:
        self.name = name
        self.llm = llm
        self.small = small
        self.reads = reads
        self.grammar = grammar
        self.meter: Callable[[ModelTimings], None] | None = None
        self._responses = responses
        self._reuse = reuse
        # At exit too: llama.cpp would otherwise finish whatever it is writing before it lets the process end.
        self._close = weakref.finalize(self, close)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Sequence[str] = (), grammar: str | None = None
    ) -> Generator[str, None, None]:
        """Write an answer piece by piece; closing the iterator stops the endpoint's work.

        Args:
            messages: the conversation; a last ``assistant`` message is continued by the embedded model.
            max_tokens: the longest answer.
            stop: the answer ends before any of these.
            grammar: GBNF that the answer must follow; ignored where `grammar` is false.

        Raises:
            ModelFailedError: no connection, a time-out, an error, garbage, half an answer or none at all.
        """
        with closing(self.stream_tokens(messages, max_tokens=max_tokens, stop=stop, grammar=grammar)) as tokens:
            yield from (token.text for token in tokens if token.text)

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, stop: Sequence[str] = (), grammar: str | None = None
    ) -> str:
        """Write an answer and give it whole; see `stream`."""
        return "".join(self.stream(messages, max_tokens=max_tokens, stop=stop, grammar=grammar))

    def stream_tokens(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        grammar: str | None = None,
        alternatives: int = 0,
        barred: Sequence[str] = (),
    ) -> Generator[Token, None, None]:
        """Write an answer token by token; see `stream`.

        Args:
            alternatives: how many likely tokens to give for each place; 0 asks for no probabilities at all.
            barred: words whose tokens are never written; the probabilities given are those of all tokens all the same.
                Ignored where `grammar` is false.

        Raises:
            ModelFailedError: as `stream`.
        """
        options = _options(max_tokens, stop, alternatives)
        if self.grammar:
            options["extra_body"] = self._reuse(messages) | _llama_options(grammar, barred)
        with model_failures(self.name), closing(self._chunks(messages, options)) as chunks:
            for token in _tokens(chunks, _WIDEST * max(max_tokens, _FEW)):
                if token.timings and self.meter is not None:
                    self.meter(token.timings)
                yield token

    def close(self) -> None:
        """Free what the model holds; an embedded server is stopped. Closing twice does nothing."""
        self._close()

    def _chunks(self, messages: Sequence[Message], options: dict[str, Any]) -> Generator[Any, None, None]:
        """Give the endpoint's raw chunks; the response is closed however this ends, so that no one writes on."""
        from llama_index.core.llms import ChatMessage

        self._responses.forget()
        response = None
        try:
            for part in self.llm.stream_chat(
                [ChatMessage(role=role, content=text) for role, text in messages], **options
            ):
                response = response or self._responses.latest()
                yield part.raw
        finally:
            if response is not None:
                response.close()


def make_language_model(
    settings: LlmSettings, shelf: Shelf, timer: Callable[[], float] = time.monotonic
) -> LanguageModel:
    """Start the embedded model, or speak to the endpoint that the settings name.

    Args:
        settings: which model, and where.
        shelf: the models on this machine.
        timer: seconds, to tell when an endpoint has been answering for too long.

    Raises:
        ModelMissingError: the embedded model has not been pulled or is not known.
        ModelFailedError: llama.cpp cannot load it; the message says how to mend a broken file.
    """
    return _remote(settings, settings.base_url, timer) if settings.base_url else _embedded(settings, shelf)


def _embedded(settings: LlmSettings, shelf: Shelf) -> LanguageModel:
    file = shelf.path(settings.model)
    entry = shelf.entry(settings.model)
    key = secrets.token_urlsafe(24)
    plan = ServerPlan(
        file=file,
        key=key,
        context=settings.context,
        parallel=settings.parallel,
        threads=settings.threads,
        small=entry.small,
        lora=settings.lora or entry.adapter,
    )
    try:
        server = EmbeddedServer(plan)
    except ModelFailedError as error:
        raise ModelFailedError(f"{error} If it is broken, {shelf.mend(settings.model)}.") from error
    small = entry.small if settings.small is None else settings.small
    return _speak_to(
        _Endpoint(
            url=server.url,
            key=key,
            small=small,
            reads=small and entry.adapter is not None,
            grammar=True,
            loopback=True,
            reuse=_reuse_in_slots(settings.parallel),
            close=server.close,
        ),
        settings,
    )


def _remote(settings: LlmSettings, base_url: str, timer: Callable[[], float]) -> LanguageModel:
    key = settings.api_key or "none"
    deadline = Deadline(_PATIENCE * settings.timeout, timer)
    endpoint = _Endpoint(base_url, key, small=bool(settings.small), grammar=settings.grammar, deadline=deadline)
    return _speak_to(endpoint, settings)


def _reuse_in_slots(slots: int) -> Reuse:
    """One slot goes on from the last prompt where that is exact; of several, who knows which one takes a prompt."""
    reuse = PromptReuse()
    return lambda messages: {"cache_prompt": slots == 1 and reuse.allowed(messages)}


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Where a model is, what it takes, and how to let go of it."""

    url: str
    key: str
    small: bool
    grammar: bool
    reads: bool = False
    loopback: bool = False
    deadline: Deadline | None = None
    reuse: Reuse = lambda messages: {}
    close: Callable[[], None] = lambda: None


def _speak_to(endpoint: _Endpoint, settings: LlmSettings) -> LanguageModel:
    from llama_index.llms.openai_like import OpenAILike
    from openai import OpenAI

    responses = LatestResponse()
    http, timeout = _http_client(endpoint, settings, responses)
    llm = OpenAILike(
        model=settings.model,
        api_base=endpoint.url,
        api_key=endpoint.key,
        is_chat_model=True,
        temperature=settings.temperature,
        context_window=settings.context,
        max_retries=0,
        timeout=settings.timeout,
        openai_client=OpenAI(
            api_key=endpoint.key, base_url=endpoint.url, timeout=timeout, max_retries=0, http_client=http
        ),
    )

    def close() -> None:
        http.close()
        endpoint.close()

    return LanguageModel(
        settings.model,
        llm,
        small=endpoint.small,
        reads=endpoint.reads,
        grammar=endpoint.grammar,
        responses=responses,
        reuse=endpoint.reuse,
        close=close,
    )


def _http_client(
    endpoint: _Endpoint, settings: LlmSettings, responses: LatestResponse
) -> tuple[httpx.Client, httpx.Timeout]:
    """A queued embedded answer may wait long for its first token; a proxy must not be asked for loopback addresses."""
    read = None if endpoint.loopback else settings.timeout
    timeout = httpx.Timeout(read, connect=min(_CONNECT, settings.timeout))
    hooks: list[Callable[[httpx.Response], None]] = [responses, *([endpoint.deadline] if endpoint.deadline else [])]
    client = httpx.Client(timeout=timeout, trust_env=not endpoint.loopback, event_hooks={"response": hooks})
    return client, timeout


def _options(max_tokens: int, stop: Sequence[str], alternatives: int) -> dict[str, Any]:
    """Give the request's fields beyond the messages that every endpoint knows."""
    options: dict[str, Any] = {"max_tokens": max_tokens}
    if stop:
        options["stop"] = list(stop)
    if alternatives:
        options |= {"logprobs": True, "top_logprobs": alternatives}
    return options


def _llama_options(grammar: str | None, barred: Sequence[str]) -> dict[str, Any]:
    """Give the request's fields that llama.cpp knows beyond those."""
    options: dict[str, Any] = {"grammar": grammar} if grammar else {}
    return options | ({"logit_bias": [[text, False] for text in barred]} if barred else {})


def _tokens(chunks: Iterator[Any], longest: int) -> Iterator[Token]:
    """Read the chunks; an answer without text, or one that no chunk says is finished, is a failure.

    After ``longest`` characters, or chunks, it is taken for finished: an endpoint need not heed ``max_tokens``.
    """
    some, finished, length = False, False, 0
    for chunk in chunks:
        token = _within(_token(chunk), longest - length)
        length += max(1, len(token.text))
        finished = finished or length >= longest or any(choice.finish_reason for choice in chunk.choices)
        some = some or bool(token.text.strip())
        if token.text or token.timings:
            yield token
        if length >= longest:
            break
    if not finished:
        raise ModelFailedError("broke off in the middle of an answer")
    if not some:
        raise ModelSilentError("gave an empty answer")


def _within(token: Token, length: int) -> Token:
    return token if len(token.text) <= length else replace(token, text=token.text[:length])


def _token(chunk: Any) -> Token:
    choice = chunk.choices[0] if chunk.choices else None
    text = (choice.delta.content if choice and choice.delta else None) or ""
    scored = (choice.logprobs.content if choice and choice.logprobs else None) or []
    return Token(
        text=text,
        logprob=math.fsum(each.logprob for each in scored) if scored else None,
        alternatives=tuple(Alternative(each.token, each.logprob) for each in scored[0].top_logprobs) if scored else (),
        timings=_timings((chunk.model_extra or {}).get("timings")),
    )


def _timings(found: Any) -> ModelTimings | None:
    if not isinstance(found, dict):
        return None
    return ModelTimings(
        prompt_tokens=int(found.get("prompt_n", 0)),
        cached_tokens=int(found.get("cache_n", 0)),
        prompt_ms=float(found.get("prompt_ms", 0.0)),
        written_tokens=int(found.get("predicted_n", 0)),
        written_ms=float(found.get("predicted_ms", 0.0)),
    )
