"""Read agency items in IPTC NewsML-G2 (news items, also many in one message) and bare NITF.

The text may be NITF or XHTML inside the item, or inline data. Items without a text, and withheld or cancelled ones, are
refused with that reason. A message's packages and concepts hold no text of their own and are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.dates import parse_date
from ingest.readers.base import PROLOG, Document, Item, first_text
from ingest.readers.fields import author_names, language_code
from ingest.readers.markup import Element, html_to_text, local_name, looks_like_html, parse_xml, text_of
from qa.errors import NoArticleError, UnreadableError
from qa.types import Article

NAME = "NewsML-G2"

_ROOT = re.compile(PROLOG + r"<(?:\w+:)?(?:newsmessage|newsitem|packageitem|nitf)\b", re.DOTALL)
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def sniff(head: bytes, name: str) -> bool:
    """Recognise the root element."""
    return bool(_ROOT.search(first_text(head)))


def read(document: Document) -> Iterator[Item]:
    """Give one item for each news item."""
    root = parse_xml(document.bytes(), document.charset)
    if root is None:
        yield UnreadableError(document.source, "it is not valid XML")
        return
    items = [node for node in root.iter() if local_name(node) == "newsitem"]
    if not items and local_name(root) == "nitf":
        items = [root]
    if not items:
        yield NoArticleError(document.source, "it holds no news item")
    for number, item in enumerate(items, 1):
        yield _item(item, document.source if len(items) == 1 else f"{document.source}:{number}")


def _item(item: Element, source: str) -> Item:
    status = _attribute(item, "pubstatus", "qcode").rpartition(":")[2]
    if status in ("withheld", "canceled", "cancelled"):
        return NoArticleError(source, f"the agency has marked it as {status}")
    text = _text(item)
    if not text.strip():
        kind = _attribute(item, "itemclass", "qcode").rpartition(":")[2]
        what = "it" if kind in ("", "text") else f"it is of type {kind} and"
        return NoArticleError(source, f"{what} has no text")
    return _article(item, text, source)


def _article(item: Element, text: str, source: str) -> Article:
    first = parse_date(_first(item, "firstcreated")) or parse_date(_first(item, "contentcreated"))
    version = parse_date(_first(item, "versioncreated"))
    issued = parse_date(_attribute(item, "date.issue", "norm"))
    guid = item.get("guid") or _attribute(item, "doc-id", "id-string")
    return Article(
        text=text,
        title=_first(item, "headline") or _first(item, "hl1") or _first(item, "title"),
        url=guid if guid.startswith(("http://", "https://")) else None,
        publisher=_first(item, "provider")
        or _attribute(item, "provider", "literal")
        or _first(item, "creditline")
        or None,
        published=first or issued or version,
        modified=version if first or issued else None,
        authors=tuple(author_names(_first(item, "by") or _first(item, "byline"))),
        language=language_code(_attribute(item, "language", "tag") or item.get(_LANGUAGE) or ""),
        section=_first(item, "subject") or None,
        provider_id=guid or None,
        source=source,
    )


def _publisher(item: Element) -> str | None:
    provider = _first(item, "provider") or _attribute(item, "provider", "literal")
    return provider or _first(item, "creditline") or None


def _text(item: Element) -> str:
    names = ("body.content", "body", "inlinexml")
    for node in (node for name in names for node in item.iter() if local_name(node) == name):
        text = text_of(node)
        if text.strip():
            return text
    inline = ["".join(node.itertext()) for node in item.iter() if local_name(node) == "inlinedata"]
    longest = max(inline, key=len, default="")
    return html_to_text(longest) if looks_like_html(longest) else longest


def _first(item: Element, name: str) -> str:
    found = (" ".join("".join(node.itertext()).split()) for node in item.iter() if local_name(node) == name)
    return next((text for text in found if text), "")


def _attribute(item: Element, name: str, attribute: str) -> str:
    return next((node.get(attribute) or "" for node in item.iter() if local_name(node) == name), "")
