"""Read agency items in IPTC ninjs 1.x to 3.x: one object, an array, or one object a line.

Version 2 put texts into lists by role (``headlines``, ``bodies``), version 3 renamed fields to camel case; names are
compared without case. Pictures, audio, video and events without a text are refused with that reason; withheld and
cancelled items too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.dates import parse_date
from ingest.readers.base import Document, Item, first_text
from ingest.readers.fields import author_names, language_code
from ingest.readers.jsonvalues import Value, json_values
from ingest.readers.markup import html_to_text, looks_like_html
from qa.errors import NoArticleError, UnreadableError
from qa.types import Article

NAME = "ninjs"

_MARKS = ('"versioncreated"', '"body_text"', '"body_xhtml"', '"headlines"', '"bodies"', '"pubstatus"', '"ninjs"')
_MAIN = ("main", "headline", "")
_PICTURES = ("picture", "photo", "image", "graphic", "audio", "video", "component")


def sniff(head: bytes, name: str) -> bool:
    """Recognise a JSON object with a ``uri`` and fields that only ninjs has."""
    text = first_text(head)
    return text[:1] in ("{", "[") and '"uri"' in text and any(mark in text for mark in _MARKS)


def read(document: Document) -> Iterator[Item]:
    """Give one item for each news item."""
    for found in json_values(document):
        if not isinstance(found, Value):
            yield found
        elif isinstance(found.value, dict):
            yield _item(found.value, found.source)
        else:
            yield UnreadableError(found.source, "it is no JSON object")


def _item(record: Mapping[str, object], source: str) -> Item:
    item = {str(name).lower(): value for name, value in record.items()}
    status = _string(item.get("pubstatus")).lower()
    if status in ("withheld", "cancelled", "canceled"):
        return NoArticleError(source, f"the agency has marked it as {status}")
    text = _text(item)
    if not text.strip():
        kind = _string(item.get("type")).lower()
        what = f"it is of type {kind} and has no text" if kind and kind != "text" else "it has no text"
        return NoArticleError(source, what)
    return _article(item, text, source)


def _article(item: Mapping[str, object], text: str, source: str) -> Article:
    uri = _string(item.get("uri"))
    created = parse_date(item.get("firstcreated")) or parse_date(item.get("contentcreated"))
    version = parse_date(item.get("versioncreated"))
    return Article(
        text=text,
        title=_title(item),
        url=_url(item, uri),
        publisher=_publisher(item),
        published=created or version,
        modified=version if created else None,
        authors=tuple(author_names(_string(item.get("by")) or _string(item.get("byline")))),
        language=language_code(_string(item.get("language"))),
        section=next((_string(entry.get("name")) for entry in _entries(item, "subject", "subjects")), "") or None,
        provider_id=uri or None,
        source=source,
        correction=_correction(item),
    )


def _text(item: Mapping[str, object]) -> str:
    """Give the body with its paragraphs: marked-up text goes before plain text, which has often lost them."""
    bodies = [(_string(entry.get("contenttype")), _string(entry.get("value"))) for entry in _entries(item, "bodies")]
    bodies += [(f"text/{name}", _string(value)) for name, value in item.items() if name.startswith("body_")]
    found = _fullest(bodies)
    if found.strip() or _string(item.get("type")).lower() in _PICTURES:
        return found
    described = [_string(entry.get("value")) for entry in _entries(item, "descriptions")]
    return max([*described, _string(item.get("description_text"))], key=len, default="")


def _fullest(bodies: list[tuple[str, str]]) -> str:
    marked = [html_to_text(value) for kind, value in bodies if "html" in kind]
    plain = [html_to_text(value) if looks_like_html(value) else value for kind, value in bodies if "plain" in kind]
    plain += [value for kind, value in bodies if kind in ("", "text/body_text")]
    other = [html_to_text(value) for _, value in bodies]
    best = [max(texts, key=len, default="") for texts in (marked, plain)]
    longest = len(max(best, key=len))
    return next((text for text in best if text and 2 * len(text) >= longest), max(other, key=len, default=""))


def _title(item: Mapping[str, object]) -> str:
    headlines = _entries(item, "headlines")
    main = [_string(entry.get("value")) for entry in headlines if _string(entry.get("role")).lower() in _MAIN]
    stated = [*main, *(_string(entry.get("value")) for entry in headlines), _string(item.get("headline"))]
    found = next((text for text in (*stated, _string(item.get("title"))) if text), "")
    return html_to_text(found) if looks_like_html(found) else found


def _url(item: Mapping[str, object], uri: str) -> str | None:
    canonical = _string(item.get("canonicalurl")) or _string(item.get("canonical"))
    return next((text for text in (canonical, uri) if text.startswith(("http://", "https://"))), None)


def _publisher(item: Mapping[str, object]) -> str | None:
    sources = _entries(item, "infosource", "infosources", "organisation_provider")
    stated = [_string(item.get("provider")), *(_string(entry.get("name")) for entry in sources)]
    return next((name for name in (*stated, _string(item.get("copyrightholder"))) if name), None)


def _correction(item: Mapping[str, object]) -> str | None:
    note = _string(item.get("ednote"))
    return note if any(word in note.lower() for word in ("correct", "berichtig", "korrig", "rectif")) else None


def _entries(item: Mapping[str, object], *names: str) -> list[Mapping[str, object]]:
    found = [entry for name in names for entry in _list(item.get(name))]
    return [{str(name).lower(): value for name, value in entry.items()} for entry in found if isinstance(entry, dict)]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
