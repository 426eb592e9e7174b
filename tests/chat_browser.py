"""A headless Chromium, and a really started server with a small library that answers in quotes, without a model."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chat_fakes import FERRY, NASTY, PRICE, BareShelf, ScriptedLibrary, citation, found
from fakes import FakeEmbedder, whole
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Request, Response, expect, sync_playwright
from playwright.sync_api import TimeoutError as TooLate
from ui_started import started

from qa.library.index import NewsIndex
from qa.settings import IngestSettings, ServerSettings, Settings
from qa.text import sentence_spans, words
from qa.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    Article,
    Claim,
    ClaimReady,
    Question,
    Retrieval,
    ScoredPassage,
    SearchDone,
    SearchFilter,
    Understood,
)
from ui.answers import Answers
from ui.api.gate import Gate
from ui.api.native import make_router
from ui.chat.page import mount
from ui.service import Service

ARTICLES = (FERRY, PRICE, NASTY)
MARCH = Understood(
    since=datetime(2025, 3, 2, tzinfo=UTC), until=datetime(2025, 4, 1, tzinfo=UTC), from_words="since 2 March"
)
PICTURES = Path(__file__).resolve().parents[1] / "screenshots"
PATIENCE = 60_000
"""Milliseconds until something that should happen counts as not happening: a machine may be busy with much else."""
_AGAIN = 5_000
"""Milliseconds until a click that showed nothing is made again."""
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def chromium() -> str:
    """Give the browser's path; without one the test is skipped, loudly, and where ``CI=true`` it fails."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        missing = "THE PAGE WAS NOT TESTED: there is no Chromium here (Debian: `apt-get install chromium`)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser for as long as the block lasts."""
    path = chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class QuotingEngine:
    """Quotes the sentence of each article that shares most words with the question; asked to be slow, it waits.

    ``slowly`` in a question makes it stand still after its first quote until ``go`` is set; ``stopped`` says that it
    was left before its end.
    """

    index: NewsIndex
    model: None = None
    go: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        try:
            yield from self._stream(question)
        except GeneratorExit:
            self.stopped.set()

    def _stream(self, question: Question) -> Iterator[AnswerEvent]:
        understood = MARCH if "march" in question.text.lower() and question.infer else Understood()
        wanted = replace(question.filter, since=question.filter.since or understood.since)
        quotes = sorted(self._quotes(question.text, wanted), key=lambda one: -one[0])[:2]
        scope = self.index.scope(wanted)
        sources = tuple(found(article) for article in self.index.articles(wanted))
        yield SearchDone(Retrieval(sources, understood, scope))
        answer = self._answer(question, quotes, sources, understood)
        for claim, cited in zip(answer.claims, answer.citations, strict=True):
            yield ClaimReady(claim, (cited,), f"{claim.text} [{cited.number}]")
            if "slowly" in question.text:
                self.go.wait(30)
        yield AnswerDone(replace(answer, searched=scope, newest_article=scope.newest))

    def _quotes(self, text: str, wanted: SearchFilter) -> Iterator[tuple[int, Article, str]]:
        asked = {word for word in words(text) if len(word) > 3}
        for article in self.index.articles(wanted):
            sentences = [article.text[a:b] for a, b in sentence_spans(article.text)]
            best = max(sentences, key=lambda one: len(asked & set(words(one))))
            if shared := len(asked & set(words(best))):
                yield shared, article, best

    def _answer(
        self,
        question: Question,
        quotes: list[tuple[int, Article, str]],
        sources: tuple[ScoredPassage, ...],
        understood: Understood,
    ) -> Answer:
        return Answer(
            question=question.text,
            standalone_question=question.text,
            mode="quotes" if quotes else "abstained",
            text=" ".join(quote for _, _, quote in quotes) or "The articles do not say.",
            reason=None if quotes else "No sentence speaks of it.",
            as_of=question.as_of,
            claims=tuple(Claim(quote, True, (number,)) for number, (_, _, quote) in enumerate(quotes, 1)),
            citations=tuple(citation(article, quote, n) for n, (_, article, quote) in enumerate(quotes, 1)),
            sources=sources,
            understood=understood,
            suggestions=("When is the ferry due?",) if quotes else (),
        )


