"""The evidence beside an answer: cards of articles, with the cited sentences highlighted in their paragraphs.

Pure: values in, HTML out. Offsets are those of the stored article, so every highlight is exactly a stored span.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from qa.types import Span
from ui.chat.safe import EMPTY, Markup, el, join, link_target
from ui.chat.view import Card, Excerpt
from ui.chat.words import day

FICTIONAL = "fictional sample"


def article_href(article_id: str, version: int, span: Span | None = None) -> str:
    """Give the address of an article's permanent page, opened at a span of its text."""
    fragment = f"#{span[0]}-{span[1]}" if span else ""
    return f"/articles/{quote(article_id, safe='')}?version={version}{fragment}"


def story_href(article_id: str) -> str:
    """Give the address of a story's page: its carriers and its versions."""
    return f"/articles/{quote(article_id, safe='')}/story"


def highlighted(excerpt: Excerpt) -> Markup:
    """Draw a paragraph with its marks; overlapping marks become one."""
    parts: list[str] = []
    at = excerpt.start
    for start, end in _united(excerpt.marks):
        parts += [_cut(excerpt, at, start), el("mark", _cut(excerpt, start, end), data_mark=f"{start}-{end}")]
        at = end
    return join([*parts, _cut(excerpt, at, excerpt.start + len(excerpt.text))])


def byline(publisher: str | None, when: str) -> Markup:
    """Draw outlet and day."""
    return join([el("bdi", publisher or "Unknown outlet", class_="outlet"), el("span", when, class_="day")])


def labels(card: Card) -> Markup:
    """Draw what a reader must know of an article before trusting it."""
    found = [
        el("span", FICTIONAL, class_="label fictional") if card.fictional else EMPTY,
        el("span", "older version", class_="label") if card.superseded else EMPTY,
        el("span", "corrected", class_="label", title=card.correction) if card.correction else EMPTY,
    ]
    return join(found)


def card(one: Card) -> Markup:
    """Draw one article with its paragraphs."""
    return el(
        "section",
        _head(one),
        *(el("p", highlighted(excerpt), class_="excerpt", dir="auto") for excerpt in one.excerpts),
        _correction(one),
        _foot(one),
        class_="card" if one.number else "card found",
        data_number=one.number or None,
        data_article=one.article_id,
        aria_label=f"Source {one.number}: {one.title}" if one.number else one.title,
        tabindex="-1",
    )


def evidence(cited: Sequence[Card], found: Sequence[Card], found_title: str) -> Markup:
    """Draw all that stands behind one answer: what it cites, then what else was found."""
    rest = el("details", el("summary", found_title), *map(card, found), class_="also", open=not cited) if found else ""
    return join([*map(card, cited), rest])


def _head(one: Card) -> Markup:
    number = el("span", str(one.number), class_="number", aria_hidden="true") if one.number else EMPTY
    return el(
        "header",
        el("p", number, byline(one.publisher, day(one.published)), labels(one), class_="byline"),
        el(
            "h3",
            el(
                "a", one.title or "Untitled", href=article_href(one.article_id, one.version, one.first), target="_blank"
            ),
            dir="auto",
        ),
    )


def _correction(one: Card) -> Markup:
    return (
        el("p", el("b", "Correction: "), one.correction, class_="correction", dir="auto") if one.correction else EMPTY
    )


def _foot(one: Card) -> Markup:
    others = [name for name in one.carriers if name != one.publisher]
    changed = one.version > 1 or one.superseded
    target = link_target(one.url)
    return el(
        "footer",
        el("a", "Read in context", href=article_href(one.article_id, one.version, one.first), target="_blank"),
        el(
            "a",
            "Original",
            el("span", " ↗", aria_hidden="true"),
            href=target,
            target="_blank",
            rel="noopener noreferrer",
        )
        if target
        else EMPTY,
        el("a", "Its versions" if changed else "Its carriers", href=story_href(one.article_id), target="_blank")
        if others or changed
        else EMPTY,
        el("span", "Also carried by ", ", ".join(others), class_="carriers") if others else EMPTY,
    )


def _cut(excerpt: Excerpt, start: int, end: int) -> str:
    return excerpt.text[start - excerpt.start : end - excerpt.start]


def _united(marks: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for start, end in sorted(marks):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
