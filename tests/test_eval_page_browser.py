"""A written report as a reader opens it: from disk, at a desk and on a phone, with nothing from anywhere else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_browser import PICTURES, launched
from playwright.sync_api import Browser

from eval.page import html_page
from eval.records import Record, RunFolder
from eval.report import load_report

pytestmark = pytest.mark.timeout(400)
LONG = "Averylongwordwithoutanyplacetobreakit" * 6


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    runs = [_run(folder / "before", 0.5), _run(folder / "after-with-a-rather-long-name-of-the-run", 0.7)]
    page = folder / "report.html"
    page.write_text(html_page([load_report(run) for run in runs]), "utf-8")
    return page


def _run(path: Path, share: float) -> Path:
    folder, draw = RunFolder(path), random.Random(3)
    folder.start({"dataset": "sample", "part": "all", "started": "2026-01-02T00:00"})
    with folder.writer() as write:
        for at in range(60):
            right, wrong = float(draw.random() < share), float(draw.random() < 0.2)
            scores = {"contains": right, "f1": right, "wrong_unhedged": wrong, "seconds_total": 1.0 + draw.random()}
            write(
                Record(
                    id=f"q{at}",
                    question=f"Question {at} <b>about</b> {LONG}?",
                    kind="single_fact" if at % 2 else "latest",
                    gold=("41 million crowns",),
                    scores=scores,
                    answer={"mode": "answer", "text": f"An answer <img src='https://a.example/{at}.png'> {LONG}"},
                    confidence=draw.random(),
                    right=bool(right),
                )
            )
    return path


@pytest.mark.parametrize("width", [390, 1440])
def test_a_report_opens_from_disk_alone_and_does_not_scroll_sideways(
    browser: Browser, report: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri(), wait_until="load")
    assert page.locator("svg").count() >= 3
    assert asked == [report.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"report-{width}.png", full_page=True)
    page.close()
