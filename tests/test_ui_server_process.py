"""``onrecord serve`` as a process of its own: other commands go through it, and it ends cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from typer.testing import CliRunner
from ui_started import wait_for

from qa.library.home import owner
from ui.cli import app
from ui.server import bind, url_of

LINE = {"url": "https://herald.example/a", "title": "Bridge", "text": "The Tallow Bridge reopened on Monday. " * 5}


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False


async def ask_over_stdio() -> str:
    """Ask `onrecord mcp`, as a model's client starts it."""
    program = ["-c", "from ui.cli import main; main()", "mcp"]
    started = StdioServerParameters(command=sys.executable, args=program, env=os.environ.copy())
    async with stdio_client(started) as (reading, writing), ClientSession(reading, writing) as session:
        await session.initialize()
        asked = await session.call_tool("ask", {"question": "When did the bridge reopen?"})
        return str((asked.structuredContent or {})["quotes"][0]["quote"])


@pytest.mark.timeout(300)
def test_commands_go_through_the_server_and_sigterm_ends_it_cleanly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ONRECORD_MODELS", str(tmp_path / "models"))
    news = tmp_path / "news.jsonl"
    news.write_text(json.dumps(LINE), encoding="utf-8")
    with closing(bind("127.0.0.1", 0)) as free:
        url, port = url_of(free), free.getsockname()[1]
    command = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ.copy(), stderr=subprocess.PIPE, text=True) as server:
        try:
            wait_for(lambda: ready(url) or server.poll() is not None, seconds=250)
            run = CliRunner().invoke
            assert json.loads(run(app, ["ingest", str(news), "--json"]).stdout)["added"] == 1
            asked = json.loads(run(app, ["ask", "When did the bridge reopen?", "--json"]).stdout)
            assert asked["searched"]["articles"] == 1
            listed = json.loads(run(app, ["articles", "list", "--json"]).stdout)
            assert listed["articles"][0]["url"] == LINE["url"]
            second = run(app, ["serve", "--port", "0"])
            assert second.exit_code == 1
            assert url in second.stderr
            assert "The Tallow Bridge reopened on Monday." in asyncio.run(ask_over_stdio())
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
        assert "onrecord models pull" in (server.stderr.read() if server.stderr else "")
    assert owner(tmp_path / "home") is None
