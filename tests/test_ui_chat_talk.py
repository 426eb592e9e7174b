from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import gradio as gr
import pytest
from chat_fakes import FERRY, PRICE, ScriptedEngine, ScriptedIndex, ScriptedLibrary, answered

from qa.errors import ModelFailedError
from qa.types import AnswerEvent
from ui.answers import Answers
from ui.api.schemas import AskRequest
from ui.chat.ask import Chat
from ui.chat.bounds import Bounds
from ui.chat.examples import example_questions, sample_questions
from ui.chat.talk import converse, history, stopped
from ui.chat.view import TurnView
from ui.service import Service

READER = gr.Request(session_hash="reader")
NOW = datetime(2025, 7, 1, tzinfo=UTC)


async def collect(views: AsyncIterator[Any]) -> list[Any]:
    return [view async for view in views]


def ask(library: ScriptedLibrary, request: AskRequest) -> list[TurnView]:
    async def run() -> list[TurnView]:
        answers = Answers(Service(library), library.settings.server)  # type: ignore[arg-type]
        try:
            return await collect(converse(request, NOW, answers.events, library.index.article))
        finally:
            answers.close()

    return asyncio.run(run())


def chat(library: ScriptedLibrary) -> Chat:
    answers = Answers(Service(library), library.settings.server)  # type: ignore[arg-type]
    return Chat(library, answers, lambda: NOW)  # type: ignore[arg-type]


def test_an_answer_is_shown_as_it_grows() -> None:
    views = ask(ScriptedLibrary(), AskRequest(question="What does the ferry cost?"))
    assert [view.status for view in views] == ["searching", "reading", "reading", "reading", "done"]
    assert [len(view.claims) for view in views] == [0, 0, 1, 2, 2]


def test_an_error_is_shown_as_its_sentence() -> None:
    view = ask(ScriptedLibrary(), AskRequest(question="  "))[-1]
    assert (view.status, view.reason) == ("failed", "The question is empty; write one.")


def test_an_error_in_the_middle_keeps_what_was_checked() -> None:
    @asynccontextmanager
    async def events(request: AskRequest) -> AsyncIterator[AsyncIterator[AnswerEvent]]:
        async def broken() -> AsyncIterator[AnswerEvent]:
            for event in list(ScriptedEngine().stream(_question(request)))[:2]:
                yield event
            raise ModelFailedError("The model stopped.")

        yield broken()

    views = asyncio.run(collect(converse(AskRequest(question="x"), NOW, events, ScriptedIndex().article)))
    assert views[-1].status == "failed"
    assert len(views[-1].claims) == 1


def test_leaving_an_answer_stops_the_engine() -> None:
    library = ScriptedLibrary()

    async def run() -> None:
        answers = Answers(Service(library), library.settings.server)  # type: ignore[arg-type]
        views = converse(AskRequest(question="x"), NOW, answers.events, library.index.article)
        await anext(views)
        await anext(views)
        await views.aclose()  # type: ignore[attr-defined]
        answers.close()

    asyncio.run(run())
    assert library.engine.closed


def test_history_is_short_and_holds_finished_turns_only() -> None:
    done = TurnView("q", NOW, status="done", text="a", standalone_question="s")
    turns = history((done, replace(done, status="stopped"), done, done), 2)
    assert [turn.answer for turn in turns] == ["a", "a"]
    assert history((done,), 0) == ()


def test_stopping_keeps_what_was_read() -> None:
    reading = TurnView("q", NOW, status="reading", claims=answered().claims)
    assert stopped((reading,))[0].text == "The Grey Petrel costs 41 million crowns. The price rose to 46 million."
    done = TurnView("q", NOW, status="done")
    assert stopped((done,)) == (done,)
    assert stopped(()) == ()


def test_the_page_asks_with_the_conversation_so_far() -> None:
    library = ScriptedLibrary()

    async def run() -> None:
        page = chat(library)
        first = (await collect(page.submit("What does it cost?", (), Bounds(), READER)))[-1][0]
        await collect(page.submit("And now?", first, Bounds(), READER))

    asyncio.run(run())
    assert [turn.question for turn in library.engine.asked[1].history] == ["What does it cost?"]


