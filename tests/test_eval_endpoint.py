"""A running server and a bare model are judged by the same code as an engine of this process."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from eval.datasets.base import Dataset, EvalQuestion
from eval.endpoint import ModelSystem, ServerSystem
from eval.run import Trial, ask_one
from qa.types import Question, SearchFilter, Turn
from ui.api.schemas import AskRequest

TEXT = "The ferry will cost 41 million crowns."
ASKED = EvalQuestion(
    "q", "What will it cost?", ("41 million crowns",), datetime(2025, 1, 1, tzinfo=UTC), answerable=True
)
ANSWER = {
    "mode": "answer",
    "text": "It will cost 41 million crowns [1].",
    "short_answer": "41 million crowns",
    "confidence": 0.9,
    "citations": [{"article_id": "a", "version": 2, "quote": TEXT, "start": 0, "end": len(TEXT)}],
    "sources": [{"title": "", "text": TEXT}],
    "timings_ms": {"total": 12.0},
}


def server(handler, model=None):
    return ServerSystem("http://onrecord.invalid", model=model, transport=httpx.MockTransport(handler))


def test_a_server_is_asked_as_of_the_questions_moment_and_its_quotes_are_checked():
    seen = []

    def handler(request):
        seen.append(request)
        if request.url.path == "/v1/ask":
            return httpx.Response(200, json=ANSWER)
        return httpx.Response(200, json={"text": TEXT})

    record = ask_one(Trial(Dataset("d", (), (ASKED,)), server(handler), {}), ASKED)
    assert json.loads(seen[0].content)["as_of"] == "2025-01-01T00:00:00+00:00"
    assert str(seen[1].url).endswith("/v1/articles/a?version=2")
    assert record.scores["quotes_verbatim"] == record.scores["em"] == 1
    assert "abstained_when_removed" not in record.scores


def test_a_server_is_asked_of_the_articles_and_the_model_named():
    seen = []

    def handler(request):
        if request.url.path != "/v1/ask":
            return httpx.Response(404)
        seen.append(json.loads(request.content))
        return httpx.Response(200, json=ANSWER)

    asked = replace(ASKED, articles=("https://a.example/f",), restrict=True)
    places = {"https://a.example/f": "stored-id"}
    ask_one(Trial(Dataset("d", (), (asked,)), server(handler, model="other"), places, removed=False), asked)
    server(handler).ask(Question("?", ASKED.as_of, SearchFilter(without_articles=("x",))))
    assert (seen[0]["articles"], seen[0]["model"]) == (["stored-id"], "other")
    assert seen[1]["without_articles"] == ["x"]
    assert not {"articles", "model"} & set(seen[1])
    assert all(AskRequest.model_validate(body) for body in seen)


def test_what_a_server_holds_is_read_page_by_page():
    def handler(request):
        if request.url.params.get("after") == "b":
            return httpx.Response(200, json={"articles": [{"id": "c", "title": "C", "url": None}], "next": None})
        rows = [{"id": id, "title": id.upper(), "url": f"https://a.example/{id}"} for id in "ab"]
        return httpx.Response(200, json={"articles": rows, "next": "b"})

    held = [(article.id, article.title, article.url) for article in server(handler).stored()]
    assert held == [("a", "A", "https://a.example/a"), ("b", "B", "https://a.example/b"), ("c", "C", None)]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500, text="no"),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json={"hello": 1}),
        httpx.Response(200, json=[]),
    ],
)
def test_a_server_that_does_not_answer_makes_a_wrong_answer_not_an_absent_one(response):
    record = ask_one(Trial(Dataset("d", (), (ASKED,)), server(lambda request: response), {}), ASKED)
    assert record.error is not None
    assert record.scores["em"] == 0


def test_an_article_the_server_cites_and_does_not_have_is_not_verbatim():
    def handler(request):
        return httpx.Response(200, json=ANSWER) if request.url.path == "/v1/ask" else httpx.Response(404)

    assert ask_one(Trial(Dataset("d", (), (ASKED,)), server(handler), {}), ASKED).scores["quotes_verbatim"] == 0


class ScriptedModel:
    name = "scripted"

    def __init__(self, said):
        self.said, self.asked = said, []

    def complete(self, messages, *, max_tokens):
        self.asked.append(list(messages))
        return self.said


def test_a_bare_model_is_told_the_date_and_cites_nothing():
    model = ScriptedModel(" 41 million crowns\n")
    system = ModelSystem(model)
    question = Question("What?", datetime(2025, 1, 1, tzinfo=UTC), history=(Turn("Who?", "Ada."),))
    reply = system.ask(question)
    assert reply.candidate == "41 million crowns"
    assert "01 January 2025" in model.asked[0][-1][1]
    assert [role for role, _ in model.asked[0]] == ["system", "user", "assistant", "user"]
    assert reply.answer["mode"] == "answer"


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ("I do not know.", "abstained"),
        ("I don’t know", "abstained"),
        ("The minister said: I do not know. It was 41 million.", "answer"),
    ],
)
def test_a_bare_model_that_does_not_know_abstains(said, mode):
    reply = ModelSystem(ScriptedModel(said)).ask(Question("?", datetime(2025, 1, 1, tzinfo=UTC)))
    assert reply.answer["mode"] == mode
    assert reply.answer["short_answer"] == (None if mode == "abstained" else said)
