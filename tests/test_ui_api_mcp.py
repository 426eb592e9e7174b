"""The library as tools: an MCP client against a really started server, and over memory."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.memory import create_connected_server_and_client_session
from ui_fakes import make_onrecord
from ui_started import started

from ui.api.mcp import make_mcp, tools_of
from ui.server import make_app
from ui.service import Service


def test_a_client_lists_the_tools_and_asks_over_http(tmp_path: Path) -> None:
    async def talk(url: str) -> tuple[set[str], dict]:
        async with (
            streamable_http_client(f"{url}/mcp") as (reading, writing, _),
            ClientSession(reading, writing) as client,
        ):
            await client.initialize()
            names = {tool.name for tool in (await client.list_tools()).tools}
            asked = await client.call_tool("ask", {"question": "When did the bridge reopen?"})
            return names, asked.structuredContent or {}

    with started(make_app(make_onrecord(tmp_path), chat=False)) as url:
        names, asked = asyncio.run(talk(url))
    assert names == {"ask", "search", "read_article", "timeline", "latest"}
    assert asked["text"].endswith("[1]")
    assert asked["quotes"][0]["quote"] == "The Tallow Bridge reopened on Monday."


def call(tmp_path: Path, tool: str, arguments: dict, writable: bool = False) -> tuple[bool, dict, str]:
    async def talk() -> tuple[bool, dict, str]:
        server = make_mcp(tools_of(Service(make_onrecord(tmp_path))), writable=writable)
        async with create_connected_server_and_client_session(server._mcp_server) as client:
            done = await client.call_tool(tool, arguments)
            return bool(done.isError), done.structuredContent or {}, done.content[0].text if done.content else ""

    return asyncio.run(talk())


def test_search_read_latest_and_timeline_give_what_is_stored(tmp_path: Path) -> None:
    assert call(tmp_path, "search", {"query": "bridge"})[1]["passages"][0]["article_id"] == "bridge1"
    assert call(tmp_path, "read_article", {"article_id": "bridge1"})[1]["fictional"] is True
    assert [row["id"] for row in call(tmp_path, "latest", {"limit": 1})[1]["articles"]] == ["bridge1"]
    events = call(tmp_path, "timeline", {"topic": "bridge"})[1]["events"]
    assert [event["article_id"] for event in events] == ["bridge1"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("read_article", {"article_id": "nothing"}, "There is no article nothing"),
        ("ask", {"question": "When?", "since": "yesterday"}, "is not a date"),
        ("add", {"text": "Bridge."}, "Unknown tool"),
    ],
)
def test_what_goes_wrong_is_told_in_words(tmp_path: Path, tool: str, arguments: dict, said: str) -> None:
    failed, _, text = call(tmp_path, tool, arguments)
    assert failed
    assert said in text
