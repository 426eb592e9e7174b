"""A running server and a bare model are judged by the same code as an engine of this process."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from eval.datasets.base import Dataset, EvalQuestion
from eval.endpoint import ModelSystem, ServerSystem
from eval.run import Trial, ask_one
from qa.types import Question, Turn

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


def server(handler):
    return ServerSystem("http://onrecord.invalid", transport=httpx.MockTransport(handler))


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


def test_a_bare_model_that_does_not_know_abstains():
    assert ModelSystem(ScriptedModel("I do not know.")).ask(Question("?", datetime(2025, 1, 1, tzinfo=UTC))).answer[
        "mode"
    ] == ("abstained")
