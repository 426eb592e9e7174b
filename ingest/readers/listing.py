"""Read what only lists addresses: sitemaps, sitemap indexes, news sitemaps and OPML lists of feeds.

Each address is followed and read as what it is. What a news sitemap says of a page (title, date, outlet) stands
where the page is silent. How deep lists may name lists is for the fetcher to limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.dates import parse_date
from ingest.readers.base import PROLOG, Document, Item, first_text
from ingest.readers.fields import language_code
from ingest.readers.markup import Element, local_name, parse_xml
from qa.errors import NoArticleError, UnreadableError
from qa.types import Article

NAME = "sitemap or OPML"

_ROOT = re.compile(PROLOG + r"<(?:\w+:)?(?:urlset|sitemapindex|opml)\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One address in a list, with what the list says of it."""

    url: str
    title: str = ""
    publisher: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None


def sniff(head: bytes, name: str) -> bool:
    """Recognise the root element."""
    return bool(_ROOT.search(first_text(head)))


def read(document: Document) -> Iterator[Item]:
    """Give everything behind the addresses in the list."""
    root = parse_xml(document.bytes(), document.charset)
    entries = list(listed(root)) if root is not None else []
    if not entries:
        yield NoArticleError(document.source, "it lists no addresses")
    for entry in entries:
        if document.follow is None:
            yield UnreadableError(entry.url, f"{document.source} only names this address, and nothing may be fetched")
        else:
            yield from (_known_better(item, entry) for item in document.follow(entry.url))


def listed(root: Element) -> Iterator[Entry]:
    """Give the addresses of a sitemap, a sitemap index or an OPML list, in order and each once."""
    found = _outlines(root) if local_name(root) == "opml" else _locations(root)
    seen: set[str] = set()
    for entry in found:
        if entry.url.lower().startswith(("http://", "https://")) and entry.url not in seen:
            seen.add(entry.url)
            yield entry


def _outlines(root: Element) -> Iterator[Entry]:
    for outline in root.iter():
        if local_name(outline) == "outline":
            names = {name.lower(): value for name, value in outline.attrib.items()}
            yield Entry(str(names.get("xmlurl", "")).strip())


def _locations(root: Element) -> Iterator[Entry]:
    for node in root:
        if local_name(node) in ("url", "sitemap"):
            texts = {local_name(child): (child.text or "").strip() for child in reversed(list(node.iter()))}
            yield Entry(
                url=texts.get("loc", ""),
                title=texts.get("title", ""),
                publisher=texts.get("name") or None,
                published=parse_date(texts.get("publication_date")),
                modified=parse_date(texts.get("lastmod")),
                language=language_code(texts.get("language", "")),
            )


def _known_better(item: Item, entry: Entry) -> Item:
    if not isinstance(item, Article) or (entry.published is None and not entry.title):
        return item
    return replace(
        item,
        title=item.title or entry.title,
        publisher=item.publisher or entry.publisher,
        published=item.published or entry.published,
        modified=item.modified or entry.modified,
        language=item.language or entry.language,
    )
