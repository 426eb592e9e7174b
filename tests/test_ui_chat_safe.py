from __future__ import annotations

from html.parser import HTMLParser

import pytest
from chat_fakes import HOSTILE

from ui.chat.safe import EMPTY, Markup, el, join, link_target, shown


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)


def test_text_is_escaped_and_markup_is_not() -> None:
    assert el("p", "a < b", el("b", "c")) == "<p>a &lt; b<b>c</b></p>"


def test_hostile_text_opens_no_tag() -> None:
    tags = Tags()
    tags.feed(el("p", HOSTILE, title=HOSTILE))
    assert tags.names == ["p"]


def test_every_control_character_becomes_one_harmless_character() -> None:
    text = "a\x1b[31mb\u202ec\x00d\ufeffe"
    assert len(shown(text)) == len(text)
    assert not set(shown(text)) & set("\x1b\u202e\x00\ufeff")


def test_line_breaks_and_right_to_left_marks_stay() -> None:
    assert shown("a\n\tb\u200f") == "a\n\tb\u200f"


def test_attributes_that_are_not_set_are_left_out() -> None:
    assert el("a", "x", class_="c", data_n=1, hidden=True, title=None, open=False) == (
        '<a class="c" data-n="1" hidden>x</a>'
    )


def test_void_elements_are_not_closed() -> None:
    assert el("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_joined_parts_are_escaped_once() -> None:
    assert join(["<", Markup("<br>")], " & ") == "&lt; &amp; <br>"
    assert join([]) == EMPTY


@pytest.mark.parametrize("url", ["https://a.example/x?y=1#z", "http://a.example"])
def test_links_to_the_web_are_kept(url: str) -> None:
    assert link_target(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//a.example",
        "/relative",
        "https://",
        "https://[",
        "https://a.example/\u202egpj",
    ],
)
def test_any_other_link_is_refused(url: str | None) -> None:
    assert link_target(url) is None
