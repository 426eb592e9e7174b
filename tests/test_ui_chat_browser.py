"""The page as a reader meets it: a real browser, a really started server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_browser import Site, Watched, launched, opened, served
from chat_fakes import FERRY, NASTY
from playwright.sync_api import Browser, expect
from ui_fakes import GRADIO_WARNINGS

from ui.keep import Keep

pytestmark = [*GRADIO_WARNINGS, pytest.mark.timeout(400)]
LIBRARY = "a[data-view=library]"
_KEPT = """turns => JSON.parse(localStorage.getItem(
    `onrecord.conversation.${sessionStorage.getItem("onrecord.current")}`) ?? "[]").length === turns"""
"""Whether the browser has kept so many turns of the conversation, which it does once an answer is whole."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture
def chat(browser: Browser, site: Site) -> Iterator[Watched]:
    with opened(browser, site) as chat:
        yield chat
        chat.harmless()


@pytest.fixture
def own_chat(browser: Browser, tmp_path: Path) -> Iterator[Watched]:
    """A page on a library of its own, for tests that change it."""
    with served(tmp_path) as site, opened(browser, site) as chat:
        yield chat
        chat.harmless()


def test_clicking_a_citation_shows_exactly_the_cited_sentence(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    chip = chat.page.locator(".turn .chip").first
    chip.click()
    mark = chat.page.locator("#pane-cards mark.chosen")
    expect(mark).to_be_in_viewport()
    assert mark.text_content() == "The Grey Petrel will cost 41 million crowns."
    start, end = map(int, (chip.get_attribute("data-mark") or "").split("-"))
    assert FERRY.text[start:end] == mark.text_content()
    chat.picture("citation")


def test_a_chip_tells_outlet_title_day_and_quote_on_hover_and_on_focus(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    popover = chat.page.locator(".turn .pop").first
    expect(popover).to_be_hidden()
    chat.page.locator(".turn .chip").first.hover()
    expect(popover).to_be_visible()
    for told in ("The Courier", "1 March 2025", FERRY.title, "The Grey Petrel will cost 41 million crowns."):
        expect(popover).to_contain_text(told)
    chat.page.mouse.move(0, 0)
    expect(popover).to_be_hidden()
    chat.page.locator(".turn .chip").first.focus()
    expect(popover).to_be_visible()


def test_the_answer_is_shown_while_it_is_being_made(chat: Watched) -> None:
    chat.site.engine.go.clear()
    chat.begin("Tell me slowly what the Grey Petrel will cost")
    expect(chat.page.locator("#turn-1 .claim, #turn-1 blockquote").first).to_be_visible()
    expect(chat.page.locator("#turn-1")).to_have_attribute("data-status", "reading")
    chat.site.engine.go.set()
    expect(chat.page.locator("#turn-1")).to_have_attribute("data-status", "done")


def test_stop_ends_the_answer_and_keeps_what_was_checked(chat: Watched) -> None:
    chat.site.engine.go.clear()
    chat.site.engine.stopped.clear()
    chat.begin("Tell me slowly what the Grey Petrel will cost")
    expect(chat.page.locator("#turn-1 .claim").first).to_be_visible()
    chat.page.locator("#box .stop-button").click()
    expect(chat.page.locator("#turn-1")).to_have_attribute("data-status", "stopped")
    expect(chat.page.locator("#turn-1 .claim")).to_have_count(1)
    chat.site.engine.go.set()
    assert chat.site.engine.stopped.wait(10)


def test_an_abstention_looks_like_one_and_shows_what_was_closest(chat: Watched) -> None:
    chat.ask("Who won the chess championship?")
    answer = chat.page.locator("#turn-1 .answer.abstained")
    expect(answer).to_contain_text("The articles do not say.")
    expect(chat.page.locator("#turn-1 .facts")).to_contain_text("3 articles searched")
    expect(answer.locator("blockquote").first).to_be_visible()
    expect(chat.page.locator("#turn-1 .chip")).to_have_count(0)
    chat.picture("abstention")


def test_removing_what_was_understood_asks_again(chat: Watched) -> None:
    chat.ask("What did the ferry cost in March?")
    expect(chat.page.locator("#turn-1 .understood")).to_contain_text("2–31 March 2025")
    expect(chat.page.locator("#turn-1 .facts")).to_contain_text("1 article searched")
    chat.page.locator("#turn-1 .understood button").click()
    expect(chat.page.locator("#turn-1 .facts")).to_contain_text("3 articles searched")
    expect(chat.page.locator("#turn-1 .understood")).to_have_count(0)
    expect(chat.page.locator(".turn")).to_have_count(1)


def test_the_scope_changes_what_is_answered(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    expect(chat.page.locator("#turn-1 .answer")).to_contain_text("41 million")
    chat.page.click("[data-act=scope]")
    chat.page.fill("#scope-form input[name=since]", "2025-03-02")
    expect(chat.page.locator("#scope .set")).to_contain_text("since 2 March 2025")
    expect(chat.page.locator("#scope .extent")).to_contain_text("1 article, newest 4 March 2025")
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#scope-form")).to_be_hidden()
    chat.ask("What will the Grey Petrel cost?")
    expect(chat.page.locator("#turn-2 .answer")).not_to_contain_text("41 million")
    chat.page.click("[data-act=scope-clear]")
    expect(chat.page.locator("#scope .set")).to_contain_text("any date")


def test_an_outlet_narrows_the_scope(chat: Watched) -> None:
    chat.page.click("[data-act=scope]")
    chat.page.check("#scope-form input[value='Radio North']")
    expect(chat.page.locator("#scope .extent")).to_contain_text("1 article")
    expect(chat.page.locator("#scope-form")).to_be_visible()


def test_a_suggestion_and_an_example_are_asked_when_clicked(chat: Watched) -> None:
    chat.page.locator(".examples button").nth(1).click()
    expect(chat.page.locator("#turn-1")).to_have_attribute("data-status", "done")
    chat.page.locator("#turn-1 .suggestions button").first.click()
    expect(chat.page.locator("#turn-2 .question")).to_have_text("When is the ferry due?")
    expect(chat.page.locator("#turn-2")).to_have_attribute("data-status", "done")


def test_a_question_can_be_edited_and_asked_again(chat: Watched) -> None:
    chat.ask("What will the ferry cost?")
    chat.ask("When is it due in May?")
    chat.page.locator("#turn-1 [data-act=edit]").click()
    expect(chat.page.locator("#box textarea")).to_have_value("What will the ferry cost?")
    expect(chat.page.locator(".turn")).to_have_count(0)
    chat.ask("What will the Grey Petrel cost?")
    expect(chat.page.locator("#turn-1 .question")).to_have_text("What will the Grey Petrel cost?")


def test_a_conversation_is_found_again_after_reloading(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    chat.ask("Who blamed steel?")
    chat.page.wait_for_function(_KEPT, arg=2)
    chat.page.reload()
    expect(chat.page.locator("#turn-2 .question")).to_have_text("Who blamed steel?")
    expect(chat.page.locator("#turn-1 .question")).to_have_text("What will the Grey Petrel cost?")
    chat.page.locator("#turn-1 .chip").first.click()
    expect(chat.page.locator("#pane-cards mark.chosen")).to_have_text("The Grey Petrel will cost 41 million crowns.")


def test_conversations_are_listed_renamed_searched_opened_and_deleted(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    chat.page.click("[data-act=fresh]")
    expect(chat.page.locator(".welcome")).to_be_visible()
    chat.ask("Who blamed steel?")
    chat.page.click("[data-act=shelf]")
    rows = chat.page.locator("#shelf-list li")
    expect(rows).to_have_count(2)
    chat.page.get_by_role("button", name="Rename: What will the Grey Petrel cost?").click()
    chat.page.get_by_label("New name").fill("The ferry")
    chat.page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("The ferry")
    chat.page.fill("#shelf-search", "grey petrel")
    expect(rows).to_have_count(1)
    rows.locator(".open").click()
    expect(chat.page.locator("#turn-1 .question")).to_have_text("What will the Grey Petrel cost?")
    chat.page.click("[data-act=shelf]")
    delete = chat.page.get_by_role("button", name="Delete: The ferry")
    delete.click()
    delete.click()
    expect(chat.page.locator(".welcome")).to_be_visible()
    chat.page.fill("#shelf-search", "")
    expect(rows).to_have_count(1)


def test_a_conversation_is_exported_with_its_citations(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    chat.page.click("[data-act=shelf]")
    with chat.page.expect_download() as saved:
        chat.page.get_by_role("button", name="Export as Markdown").click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert "## What will the Grey Petrel cost?" in text
    assert "> The Grey Petrel will cost 41 million crowns." in text
    with chat.page.expect_download() as saved:
        chat.page.get_by_role("button", name="Export as JSON").click()
    (turn,) = json.loads(Path(saved.value.path()).read_text("utf-8"))
    cited = turn["citations"][0]
    assert FERRY.text[cited["start"] : cited["end"]] == cited["quote"]


@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1440, False), (1440, True)])
def test_a_hostile_article_is_harmless_text_in_every_view(browser: Browser, site: Site, width: int, dark: bool) -> None:
    with opened(browser, site, width=width, dark=dark) as chat:
        chat.ask("Which nasty words did the mayor say?")
        chat.page.locator("#turn-1 .chip").first.click()
        expect(chat.page.locator("#pane-cards mark.chosen")).to_contain_text("Nasty words.")
        expect(chat.page.locator("#pane-cards")).to_contain_text("<script>alert(1)</script>")
        assert chat.page.evaluate("document.documentElement.scrollWidth") <= width
        chat.picture(f"hostile-{width}-{'dark' if dark else 'light'}")
        chat.page.keyboard.press("Escape")
        chat.page.click(LIBRARY)
        expect(chat.page.locator("#library-rows")).to_contain_text("<script>alert(1)</script>")
        chat.page.goto(f"{site.url}/articles/{NASTY.id}?version=1#0-12")
        expect(chat.page.locator("mark")).to_have_text("Nasty words.")
        expect(chat.page.locator("h1")).to_contain_text("<script>alert(1)</script>")
        assert chat.page.locator("a[href^='javascript']").count() == 0
        chat.harmless()


def test_the_articles_page_marks_the_quote_of_the_address(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    chat.page.goto(chat.site.url + str(chat.page.locator(".chip").first.get_attribute("href")))
    expect(chat.page.locator("mark")).to_have_text("The Grey Petrel will cost 41 million crowns.")
    start = FERRY.text.index("The ferry carries")
    chat.page.evaluate(f"location.hash = '#{start}-{start + 34}'")
    expect(chat.page.locator("mark")).to_have_count(1)
    expect(chat.page.locator("mark")).to_have_text("The ferry carries 450 passengers.")


def test_everything_can_be_reached_with_the_keyboard(chat: Watched) -> None:
    chat.ask("What will the Grey Petrel cost?")
    chat.page.locator("#turn-1 .chip").first.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator("#pane-cards mark.chosen")).to_be_in_viewport()
    chat.page.locator("[data-act=shelf]").focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator("#shelf-search")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#shelf")).to_be_hidden()
    expect(chat.page.locator("[data-act=shelf]")).to_be_focused()


def test_a_link_to_an_answer_opens_it_again(browser: Browser, chat: Watched) -> None:
    chat.page.click("[data-act=scope]")
    chat.page.check("#scope-form input[value='The Courier']")
    expect(chat.page.locator("#scope .set")).to_contain_text("The Courier")
    chat.page.keyboard.press("Escape")
    chat.ask("What will the Grey Petrel cost?")
    link = chat.page.locator("#turn-1 [data-act=link]").get_attribute("data-link")
    with opened(browser, chat.site, path=f"/{link}") as other:
        expect(other.page.locator("#turn-1 .answer")).to_contain_text("41 million")
        expect(other.page.locator("#scope .set")).to_contain_text("The Courier")
        assert "q=" not in other.page.url
        other.harmless()


def test_a_thumb_is_kept_with_its_reason(own_chat: Watched) -> None:
    own_chat.ask("What will the Grey Petrel cost?")
    own_chat.page.locator("[data-act=bad]").click()
    own_chat.page.get_by_role("button", name="Wrong source").click()
    expect(own_chat.page.locator("#turn-1 .thumbs")).to_contain_text("Thank you.")
    (latest, first) = Keep(own_chat.site.index.home).feedback()
    assert (first.rating, first.reason) == ("down", "")
    assert (latest.question, latest.reason) == ("What will the Grey Petrel cost?", "Wrong source")


def test_an_article_is_pasted_asked_about_and_deleted(own_chat: Watched) -> None:
    page = own_chat.page
    page.click(LIBRARY)
    own_chat.unfold_adding()
    page.get_by_role("button", name="Paste a text").click()
    page.get_by_label("Title", exact=True).fill("Lighthouse painted")
    page.get_by_label("Outlet", exact=True).fill("The Gull")
    page.get_by_label("Text", exact=True).fill("The lighthouse was painted violet by volunteers on Tuesday.")
    page.click("#add")
    expect(page.locator("#added")).to_contain_text("1 added")
    expect(page.locator("#library-rows")).to_contain_text("Lighthouse painted")
    page.click("a[data-view=ask]")
    own_chat.ask("Who painted the lighthouse violet?")
    expect(page.locator("#turn-1 .answer")).to_contain_text("painted violet by volunteers")
    page.click(LIBRARY)
    page.get_by_label("Choose Lighthouse painted").check()
    page.click("[data-act=delete]")
    expect(page.locator("[data-act=delete]")).to_contain_text("Really delete 1?")
    page.click("[data-act=delete]")
    expect(page.locator("#library-rows")).not_to_contain_text("Lighthouse painted")
    page.click("a[data-view=ask]")
    own_chat.ask("Who painted the lighthouse violet?")
    expect(page.locator("#turn-2 .answer")).to_have_class(re.compile("abstained"))


def test_a_file_is_uploaded_and_asked_about(own_chat: Watched, tmp_path: Path) -> None:
    file = tmp_path / "harbour.md"
    file.write_text("# Harbour reopens\n\nThe harbour reopened on Monday after eleven weeks of dredging.\n", "utf-8")
    page = own_chat.page
    page.click(LIBRARY)
    own_chat.unfold_adding()
    page.locator("#adding input[type=file]").set_input_files(file)
    expect(page.locator("#adding")).to_contain_text("harbour")
    page.click("#add")
    expect(page.locator("#added")).to_contain_text("1 added")
    page.click("a[data-view=ask]")
    own_chat.ask("When was the harbour reopened after dredging?")
    expect(page.locator("#turn-1 .answer")).to_contain_text("eleven weeks of dredging")


def test_what_is_no_address_is_refused_with_a_reason(own_chat: Watched) -> None:
    page = own_chat.page
    page.click(LIBRARY)
    own_chat.unfold_adding()
    page.get_by_label("Addresses of pages").fill("file:///etc/passwd\n/etc/passwd")
    page.click("#add")
    expect(page.locator("#added li.bad")).to_have_count(2)
    expect(page.locator("#added")).to_contain_text("not an address that begins with http:// or https://")


def test_the_library_is_searched_and_sorted(chat: Watched) -> None:
    chat.page.click(LIBRARY)
    rows = chat.page.locator("#library-rows tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("Ferry price rises")
    chat.picture("library")
    chat.page.get_by_role("button", name="Day").click()
    expect(rows.first).to_contain_text(FERRY.title)
    chat.page.locator("#library-search :is(input, textarea)").fill("passengers")
    expect(rows).to_have_count(1)
    expect(chat.page.locator("#library-rows .facts")).to_contain_text("1 article with “passengers”")


def test_an_empty_library_offers_the_sample_news(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, articles=()) as site, opened(browser, site) as chat:
        expect(chat.page.locator(".welcome")).to_contain_text("Nothing to ask yet.")
        chat.page.click("[data-act=sample]")
        expect(chat.page.locator("#library-top")).to_contain_text("fictional sample", timeout=60_000)
        chat.page.click("[data-act=fresh]")
        expect(chat.page.locator(".examples button")).to_have_count(4)
        expect(chat.page.locator(".welcome")).to_contain_text("a country that does not exist")
        chat.harmless()


def test_two_readers_do_not_wait_for_each_other(browser: Browser, site: Site) -> None:
    site.engine.go.clear()
    with opened(browser, site) as one, opened(browser, site) as other:
        one.begin("Tell me slowly what the Grey Petrel will cost")
        expect(one.page.locator("#turn-1 .claim").first).to_be_visible()
        other.ask("What will the Grey Petrel cost?")
        expect(one.page.locator("#turn-1")).to_have_attribute("data-status", "reading")
        site.engine.go.set()
        expect(one.page.locator("#turn-1")).to_have_attribute("data-status", "done")
