"""The other views in a real browser: story, scores, adding from the web, a first run, a long conversation, speed."""

from __future__ import annotations

import json
import os
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_browser import Site, Watched, launched, opened, served
from chat_fakes import FERRY, answered
from playwright.sync_api import Browser, expect
from scripted_server import Reply, ScriptedServer
from test_eval_report import make_run
from test_ui_chat_pulling import NAME, ScriptedShelf
from ui_fakes import GRADIO_WARNINGS

from ui.api.users import hashed
from ui.chat.export import view_json
from ui.chat.view import TurnView, answered_view

pytestmark = [*GRADIO_WARNINGS, pytest.mark.timeout(400)]
HARBOUR = (
    "<html><head><title>Harbour reopens</title></head><body><article><h1>Harbour reopens</h1>"
    "<p>The harbour of Port Quillan reopened on Monday after eleven weeks of dredging, the harbour master said.</p>"
    "<p>Two hundred boats had waited outside. The dredging cost nine million crowns, paid by the Quillan Line.</p>"
    "</article></body></html>"
)
ASKED = "What will the Grey Petrel cost?"
TURNS = 200
_FIRST_WORD = """() => new Promise((done) => {
  const turns = document.querySelectorAll(".turn").length;
  let began = 0;
  const box = document.querySelector("#box textarea");
  box.addEventListener("keydown", () => { began = performance.now(); }, { once: true });
  new MutationObserver((_, watching) => {
    const word = document.querySelector(`#turn-${turns + 1} :is(.words, blockquote p, .timeline p)`);
    if (!word?.offsetHeight) return;
    watching.disconnect();
    requestAnimationFrame(() => done(performance.now() - began));
  }).observe(document, { childList: true, subtree: true });
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("home")) as site:
        yield site


def test_what_happened_is_shown_as_a_timeline_whose_lines_lead_to_their_sources(browser: Browser, site: Site) -> None:
    with opened(browser, site) as chat:
        chat.ask("What happened with the ferry?")
        lines = chat.page.locator("#turn-1 .timeline li")
        expect(lines).to_have_count(2)
        assert [line.split("\n")[0] for line in lines.all_inner_texts()] == ["1 March 2025", "4 March 2025"]
        lines.nth(1).locator(".chip").click()
        expect(chat.page.locator("#pane-cards mark.chosen")).to_be_in_viewport()
        chat.harmless()


def test_a_story_is_reached_from_the_articles_page(browser: Browser, site: Site) -> None:
    with opened(browser, site, path=f"/articles/{FERRY.id}") as chat:
        chat.page.get_by_role("link", name="The whole story").click()
        expect(chat.page.locator(".story-page")).to_contain_text("1 outlet, 1 version")
        expect(chat.page.locator(".story-page")).to_contain_text("The Courier")
        chat.harmless()


def test_a_page_of_a_web_server_is_added_and_asked_about(browser: Browser, tmp_path: Path) -> None:
    page_of = Reply((HARBOUR.encode(),), content_type="text/html; charset=utf-8")
    with (
        ScriptedServer({"/robots.txt": [Reply(status=404)], "/harbour": [page_of]}) as web,
        served(tmp_path, private=True) as site,
        opened(browser, site) as chat,
    ):
        page = chat.page
        page.click("a[data-view=library]")
        chat.unfold_adding()
        page.get_by_label("Addresses of pages").fill(f"{web.url}/harbour\n{web.url}/missing")
        page.click("#add")
        expect(page.locator("#added li.good")).to_contain_text("1 added", timeout=60_000)
        expect(page.locator("#added li.bad")).to_contain_text("/missing")
        expect(page.locator("#library-rows")).to_contain_text("Harbour reopens")
        expect(page.locator("#library-top .failures")).to_contain_text("1 source could not be added")
        page.click("a[data-view=ask]")
        expect(page.locator("#scope .extent")).to_contain_text("4 articles")
        chat.ask("How many weeks of dredging did the harbour take?")
        expect(page.locator("#turn-1 .answer")).to_contain_text("eleven weeks of dredging")
        chat.harmless()


def test_a_first_run_offers_a_feed_whose_articles_can_then_be_asked_about(browser: Browser, tmp_path: Path) -> None:
    page_of = Reply((HARBOUR.encode(),), content_type="text/html; charset=utf-8")
    with (
        ScriptedServer({"/robots.txt": [Reply(status=404)], "/harbour": [page_of]}) as web,
        served(tmp_path, articles=(), private=True) as site,
        opened(browser, site, width=390) as chat,
    ):
        page = chat.page
        page.get_by_label("Address of a feed").fill(f"{web.url}/harbour")
        page.keyboard.press("Enter")
        expect(page.locator("#added")).to_contain_text("1 added", timeout=60_000)
        page.click("a[data-view=ask]")
        expect(page.locator(".welcome")).to_contain_text("Ask the news.")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        chat.harmless()


def test_a_model_on_its_way_is_shown_and_answers_are_quotes_meanwhile(browser: Browser, tmp_path: Path) -> None:
    shelf = ScriptedShelf(tmp_path)
    with served(tmp_path, shelf=shelf) as site, opened(browser, site, width=390) as chat:
        chat.page.get_by_role("button", name="Get the model").click()
        expect(chat.page.locator("#pull")).to_contain_text("25 %")
        chat.ask(ASKED)
        expect(chat.page.locator("#turn-1 .answer")).to_contain_text("41 million")
        expect(chat.page.locator("#scope .set")).to_contain_text("quotes only")
        shelf.go.set()
        expect(chat.page.locator("#scope .set")).to_contain_text(NAME)
        expect(chat.page.locator("#pull")).to_be_empty()
        chat.harmless()


def test_only_who_signs_in_sees_the_page(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, users=(f"ann:{hashed('a secret', bytes(16))}",)) as site:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(site.url, timeout=30)
        with opened(browser, site, signed=("ann", "a secret")) as chat:
            chat.ask(ASKED)
            expect(chat.page.locator("#turn-1 .answer")).to_contain_text("41 million")
            assert chat.foreign == []


def test_what_is_being_written_is_kept_while_the_library_is_looked_at(browser: Browser, site: Site) -> None:
    with opened(browser, site) as chat:
        chat.page.fill("#box textarea", "Half a quest")
        chat.page.click("a[data-view=library]")
        expect(chat.page.locator("#library-rows tbody tr")).to_have_count(3)
        chat.page.click("a[data-view=ask]")
        expect(chat.page.locator("#scope .extent")).to_contain_text("3 articles")
        expect(chat.page.locator("#box textarea")).to_have_value("Half a quest")
        chat.harmless()


def test_an_answer_is_copied_with_its_sources(browser: Browser, site: Site) -> None:
    with opened(browser, site) as chat:
        chat.ask("What happened with the ferry?")
        chat.page.locator("#turn-1 [data-act=copy]").click()
        expect(chat.page.locator("#turn-1 [data-act=copy]")).to_have_text("Copied")
        copied = chat.page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("1 March 2025: The ferry carries 450 passengers. [")
        assert f"{FERRY.title} (The Courier, 1 March 2025) {site.url}/articles/ferry?version=1#" in copied


def test_two_runs_are_compared_down_to_the_questions_that_changed(
    browser: Browser, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(tmp_path / "runs" / "before", [True] * 10 + [False] * 30)
    make_run(tmp_path / "runs" / "after", [True] * 30 + [False] * 10)
    os.utime(tmp_path / "runs" / "before", (1, 1))
    monkeypatch.chdir(tmp_path)
    with opened(browser, site) as chat:
        page = chat.page
        page.click("a[data-view=scores]")
        expect(page.locator("#figures")).to_contain_text("contains")
        page.get_by_label("before").check()
        expect(page.locator("#figures")).to_contain_text("Questions that changed (20)")
        page.locator("#figures .flip summary").first.click()
        expect(page.locator("#figures .flip dd").first).to_be_visible()
        expect(page.locator("#figures svg").first).to_be_visible()
        chat.picture("scores")
        chat.harmless()


def test_a_conversation_of_two_hundred_turns_scrolls_and_answers(browser: Browser, site: Site) -> None:
    with opened(browser, site) as chat:
        page = chat.page
        remember(chat, TURNS)
        page.locator("#turn-1").scroll_into_view_if_needed()
        expect(page.locator("#turn-1 .question")).to_be_in_viewport()
        page.locator("#turn-1 .chip").first.click()
        expect(page.locator("#pane-cards mark.chosen")).to_be_in_viewport()
        chat.ask("Who blamed steel?")
        expect(page.locator(f"#turn-{TURNS + 1} .answer")).to_contain_text("The yard blamed steel.")
        expect(page.locator(f"#turn-{TURNS + 1} .question")).to_be_in_viewport()
        chat.harmless()


@pytest.mark.skipif(not os.environ.get("SOAK"), reason="a figure of time needs a machine of its own: SOAK=1 takes it")
@pytest.mark.parametrize("turns_before", [0, TURNS])
def test_the_first_word_is_seen_soon_after_the_api_has_it(browser: Browser, site: Site, turns_before: int) -> None:
    with opened(browser, site) as chat:
        remember(chat, turns_before)
        seen, told = [], []
        for number in range(turns_before + 1, turns_before + 21):
            seen.append(_first_word(chat, number))
            told.append(_first_claim(site.url))
        word, claim = statistics.median(seen), statistics.median(told)
        print(f"after {turns_before} turns: first word {word:.0f} ms, first claim of the API {claim:.0f} ms")
        assert word - claim <= 150


def _first_word(chat: Watched, number: int) -> float:
    """Ask, and give the milliseconds from Enter to the first word on the screen.

    Selectors of the browser's driver are not used between the two: on a long page each look takes it 25 ms, and it
    looks at every frame.
    """
    page = chat.page
    page.fill("#box textarea", ASKED)
    page.focus("#box textarea")
    page.evaluate(f"() => {{ window.firstWord = ({_FIRST_WORD})(); }}")
    page.keyboard.press("Enter")
    word = float(page.evaluate("() => window.firstWord"))
    page.wait_for_function(
        "(number) => document.getElementById(`turn-${number}`)?.dataset.status === 'done'", arg=number
    )
    return word


def remember(chat: Watched, turns: int) -> None:
    """Have the browser keep a conversation of so many turns, and open it."""
    kept = answered_view(TurnView(ASKED, answered().as_of), answered(ASKED), chat.site.index.article)
    chat.page.evaluate(
        """(turns) => {
          localStorage.setItem("onrecord.conversation.long", turns);
          localStorage.setItem("onrecord.list", JSON.stringify([{ id: "long", name: "Long", updated: 1 }]));
          sessionStorage.setItem("onrecord.current", "long");
        }""",
        f"[{','.join([view_json(kept)] * turns)}]",
    )
    chat.page.reload()
    chat.page.wait_for_selector("#scope button")
    expect(chat.page.locator(".turn")).to_have_count(turns, timeout=30_000)


def _first_claim(url: str) -> float:
    """Give the milliseconds until the API has sent the first claim."""
    body = json.dumps({"question": ASKED, "quotes_only": True}).encode()
    request = urllib.request.Request(f"{url}/v1/ask/stream", body, {"content-type": "application/json"})
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as reply:
        for line in reply:
            if line.startswith(b"event: text"):
                return 1000 * (time.perf_counter() - began)
    raise AssertionError("the API gave no claim")
