"""A really started server: places, disconnects, ports, and commands that go through it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from ui_fakes import BRIDGE, make_onrecord
from ui_started import started, wait_for

from qa.errors import NotFoundError, QuestionError, ServerError, SettingsError
from qa.settings import ServerSettings, Settings
from ui.api import schemas
from ui.client import Client
from ui.server import bind, make_app, serve, url_of
from ui.service import Service

ASK = {"question": "When did the bridge reopen?"}


@pytest.fixture
def onrecord(tmp_path: Path) -> SimpleNamespace:
    return make_onrecord(tmp_path, server=ServerSettings(concurrency=1, queue=1))


@pytest.fixture
def server(onrecord: SimpleNamespace) -> Iterator[str]:
    with started(make_app(onrecord, chat=False)) as url:
        yield url


def events(response: httpx.Response) -> Iterator[str]:
    return (line.removeprefix("event: ") for line in response.iter_lines() if line.startswith("event: "))


def test_a_client_that_leaves_mid_stream_frees_its_place_within_a_second(
    onrecord: SimpleNamespace, server: str
) -> None:
    onrecord.engine.gate = threading.Event()
    with httpx.Client() as http:
        with http.stream("POST", f"{server}/v1/ask/stream", json=ASK) as response:
            assert next(events(response)) == "search"
        assert wait_for(onrecord.engine.closed.is_set) < 1.0
        onrecord.engine.gate.set()
        assert http.post(f"{server}/v1/ask", json=ASK, timeout=2).status_code == 200


def test_a_client_that_leaves_a_plain_ask_frees_its_place(onrecord: SimpleNamespace, server: str) -> None:
    onrecord.engine.gate = threading.Event()
    with httpx.Client() as http, pytest.raises(httpx.ReadTimeout):
        http.post(f"{server}/v1/ask", json=ASK, timeout=0.3)
    assert wait_for(onrecord.engine.closed.is_set) < 1.0


def test_whoever_finds_all_places_and_the_line_full_gets_a_429_with_retry_after(onrecord: SimpleNamespace) -> None:
    onrecord.engine.gate = threading.Event()
    results: list[int] = []
    app = make_app(onrecord, chat=False)
    with started(app) as server:

        def ask() -> None:
            results.append(httpx.post(f"{server}/v1/ask", json=ASK, timeout=20).status_code)

        asking = [threading.Thread(target=ask) for _ in range(2)]
        for thread in asking:
            thread.start()
        wait_for(lambda: app.state.answers.model_slots.waiting == 1)
        refused = httpx.post(f"{server}/v1/ask", json=ASK, timeout=5)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.json()["error"]["type"] == "rate_limit_error"
        onrecord.engine.gate.set()
        for thread in asking:
            thread.join(10)
    assert results == [200, 200]


def test_quotes_do_not_wait_behind_a_model(onrecord: SimpleNamespace, server: str) -> None:
    onrecord.engine.gate = threading.Event()
    thread = threading.Thread(target=lambda: httpx.post(f"{server}/v1/ask", json=ASK, timeout=20))
    thread.start()
    wait_for(lambda: onrecord.engine.asked)
    assert httpx.post(f"{server}/v1/ask", json={**ASK, "quotes_only": True}, timeout=5).json()["mode"] == "quotes"
    onrecord.engine.gate.set()
    thread.join(10)


def test_the_client_gives_what_the_service_gives(onrecord: SimpleNamespace, server: str) -> None:
    service = Service(onrecord)
    with closing(Client(server)) as client:
        assert client.article("bridge1") == service.article("bridge1")
        scope = schemas.Scope(publishers=("The Herald",), since="2025-01-01")
        assert client.articles(scope, limit=1) == service.articles(scope, limit=1)
        search = schemas.SearchRequest(q="bridge", publishers=("The Herald", "Radio North"), k=1)
        assert client.search(search) == service.search(search)
        asked = schemas.AskRequest(question="When?", as_of="2025-03-31", publishers=("The Herald",))
        assert client.ask(asked) == service.ask(asked)
        assert client.publishers() == service.publishers()
        assert client.delete(["ferry1"]).deleted == 1


def test_the_client_raises_the_error_that_the_server_raised(server: str) -> None:
    with closing(Client(server)) as client:
        with pytest.raises(NotFoundError, match="There is no article nothing"):
            client.article("nothing")
        with pytest.raises(QuestionError):
            client.ask(schemas.AskRequest(question=" "))
        with pytest.raises(NotFoundError):
            client.article("../stats")


def test_an_owner_that_does_not_answer_is_one_clear_error() -> None:
    with closing(bind("127.0.0.1", 0)) as listening:
        url = url_of(listening)
    with closing(Client(url)) as client, pytest.raises(ServerError, match="did not answer"):
        client.article("bridge1")


def test_an_owner_that_is_something_else_is_one_clear_error() -> None:
    other = FastAPI()
    other.get("/v1/publishers")(lambda: {"hello": "world"})
    with started(other) as url, closing(Client(url)) as client:
        with pytest.raises(ServerError, match="not this version"):
            client.publishers()
        with pytest.raises(ServerError, match="answered 404"):
            client.stats()


def test_a_taken_port_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    with closing(bind("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} of 127.0.0.1 cannot be used"):
            serve(Settings(home=tmp_path / "home"), "127.0.0.1", port)
    assert not (tmp_path / "home").exists()


def test_a_door_open_to_others_needs_keys(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ONRECORD_SERVER__API_KEYS"):
        serve(Settings(home=tmp_path / "home"), "0.0.0.0", 0)


def test_whoever_still_waits_when_the_server_stops_is_told_so_in_the_one_shape(onrecord: SimpleNamespace) -> None:
    onrecord.engine.gate = threading.Event()
    results: list[httpx.Response] = []
    with started(make_app(onrecord, chat=False), grace=0) as server:
        asking = threading.Thread(target=lambda: results.append(httpx.post(f"{server}/v1/ask", json=ASK, timeout=20)))
        asking.start()
        wait_for(lambda: onrecord.engine.asked)
    asking.join(10)
    onrecord.engine.gate.set()
    assert (results[0].status_code, results[0].json()["error"]["code"]) == (503, "stopping")


def test_an_answer_that_is_nearly_done_when_the_server_stops_is_finished(onrecord: SimpleNamespace) -> None:
    onrecord.engine.gate = threading.Event()
    results: list[str] = []

    def read(url: str) -> None:
        with httpx.stream("POST", f"{url}/v1/ask/stream", json=ASK, timeout=20) as response:
            results.extend(events(response))

    with started(make_app(onrecord, chat=False), grace=10) as server:
        reading = threading.Thread(target=read, args=(server,))
        reading.start()
        wait_for(lambda: onrecord.engine.asked)
        threading.Timer(0.3, onrecord.engine.gate.set).start()
    reading.join(10)
    assert results[-1] == "done"


def test_quotes_survive_the_wire_letter_for_letter(onrecord: SimpleNamespace, server: str) -> None:
    body = json.loads(httpx.post(f"{server}/v1/ask", json=ASK).content)
    assert all(BRIDGE.text[c["start"] : c["end"]] == c["quote"] for c in body["citations"])


def test_a_stream_is_finished_when_the_server_is_told_to_stop(tmp_path: Path) -> None:
    program = Path(__file__).with_name("served_stopping.py")
    paths = os.pathsep.join([str(program.parent), str(program.parents[1])])
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == "event: search event: citation event: text event: notes event: done".split()
