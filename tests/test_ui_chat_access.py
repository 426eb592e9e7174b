"""Whether everybody can use the page: axe-core on every view, the keyboard alone, and right-to-left text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

import pytest
from chat_browser import Site, launched, opened, served
from chat_fakes import FERRY, NASTY, PRICE
from playwright.sync_api import Browser, Page, expect
from ui_fakes import GRADIO_WARNINGS

pytestmark = [*GRADIO_WARNINGS, pytest.mark.timeout(400)]
ARABIC = replace(
    FERRY,
    id="arabic",
    title="العبّارة الجديدة",
    publisher="صوت الشمال",
    text="ستكلف العبارة الجديدة 41 مليون كرونة. وستدخل الخدمة في مايو 2025.",
    url="https://north.example/ferry",
    language="ar",
)
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
_RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(
    (node) => `${id}: ${node.target.join(" ")} – ${node.any.concat(node.all)[0]?.message ?? node.failureSummary}`));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("home"), (FERRY, PRICE, NASTY, ARABIC)) as site:
        yield site


def faults(page: Page) -> list[str]:
    """Give what axe-core finds wrong on the page as it is shown now, Gradio's own markup included."""
    page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE)
    return page.evaluate(_RUN)


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False), (1440, True), (390, False)])
def test_axe_finds_no_fault_in_any_view(browser: Browser, site: Site, width: int, dark: bool) -> None:
    with opened(browser, site, width=width, dark=dark) as chat:
        page, found = chat.page, {}
        found["welcome"] = faults(page)
        chat.ask("What will the Grey Petrel cost?")
        page.locator("#turn-1 .chip").first.focus()
        found["answer"] = faults(page)
        chat.ask("What happened with the ferry?")
        page.locator("#turn-2 .chip").first.click()
        expect(page.locator("#pane-cards mark.chosen")).to_be_in_viewport()
        found["timeline and sources"] = faults(page)
        chat.picture(f"timeline-{width}-{'dark' if dark else 'light'}")
        page.keyboard.press("Escape")
        chat.ask("Who won the chess championship?")
        found["abstention"] = faults(page)
        page.click("[data-act=scope]")
        found["scope"] = faults(page)
        page.keyboard.press("Escape")
        page.click("[data-act=shelf]")
        found["conversations"] = faults(page)
        page.keyboard.press("Escape")
        page.click("a[data-view=library]")
        expect(page.locator("#library-rows tbody tr")).to_have_count(4)
        chat.unfold_adding()
        found["library"] = faults(page)
        page.click("a[data-view=scores]")
        expect(page.locator("#figures")).not_to_be_empty()
        found["scores"] = faults(page)
        assert {view: wrong for view, wrong in found.items() if wrong} == {}
        chat.harmless()


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_fault_on_an_articles_own_pages(browser: Browser, site: Site, dark: bool) -> None:
    for path in (f"/articles/{PRICE.id}#0-9", f"/articles/{PRICE.id}/story", f"/articles/{NASTY.id}", "/articles/none"):
        with opened(browser, site, dark=dark, path=path) as chat:
            # The page allows no script that is not its host's, so the checker comes in past that.
            assert chat.page.evaluate(f"{_AXE}; true")
            assert faults(chat.page) == [], path


def test_right_to_left_text_runs_from_the_right(browser: Browser, site: Site) -> None:
    with opened(browser, site) as chat:
        chat.ask("كم ستكلف العبارة الجديدة؟")
        page = chat.page
        page.locator("#turn-1 .chip").first.click()
        for place in ("#turn-1 .question", "#turn-1 blockquote p", "#pane-cards .excerpt", "#pane-cards h3"):
            found = page.locator(place).first
            assert found.evaluate("(node) => getComputedStyle(node).direction") == "rtl", place
        quoted = page.locator("#turn-1 blockquote").first.bounding_box()
        assert quoted
        chat.picture("right-to-left")
        chat.harmless()


def test_a_question_is_asked_read_and_checked_with_the_keyboard_alone(browser: Browser, site: Site) -> None:
    with opened(browser, site) as chat:
        page = chat.page
        expect(page.locator("#box textarea")).to_be_focused()
        page.keyboard.type("What will the Grey Petrel cost?")
        page.keyboard.press("Enter")
        expect(page.locator("#turn-1")).to_have_attribute("data-status", "done")
        _tab_to(page, ".chip")
        expect(page.locator("#turn-1 .pop").first).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#pane-cards mark.chosen")).to_be_in_viewport()
        _tab_to(page, "[data-act=scope]")
        page.keyboard.press("Enter")
        _tab_to(page, "#scope-form input[name=publishers]")
        page.keyboard.press("Space")
        expect(page.locator("#scope .set")).not_to_contain_text("all outlets")
        page.keyboard.press("Escape")
        expect(page.locator("#scope-form")).to_be_hidden()
        expect(page.locator("[data-act=scope]")).to_be_focused()


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something of this kind has the focus, as a reader without a mouse would."""
    for _ in range(60):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached with Tab")
