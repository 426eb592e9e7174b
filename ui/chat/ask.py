"""The Ask view: the conversation, its box and its scope, wired to the server's answers.

Wiring only: what is shown is drawn by ``render``, ``sources`` and ``scope``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa.errors import OnRecordError
from qa.types import SearchFilter
from ui.answers import Answers
from ui.api.keep_schemas import FeedbackIn
from ui.chat.bounds import Bounds, read_bounds, request_of
from ui.chat.examples import example_questions
from ui.chat.export import exported, read_views, view_json
from ui.chat.pulling import Puller, asked_by_script
from ui.chat.render import REASONS, failure, turn, turns, welcome
from ui.chat.scope import scope_bar
from ui.chat.stopping import Running
from ui.chat.talk import converse, history, stopped
from ui.chat.view import TurnView
from ui.chat.words import day
from ui.keep import Keep
from ui.service import filter_of

if TYPE_CHECKING:
    from qa.compose import OnRecord

Views = tuple[TurnView, ...]
Shown = tuple[Any, ...]
_DESK = """
window.onrecord.attach(trigger, server, ["ask", "again", "edit", "fresh", "scope", "reopen", "rate", "refresh"]);
"""
_DRAWN = 10
"""Most exchanges that a new question draws again."""
_PANE = (
    '<aside id="pane" aria-label="Sources"><header><h2>Sources</h2>'
    '<button type="button" data-act="close-pane" aria-label="Close sources">✕</button></header>'
    '<div id="pane-cards" tabindex="0" role="region" aria-label="Source paragraphs"></div></aside>'
)


def ask_view(blocks: gr.Blocks, chat: Chat) -> None:
    """Lay out the view's components and wire their events; called inside ``blocks``."""
    drawn = partial(gr.HTML, apply_default_css=False)
    with gr.Row(elem_id="room"):
        with gr.Column(elem_id="conversation"):
            talk, bounds = gr.State(()), gr.State(Bounds())
            past, recent = drawn("", elem_id="past"), drawn("", elem_id="recent")
            latest = drawn("", elem_id="latest")
            with gr.Column(elem_id="composer"):
                drawn('<div id="pull" role="status"></div>', elem_id="pull-holder")
                scope = drawn("", elem_id="scope")
                box = _make_box(chat.longest)
        drawn(_PANE, elem_id="pane-holder")
    kept = gr.Textbox("", elem_id="kept", visible="hidden", label="Kept by this browser")
    desk = gr.HTML("", elem_id="desk", js_on_load=_DESK, server_functions=[exported, *asked_by_script(chat.puller)])
    # The settled exchanges are drawn by an event of their own: what Gradio is sent, it compares by its whole text.
    shown, grown = [talk, past, recent, latest, box, kept], [talk, recent, latest, box, kept]
    # Of each component that may show progress Gradio copies the whole text at every event, so only an empty one may.
    hear = {
        "api_visibility": "private",
        "concurrency_limit": None,
        "show_progress": "hidden",
        "show_progress_on": desk,
    }
    asking = [
        box.submit(chat.submit, [box, talk, bounds], grown, **hear),
        desk.ask(chat.asked, [talk, bounds], grown, **hear),
        desk.again(chat.again, [talk, bounds], shown, **hear),
    ]
    for event in asking:
        event.then(chat.settle, talk, [past, recent], queue=False, **hear)
    box.stop(chat.stop, None, None, queue=False, **hear)
    desk.edit(chat.edit, [talk], shown, queue=False, **hear)
    desk.fresh(chat.fresh, None, shown, cancels=asking, queue=False, **hear)
    desk.reopen(chat.reopen, None, shown, cancels=asking, queue=False, **hear)
    desk.rate(chat.rate, [talk], shown, queue=False, **hear)
    desk.refresh(chat.refresh, [talk], latest, queue=False, **hear)
    desk.scope(chat.scope, None, [bounds, scope], queue=False, **hear)
    kept.change(None, kept, None, js="(kept) => window.onrecord.keep(kept)", **hear)
    loading = blocks.load(
        chat.load, kept, [*shown, bounds, scope], js="() => window.onrecord.opening()", queue=False, **hear
    )
    loading.then(None, None, None, js="() => { window.onrecord.linked(); window.onrecord.lookAtPull(); }", **hear)


