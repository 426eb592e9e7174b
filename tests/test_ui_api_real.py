"""The official clients against a really started server with the real embedder, index and small model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import openai
import pytest
from answer_world import shipped_scorer
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from ui_started import started

from ingest.sources import ReadOptions, read_sources
from qa.answer.engine import NewsQueryEngine
from qa.compose import OnRecord
from qa.library.index import NewsIndex
from qa.models.encoders import Embedder
from qa.models.llm import LanguageModel
from qa.models.shelf import Shelf
from qa.search.retrieve import NewsRetriever
from qa.settings import Settings
from ui.server import make_app
from ui.service import Service

SMALL_MODEL = "smollm2-135m-onrecord"
SAMPLE = Path(__file__).parents[1] / "eval" / "sample" / "articles.jsonl"
QUESTION = "How many turbines are planned for the seabed at Hesk Point?"
MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder, real_model: LanguageModel, real_shelf: Shelf
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("real")
    news = folder / "news.jsonl"
    news.write_text("\n".join(SAMPLE.read_text("utf-8").splitlines()[:12]), encoding="utf-8")
    settings = Settings(home=folder / "home", models=real_shelf.folder)
    with ExitStack() as opened:
        index = opened.enter_context(NewsIndex.open(settings.home, embedder=real_embedder.name, dim=real_embedder.dim))
        retriever = NewsRetriever(index, real_embedder, settings.retrieval, None)
        opened.callback(retriever.close)
        engine = NewsQueryEngine(retriever, real_embedder, settings.answer, real_model, scorer=shipped_scorer())
        onrecord = OnRecord(settings, real_shelf, real_embedder, index, retriever, engine, opened)
        Service(onrecord).ingest(read_sources([str(news)], ReadOptions()))
        yield opened.enter_context(started(make_app(onrecord, chat=False)))


@pytest.fixture
def client(server: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0, timeout=60) as made:
        yield made


def test_the_official_client_asks_streams_and_lists(client: openai.OpenAI, server: str) -> None:
    default = client.models.list().data[0].id
    done = client.chat.completions.create(model=default, messages=MESSAGES)
    text = done.choices[0].message.content or ""
    for annotation in done.choices[0].message.annotations or ():
        cited = annotation.url_citation
        assert text[cited.start_index : cited.end_index].startswith("[")
    quotes = (done.model_extra or {})["onrecord"]["citations"]
    assert quotes
    for quote in quotes:
        stored = httpx.get(f"{server}/v1/articles/{quote['article_id']}").json()["text"]
        assert stored[quote["start"] : quote["end"]] == quote["quote"]
    streamed = client.chat.completions.create(model=default, messages=MESSAGES, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices)


def test_the_official_client_asks_and_streams_without_waiting_in_line(server: str) -> None:
    async def both() -> tuple[str, str]:
        async with openai.AsyncOpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0, timeout=120) as client:
            whole = await client.chat.completions.create(model=SMALL_MODEL, messages=MESSAGES)
            pieces = await client.chat.completions.create(model=SMALL_MODEL, messages=MESSAGES, stream=True)
            told = [chunk.choices[0].delta.content or "" async for chunk in pieces if chunk.choices]
            return whole.choices[0].message.content or "", "".join(told)

    whole, streamed = asyncio.run(both())
    assert whole == streamed.strip()
    assert "[1]" in whole


def test_perplexitys_fields_are_there_and_its_filters_hold(server: str) -> None:
    asked = [{"role": "user", "content": "How much will the ferry Grey Petrel cost?"}]
    body = {"messages": asked, "model": "quotes-only", "search_before_date_filter": "1/1/2020"}
    none = httpx.post(f"{server}/v1/chat/completions", json=body, timeout=60).json()
    assert (none["citations"], none["search_results"]) == ([], [])
    del body["search_before_date_filter"]
    found = httpx.post(f"{server}/v1/chat/completions", json=body, timeout=60).json()
    assert found["search_results"][0]["url"] == found["citations"][0]
    assert set(found["search_results"][0]) == {"title", "url", "date", "last_updated", "snippet", "source"}


def test_an_mcp_client_asks_and_reads_what_was_cited(server: str) -> None:
    async def talk() -> tuple[dict, dict]:
        async with (
            streamable_http_client(f"{server}/mcp") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            asked = (await session.call_tool("ask", {"question": QUESTION})).structuredContent or {}
            name = asked["quotes"][0]["article_id"]
            return asked, (await session.call_tool("read_article", {"article_id": name})).structuredContent or {}

    asked, article = asyncio.run(talk())
    assert asked["quotes"][0]["quote"] in article["text"]


@pytest.mark.timeout(400)
def test_the_ninth_of_nine_clients_waits_and_all_are_answered(server: str) -> None:
    async def ask_all() -> list[int]:
        async with httpx.AsyncClient(base_url=server, timeout=380) as http:
            asked = (http.post("/v1/ask", json={"question": QUESTION}) for _ in range(9))
            return [response.status_code for response in await asyncio.gather(*asked)]

    assert asyncio.run(ask_all()) == [200] * 9
