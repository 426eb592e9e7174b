"""OpenAI's and Perplexity's shapes: the official client against a really started server, and plain HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import openai
import pytest
from ui_fakes import BRIDGE, make_onrecord
from ui_started import started, wait_for

from ui.api.completion import ask_request
from ui.api.openai_schemas import ChatRequest
from ui.server import make_app

NOW = datetime(2025, 4, 1, 12, tzinfo=UTC)
QUESTION = [{"role": "user", "content": "When did the bridge reopen?"}]
TEXT = "The Tallow Bridge reopened on Monday. [1]"


@pytest.fixture
def onrecord(tmp_path: Path) -> SimpleNamespace:
    return make_onrecord(tmp_path)


@pytest.fixture
def server(onrecord: SimpleNamespace) -> Iterator[str]:
    with started(make_app(onrecord, chat=False)) as url:
        yield url


@pytest.fixture
def client(server: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as made:
        yield made


def test_the_official_client_gets_an_answer_with_annotations(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(model="smollm2-135m-onrecord", messages=QUESTION, temperature=0.2)
    message = done.choices[0].message
    assert message.content == TEXT
    cited = message.annotations[0].url_citation
    assert message.content[cited.start_index : cited.end_index] == "[1]"
    assert cited.url == BRIDGE.url
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens > 0
    quote = done.model_extra["onrecord"]["citations"][0]
    assert BRIDGE.text[quote["start"] : quote["end"]] == quote["quote"]


def test_the_official_client_streams_the_same_text(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="quotes-only", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == TEXT
    assert chunks[-1].usage.completion_tokens > 0
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].model_extra["citations"] == [BRIDGE.url]
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_chunk_has_the_keys_that_strict_clients_read_and_the_whole_answer_at_the_end(server: str) -> None:
    body = {"model": "quotes-only", "messages": QUESTION, "stream": True}
    sent = httpx.post(f"{server}/v1/chat/completions", json=body).text
    lines = [line.removeprefix("data: ") for line in sent.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    for chunk in chunks:
        assert {"id", "object", "created", "model", "choices"} <= set(chunk)
        assert set(chunk["choices"][0]) == {"index", "delta", "finish_reason", "logprobs"}
    whole = httpx.post(f"{server}/v1/ask", json={"question": QUESTION[0]["content"], "quotes_only": True}).json()
    assert list(chunks[-1]["onrecord"]["answer"]) == list(whole)


def test_a_streamed_quote_arrives_before_its_marker(client: openai.OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="quotes-only", messages=QUESTION, stream=True))
    with_quote = next(i for i, chunk in enumerate(chunks) if (chunk.model_extra.get("onrecord") or {}).get("citations"))
    with_marker = next(i for i, chunk in enumerate(chunks) if "[1]" in (chunk.choices[0].delta.content or ""))
    assert with_quote < with_marker
    annotation = chunks[with_quote].choices[0].delta.model_extra["annotations"][0]["url_citation"]
    assert TEXT[annotation["start_index"] : annotation["end_index"]] == "[1]"


def test_the_asynchronous_client_asks_and_streams(server: str) -> None:
    async def ask() -> tuple[str, str]:
        async with openai.AsyncOpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as made:
            whole = await made.chat.completions.create(model="quotes-only", messages=QUESTION)
            parts = await made.chat.completions.create(model="quotes-only", messages=QUESTION, stream=True)
            text = "".join([part.choices[0].delta.content or "" async for part in parts if part.choices])
            return whole.choices[0].message.content or "", text

    assert asyncio.run(ask()) == (TEXT, TEXT)


def test_models_are_listed_the_default_first(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["smollm2-135m-onrecord", "other", "quotes-only"]
    assert client.models.retrieve("other").owned_by == "shelf"


def test_an_unknown_model_is_a_404_as_with_openai(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="gpt-9", messages=QUESTION)
    assert raised.value.code == "model_not_found"


def test_an_abstention_is_streamed_as_text_too(client: openai.OpenAI, onrecord: SimpleNamespace) -> None:
    onrecord.engine.abstain = True
    chunks = client.chat.completions.create(model="smollm2-135m-onrecord", messages=QUESTION, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "They do not say."


def test_stopping_the_stream_stops_the_engine(client: openai.OpenAI, onrecord: SimpleNamespace) -> None:
    onrecord.engine.gate = threading.Event()
    stream = client.chat.completions.create(model="smollm2-135m-onrecord", messages=QUESTION, stream=True)
    next(iter(stream))
    stream.close()
    assert wait_for(onrecord.engine.closed.is_set) < 1.0


def test_perplexitys_shape_over_plain_http(server: str, onrecord: SimpleNamespace) -> None:
    body = {
        "model": "smollm2-135m-onrecord",
        "messages": QUESTION,
        "search_after_date_filter": "3/1/2025",
        "search_before_date_filter": "3/31/2025",
        "search_domain_filter": ["herald.example", "-https://radio.example/news"],
        "return_images": False,
    }
    done = httpx.post(f"{server}/v1/chat/completions", json=body).json()
    assert done["citations"] == [BRIDGE.url]
    assert done["search_results"][0] == {
        "title": "Bridge reopens",
        "url": BRIDGE.url,
        "date": "2025-03-01",
        "last_updated": None,
        "snippet": "The Tallow Bridge reopened on Monday.",
        "source": "The Herald",
    }
    asked = onrecord.engine.asked[0].filter
    assert (asked.since, asked.until) == (datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))
    assert asked.domains == ("herald.example", "-radio.example")


def test_the_recency_filter_counts_back_from_now() -> None:
    request = ChatRequest.model_validate({"messages": QUESTION, "search_recency_filter": "week"})
    assert ask_request(request, NOW).since == "2025-03-25T12:00:00+00:00"


def test_earlier_exchanges_become_history_and_the_last_user_message_the_question() -> None:
    messages = [
        {"role": "system", "content": "Invent things."},
        {"role": "user", "content": "Who?"},
        {"role": "assistant", "content": "She."},
        {"role": "user", "content": [{"type": "text", "text": "And when?"}, {"type": "image_url"}]},
    ]
    asked = ask_request(ChatRequest.model_validate({"messages": messages}), NOW)
    assert asked.question == "And when?"
    assert [(turn.question, turn.answer) for turn in asked.history] == [("Who?", "She.")]


@pytest.mark.parametrize(
    "body",
    [
        {"messages": []},
        {"messages": [{"role": "assistant", "content": "Hello"}]},
        {"messages": QUESTION, "search_after_date_filter": "2025-03-01"},
        {"messages": QUESTION, "n": 2},
        {"messages": QUESTION, "response_format": {"type": "json_object"}},
        {"messages": [{"role": "user", "content": " "}]},
        {"messages": [{"role": "user", "content": " "}], "stream": True},
    ],
)
def test_what_cannot_be_done_is_a_400_or_422_in_the_one_shape(server: str, body: dict) -> None:
    response = httpx.post(f"{server}/v1/chat/completions", json=body)
    assert response.status_code in {400, 422}
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
