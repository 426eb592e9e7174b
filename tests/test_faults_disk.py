"""A full disk under what the server keeps, copies made while writing, and a request of very many articles."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from served_library import open_library
from test_qa_library_keeping import needs_root, small_disk

from qa.errors import HomeUnwritableError
from qa.library.rebuilding import restore
from ui.api.keep_schemas import FeedbackIn
from ui.keep import Keep
from ui.server import make_app

NOW = datetime(2025, 4, 1, tzinfo=UTC)
MANY = 10_000 if os.environ.get("SOAK") else 300
FEEDBACK = FeedbackIn(question="Who?" * 100, rating="down", reason="x" * 900)


def fill(keep: Keep, acknowledged: list[int]) -> None:
    for _ in range(10_000):
        acknowledged.append(keep.add_feedback(FEEDBACK, NOW).id)


@needs_root
def test_feedback_on_a_full_disk_is_refused_in_one_line(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "size=300k") as disk:
        keep = Keep(disk / "home")
        acknowledged: list[int] = []
        with pytest.raises(HomeUnwritableError, match="free space") as refused:
            fill(keep, acknowledged)
        assert "\n" not in str(refused.value)
        assert len(acknowledged) > 10
        assert [one.id for one in reversed(keep.feedback())] == acknowledged


def body(number: int) -> dict[str, str]:
    text = f"Ship {number} of the Quillan Line has reached berth {number} at Port Ellery."
    return {"url": f"https://port.example/{number}", "title": f"Ship {number}", "text": text}


@pytest.mark.timeout(900)
def test_many_articles_in_one_request_are_all_taken(tmp_path: Path) -> None:
    with (
        open_library(tmp_path) as library,
        TestClient(make_app(library, chat=False)) as http,
    ):
        report = http.post("/v1/articles", json={"articles": [body(number) for number in range(MANY)]}).json()
        assert (report["added"], report["failed"]) == (MANY, 0)
        assert library.index.stats().articles == MANY
        too_many = http.post("/v1/articles", json={"articles": [{"text": "x"}] * 10_001})
        assert too_many.status_code == 422
        assert "10000" in too_many.json()["error"]["message"]


def test_every_copy_made_while_writing_is_whole(tmp_path: Path) -> None:
    stored: list[int] = []
    with open_library(tmp_path / "home") as library, TestClient(make_app(library, chat=False)) as http:
        ended = threading.Event()

        def write() -> None:
            while not ended.is_set():
                number = len(stored)
                assert http.post("/v1/articles", json={"articles": [body(number)]}).is_success
                stored.append(number)

        writer = threading.Thread(target=write)
        writer.start()
        copies = []
        while len(copies) < 3:
            before = len(stored)
            copies.append((before, library.index.backup(tmp_path / f"copy{len(copies)}.db")))
        ended.set()
        writer.join()
    for number, (least, copy) in enumerate(copies):
        restore(tmp_path / f"from{number}", copy)
        with open_library(tmp_path / f"from{number}") as again:
            assert least <= again.index.stats().articles <= len(stored)
            assert again.index.doctor().healthy
