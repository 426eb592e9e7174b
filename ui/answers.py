"""How the server makes answers: blocking engines in worker threads, so many at once, and stopped when nobody listens.

Answers that a model writes share few places and a bounded line. Answers made of quotes cost milliseconds: they have
places of their own and never wait behind a model.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from qa.answer.wire import answer_json
from qa.settings import ServerSettings
from qa.types import Answer, AnswerDone, AnswerEvent
from ui.api.logs import log_fields, request_id
from ui.api.schemas import AnswerOut, AskRequest
from ui.engines import QUOTES_ONLY
from ui.relay import Relay
from ui.service import Service
from ui.slots import Slots

log = logging.getLogger("onrecord.answers")

_QUOTE_PLACES = 4
_QUOTE_LINE = 2000
_QUOTE_SECONDS = 0.2


def _ignore(answer: Answer) -> None:
    return None


class Answers:
    """Asks on behalf of many callers at once. For one event loop.

    Args:
        service: answers one question, blocking.
        settings: how many at once, and how many may wait.
    """

    def __init__(self, service: Service, settings: ServerSettings) -> None:
        self.service = service
        self.seen: Callable[[Answer], None] = _ignore
        self._log_questions = settings.log_questions
        self.model_slots = Slots(settings.concurrency, settings.queue)
        self.quote_slots = Slots(_QUOTE_PLACES, _QUOTE_LINE, _QUOTE_SECONDS)
        self._running: set[Relay[AnswerEvent]] = set()
        self._threads = ThreadPoolExecutor(settings.concurrency + _QUOTE_PLACES, thread_name_prefix="answer")

    def close(self) -> None:
        """Stop the answers that are still being made and start no more."""
        for relay in tuple(self._running):
            relay.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def start(self, request: AskRequest) -> Relay[AnswerEvent]:
        """Begin an answer once there is a place; ``stop`` of what is given ends it and frees the place.

        Raises:
            BusyError: all places are taken and the line is full.
        """
        slots = self.quote_slots if request.quotes_only or request.model == QUOTES_ONLY else self.model_slots

        asked_by = request_id.get()

        def make(stopped: Callable[[], bool]) -> Iterator[AnswerEvent]:
            return self._watched(self.service.stream(request, stopped), asked_by)

        def ended() -> None:
            slots.give_back()
            self._running.discard(relay)

        await slots.take()
        relay = Relay(make, self._threads, ended)
        self._running.add(relay)
        return relay

    def _watched(self, events: Iterator[AnswerEvent], asked_by: str) -> Iterator[AnswerEvent]:
        for event in events:
            if isinstance(event, AnswerDone):
                self.seen(event.answer)
                self._log(event.answer, asked_by)
            yield event

    def _log(self, answer: Answer, asked_by: str) -> None:
        question = {"question": answer.question} if self._log_questions else {}
        log_fields(
            log,
            logging.INFO,
            "answer",
            request=asked_by,
            mode=answer.mode,
            model=answer.model,
            claims=len(answer.claims),
            citations=len(answer.citations),
            ms=round(answer.timings.total or 0.0, 1),
            **question,
        )

    @asynccontextmanager
    async def events(self, request: AskRequest) -> AsyncIterator[AsyncIterator[AnswerEvent]]:
        """Answer event by event for as long as the block lasts; raises what ``start`` raises."""
        started = await self.start(request)
        try:
            yield started
        finally:
            started.stop()

    async def answer(self, request: AskRequest) -> Answer:
        """Give the whole answer; cancelling stops it.

        Raises:
            BusyError: all places are taken and the line is full.
            QuestionError: the question is empty or too long.
        """
        async with self.events(request) as events:
            return [event.answer async for event in events if isinstance(event, AnswerDone)][-1]

    async def answer_out(self, request: AskRequest) -> AnswerOut:
        """Give the whole answer as the API sends it."""
        return AnswerOut.model_validate(answer_json(await self.answer(request)))
