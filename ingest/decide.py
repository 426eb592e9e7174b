"""What an article is to the library: new, changed, unchanged, or another outlet's copy of a story that is there.

Reads the library through ``Shelf`` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Protocol

from ingest.dedupe import Signature, is_same_story, likeness
from ingest.prepare import Prepared
from qa.errors import NotFoundError
from qa.library.ledger import Sketch
from qa.library.rows import StoredArticle, text_hash
from qa.types import Article, Carrier

CANDIDATES = 20
"""Stored articles compared in full with a new one, the likeliest first."""
_SLACK = 0.25
# The sketch's estimate is off by more than this in one of 20,000 pairs.


class Kind(Enum):
    """The outcomes; each input has exactly one."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome and what it takes to carry it out.

    Args:
        article: as it is to be stored (``ADDED``, ``UPDATED``).
        replaces: the version it follows, whose passages' vectors may serve again.
        story: the id of the article whose text it carries (``DUPLICATE``).
        leaves: ``(article id, url)`` of a story that this address carried until its text changed.
    """

    kind: Kind
    article: Article
    replaces: StoredArticle | None = None
    story: str | None = None
    leaves: tuple[str, str] | None = None


class Shelf(Protocol):
    """What is asked of the library."""

    def known(self, ids: Sequence[str], urls: Sequence[str], hashes: Sequence[str]) -> tuple[StoredArticle, ...]:
        """Give the articles with one of these ids, addresses (of any carrier) or text hashes."""

    def alike(self, bands: Sequence[int], limit: int) -> tuple[Sketch, ...]:
        """Give the sketches of articles that share a band."""

    def article(self, article_id: str, version: int | None = None) -> Article:
        """Give one article."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the library holds of a batch's articles, by id, by address and by text."""

    ids: dict[str, StoredArticle]
    urls: dict[str, StoredArticle]
    hashes: dict[str, StoredArticle]


def look_up(shelf: Shelf, items: Iterable[Prepared]) -> Stored:
    """Ask the library once for everything that a batch may meet."""
    items = list(items)
    found = shelf.known(
        [item.article.id for item in items],
        [item.article.url for item in items if item.article.url],
        [item.text_hash for item in items],
    )
    return Stored(
        ids={stored.article_id: stored for stored in found},
        urls={url: stored for stored in found for url in stored.urls},
        hashes={stored.text_hash: stored for stored in found},
    )


def is_stored(item: Prepared, stored: Stored) -> bool:
    """Say whether this very article, with this text, is stored under its own address or id."""
    same = stored.ids.get(item.article.id) or stored.urls.get(item.article.url or "")
    return same is not None and same.text_hash == item.text_hash


def decide(
    item: Prepared,
    stored: Stored,
    shelf: Shelf,
    signature: Signature | None,
    threshold: float,
    now: datetime,
) -> Decision:
    """Decide what an article is.

    Args:
        signature: the text's, by which near-duplicates are looked for; ``None`` for a text that has none.
        threshold: Jaccard similarity from which two texts may be one story.
        now: from when a changed text holds if its publisher does not say; aware UTC.
    """
    own = stored.ids.get(item.article.id)
    if own is not None:
        return _again(item, own, shelf, now)
    carried = stored.urls.get(item.article.url or "")
    if carried is not None and carried.text_hash == item.text_hash:
        return Decision(Kind.UNCHANGED, item.article)
    story = stored.hashes.get(item.text_hash)
    found = story.article_id if story is not None and _tells_enough(item, story) else None
    found = found or _near(item, shelf, signature, threshold)
    if found is None:
        leaves = (carried.article_id, item.article.url or "") if carried is not None else None
        return Decision(Kind.ADDED, item.article, leaves=leaves)
    if carried is not None and carried.article_id == found:
        return Decision(Kind.UNCHANGED, item.article)
    return Decision(Kind.DUPLICATE, item.article, story=found)


def carrier(article: Article) -> Carrier:
    """Give an article's publication of its text."""
    return Carrier(article.publisher, article.url, article.published, article.title)


def _again(item: Prepared, own: StoredArticle, shelf: Shelf, now: datetime) -> Decision:
    article = item.article
    if own.text_hash == item.text_hash and own.title == article.title:
        return Decision(Kind.UNCHANGED if _same_facts(article, own) else Kind.UPDATED, article, replaces=own)
    if own.text_hash == item.text_hash and article.url != own.url and article.url in own.urls:
        return Decision(Kind.UNCHANGED, article)
    if article.modified is None or (own.valid_from is not None and article.modified <= own.valid_from):
        if _was_so_before(item, own, shelf):
            return Decision(Kind.UNCHANGED, article)
        # Nothing that is read later may hold earlier, even where the clock was set back in between.
        article = replace(article, valid_from=max(now, own.valid_from or now))
    return Decision(Kind.UPDATED, article, replaces=own)


def _was_so_before(item: Prepared, own: StoredArticle, shelf: Shelf) -> bool:
    # An archive that holds an article twice would otherwise make two more versions each time it is read.
    earlier = (_standing(shelf, own.article_id, version) for version in range(1, own.version))
    wanted = (item.article.title, item.text_hash)
    return any(article is not None and (article.title, text_hash(article.text)) == wanted for article in earlier)


def _standing(shelf: Shelf, article_id: str, version: int | None = None) -> Article | None:
    """Give an article; ``None`` for one that another client has deleted since it was looked up."""
    try:
        return shelf.article(article_id, version)
    except NotFoundError:
        return None


def _same_facts(article: Article, own: StoredArticle) -> bool:
    # An article that is shown under an earlier carrier keeps that one's facts.
    if article.url != own.url and article.url in own.urls:
        return True
    return (article.url, article.publisher, article.published) == (own.url, own.publisher, own.published)


def _tells_enough(item: Prepared, story: StoredArticle) -> bool:
    # "Live coverage follows." under two titles is not one story.
    return len(item.article.text) >= _LEAST or item.article.title.casefold() == story.title.casefold()


_LEAST = 200


def _near(item: Prepared, shelf: Shelf, signed: Signature | None, threshold: float) -> str | None:
    if signed is None:
        return None
    candidates = sorted(
        (
            (likeness(signed.sketch, other.sketch), other.article_id)
            for other in shelf.alike(signed.bands, 10 * CANDIDATES)
        ),
        key=lambda pair: (-pair[0], pair[1]),
    )
    for likely, other in candidates[:CANDIDATES]:
        if likely < threshold - _SLACK:
            break
        story = _standing(shelf, other) if other != item.article.id else None
        if story is not None and is_same_story(story.text, item.article.text, threshold):
            return other
    return None
