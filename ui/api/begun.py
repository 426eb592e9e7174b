"""An answer that has begun: its first event is there, so what is wrong with the question still gets a status."""

from __future__ import annotations

from qa.types import AnswerEvent
from ui.answers import Answers
from ui.api.schemas import AskRequest
from ui.relay import Relay


async def begun(answers: Answers, request: AskRequest) -> tuple[AnswerEvent, Relay[AnswerEvent]]:
    """Start an answer and wait for its first event; give both. Cancelling stops the answer.

    Raises:
        BusyError: all places are taken and the line is full.
        OnRecordError: whatever the engine raised before its first event.
    """
    events = await answers.start(request)
    try:
        return await anext(events), events
    except BaseException:
        events.stop()
        raise
