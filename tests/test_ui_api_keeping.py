"""Feedback and background jobs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeEmbedder
from fastapi.testclient import TestClient
from ui_fakes import ScriptedEngine, ScriptedRetriever, ScriptedShelf
from ui_started import wait_for

from qa.errors import CorruptIndexError
from qa.library.index import NewsIndex
from qa.settings import IngestSettings, Settings
from ui.api.keep_schemas import JobOut
from ui.keep import FILE, Keep
from ui.server import make_app


class GatedEmbedder(FakeEmbedder):
    """Waits at a gate before it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.reached = threading.Event()

    def embed_passages(self, *given: object) -> list:  # type: ignore[override]
        self.reached.set()
        self.gate.wait(20)
        return super().embed_passages(*given)  # type: ignore[arg-type]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SimpleNamespace]:
    settings = Settings(home=tmp_path / "home", models=tmp_path / "m", ingest=IngestSettings(batch=1))
    embedder = GatedEmbedder()
    with NewsIndex.open(settings.home, embedder=embedder.name, dim=embedder.dim) as index:
        yield SimpleNamespace(
            settings=settings, embedder=embedder, index=index, engine=ScriptedEngine(), shelf=ScriptedShelf(),
            retriever=ScriptedRetriever(index), close=lambda: None,
        )  # fmt: skip


@pytest.fixture
def http(library: SimpleNamespace) -> Iterator[TestClient]:
    with TestClient(make_app(library, chat=False)) as client:
        yield client


def articles(count: int) -> dict:
    names = ("harbour", "council", "orchard", "railway")
    return {"articles": [{"title": name, "text": f"The {name} of Ness changed hands. " * 9} for name in names[:count]]}


def ended(http: TestClient, job_id: str) -> dict:
    wait_for(lambda: http.get(f"/v1/jobs/{job_id}").json()["state"] not in {"waiting", "running"})
    return http.get(f"/v1/jobs/{job_id}").json()


def test_a_job_reports_what_was_put_right_and_what_is_found_only_roughly(
    http: TestClient, library: SimpleNamespace
) -> None:
    library.embedder.gate.set()
    german = "Der Stadtrat von Hafenstadt hat am Montag den Bau einer neuen Mauer beschlossen. " * 5
    given = {"articles": [{"title": "Mauer", "text": german, "published": "2999-01-01", "source": "mauer.txt"}]}
    job_id = http.post("/v1/jobs", json=given).json()["id"]
    report = ended(http, job_id)["report"]
    why = "the date 2999-01-01 cannot be right and is kept as unknown"
    assert (report["warnings"], report["rough"]) == ([{"source": "mauer.txt", "reason": why}], 1)


def test_a_job_ingests_in_the_background_and_reports(http: TestClient, library: SimpleNamespace) -> None:
    library.embedder.gate.set()
    started = http.post("/v1/jobs", json=articles(2))
    assert started.status_code == 202
    done = ended(http, started.json()["id"])
    assert (done["state"], done["report"]["added"], done["read"]) == ("done", 2, 2)
    assert http.get("/v1/jobs").json()["jobs"][0]["id"] == done["id"]
    assert library.index.stats().articles == 2


def test_a_cancelled_job_ends_after_its_batch_and_keeps_what_it_stored(
    http: TestClient, library: SimpleNamespace
) -> None:
    job_id = http.post("/v1/jobs", json=articles(4)).json()["id"]
    wait_for(library.embedder.reached.is_set)
    assert http.get(f"/v1/jobs/{job_id}").json()["state"] == "running"
    http.delete(f"/v1/jobs/{job_id}")
    library.embedder.gate.set()
    assert ended(http, job_id)["state"] == "cancelled"
    assert library.index.stats().articles == 1


def test_an_unknown_or_empty_job_is_the_callers_mistake(http: TestClient) -> None:
    assert http.get("/v1/jobs/nothing").status_code == 404
    assert http.delete("/v1/jobs/nothing").status_code == 404
    assert http.post("/v1/jobs", json={}).status_code == 400
    assert http.post("/v1/jobs", json={"urls": ["file:///etc/passwd"]}).status_code == 422


def test_a_job_that_was_running_when_the_server_ended_is_said_to_be_interrupted(library: SimpleNamespace) -> None:
    job = JobOut(id="a", state="running", made="2025-01-01T00:00:00+00:00", read=1, now="x", report=None, error=None)
    Keep(library.settings.home).save_job(job)
    with TestClient(make_app(library, chat=False)) as client:
        assert client.get("/v1/jobs/a").json()["state"] == "interrupted"


def test_feedback_is_kept_and_exported_as_evaluation_questions(http: TestClient) -> None:
    given = {"question": "How long?", "rating": "down", "reason": "wrong", "expected": ["eleven months"]}
    assert http.post("/v1/feedback", json=given).json()["id"] == 1
    http.post("/v1/feedback", json={"question": "Who?", "rating": "up"})
    assert [one["question"] for one in http.get("/v1/feedback").json()["feedback"]] == ["Who?", "How long?"]
    lines = [json.loads(line) for line in http.get("/v1/feedback/questions").text.splitlines()]
    assert [(line["question"], line["gold"]) for line in lines] == [("How long?", ["eleven months"])]
    assert lines[0]["as_of"]


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to look at" * 50)
    with pytest.raises(CorruptIndexError, match="delete it"):
        Keep(tmp_path)
