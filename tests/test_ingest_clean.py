"""Cleaning: what is stored can be quoted, and page furniture is gone before it is."""

from __future__ import annotations

import unicodedata

import pytest

from ingest.clean import clean_article, paragraphs_of, tidy, without_boilerplate
from ingest.furniture import is_boilerplate
from qa.types import Article


@pytest.mark.parametrize(
    "paragraph",
    [
        "Share this article",
        "Share on Facebook",
        "Facebook | Twitter | WhatsApp",
        "12 comments",
        "ADVERTISEMENT",
        "Story continues below gallery.",
        "© 2023 The Herald. All rights reserved.",
        "Copyright 2024 Port Ellery News",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "Sign up for our daily newsletter and never miss a story.",
        "Get the Morning Briefing delivered to your inbox",
        "Subscribe to the Harbour Weekly newsletter here.",
        "Follow Jane Doe on Twitter: @janedoe",
        "READ MORE: Council approves harbour plan",
        "By signing up you agree to our Terms of Service and Privacy Policy.",
        "Alle Rechte vorbehalten.",
        "_________",
        "* * *",
    ],
)
def test_furniture_is_removed(paragraph: str) -> None:
    assert without_boilerplate(["The council met.", paragraph]) == ["The council met."]


@pytest.mark.parametrize(
    "paragraph",
    [
        "The council wants residents to sign up for flood alerts, the mayor said on Monday.",
        "Readers can share their views at a public meeting on 3 May.",
        "“All rights belong to the people of Port Ellery,” she said.",
        "Comments made by the mayor were criticised by the opposition.",
        "Copyright law will change next year, ministers announced.",
        "Video evidence was shown to the court.",
        "Related companies were fined as well.",
        "Print sales of the newspaper fell by 12 per cent.",
        "Reuters reported that the deal was worth $3m.",
        "X, formerly Twitter, laid off 80 people.",
    ],
)
def test_story_that_speaks_of_such_things_stays(paragraph: str) -> None:
    assert not is_boilerplate(paragraph)


def test_controls_overrides_and_surrogates_are_stripped() -> None:
    dirty = "Ca\u0301fe\x00\x07 \u202eevil\u202c \ud800so\u00adft\ufeff \u200bx"
    assert tidy(dirty) == "Cáfe evil soft x"


def test_text_is_normalised_to_nfc_and_one_kind_of_space() -> None:
    text = tidy("e\u0301\u00a0\u2009b\r\nc\u2028d")
    assert unicodedata.is_normalized("NFC", text)
    assert text == "é b\nc\nd"


def test_joiners_that_persian_needs_stay() -> None:
    assert tidy("می\u200cخواهم") == "می\u200cخواهم"


def test_wrapped_lines_are_joined_and_separate_lines_are_not() -> None:
    wrapped = (
        "The council of Port Ellery voted on Monday to build\na new harbour wall, which will cost three million and\n"
        "open in May."
    )
    assert paragraphs_of(wrapped) == [wrapped.replace("\n", " ")]
    assert paragraphs_of("First.\nSecond.\n\nThird.") == ["First.", "Second.", "Third."]


def test_title_that_opens_the_text_is_not_stored_twice() -> None:
    article = clean_article(Article(text="Harbour wall approved\n\nThe council met.", title="Harbour  wall approved"))
    assert article.title == "Harbour wall approved"
    assert article.text == "The council met."


def test_address_that_is_no_web_address_is_dropped() -> None:
    assert clean_article(Article(text="x", url="javascript:alert(1)")).url is None
    assert clean_article(Article(text="x", url=" https://example.org/a\n")).url == "https://example.org/a"