@dataclass(frozen=True)
class Site:
    """A started server and what stands behind it."""

    url: str
    index: NewsIndex
    engine: QuotingEngine


@contextmanager
def served(
    home: Path,
    articles: tuple[Article, ...] = ARTICLES,
    *,
    private: bool = False,
    shelf: object = None,
    users: tuple[str, ...] = (),
) -> Iterator[Site]:
    """Serve a small library for as long as the block lasts.

    Args:
        home: where it is kept.
        articles: what it holds.
        private: whether it may fetch from this machine's own servers.
        shelf: the models that could answer; none when left out.
        users: who may sign in, as the settings are written; everybody may come in when left out.
    """
    embedder = FakeEmbedder()
    settings = Settings(
        home=home,
        ingest=IngestSettings(allow_private=private, host_pause=0.0),
        server=ServerSettings(users=users),
    )
    with NewsIndex.open(home, embedder=embedder.name, dim=embedder.dim) as index:
        if articles:
            index.add([whole(article, embedder) for article in articles])
        engine = QuotingEngine(index)
        models = shelf or BareShelf()
        library = _Library(engine=engine, index=index, settings=settings, shelf=models, embedder=embedder)  # type: ignore[arg-type]
        answers = Answers(Service(library), settings.server)  # type: ignore[arg-type]
        app = FastAPI()
        app.include_router(make_router(answers.service, answers))
        app = mount(app, library, answers)  # type: ignore[arg-type]
        app.add_middleware(Gate, settings=settings.server)
        with started(app) as url:
            try:
                yield Site(url, index, engine)
            finally:
                engine.go.set()
        answers.close()


@dataclass
class _Library(ScriptedLibrary):
    embedder: FakeEmbedder = field(default_factory=FakeEmbedder)


@dataclass
class Watched:
    """A page, and everything on it that should never happen."""

    page: Page
    site: Site
    foreign: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def ask(self, question: str) -> int:
        """Ask, wait for the whole answer, and give its number."""
        number = self.page.locator(".turn").count() + 1
        self.begin(question)
        self.page.wait_for_selector(f"#turn-{number}:is([data-status=done], [data-status=failed])")
        return number

    def begin(self, question: str) -> None:
        """Ask and wait for nothing."""
        self.page.fill("#box textarea", question)
        self.page.press("#box textarea", "Enter")

    def unfold_adding(self) -> None:
        """Open what adds articles; a click that came before the page listened is made again."""
        field = self.page.get_by_label("Addresses of pages")
        for _ in range(PATIENCE // _AGAIN):
            self.page.get_by_role("button", name="Add articles").click()
            with suppress(TooLate):
                return field.wait_for(timeout=_AGAIN)
        raise AssertionError("what adds articles does not open")

    def picture(self, name: str) -> None:
        """Take a picture into the folder that git ignores, for people to look at."""
        self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    def harmless(self) -> None:
        """Fail if the page asked another host, opened a dialog or broke."""
        assert self.foreign == []
        assert self.dialogs == []
        assert self.faults == []


@contextmanager
def opened(
    browser: Browser,
    site: Site,
    *,
    width: int = 1440,
    dark: bool = False,
    path: str = "/",
    signed: tuple[str, str] | None = None,
) -> Iterator[Watched]:
    """Open the site in a browser profile of its own, signed in with a name and a password, and watch the page."""
    with browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        permissions=["clipboard-read", "clipboard-write"],
        http_credentials={"username": signed[0], "password": signed[1]} if signed else None,
    ) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        watched = Watched(page, site)
        page.on("request", lambda request: _note_foreign(watched, request))
        page.on("response", lambda response: _note_fault(watched, response))
        page.on("dialog", lambda dialog: (watched.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: watched.faults.append(str(error)))
        page.goto(site.url + path)
        if path == "/":
            page.wait_for_selector("#scope button")
        yield watched


def _note_foreign(watched: Watched, request: Request) -> None:
    if not re.match(rf"{re.escape(watched.site.url)}/|data:|blob:", request.url):
        watched.foreign.append(request.url)


def _note_fault(watched: Watched, response: Response) -> None:
    if response.status >= 400 and not response.url.endswith(("/favicon.ico", "/manifest.json")):
        watched.faults.append(f"{response.status} {response.url}")
