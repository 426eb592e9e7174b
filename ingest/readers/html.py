"""Read a saved or fetched web page: trafilatura for its text, the page's own statements for everything else.

This is the only module that imports trafilatura.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import trafilatura

from ingest.clean import without_boilerplate
from ingest.readers.base import Document, Item, first_text
from ingest.readers.markup import Element, looks_like_html, parse_html
from ingest.readers.pagemeta import PageMeta, page_meta
from qa.errors import NoArticleError, UnreadableError
from qa.types import Article

NAME = "html"

_START = re.compile(r"<!doctype html|<html|<head|<body|<meta |<article|<title|<h1")
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|urlset|sitemapindex|opml|newsitem|newsmessage)\b")
_GATE = re.compile(
    r"before you continue|just a moment|access denied|are you a (?:robot|human)|verify you are|captcha|page not found"
    r"|enable (?:javascript|cookies)|manage (?:your )?(?:consent|cookies)|cookie (?:settings|preferences|consent)"
    r"|accept all cookies|zustimmung|cookies akzeptieren"
    r"|subscribe to (?:continue|read)|already a subscriber|log in to (?:continue|read)",
    re.IGNORECASE,
)
_WIDE = 3
# A Chinese or Japanese character says about as much as three letters.
_LEAST = 60
_SHORT = 700
_BODY_GAIN = 1.5


def sniff(head: bytes, name: str) -> bool:
    """Recognise a page by its first elements, XHTML behind an XML declaration included."""
    text = first_text(head)
    if not text.startswith("<") or _FEED.search(text[:2000]):
        return False
    return bool(_START.search(text)) or (not text.startswith("<?xml") and looks_like_html(text))


def read(document: Document) -> Iterator[Item]:
    """Give the one article on the page."""
    data = document.bytes()
    tree = parse_html(data, document.charset)
    if tree is None:
        yield UnreadableError(document.source, "it cannot be parsed as HTML")
        return
    meta = page_meta(tree, document.url)
    text = _text(tree, meta)
    why = _no_article(meta, text)
    yield NoArticleError(document.source, why) if why else _article(meta, text, document)


def _no_article(meta: PageMeta, text: str) -> str | None:
    """Say why a page holds no article: nothing to read, a wall in front of it, or something to agree to first."""
    story = "\n".join(without_boilerplate(text.split("\n")))
    size = sum(_WIDE if char > "\u2e80" else 1 for char in story)
    if size < _LEAST:
        return "the page holds no article text; it may want consent, a login or scripts first"
    if size < _SHORT and meta.free is False:
        return "the page holds only the start of an article that has to be paid for"
    if size < _SHORT and _GATE.search(f"{meta.title}\n{story}"):
        return "the page asks for consent, a login or a proof of being human, and holds no article"
    return None


def _text(tree: Element, meta: PageMeta) -> str:
    found = trafilatura.extract(tree, include_comments=False, include_tables=True, favor_precision=True) or ""
    # A page that is drawn by scripts may carry its text only in its structured data.
    return meta.body if len(meta.body) > _BODY_GAIN * len(found) else found


def _article(meta: PageMeta, text: str, document: Document) -> Article:
    return Article(
        text=text,
        title=meta.title,
        url=meta.url,
        publisher=meta.publisher,
        published=meta.published,
        modified=meta.modified,
        authors=meta.authors,
        section=meta.section,
        language=meta.language,
        source=document.source,
    )