class Chat:
    """What the view's events do: values in, what the components are to show out.

    Args:
        onrecord: the opened library.
        answers: asks questions and gives their events.
        now: gives the present moment.
    """

    def __init__(self, onrecord: OnRecord, answers: Answers, now: Callable[[], datetime]) -> None:
        self._onrecord = onrecord
        self._answers = answers
        self._now = now
        self._running = Running()
        self.puller = Puller(onrecord.shelf, onrecord.settings.llm, now)
        self.longest = onrecord.settings.answer.max_question

    def load(self, kept: str) -> Shown:
        """Show the page: the conversation that the browser was in, or the start of a new one."""
        bounds = Bounds()
        return *self._open(json.loads(kept) if kept else []), bounds, self._scope_bar(bounds)

    async def fresh(self, request: gr.Request) -> Shown:
        """Begin a new conversation."""
        self._running.stop(_reader(request))
        return self._show((), box=_box(value=""))

    async def reopen(self, event: gr.EventData, request: gr.Request) -> Shown:
        """Open a conversation that the browser kept."""
        self._running.stop(_reader(request))
        return self._open(_given(event).get("turns"))

    def refresh(self, talk: Views) -> object:
        """Show what is in the library now where nothing has been asked; a question just begun goes on."""
        return gr.skip() if talk else self._welcome()

    def scope(self, event: gr.EventData) -> Shown:
        """Take over what the form of the scope bar holds."""
        bounds = read_bounds(_given(event))
        return bounds, self._scope_bar(bounds)

    async def submit(self, text: str, talk: Views, bounds: Bounds, request: gr.Request) -> AsyncIterator[Shown]:
        """Ask what was typed."""
        if text.strip():
            async for shown in self._ask(_reader(request), text.strip(), talk, bounds):
                yield shown

    async def asked(
        self, talk: Views, bounds: Bounds, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Shown]:
        """Ask a question that was clicked or linked to."""
        given = _given(event)
        text = str(given.get("text") or "").strip()
        linked = given.get("bounds")
        bounds = read_bounds(linked) if isinstance(linked, dict) else bounds
        if text:
            async for shown in self._ask(_reader(request), text, talk, bounds, given.get("infer") is not False):
                yield shown

    async def again(
        self, talk: Views, bounds: Bounds, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[Shown]:
        """Ask a question of the talk again, dropping it and what came after it."""
        given = _given(event)
        number = _numbered(given, talk)
        if not number:
            return
        text, before = talk[number - 1].question, talk[: number - 1]
        past: object = turns(before[: _settled(len(before))])
        infer = given.get("infer") is not False
        async for asked, *shown in self._ask(_reader(request), text, before, bounds, infer):
            yield asked, past, *shown
            past = gr.skip()

    async def settle(self, talk: Views, request: gr.Request) -> Shown:
        """Draw the settled exchanges when one answer more has settled ten of them."""
        if _settled(len(talk)) == _settled(len(talk) - 1):
            return gr.skip(), gr.skip()
        past, recent = _before(talk)
        # A question that was asked meanwhile has drawn what is recent, with this answer in it.
        return past, gr.skip() if self._running.busy(_reader(request)) else recent

    def edit(self, talk: Views, event: gr.EventData) -> Shown:
        """Take a question back into the box; what came after it is dropped."""
        number = _numbered(_given(event), talk)
        return self._show(talk[: number - 1], box=_box(value=talk[number - 1].question)) if number else self._show(talk)

    def rate(self, talk: Views, event: gr.EventData) -> Shown:
        """Keep what the reader thinks of an answer; a bad one may be given a reason afterwards."""
        given = _given(event)
        number, rating = _numbered(given, talk), given.get("rating")
        if not number or rating not in {"up", "down"}:
            return self._show(talk)
        complaint = REASONS.get(str(given.get("reason") or ""))
        rated = replace(talk[number - 1], rating=rating, complaint=complaint)
        self._keep_feedback(rated)
        talk = (*talk[: number - 1], rated, *talk[number:])
        last = _kept(talk) if number == len(talk) else gr.skip()
        return talk, *_before(talk), self._last(talk), gr.skip(), last

    def _keep_feedback(self, view: TurnView) -> None:
        given = FeedbackIn(
            question=view.question,
            rating=view.rating or "up",
            answer=view.text,
            as_of=view.as_of.isoformat(),
            reason=view.complaint or "",
        )
        Keep(self._onrecord.settings.home).add_feedback(given, self._now())

    async def stop(self, request: gr.Request) -> None:
        """Stop the answer; it shows as far as it came."""
        self._running.stop(_reader(request))

    async def _ask(
        self, reader: str, text: str, talk: Views, bounds: Bounds, infer: bool = True
    ) -> AsyncIterator[Shown]:
        """Ask after a talk, and give what grows: all that is shown but the settled exchanges."""
        asked, settled = talk, _settled(len(talk))
        async for view in self._running.watch(reader, self._views(text, talk, bounds, infer)):
            asked = (*talk, view)
            recent: Any = gr.skip()
            box = recent
            if view.status == "searching":
                recent, box = turns(talk[settled:], settled + 1), _box(value="", working=True)
            yield asked, recent, self._last(asked), box, gr.skip()
        if self._running.busy(reader):
            return  # a later question of the same reader has taken this one's place
        asked = stopped(asked)
        yield asked, gr.skip(), self._last(asked), _box(), _kept(asked)

    def _views(self, text: str, talk: Views, bounds: Bounds, infer: bool) -> AsyncGenerator[TurnView, None]:
        past = history(talk, self._onrecord.settings.answer.history)
        request = request_of(bounds, text, infer=infer, history=past)
        return converse(request, self._now(), self._answers.events, self._onrecord.index.article, bounds)

    def _open(self, kept: object) -> Shown:
        try:
            return self._show(read_views(kept or []))
        except OnRecordError as error:
            return (), "", "", failure(str(error)), _box(), gr.skip()

    def _show(self, talk: Views, box: object = None) -> Shown:
        return talk, *_before(talk), self._last(talk), box or _box(), gr.skip()

    def _last(self, talk: Views) -> str:
        return turn(talk[-1], len(talk)) if talk else self._welcome()

    def _welcome(self) -> str:
        index = self._onrecord.index
        extent = index.scope(SearchFilter())
        some = index.articles(SearchFilter(), limit=40) if extent.articles else ()
        newest = day(extent.newest) if extent.newest else None
        fictional = bool(some) and all(article.fictional for article in some)
        return welcome(extent.articles, newest, example_questions(some), fictional)

    def _scope_bar(self, bounds: Bounds) -> str:
        onrecord = self._onrecord
        extent = onrecord.index.scope(filter_of(request_of(bounds, ""), self._now()))
        models = [name for name, _ in self._answers.service.models()]
        return scope_bar(bounds, extent, onrecord.index.publishers(), models)


def _reader(request: gr.Request) -> str:
    return str(request.session_hash)


def _given(event: gr.EventData) -> dict[str, object]:
    data = event._data
    return data if isinstance(data, dict) else {}


def _numbered(given: dict[str, object], talk: Views) -> int:
    number = given.get("turn")
    return number if isinstance(number, int) and 0 < number <= len(talk) else 0


def _settled(number: int) -> int:
    """Give how many of so many exchanges are drawn once and left alone, so that a long talk delays no new answer."""
    return max(0, (number - 1) // _DRAWN * _DRAWN)


def _before(talk: Views) -> tuple[str, str]:
    """Draw the exchanges before the last: the settled ones, and those after them."""
    settled = _settled(len(talk))
    return turns(talk[:settled]), turns(talk[settled:-1], settled + 1)


def _kept(talk: Views) -> str:
    return f'{{"turn":{len(talk)},"view":{view_json(talk[-1])}}}' if talk else ""


def _make_box(longest: int) -> gr.Textbox:
    return gr.Textbox(
        elem_id="box",
        placeholder="Ask about the news",
        label="Your question",
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        max_length=longest,
        submit_btn=True,
        autofocus=True,
    )


def _box(working: bool = False, **values: object) -> object:
    return gr.update(submit_btn=not working, stop_btn=working, **values)
