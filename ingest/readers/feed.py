"""Read RSS 0.9x to 2.0, Atom and RDF feeds, well-formed or not. This is the only module that imports feedparser.

An entry that holds only a teaser is completed from its page where pages may be fetched; what the feed says of it (date,
authors, title) stands where the page is silent. An Atom entry's ``updated`` is when it changed, not when it appeared.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urljoin

import feedparser

from ingest.dates import parse_date
from ingest.readers.base import PROLOG, Document, Item, first_text
from ingest.readers.fields import author_names, language_code
from ingest.readers.markup import clean_xml, html_to_text
from qa.errors import NoArticleError, SourceError
from qa.types import Article

Record: TypeAlias = Mapping[str, object]
NAME = "feed"
TEASER = 1200
"""Characters; an entry with less text is completed from its page."""

_ROOT = re.compile(PROLOG + r"<(?:\w+:)?(?:rss|feed|rdf)\b", re.DOTALL)


def sniff(head: bytes, name: str) -> bool:
    """Recognise the root element, behind any prolog and comments."""
    return bool(_ROOT.search(first_text(head)))


def read(document: Document) -> Iterator[Item]:
    """Give one item for each entry."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = clean_xml(document.bytes(), document.charset)
        parsed = feedparser.parse(data, response_headers=_headers(document))
    entries = list(parsed.get("entries") or ())
    if not entries:
        broken = parsed.get("bozo_exception") if parsed.get("bozo") else None
        why = f"; it is broken ({str(broken).splitlines()[0][:100]})" if broken and str(broken) else ""
        yield NoArticleError(document.source, f"the feed holds no entries{why}")
    for number, entry in enumerate(entries, 1):
        yield from _entry(document, parsed, entry, number)


def _headers(document: Document) -> dict[str, str]:
    said = {"content-type": "application/xml; charset=utf-8"}
    return said | ({"content-location": document.url} if document.url else {})


def _entry(document: Document, parsed: Record, entry: Record, number: int) -> Iterator[Item]:
    found = _article(document, parsed, entry, number)
    url = found.url
    follow = None if document.teasers or len(found.text) >= TEASER else document.follow
    if follow is not None and url is not None:
        pages = list(follow(url))
        if pages or url == document.url:  # else it was read already, and a teaser must not take its place
            yield from _completed(found, pages)
    elif found.text.strip():
        yield replace(found, teaser=len(found.text) < TEASER)
    else:
        yield NoArticleError(found.source, "the entry has no text")


def _completed(teaser: Article, pages: list[Item]) -> Iterator[Item]:
    """Give the page with what the feed knows better; the teaser itself where the page cannot be had."""
    page = next((item for item in pages if isinstance(item, Article)), None)
    if page is None:
        error = next((item for item in pages if isinstance(item, SourceError)), None)
        if teaser.text.strip():
            yield replace(teaser, teaser=True)
        else:
            yield error or NoArticleError(teaser.source, "the entry has no text")
        return
    yield replace(
        page if len(page.text) >= len(teaser.text) else replace(page, text=teaser.text),
        title=teaser.title or page.title,
        url=page.url or teaser.url,
        published=page.published or teaser.published,
        modified=page.modified or teaser.modified,
        publisher=page.publisher or teaser.publisher,
        authors=page.authors or teaser.authors,
        language=page.language or teaser.language,
        section=page.section or teaser.section,
        provider_id=teaser.provider_id,
    )


def _article(document: Document, parsed: Record, entry: Record, number: int) -> Article:
    feed = _mapping(parsed, "feed")
    published, modified = _dates(str(parsed.get("version") or ""), entry)
    return Article(
        text=_body(entry),
        title=html_to_text(_text(entry, "title")),
        url=_url(document, entry),
        publisher=html_to_text(_text(_mapping(entry, "source"), "title") or _text(feed, "title")) or None,
        published=published,
        modified=modified,
        authors=tuple(_authors(entry)),
        language=language_code(_text(entry, "language") or _text(feed, "language")),
        section=next((_text(tag, "term") for tag in _list(entry, "tags") if _text(tag, "term")), None),
        provider_id=_text(entry, "id") or None,
        source=_name(document, entry, number),
    )


def _name(document: Document, entry: Record, number: int) -> str:
    # Entries move down as new ones come: the place of one says which it is only where it has no link and no id.
    own = _text(entry, "link") or _text(entry, "id")
    return f"{document.source}#{own}" if own else f"{document.source}:{number}"


def _body(entry: Record) -> str:
    texts = [_text(content, "value") for content in _list(entry, "content")] + [_text(entry, "summary")]
    longest = max(texts, key=len, default="")
    return html_to_text(longest) if "<" in longest or "&" in longest else longest


def _dates(version: str, entry: Record) -> tuple[datetime | None, datetime | None]:
    published, updated = parse_date(_text(entry, "published")), parse_date(_text(entry, "updated"))
    if published is None and updated is not None and not version.startswith("atom"):
        return updated, None
    return published, updated


def _url(document: Document, entry: Record) -> str | None:
    link = _text(entry, "link") or _text(entry, "id")
    try:
        joined = urljoin(document.url or "", link)
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None


def _authors(entry: Record) -> Iterator[str]:
    named = [_text(author, "name") for author in _list(entry, "authors")] or [_text(entry, "author")]
    for name in named:
        yield from (part for part in author_names(name) if "@" not in part)


def _text(record: Record, name: str) -> str:
    # Plain ``dict`` access: feedparser's own falls back from ``updated`` to ``published``.
    value = dict.get(record, name) if isinstance(record, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _list(record: Record, name: str) -> list[Record]:
    value = dict.get(record, name) if isinstance(record, dict) else None
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _mapping(record: Record, name: str) -> Record:
    value = record.get(name)
    return value if isinstance(value, dict) else {}
