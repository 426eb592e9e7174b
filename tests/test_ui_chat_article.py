from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import gradio as gr
import pytest
from chat_fakes import FERRY, HOSTILE, NASTY, PRICE, ScriptedIndex, ScriptedLibrary
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.types import Carrier
from ui.chat import page
from ui.chat.article_page import article_document, article_router
from ui.chat.page import mount


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(article_router(ScriptedIndex().article))
    with TestClient(app) as client:
        yield client


def test_the_page_shows_the_whole_article(client: TestClient) -> None:
    page = client.get("/articles/ferry")
    assert page.status_code == 200
    assert all(part in page.text for part in FERRY.text.split("\n\n"))
    assert "The Courier" in page.text
    assert "1 March 2025" in page.text


def test_the_page_may_run_no_inline_code_and_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/articles/nasty")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert re.findall(r"<script[^>]*>", page.text) == ['<script src="/chat-assets/article.js" defer>']
    assert "style=" not in page.text
    assert 'href="javascript' not in page.text


def test_a_span_in_the_query_is_highlighted_exactly(client: TestClient) -> None:
    quote = "It is due in May 2025."
    start = FERRY.text.index(quote)
    page = client.get(f"/articles/ferry?version=1&start={start}&end={start + len(quote)}")
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", page.text) == [quote]


def test_an_article_that_is_not_there_is_a_page_that_says_so(client: TestClient) -> None:
    page = client.get("/articles/%3Cscript%3E")
    assert page.status_code == 404
    assert "There is no article &lt;script&gt;." in page.text
    assert client.get("/articles/ferry?version=9").status_code == 404


def test_every_paragraph_knows_where_it_starts_in_the_stored_text() -> None:
    document = article_document(replace(NASTY, text=f"One.\n\n{HOSTILE}\n\nThree."))
    starts = [int(start) for start in re.findall(r'data-start="(\d+)"', document)]
    assert starts == [0, 6, 6 + len(HOSTILE) + 2]


def test_labels_carriers_and_replaced_versions_are_told() -> None:
    moment = datetime(2025, 3, 5, tzinfo=UTC)
    carriers = (Carrier("Radio North", "https://radio.example/1", moment), Carrier("The Herald", "javascript:x", None))
    document = article_document(replace(PRICE, carriers=carriers, valid_to=moment))
    assert "fictional sample" in document
    assert "held until 5 March 2025" in document
    assert "The Herald" in document
    assert "javascript:x" not in document
    assert "Correction: </b>An earlier version" in document


def test_style_and_script_come_from_this_host(client: TestClient) -> None:
    assert client.get("/chat-assets/article.css").headers["content-type"].startswith("text/css")
    assert "hashchange" in client.get("/chat-assets/article.js").text


def test_the_chat_is_mounted_behind_the_servers_own_routes() -> None:
    app = FastAPI()

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    mount(app, ScriptedLibrary())  # type: ignore[arg-type]
    with TestClient(app) as client:
        assert client.get("/healthz").json() == "ok"
        page = client.get("/")
        assert "connect-src 'self'" in page.headers["content-security-policy"]
        assert client.get("/articles/ferry").status_code == 200
        assert "content-security-policy" not in client.get("/openapi.json").headers


def test_the_page_asks_no_other_host_for_fonts_or_counts_its_readers() -> None:
    app = FastAPI()
    mount(app, ScriptedLibrary())  # type: ignore[arg-type]
    with TestClient(app) as client:
        page = client.get("/").text
        style = client.get("/theme.css").text
    assert "fonts.googleapis" not in page + style
    assert '"analytics_enabled":false' in page.replace(" ", "")


def test_only_the_latest_visitors_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[gr.Blocks] = []
    build = page.make_chat
    monkeypatch.setattr(page, "TALKS_KEPT", 3)
    monkeypatch.setattr(page, "make_chat", lambda *given: made.append(build(*given)) or made[-1])
    mount(FastAPI(), ScriptedLibrary())  # type: ignore[arg-type]
    held = made[0].state_holder
    for visitor in "abcd":
        assert held[visitor] is not None
    assert list(held.session_data) == ["b", "c", "d"]
