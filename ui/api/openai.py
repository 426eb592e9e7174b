"""``POST /v1/chat/completions`` and ``GET /v1/models``: existing clients of OpenAI and Perplexity work unchanged."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from qa.answer.wire import answer_json, citation_json
from qa.errors import NotFoundError, OnRecordError
from qa.types import Answer, AnswerDone, AnswerEvent, ClaimReady
from ui.answers import Answers
from ui.api import openai_schemas as shapes
from ui.api.begun import begun
from ui.api.completion import Address, addresses, ask_request, cited_results, search_results, url_citations, usage
from ui.api.disconnect import until_gone
from ui.api.errors import RESPONSES, described, error_json
from ui.api.schemas import AnswerOut, CitationOut
from ui.relay import Relay
from ui.service import Service

_HEARTBEAT = 5.0


def make_router(service: Service, answers: Answers) -> APIRouter:
    """Make the routes.

    Args:
        service: knows the models and the moment.
        answers: answers questions.
    """
    router = APIRouter(prefix="/v1", tags=["openai"], responses=RESPONSES)

    @router.post("/chat/completions", response_model=shapes.Completion, responses=_STREAMED)
    async def chat_completions(request: Request, body: shapes.ChatRequest) -> object:
        """Answer the last user message, in OpenAI's shape with Perplexity's fields, whole or streamed."""
        reply = Replying(body, service, _address(request))
        asked = ask_request(body, service.now())
        if not body.stream:
            return reply.whole(await until_gone(request, answers.answer(asked)))
        first, events = await until_gone(request, begun(answers, asked))
        return EventSourceResponse(_sent(reply, first, events), ping=_HEARTBEAT, sep="\n", headers=_UNBUFFERED)

    @router.get("/models", response_model=shapes.Models)
    def models() -> shapes.Models:
        """List the models that can answer now, the default first; `quotes-only` answers without one."""
        return shapes.Models(data=tuple(shapes.Model(id=name, owned_by=owner) for name, owner in service.models()))

    @router.get("/models/{name}", response_model=shapes.Model)
    def model(name: Annotated[str, Path(max_length=300)]) -> shapes.Model:
        """Give one model of the list."""
        for known, owner in service.models():
            if known == name:
                return shapes.Model(id=name, owned_by=owner)
        raise NotFoundError(f"There is no model {name} here; GET /v1/models lists them.")

    return router


_UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_STREAMED: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/event-stream": {}}, "description": "The answer; chunks of it when streamed."}
}


@dataclass(slots=True)
class Replying:
    """One reply while it is being made.

    Args:
        body: what was sent.
        service: counts tokens and tells the time.
        address: gives an address to articles that have none.
    """

    body: shapes.ChatRequest
    service: Service
    address: Address
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    sent: str = ""
    cited: list[CitationOut] = field(default_factory=list)

    @property
    def model(self) -> str:
        """The model that was asked, by name."""
        return self.body.model or self.service.default_model

    def whole(self, answer: Answer) -> shapes.Completion:
        """Give the whole completion."""
        given = AnswerOut.model_validate(answer_json(answer))
        message = shapes.Reply(content=given.text, annotations=url_citations(given.text, given.citations, self.address))
        return shapes.Completion(
            id=self.id,
            created=self._created(),
            model=self.model,
            choices=(shapes.Choice(message=message),),
            usage=self._usage(given.text),
            citations=addresses(given.citations, self.address),
            search_results=search_results(given, self.address),
            onrecord=given,
        )

    def chunks(self, event: AnswerEvent) -> list[shapes.Chunk]:
        """Give the chunks of one event; a quote's particulars come in a chunk before its marker."""
        if isinstance(event, ClaimReady):
            return self._claim(event)
        if isinstance(event, AnswerDone):
            return self._done(AnswerOut.model_validate(answer_json(event.answer)))
        return [self._chunk(shapes.Delta(role="assistant", content=""))]

    def _claim(self, event: ClaimReady) -> list[shapes.Chunk]:
        fresh = tuple(CitationOut.model_validate(citation_json(citation)) for citation in event.citations)
        self.cited += fresh
        text = f" {event.text}" if self.sent else event.text
        metadata = self._chunk(
            shapes.Delta(annotations=url_citations(text, self.cited, self.address, len(self.sent))),
            citations=addresses(self.cited, self.address),
            search_results=cited_results(self.cited, self.address),
            onrecord=shapes.ChunkExtension(citations=fresh),
        )
        self.sent += text
        return [metadata, self._chunk(shapes.Delta(content=text))]

    def _done(self, answer: AnswerOut) -> list[shapes.Chunk]:
        chunks = self._rest(answer)
        last = self._chunk(
            shapes.Delta(),
            finish_reason="stop",
            citations=addresses(answer.citations, self.address),
            search_results=search_results(answer, self.address),
            onrecord=shapes.ChunkExtension(answer=answer),
        )
        chunks.append(last)
        if self.body.stream_options and self.body.stream_options.include_usage:
            chunks.append(self._chunk(None, usage=self._usage(answer.text)))
        return chunks

    def _rest(self, answer: AnswerOut) -> list[shapes.Chunk]:
        # What no claim brought (an abstention, a closing remark) still belongs to the text.
        rest = answer.text[len(self.sent) :] if answer.text.startswith(self.sent) else ""
        if not rest:
            return []
        marked = url_citations(rest, answer.citations, self.address, len(self.sent)) or None
        return [self._chunk(shapes.Delta(content=rest, annotations=marked))]

    def _chunk(
        self,
        delta: shapes.Delta | None,
        finish_reason: str | None = None,
        **more: object,
    ) -> shapes.Chunk:
        choices = () if delta is None else ({"delta": delta, "finish_reason": finish_reason},)
        return shapes.Chunk.model_validate(
            {"id": self.id, "created": self._created(), "model": self.model, "choices": choices, **more}
        )

    def _created(self) -> int:
        return int(self.service.now().timestamp())

    def _usage(self, text: str) -> shapes.Usage:
        return usage(self.body, text, self.service.onrecord.embedder.count)


async def _sent(reply: Replying, first: AnswerEvent, events: Relay[AnswerEvent]) -> AsyncIterator[ServerSentEvent]:
    try:
        for chunk in reply.chunks(first):
            yield _data(chunk)
        async for event in events:
            for chunk in reply.chunks(event):
                yield _data(chunk)
        yield ServerSentEvent("[DONE]", sep="\n")
    except OnRecordError as error:
        _, kind, code = described(error)
        yield ServerSentEvent(_json(error_json(str(error), kind, code=code)), sep="\n")
    finally:
        events.stop()


def _data(chunk: shapes.Chunk) -> ServerSentEvent:
    return ServerSentEvent(_json(sparse(chunk)), sep="\n")


def sparse(chunk: shapes.Chunk) -> dict[str, object]:
    """Give a chunk without what it does not add; what OpenAI always sends is there even when null, and so is every key
    of the answer object."""
    whole = _given(chunk.model_dump(mode="json"))
    whole["choices"] = [{**choice, "delta": _given(choice["delta"])} for choice in whole["choices"]]
    if "onrecord" in whole:
        whole["onrecord"] = _given(whole["onrecord"])
    return whole


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _address(request: Request) -> Address:
    base = str(request.base_url).rstrip("/")
    return lambda article_id: f"{base}/articles/{article_id}"
