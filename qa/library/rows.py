"""From the values of ``qa.types`` to the catalog's rows and back; pure.

Dense vectors are kept as float32, sentence vectors as float16 (they only rank sentences), sentence
spans as int32 pairs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from sqlalchemy import Row

from qa.types import Article, Carrier, Matrix, Passage, Span, Vector

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
EVER = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""Before everything: when a version of unknown beginning began, and when one ended that never held."""
_SPAN = Struct("<ii")
Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What the catalog holds of an article: enough to tell an unchanged, an updated and a new one apart.

    Args:
        text_hash: that of the current version, as all other facts but the addresses.
        urls: the addresses of those that carry the current version.
        former: the addresses of those that carried only an earlier one.
    """

    article_id: str
    version: int
    text_hash: str
    title: str
    url: str | None
    publisher: str | None
    published: datetime | None
    modified: datetime | None
    authors: tuple[str, ...]
    section: str | None
    correction: str | None
    source: str
    valid_from: datetime | None
    urls: tuple[str, ...] = ()
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassageRow:
    """What the derived indexes need of one passage."""

    key: int
    version_key: int
    title: str
    text: str
    dense: Vector


def micros(moment: datetime | None) -> int | None:
    """Give a moment in microseconds since 1970, UTC."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def moment(value: int | None) -> datetime | None:
    """Give the aware UTC moment that ``micros`` came from."""
    return None if value is None else _EPOCH + value * _MICROSECOND


def text_hash(text: str) -> str:
    """Give the hash that two texts share when they differ only in case and white space (32 hex digits)."""
    return hashlib.blake2b(" ".join(text.split()).casefold().encode(errors="replace"), digest_size=16).hexdigest()


def domain_of(url: str | None) -> str | None:
    """Give the lower-cased host of an address without a leading ``www.``; ``None`` where there is none."""
    if not url:
        return None
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def passage_id(article_id: str, version: int, ordinal: int) -> str:
    """Give the id of a passage."""
    return f"{article_id}.{version}.{ordinal}"


def split_passage_id(identity: str) -> tuple[str, int, int] | None:
    """Give article id, version and ordinal; ``None`` for what is not a passage's id."""
    parts = identity.rsplit(".", 2)
    if len(parts) != 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return None
    return parts[0], int(parts[1]), int(parts[2])


def version_values(article: Article) -> Values:
    """Give the columns of a version that come from the article itself."""
    return {
        "title": article.title,
        "text": article.text,
        "text_hash": text_hash(article.text),
        "url": article.url,
        "publisher": article.publisher,
        "published": micros(article.published),
        "modified": micros(article.modified),
        "authors": json.dumps(article.authors, ensure_ascii=False),
        "language": article.language,
        "section": article.section,
        "provider_id": article.provider_id,
        "source": article.source,
        "correction": article.correction,
        "fictional": article.fictional,
    }


def carrier_values(article_id: str, carrier: Carrier, main: bool) -> Values:
    """Give the columns of a carrier."""
    return {
        "article_id": article_id,
        "main": main,
        "publisher": carrier.publisher,
        "url": carrier.url,
        "published": micros(carrier.published),
        "title": carrier.title,
        "authors": json.dumps(carrier.authors) if carrier.authors else None,
        "section": carrier.section,
        "provider_id": carrier.provider_id,
        "source": carrier.source or None,
        "until": None,
    }


def carrier_of(article: Article) -> Carrier:
    """Give an article's own publication of its text."""
    return Carrier(
        publisher=article.publisher,
        url=article.url,
        published=article.published,
        title=article.title,
        authors=article.authors,
        section=article.section,
        provider_id=article.provider_id,
        source=article.source,
    )


def carries(until: int | None, begins: int | None) -> bool:
    """Say whether an outlet carries a version: it stopped (``until``) after that one began, or not at all."""
    return until is None or (EVER if begins is None else begins) < until


def to_article(row: Row[Any], outlets: Sequence[Row[Any]]) -> Article:
    """Make an article of a row of ``versions`` and the rows of its article's carriers."""
    values = row._mapping
    return Article(
        text=values["text"],
        title=values["title"],
        id=values["article_id"],
        version=values["version"],
        url=values["url"],
        publisher=values["publisher"],
        published=moment(values["published"]),
        modified=moment(values["modified"]),
        authors=tuple(json.loads(values["authors"])),
        language=values["language"],
        section=values["section"],
        provider_id=values["provider_id"],
        source=values["source"],
        correction=values["correction"],
        fictional=bool(values["fictional"]),
        valid_from=moment(values["valid_from"]),
        valid_to=moment(values["valid_to"]),
        carriers=tuple(to_carrier(outlet) for outlet in outlets if carries(outlet.until, values["valid_from"])),
    )


def to_carrier(row: Row[Any]) -> Carrier:
    """Make a carrier of a row of ``carriers``."""
    values = row._mapping
    return Carrier(
        publisher=values["publisher"],
        url=values["url"],
        published=moment(values["published"]),
        title=values["title"],
        authors=tuple(json.loads(values["authors"] or "[]")),
        section=values["section"],
        provider_id=values["provider_id"],
        source=values["source"] or "",
    )


def to_passage(article: Article, ordinal: int, start: int, end: int, sentences: bytes) -> Passage:
    """Make a passage of its columns; its text is cut from the article, so it cannot differ from it."""
    return Passage(
        id=passage_id(article.id, article.version, ordinal),
        article_id=article.id,
        version=article.version,
        ordinal=ordinal,
        start=start,
        end=end,
        text=article.text[start:end],
        sentences=unpack_spans(sentences),
    )


def pack_spans(spans: Sequence[Span]) -> bytes:
    """Pack spans as little-endian int32 pairs."""
    return np.asarray(spans, dtype="<i4").tobytes()


def unpack_spans(blob: bytes) -> tuple[Span, ...]:
    """Give back what ``pack_spans`` packed."""
    return tuple(_SPAN.iter_unpack(blob))


def pack_dense(vector: Vector) -> bytes:
    """Pack one vector as little-endian float32."""
    return np.asarray(vector, dtype="<f4").tobytes()


def unpack_dense(blob: bytes) -> Vector:
    """Give back what ``pack_dense`` packed."""
    return np.frombuffer(blob, dtype="<f4")


def pack_sentences(matrix: Matrix) -> bytes:
    """Pack sentence vectors as little-endian float16."""
    return np.asarray(matrix, dtype="<f2").tobytes()


def unpack_sentences(blob: bytes, dim: int) -> Matrix:
    """Give back what ``pack_sentences`` packed, ``(n, dim)`` float32."""
    return np.frombuffer(blob, dtype="<f2").reshape(-1, dim).astype(np.float32)