def test_undoing_what_was_understood_asks_again_without_it() -> None:
    library = ScriptedLibrary()
    done = TurnView("What in March?", NOW, status="done")

    async def run() -> Any:
        data = gr.EventData(None, {"turn": 1, "infer": False})
        return (await collect(chat(library).again((done, done), Bounds(), data, READER)))[-1][0]

    talk = asyncio.run(run())
    assert (library.engine.asked[0].text, library.engine.asked[0].infer) == ("What in March?", False)
    assert len(talk) == 1


def test_editing_takes_the_question_back() -> None:
    done = TurnView("What?", NOW, status="done")
    kept, _, _, _, box, _ = chat(ScriptedLibrary()).edit((done, done), gr.EventData(None, {"turn": 2}))
    assert len(kept) == 1
    assert box["value"] == "What?"


@pytest.mark.parametrize("number", [0, 3, -1])
def test_editing_a_turn_that_is_not_there_changes_nothing(number: int) -> None:
    done = TurnView("What?", NOW, status="done")
    assert chat(ScriptedLibrary()).edit((done,), gr.EventData(None, {"turn": number}))[0] == (done,)


def test_examples_are_questions_about_what_is_there() -> None:
    assert example_questions((FERRY, PRICE))[0] == "What's in the news?"
    assert example_questions((FERRY, PRICE))[1] == "What is known about “Line orders first new ferry in 37 years”?"
    assert example_questions(()) == ()


def test_examples_of_the_sample_news_are_its_own_questions() -> None:
    assert example_questions((PRICE,)) == ("What's in the news?", *sample_questions()[:3])
    assert len(sample_questions()) == 5


def _question(request: AskRequest) -> Any:
    from ui.service import question_of

    return question_of(request, NOW)


@pytest.mark.parametrize("before", [0, 1, 10, 11, 25, 30])
def test_a_new_question_draws_only_the_last_exchanges_again(before: int) -> None:
    talk = tuple(TurnView(f"What {number}?", NOW, status="done") for number in range(1, before + 1))

    async def run() -> Any:
        return await collect(chat(ScriptedLibrary()).submit("And now?", talk, Bounds(), READER))

    page = Page(chat(ScriptedLibrary())._show(talk)[1:4])
    shown = asyncio.run(run())
    for _, *grown in shown:
        assert len(numbers(grown[0])) <= 10
        page.take(None, *grown[:2])
        assert page.numbers() == list(range(1, before + 2))
    page.take(*asyncio.run(chat(ScriptedLibrary()).settle(shown[-1][0], READER)))
    assert page.numbers() == list(range(1, before + 2))
    assert len(numbers(page.drawn[1])) < 10


def test_settling_leaves_the_recent_exchanges_to_a_question_asked_meanwhile() -> None:
    talk = tuple(TurnView(f"What {each}?", NOW, status="done") for each in range(1, 12))

    async def run() -> Any:
        page = chat(ScriptedLibrary())
        asking = page.submit("And now?", talk, Bounds(), READER)
        first = await anext(asking)
        settled = await page.settle(talk, READER)
        await asking.aclose()
        return first, settled

    (_, recent, *_), (past, left) = asyncio.run(run())
    assert numbers(past) == list(range(1, 11))
    assert numbers(recent) == [11]
    assert isinstance(left, dict)


@pytest.mark.parametrize("number", [1, 11, 12, 25])
def test_a_question_asked_again_takes_what_came_after_it_from_the_page(number: int) -> None:
    talk = tuple(TurnView(f"What {each}?", NOW, status="done") for each in range(1, 26))

    async def run() -> Any:
        data = gr.EventData(None, {"turn": number})
        return await collect(chat(ScriptedLibrary()).again(talk, Bounds(), data, READER))

    page = Page(chat(ScriptedLibrary())._show(talk)[1:4])
    for _, *shown in asyncio.run(run()):
        page.take(*shown[:3])
    assert page.numbers() == list(range(1, number + 1))


class Page:
    """What is drawn in the three places that a talk is shown in; what Gradio is told to leave alone stays."""

    def __init__(self, drawn: tuple[str, ...]) -> None:
        self.drawn = list(drawn)

    def take(self, past: object, recent: object = None, latest: object = None) -> None:
        for place, html in enumerate((past, recent, latest)):
            if isinstance(html, str):
                self.drawn[place] = html

    def numbers(self) -> list[int]:
        return [number for html in self.drawn for number in numbers(html)]


def numbers(html: object) -> list[int]:
    return [int(number) for number in re.findall(r'id="turn-(\d+)"', html if isinstance(html, str) else "")]
