"""Make the README's pictures: `python tests/pictures.py [FOLDER]`, by default into docs/.

The sample news is asked in a home of its own, with the default model where it has been pulled and in quotes otherwise.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from chat_browser import launched
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from ui_started import started

from eval.datasets.sample import load_articles
from qa.compose import open_library
from qa.models.shelf import Shelf
from qa.settings import make_settings
from ui.answers import Answers
from ui.chat.page import mount
from ui.service import Service

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
QUESTION = "Who built the Skerrivane lighthouse?"
SHOTS = (("chat", 1440, 900, "light"), ("chat-dark", 1440, 900, "dark"), ("chat-phone", 390, 844, "light"))


def main(folder: Path) -> None:
    """Start a server on the sample news, ask it one question, and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        settings = make_settings(home=Path(home))
        has_model = Shelf(settings.models).has(settings.llm.model)
        with open_library(settings, with_model=has_model) as onrecord:
            service = Service(onrecord, lambda: NOW)
            service.ingest(tuple(load_articles().values()))
            answers = Answers(service, settings.server)
            with started(mount(FastAPI(), onrecord, answers)) as url, launched() as browser:
                for name, width, height, scheme in SHOTS:
                    _take(browser, url, folder / f"{name}.png", (width, height), scheme)
            answers.close()


def _take(browser: Browser, url: str, file: Path, size: tuple[int, int], scheme: str) -> None:
    with browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    ) as context:
        page = context.new_page()
        page.goto(url)
        _ask(page, QUESTION)
        page.locator("#turn-1 .chip").first.click()
        page.mouse.move(0, 0)
        page.wait_for_selector("#pane-cards mark.chosen")
        page.screenshot(path=file, animations="disabled")


def _ask(page: Page, question: str) -> None:
    page.wait_for_selector("#scope button")
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#turn-1[data-status=done]", timeout=120_000)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "docs")
