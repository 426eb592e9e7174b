"""One exchange as it happens: a request in, the growing view of its answer out.

Wires the server's answers to views; it knows no HTML and no Gradio.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from qa.errors import OnRecordError
from qa.types import AnswerEvent, ClaimReady, SearchDone
from ui.api.schemas import AskRequest, PastTurn
from ui.chat.bounds import Bounds
from ui.chat.view import FindArticle, TurnView, answered_view, claimed_view, past_turn, searched_view

log = logging.getLogger(__name__)
BROKEN = "Something went wrong on this side; the server's log says what. Ask again."
Events: TypeAlias = Callable[[AskRequest], AbstractAsyncContextManager[AsyncIterator[AnswerEvent]]]


async def converse(
    request: AskRequest, as_of: datetime, events: Events, article: FindArticle, bounds: Bounds | None = None
) -> AsyncGenerator[TurnView, None]:
    """Ask, and give the view anew after each event; the first one at once.

    Closing the iterator stops the answer. An error is a view whose status is ``failed`` and whose reason says it.
    """
    view = TurnView(question=request.question, as_of=as_of, infer=request.infer, bounds=bounds or Bounds())
    yield view
    try:
        async with events(request) as stream:
            async for event in stream:
                view = _grown(view, event, article)
                yield view
    except OnRecordError as error:
        yield replace(view, status="failed", reason=str(error))
    except Exception:  # a fault of ours must not leave the reader waiting
        log.exception("a question from the chat failed")
        yield replace(view, status="failed", reason=BROKEN)


def history(views: Sequence[TurnView], limit: int) -> tuple[PastTurn, ...]:
    """Give the last finished exchanges as a request carries them, oldest first."""
    turns = [past_turn(view) for view in views if view.status == "done"][-limit:] if limit else []
    return tuple(
        PastTurn(question=turn.question, answer=turn.answer, standalone_question=turn.standalone_question)
        for turn in turns
    )


def stopped(views: Sequence[TurnView]) -> tuple[TurnView, ...]:
    """Mark the last exchange as stopped by the reader, unless it was done already."""
    if not views or views[-1].status in {"done", "failed"}:
        return tuple(views)
    claims = " ".join(claim.text for claim in views[-1].claims)
    return (*views[:-1], replace(views[-1], status="stopped", text=claims))


def _grown(view: TurnView, event: AnswerEvent, article: FindArticle) -> TurnView:
    if isinstance(event, SearchDone):
        return searched_view(view, event.retrieval)
    if isinstance(event, ClaimReady):
        return claimed_view(view, event, article)
    return answered_view(view, event.answer, article)
