"""The permanent page of a stored article: its whole text, its versions' facts, and the quote that a link points to.

The quote is ``#start-end`` in the address, so it never reaches the server; a small script of this host marks and shows
it, and ``?start=&end=`` does the same without scripts. Nothing else runs on the page: its policy allows no inline code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from qa.errors import NotFoundError
from qa.text import paragraph_spans
from qa.types import Article, Carrier, Span
from ui.chat.document import HEADERS, document
from ui.chat.safe import EMPTY, Markup, el, join, link_target
from ui.chat.sources import FICTIONAL, byline, highlighted, story_href
from ui.chat.story import story_body, versions_of
from ui.chat.theme import asset
from ui.chat.view import Excerpt
from ui.chat.words import day

FindVersion = Callable[[str, int | None], Article]


def article_router(article: FindVersion) -> APIRouter:
    """Make the routes of the articles' pages; ``article`` finds one by id and version."""
    router = APIRouter(include_in_schema=False)

    @router.get("/articles/{article_id:path}/story", response_class=HTMLResponse)
    def story(article_id: str) -> Response:
        try:
            versions = versions_of(article_id, article)
        except NotFoundError as error:
            return _not_found(error)
        title = versions[0].title or "Untitled"
        return HTMLResponse(document(f"The story: {title}", story_body(versions)), headers=HEADERS)

    @router.get("/articles/{article_id:path}", response_class=HTMLResponse)
    def page(
        article_id: str,
        version: int | None = None,
        start: Annotated[int | None, Query(ge=0)] = None,
        end: Annotated[int | None, Query(ge=0)] = None,
    ) -> Response:
        try:
            found = article(article_id, version)
        except NotFoundError as error:
            return _not_found(error)
        span = (start, end) if start is not None and end is not None and start < end else None
        return HTMLResponse(article_document(found, span), headers=HEADERS)

    @router.get("/chat-assets/article.css")
    def style() -> Response:
        return Response(asset("article.css"), media_type="text/css")

    @router.get("/chat-assets/article.js")
    def script() -> Response:
        return Response(asset("article.js"), media_type="text/javascript")

    return router


def _not_found(error: NotFoundError) -> HTMLResponse:
    return HTMLResponse(document("Not found", el("p", str(error), class_="lead")), 404, HEADERS)


def article_document(article: Article, span: Span | None = None) -> Markup:
    """Draw the page of one article version, with a span of its text highlighted."""
    paragraphs = (_paragraph(article, bounds, span) for bounds in paragraph_spans(article.text))
    body = el(
        "article",
        _header(article),
        el("div", *paragraphs, class_="text", lang=article.language),
        el("footer", _facts(article), class_="facts"),
    )
    return document(article.title or "Untitled", body)


def _paragraph(article: Article, bounds: Span, span: Span | None) -> Markup:
    start, end = bounds
    inside = span and span[0] < end and span[1] > start
    marks = ((max(span[0], start), min(span[1], end)),) if span and inside else ()
    # data-start lets the script find code points again; it counts the stored text, controls included.
    return el("p", highlighted(Excerpt(start, article.text[start:end], marks)), dir="auto", data_start=start)


def _header(article: Article) -> Markup:
    target = link_target(article.url)
    return el(
        "header",
        el(
            "p",
            byline(article.publisher, day(article.published)),
            el("span", FICTIONAL, class_="label fictional") if article.fictional else EMPTY,
            class_="byline",
        ),
        el("h1", article.title or "Untitled", dir="auto"),
        el("p", "By ", ", ".join(article.authors), class_="authors", dir="auto") if article.authors else EMPTY,
        _superseded(article),
        el("p", el("b", "Correction: "), article.correction, class_="correction", dir="auto")
        if article.correction
        else EMPTY,
        el("p", el("a", "Read the original ↗", href=target, rel="noopener noreferrer")) if target else EMPTY,
    )


def _superseded(article: Article) -> Markup:
    if article.valid_to is None:
        return EMPTY
    return el("p", f"This is version {article.version}, which held until {day(article.valid_to)}.", class_="superseded")


def _facts(article: Article) -> Markup:
    rows = [
        ("Published", day(article.published)),
        ("Changed", day(article.modified) if article.modified else ""),
        ("Section", article.section or ""),
        ("Version", str(article.version)),
        ("Stored as", article.id),
    ]
    listed = (join([el("dt", name), el("dd", value, dir="auto")]) for name, value in rows if value)
    story = el("p", el("a", "The whole story: its carriers and its versions", href=story_href(article.id)))
    return join([el("dl", *listed), _carriers(article.carriers), story])


def _carriers(carriers: tuple[Carrier, ...]) -> Markup:
    if len(carriers) < 2:
        return EMPTY
    return join([el("h2", "Carried by"), el("ul", *(el("li", _carrier(one)) for one in carriers))])


def _carrier(one: Carrier) -> Markup:
    by = byline(one.publisher, day(one.published))
    target = link_target(one.url)
    return join([by, el("a", one.title or "Original", href=target, rel="noopener noreferrer") if target else EMPTY])
