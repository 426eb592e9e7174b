"""Turn a record with loosely named fields (a JSON object, front matter, a table's row) into an article.

Knows the names that common dumps and interfaces use; a mapping given by the user goes before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ingest.dates import parse_date
from ingest.readers.base import Item
from ingest.readers.markup import html_to_text, looks_like_html
from qa.errors import NoArticleError
from qa.types import Article

_SYNONYMS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "articlebody", "bodytext", "fulltext", "articletext", "maintext", "article"),
    "title": ("title", "headline", "name"),
    "url": ("url", "link", "canonicalurl", "sourceurl", "articleurl", "permalink", "canonical"),
    "publisher": ("publisher", "source", "outlet", "sitename", "sourcename", "newspaper", "site"),
    "published": (
        *("published", "publishdate", "publisheddate", "publicationdate", "datepublished", "publishedat", "pubdate"),
        *("publishedon", "date", "firstpublished", "publishtime", "publishedtime", "datetime", "timestamp"),
    ),
    "modified": ("modified", "datemodified", "updated", "updatedat", "modifiedat", "lastmod", "lastmodified"),
    "authors": ("authors", "author", "byline", "creator", "by"),
    "language": ("language", "lang"),
    "section": ("section", "category", "desk"),
    "provider_id": ("providerid", "id", "guid", "uri", "articleid"),
    "correction": ("correction", "corrections"),
    "fictional": ("fictional",),
}
FIELDS = tuple(_SYNONYMS)
"""The article's fields that a mapping may name."""

_BETWEEN_NAMES = re.compile(r"\s*(?:[;|•·]|,(?!\s*(?:jr|sr|ii|iii|phd|md)\b)|\band\b|\bund\b|&)\s*", re.IGNORECASE)
_LONGEST_BYLINE = 1000
_BY = re.compile(r"^(?:by|von|por|par)[\s:]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)


def article_from(
    record: Mapping[str, object], source: str, mapping: Iterable[tuple[str, str]] = (), url: str | None = None
) -> Item:
    """Make an article of one record, or say why it is none.

    Args:
        record: names in any case and with any of ``_``, ``-`` and space between words.
        mapping: ``(field, name)`` pairs that go before the known names.
        url: where the record itself names no address.
    """
    values = _values(record, dict(mapping))
    text = _text(values.get("text"))
    if not text.strip():
        return NoArticleError(source, "it has no text" + _hint(record))
    return Article(
        text=text,
        title=_plain(values.get("title")),
        url=_plain(values.get("url")) or url,
        publisher=_name(values.get("publisher")) or None,
        published=parse_date(values.get("published")),
        modified=parse_date(values.get("modified")),
        authors=tuple(author_names(values.get("authors"))),
        language=language_code(_plain(values.get("language"))),
        section=_name(values.get("section")) or None,
        provider_id=_plain(values.get("provider_id")) or None,
        source=source,
        correction=_text(values.get("correction")).strip() or None,
        fictional=values.get("fictional") is True or str(values.get("fictional")).lower() == "true",
    )


def known_fields(names: Iterable[str]) -> int:
    """Count how many fields of an article a list of names has."""
    folded = {fold(name) for name in names}
    return sum(bool(folded.intersection(synonyms)) for synonyms in _SYNONYMS.values())


def author_names(value: object) -> Iterator[str]:
    """Give the names in a list of names or of objects with a ``name``, or in a byline."""
    if isinstance(value, str):
        byline = _BY.sub("", " ".join(value[:_LONGEST_BYLINE].split()))
        parts = (_BY.sub("", part.strip()) for part in _BETWEEN_NAMES.split(byline))
        yield from (part for part in parts if part and not part.startswith(("http://", "https://")))
    elif isinstance(value, Mapping):
        yield from author_names(value.get("name"))
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from ([entry.strip()] if isinstance(entry, str) and entry.strip() else author_names(entry))


def language_code(value: str) -> str | None:
    """Give the primary part of a language tag in lower case (``en-GB`` is ``en``)."""
    match = _LANGUAGE.fullmatch(value.strip())
    return match[1].lower() if match else None


def _values(record: Mapping[str, object], mapping: Mapping[str, str]) -> dict[str, object]:
    folded = {fold(name): value for name, value in reversed(list(record.items())) if value not in (None, "", [])}
    found: dict[str, object] = {}
    for field, names in _SYNONYMS.items():
        wanted = (fold(mapping[field]),) if field in mapping else names
        found[field] = next((folded[name] for name in wanted if name in folded), None)
    return found


def fold(name: str) -> str:
    """Give what spellings of one name have in common (``Pub-Date``, ``pub_date``)."""
    return "".join(char for char in name.lower() if char.isalnum())


def _plain(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _name(value: object) -> str:
    if isinstance(value, Mapping):
        return _plain(value.get("name")) or _plain(value.get("title"))
    if isinstance(value, list | tuple):
        return _name(value[0]) if value else ""
    return _plain(value)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "\n\n".join(_text(part) for part in value)
    text = value if isinstance(value, str) else ""
    return html_to_text(text) if looks_like_html(text) else text


def _hint(record: Mapping[str, object]) -> str:
    long = [name for name, value in record.items() if isinstance(value, str) and len(value) > 200]
    return f"; name the field that holds it (`--map text={long[0]}`)" if long else ""
