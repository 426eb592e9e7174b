"""Make a read article ready to be compared and stored: cleaned, checked, identified, and cut where it seems new.

Everything here may run in the reading thread, ahead of the embedder. It decides nothing: what is new, changed or a
duplicate is decided in one place, when the article's turn comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from ingest.clean import clean_article
from ingest.correct import correction_in
from ingest.dates import believable
from ingest.dedupe import Signature, article_id, canonical_url, signature
from ingest.language import language_of
from ingest.split import carried_title, split_article
from qa.errors import NoArticleError
from qa.library.rows import text_hash
from qa.settings import IngestSettings
from qa.types import Article, Passage


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that may be stored.

    Args:
        article: cleaned, with its id; version 1.
        text_hash: what equal texts share.
        warnings: what was put right.
    """

    article: Article
    text_hash: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """What storing an article needs beyond itself: its passages, the title embedded with them, its signature."""

    passages: tuple[Passage, ...]
    title: str
    signature: Signature | None


def prepare(article: Article, now: datetime) -> Prepared:
    """Clean an article, check its dates and give it its identity.

    Args:
        now: dates more than a day after it are not believed; aware UTC.

    Raises:
        NoArticleError: nothing is left of its text.
    """
    cleaned = clean_article(article)
    if not any(char.isalnum() for char in cleaned.text):
        why = "it holds nothing but page furniture" if article.text.strip() else "it has no text"
        raise NoArticleError(article.source or article.url or article.title, why)
    dated, warnings = _dated(cleaned, now)
    found = _identified(dated)
    return Prepared(found, text_hash(found.text), warnings)


def describe(prepared: Prepared) -> Prepared:
    """Add what only its text tells of an article: its language and the correction notice in it."""
    article = prepared.article
    correction = article.correction or correction_in(article.text.split("\n\n"))
    told = replace(article, language=language_of(article.text, article.language), correction=correction)
    return replace(prepared, article=told)


def cut(article: Article, count: Callable[[str], int], settings: IngestSettings) -> Cut:
    """Cut an article into passages and sign its text.

    Args:
        count: word pieces of a text, as the embedder counts them.
    """
    return Cut(
        passages=split_article(article, count, settings),
        title=carried_title(article.title, count, settings.window),
        signature=signature(article.text),
    )


def _dated(article: Article, now: datetime) -> tuple[Article, tuple[str, ...]]:
    warnings = tuple(
        f"the date {moment:%Y-%m-%d} cannot be right and is kept as unknown"
        for moment in (article.published,)
        if moment is not None and not believable(moment, now)
    )
    published = article.published if believable(article.published, now) else None
    modified = article.modified if believable(article.modified, now) else None
    return replace(article, published=published, modified=modified), warnings


def _identified(article: Article) -> Article:
    url = canonical_url(article.url) if article.url else None
    named = replace(article, url=url, publisher=article.publisher or _host(url), version=1)
    return named if named.id else replace(named, id=article_id(named))


def _host(url: str | None) -> str | None:
    # An address names its outlet, if only by its host.
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
