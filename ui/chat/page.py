"""The page at ``/``: its frame, its views, and how it is mounted behind the server's own routes.

What a view shows is its own module's; this one only puts them together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import gradio as gr
from fastapi import FastAPI

from ui.answers import Answers
from ui.chat.article_page import article_router
from ui.chat.ask import Chat, ask_view
from ui.chat.guard import guarded
from ui.chat.library import Library, library_view
from ui.chat.scoreboard import Scoreboard, scores_view
from ui.chat.theme import asset, head, make_theme
from ui.service import Service, utc_now

if TYPE_CHECKING:
    from qa.compose import OnRecord

RUNS = Path("runs")
_UPLOADS_KEPT = (600, 3600)
"""Every so many seconds, uploads older than so many are deleted; by then they have been read."""

TALKS_KEPT = 1000
"""Visitors whose talk and view the server remembers, the latest; each takes a tenth of a megabyte."""


def mount(app: FastAPI, onrecord: OnRecord, answers: Answers | None = None) -> FastAPI:
    """Put the chat at ``/`` and the articles' permanent pages at ``/articles/{id}``.

    Call it last: whatever is not a route of ``app`` by then belongs to the chat. The same event loop must serve both.

    Args:
        app: the server's application.
        onrecord: the opened library; the caller closes it.
        answers: the server's way of answering, shared with its API so that both stand in one line; an own one when
            left out.
    """
    asked = answers or Answers(Service(onrecord), onrecord.settings.server)
    app.include_router(article_router(onrecord.index.article))
    return guarded(_in_a_loop(lambda: _mounted(app, make_chat(onrecord, asked))))


def make_chat(
    onrecord: OnRecord, answers: Answers, now: Callable[[], datetime] = utc_now, runs: Path = RUNS
) -> gr.Blocks:
    """Build the page.

    Args:
        onrecord: the opened library.
        answers: asks questions and gives their events.
        now: gives the present moment.
        runs: the folder that evaluation runs are kept in.
    """
    with gr.Blocks(title="OnRecord", analytics_enabled=False, fill_width=True, delete_cache=_UPLOADS_KEPT) as blocks:
        # Gradio never forgets a visitor who has left, until there are as many as this.
        blocks.state_session_capacity = TALKS_KEPT
        gr.HTML(asset("masthead.html"), elem_id="masthead", apply_default_css=False)
        ask_view(blocks, Chat(onrecord, answers, now))
        library_view(Library(onrecord, answers.service))
        scores_view(Scoreboard(runs))
    return blocks


def _mounted(app: FastAPI, blocks: gr.Blocks) -> FastAPI:
    mounted = cast(
        FastAPI,
        gr.mount_gradio_app(
            app,
            blocks,
            path="/",
            theme=make_theme(),
            css=asset("chat.css"),
            head=head(),
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            mcp_server=False,
        ),
    )
    # Until its `launch` ran, which here it never does, Gradio takes any path of this machine for an upload's.
    blocks.has_launched = True
    return mounted


def _in_a_loop(build: Callable[[], FastAPI]) -> FastAPI:
    # Outside of a running event loop, Gradio makes a new one for each of its locks and never closes it.
    async def run() -> FastAPI:
        return build()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run())
    return build()
