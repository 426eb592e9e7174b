"""The API of OnRecord's own, over a scripted library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel
from ui_fakes import BRIDGE, make_onrecord

from qa.answer.wire import answer_json
from qa.errors import ModelFailedError
from ui.api.examples import EXAMPLES
from ui.server import make_app


@pytest.fixture
def onrecord(tmp_path: Path) -> SimpleNamespace:
    return make_onrecord(tmp_path)


@pytest.fixture
def http(onrecord: SimpleNamespace) -> Iterator[TestClient]:
    with TestClient(make_app(onrecord, chat=False), raise_server_exceptions=False) as client:
        yield client


def events_of(text: str) -> list[tuple[str, dict]]:
    blocks = [block.splitlines() for block in text.replace("\r\n", "\n").strip().split("\n\n")]
    named = [dict(line.split(": ", 1) for line in block if not line.startswith(":")) for block in blocks]
    return [(block["event"], json.loads(block["data"])) for block in named if block]


def test_ask_gives_the_answer_object_of_the_contract(http: TestClient, onrecord: SimpleNamespace) -> None:
    response = http.post("/v1/ask", json={"question": "When did the bridge reopen?"})
    assert response.status_code == 200
    expected = answer_json(onrecord.engine.ask(onrecord.engine.asked[0]))
    assert list(response.json()) == list(expected)
    assert response.json() == expected


def test_the_scope_of_a_request_reaches_the_engine(http: TestClient, onrecord: SimpleNamespace) -> None:
    http.post(
        "/v1/ask",
        json={
            "question": "When?",
            "since": "2025-03-01",
            "until": "2025-03-31",
            "publishers": ["The Herald"],
            "as_of": "2025-04-02T10:00",
            "quotes_only": True,
            "history": [{"question": "a", "answer": "b"}],
        },
    )
    asked = onrecord.engine.asked[0]
    assert asked.filter.since.isoformat() == "2025-03-01T00:00:00+00:00"
    assert asked.filter.until.isoformat() == "2025-04-01T00:00:00+00:00"
    assert asked.as_of == asked.filter.as_of
    assert asked.as_of.isoformat() == "2025-04-02T10:00:00+00:00"
    assert asked.quotes_only
    assert asked.history[0].answer == "b"


def test_the_stream_sends_a_citation_before_the_claim_that_uses_it(http: TestClient) -> None:
    response = http.post("/v1/ask/stream", json={"question": "When did the bridge reopen?"})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    assert [name for name, _ in events] == ["search", "citation", "text", "notes", "done"]
    assert events[1][1]["quote"] == BRIDGE.text[events[1][1]["start"] : events[1][1]["end"]]
    assert events[2][1]["text"].endswith("[1]")
    assert events[4][1]["text"] == "The Tallow Bridge reopened on Monday. [1]"


def test_a_bad_question_in_a_stream_is_a_400_and_no_stream(http: TestClient) -> None:
    response = http.post("/v1/ask/stream", json={"question": " "})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "question"


def test_a_failure_in_the_middle_of_a_stream_is_an_event_in_the_error_shape(
    http: TestClient, onrecord: SimpleNamespace
) -> None:
    onrecord.engine.error = ModelFailedError("The model stopped.")
    events = events_of(http.post("/v1/ask/stream", json={"question": "When?"}).text)
    assert events[-1][0] == "error"
    assert set(events[-1][1]["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nothing", None, 404),
        ("GET", "/nothing", None, 404),
        ("PUT", "/v1/ask", None, 405),
        ("GET", "/v1/articles/nothing", None, 404),
        ("DELETE", "/v1/articles/nothing", None, 404),
        ("POST", "/v1/ask", {}, 422),
        ("POST", "/v1/ask", {"question": "When?", "since": "yesterday"}, 422),
        ("POST", "/v1/ask", {"question": "When?", "colour": "red"}, 422),
        ("POST", "/v1/ask", {"question": ""}, 400),
        ("POST", "/v1/articles", {}, 400),
        ("GET", "/v1/search?q=a&k=1000", None, 422),
    ],
)
def test_every_error_has_the_one_shape(http: TestClient, method: str, path: str, body: object, status: int) -> None:
    response = http.request(method, path, json=body)
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]


def test_broken_json_is_named_as_such(http: TestClient) -> None:
    response = http.post("/v1/ask", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["error"]["message"] == "The body is not valid JSON."


def test_a_bug_tells_the_caller_nothing_of_the_inside(http: TestClient, onrecord: SimpleNamespace) -> None:
    onrecord.engine.error = RuntimeError("secret path /home/x")
    response = http.post("/v1/ask", json={"question": "When?"})
    assert response.status_code == 500
    assert "secret" not in response.text


def test_a_quote_can_be_checked_against_the_stored_article(http: TestClient) -> None:
    citation = http.post("/v1/ask", json={"question": "When?"}).json()["citations"][0]
    article = http.get(f"/v1/articles/{citation['article_id']}").json()
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert article["fictional"] is True


def test_articles_are_listed_page_by_page(http: TestClient) -> None:
    first = http.get("/v1/articles", params={"limit": 1}).json()
    second = http.get("/v1/articles", params={"limit": 1, "after": first["next"]}).json()
    assert [row["id"] for row in (*first["articles"], *second["articles"])] == ["bridge1", "ferry1"]
    third = http.get("/v1/articles", params={"limit": 1, "after": second["next"]}).json()
    assert third == {"articles": [], "next": None}


def test_articles_are_listed_for_one_outlet(http: TestClient) -> None:
    found = http.get("/v1/articles", params={"publishers": "radio north"}).json()
    assert [row["id"] for row in found["articles"]] == ["ferry1"]


def test_deleting_with_one_unknown_id_deletes_nothing(http: TestClient) -> None:
    assert http.delete("/v1/articles", params={"id": ["bridge1", "nothing"]}).status_code == 404
    assert http.get("/v1/articles/bridge1").status_code == 200
    assert http.delete("/v1/articles", params={"id": ["bridge1", "ferry1"]}).json() == {"deleted": 2}


def test_search_says_why_each_passage_is_there(http: TestClient) -> None:
    found = http.get("/v1/search", params={"q": "bridge"}).json()
    assert found["passages"][0]["why"] == {"dense": 0.7}
    assert found["searched"] == {"articles": 2, "undated_left_out": 0}


def test_the_outlet_with_most_articles_comes_first(http: TestClient) -> None:
    assert http.get("/v1/publishers").json() == {
        "publishers": [{"name": "Radio North", "articles": 1}, {"name": "The Herald", "articles": 1}]
    }


def test_every_request_and_response_is_documented_with_an_example_that_fits_its_model(http: TestClient) -> None:
    described = http.get("/openapi.json").json()["components"]["schemas"]
    known = {model.__name__: model for model in _models(BaseModel)}
    objects = {name: model for name, model in described.items() if model.get("type") == "object"}
    assert [name for name, model in objects.items() if "examples" not in model] == []
    for name in EXAMPLES:
        assert name in described
        for example in described[name]["examples"]:
            known[name].model_validate(example)


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        if model.__module__.startswith("ui.api."):
            yield model
        yield from _models(model)


def test_the_api_is_documented_whole(http: TestClient) -> None:
    described = http.get("/openapi.json").json()
    assert {"/v1/ask", "/v1/ask/stream", "/v1/articles/{article_id}", "/healthz"} <= set(described["paths"])
    assert http.get("/docs").status_code == 200
    assert http.get("/healthz").json()["status"] == "ok"
    assert http.get("/readyz").json() == {"status": "ready", "articles": 2, "model": "scripted"}
