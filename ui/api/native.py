"""The API of OnRecord's own: ask, stream, search, and the library of articles, all under ``/v1``."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from qa.answer.wire import answer_json, citation_json, event_json
from qa.errors import OnRecordError, UsageError
from qa.types import Answer, AnswerDone, AnswerEvent, ClaimReady
from ui.answers import Answers
from ui.api import schemas
from ui.api.begun import begun
from ui.api.disconnect import until_gone
from ui.api.errors import RESPONSES, described, error_json
from ui.relay import Relay
from ui.service import Service

_HEARTBEAT = 5.0
"""Seconds between two heartbeats of a stream; proxies cut connections that are silent for a minute."""

_STREAM = (
    "Server-sent events: `search` (what was found), then for each claim once it is checked its new `citation`s and "
    "its `text` (with `[n]` markers), then `notes`, then `done` with the whole answer; `error` when it fails."
)


def make_router(service: Service, answers: Answers) -> APIRouter:
    """Make the routes.

    Args:
        service: does the work that needs no model.
        answers: answers questions.
    """
    router = APIRouter(prefix="/v1", responses=RESPONSES)
    _add_asking(router, answers)
    _add_reading(router, service)
    _add_writing(router, service)
    return router


def _add_asking(router: APIRouter, answers: Answers) -> None:
    @router.post("/ask", response_model=schemas.AnswerOut, tags=["ask"])
    async def ask(request: Request, body: schemas.AskRequest) -> dict[str, object]:
        """Answer a question; every supported claim carries a verbatim quote."""
        return answer_json(await until_gone(request, answers.answer(body)))

    @router.post(
        "/ask/stream",
        tags=["ask"],
        response_class=EventSourceResponse,
        responses={200: {"content": {"text/event-stream": {}}, "description": _STREAM}},
    )
    async def ask_stream(request: Request, body: schemas.AskRequest) -> EventSourceResponse:
        """Answer a question event by event; nothing is sent that has not been checked."""
        # What is wrong with the question shows before the first event, while there is still a status to send.
        first, events = await until_gone(request, begun(answers, body))
        return EventSourceResponse(
            _sent(first, events), ping=_HEARTBEAT, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )


async def _sent(first: AnswerEvent, events: Relay[AnswerEvent]) -> AsyncIterator[ServerSentEvent]:
    try:
        for message in messages(first):
            yield message
        async for event in events:
            for message in messages(event):
                yield message
    except OnRecordError as error:
        _, kind, code = described(error)
        yield message_of("error", error_json(str(error), kind, code=code))
    finally:
        events.stop()


def messages(event: AnswerEvent) -> list[ServerSentEvent]:
    """Give the server-sent events of one event of an answer; a claim's citations come before its text."""
    if isinstance(event, ClaimReady):
        cited = [message_of("citation", citation_json(citation)) for citation in event.citations]
        return [*cited, message_of(*event_json(event))]
    if isinstance(event, AnswerDone):
        return [message_of("notes", _notes(event.answer)), message_of("done", answer_json(event.answer))]
    return [message_of(*event_json(event))]


def message_of(name: str, data: object) -> ServerSentEvent:
    """Give one server-sent event whose data is JSON."""
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=name)


def _notes(answer: Answer) -> dict[str, object]:
    whole = answer_json(answer)
    return {name: whole[name] for name in ("mode", "notes", "disagreements", "removed_claims", "suggestions")}


def _add_reading(router: APIRouter, service: Service) -> None:
    @router.get("/search", response_model=schemas.SearchOut, tags=["search"])
    def search(query: Annotated[schemas.SearchRequest, Query()]) -> schemas.SearchOut:
        """Find passages, best first, each with why it is there."""
        return service.search(query)

    @router.get("/articles", response_model=schemas.ArticlesOut, tags=["library"])
    def articles(query: Annotated[schemas.ListRequest, Query()]) -> schemas.ArticlesOut:
        """List stored articles, a page at a time."""
        return service.articles(query, after=query.after, limit=query.limit)

    @router.get("/articles/{article_id}", response_model=schemas.ArticleOut, tags=["library"])
    def article(article_id: str, version: Annotated[int | None, Query(ge=1, le=10**9)] = None) -> schemas.ArticleOut:
        """Give one stored article, so that `text[start:end]` of any quote can be checked."""
        return service.article(article_id, version)

    @router.get("/publishers", response_model=schemas.PublishersOut, tags=["library"])
    def publishers() -> schemas.PublishersOut:
        """List the outlets, the one with the most articles first."""
        return service.publishers()

    @router.get("/stats", response_model=schemas.StatsOut, tags=["library"])
    def stats() -> schemas.StatsOut:
        """Give the library's size and bounds."""
        return service.stats()

    @router.get("/failed", response_model=schemas.FailedOut, tags=["library"])
    def failed() -> schemas.FailedOut:
        """List what could not be ingested, and why."""
        return service.failed()


def _add_writing(router: APIRouter, service: Service) -> None:
    @router.post("/articles", response_model=schemas.ReportOut, tags=["library"])
    def add(body: schemas.AddRequest) -> schemas.ReportOut:
        """Add articles by body or by address; what is already there is left unchanged."""
        if not (body.articles or body.urls or body.failed):
            raise UsageError("Nothing to add; give `articles` or `urls`.")
        return service.add(body)

    @router.delete("/articles", response_model=schemas.DeletedOut, tags=["library"])
    def delete(id: Annotated[list[str], Query(min_length=1, max_length=1000)]) -> schemas.DeletedOut:
        """Delete articles with all their versions; one unknown id and nothing is deleted."""
        return service.delete(id)

    @router.delete("/articles/{article_id}", response_model=schemas.DeletedOut, tags=["library"])
    def delete_one(article_id: str) -> schemas.DeletedOut:
        """Delete one article with all its versions."""
        return service.delete([article_id])
