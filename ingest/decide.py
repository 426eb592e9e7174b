"""What an article is to the library: new, changed, unchanged, or another outlet's copy of a story that is there.

Reads the library through ``Shelf`` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Protocol

from ingest.dedupe import (
    Signature,
    address_variants,
    is_same_story,
    likeness,
    same_address,
)
from ingest.entries import is_address, is_entry, whole_source
from ingest.prepare import Prepared
from qa.errors import NotFoundError
from qa.library.ledger import Sketch
from qa.library.rows import StoredArticle, text_hash
from qa.library.writing import Publication
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
        leaves: its publication in a story that this address carried until its text changed.
    """

    kind: Kind
    article: Article
    replaces: StoredArticle | None = None
    story: str | None = None
    leaves: Publication | None = None


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
    """What the library holds of a batch's articles.

    Args:
        ids: by article id.
        urls: by ``same_address`` of those that carry the current text.
        former: by ``same_address`` of those that carried only an earlier one.
        hashes: by current text.
    """

    ids: dict[str, StoredArticle]
    urls: dict[str, StoredArticle]
    former: dict[str, StoredArticle]
    hashes: dict[str, StoredArticle]

    def own(self, article: Article) -> StoredArticle | None:
        """Give what is stored under an article's own id, or what nobody but its address carries."""
        carried = self.carried(article)
        alone = carried if carried is not None and len(carried.urls) == 1 else None
        return self.ids.get(article.id) or alone

    def carried(self, article: Article) -> StoredArticle | None:
        """Give the story that an article's address carries."""
        return self.urls.get(same_address(article.url)) if article.url else None

    def left(self, article: Article) -> StoredArticle | None:
        """Give the story that an article's address carried until the story was changed."""
        return self.former.get(same_address(article.url)) if article.url else None


def look_up(shelf: Shelf, items: Iterable[Prepared]) -> Stored:
    """Ask the library once for everything that a batch may meet."""
    items = list(items)
    found = shelf.known(
        [item.article.id for item in items],
        [variant for item in items if item.article.url for variant in address_variants(item.article.url)],
        [item.text_hash for item in items],
    )
    return Stored(
        ids={stored.article_id: stored for stored in found},
        urls={same_address(url): stored for stored in found for url in stored.urls},
        former={same_address(url): stored for stored in found for url in stored.former},
        hashes={stored.text_hash: stored for stored in found},
    )


def is_stored(item: Prepared, stored: Stored) -> bool:
    """Say whether this very article, with this text, is stored under its own address or id."""
    same = stored.own(item.article) or stored.carried(item.article)
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
    own = stored.own(item.article)
    if own is not None:
        return _again(item, own, shelf, threshold, now)
    carried = stored.carried(item.article)
    if carried is not None and carried.text_hash == item.text_hash:
        return _carried_again(item.article, carried)
    known = carried or stored.left(item.article)
    if known is not None and _is_less(item.article, known, shelf):
        return Decision(Kind.UNCHANGED, item.article)
    story = _story(item, stored) or _near(item, shelf, signature, threshold)
    if carried is not None and carried.article_id == story:
        return Decision(Kind.UNCHANGED, item.article)
    article = _as_addressed(item.article, known)
    leaves = (carried.article_id, article.url or "") if carried is not None else None
    if story is not None:
        return Decision(Kind.DUPLICATE, article, story=story, leaves=leaves)
    changed_unsaid = leaves is not None and article.modified is None
    return Decision(Kind.ADDED, replace(article, valid_from=now) if changed_unsaid else article, leaves=leaves)


def _carried_again(article: Article, story: StoredArticle) -> Decision:
    """Decide on a text that is stored under another id: only the outlet that it is shown under may add facts to it."""
    mine = replace(_as_addressed(article, story), id=story.article_id, title=story.title)
    if mine.url != story.url or _same_facts(mine, story):
        return Decision(Kind.UNCHANGED, article)
    return Decision(Kind.UPDATED, mine, replaces=story)


def _as_addressed(article: Article, stored: StoredArticle | None) -> Article:
    """Give an article under the variant of its address that is stored, if one is."""
    urls = (*stored.urls, *stored.former) if stored is not None and article.url else ()
    address = same_address(article.url or "")
    return next((replace(article, url=url) for url in urls if same_address(url) == address), article)


def _again(item: Prepared, own: StoredArticle, shelf: Shelf, threshold: float, now: datetime) -> Decision:
    article = replace(_as_addressed(item.article, own), id=own.article_id)
    if own.text_hash == item.text_hash and own.title == article.title:
        return Decision(Kind.UNCHANGED if _same_facts(article, own) else Kind.UPDATED, article, replaces=own)
    if own.text_hash == item.text_hash and article.url != own.url and article.url is not None:
        known = article.url in own.urls
        return Decision(Kind.UNCHANGED if known else Kind.DUPLICATE, article, story=None if known else own.article_id)
    if _is_older(article, own) or _is_less(article, own, shelf):
        return Decision(Kind.UNCHANGED, article)
    if article.modified is None or (own.valid_from is not None and article.modified <= own.valid_from):
        if _was_so_before(item, own, shelf) and not _is_back(item, own):
            return Decision(Kind.UNCHANGED, article)
        # Nothing that is read later may hold earlier, even where the clock was set back in between.
        article = replace(article, valid_from=max(now, own.valid_from or now))
    return Decision(Kind.UPDATED, replace(article, carriers=_staying(article, own, shelf, threshold)), replaces=own)


def _is_older(article: Article, own: StoredArticle) -> bool:
    """Say whether another text of an article is a copy from before the stored one."""
    if article.modified is not None and own.modified is not None:
        return article.modified < own.modified
    if article.modified is not None:
        return not _same_place(article, own) and own.valid_from is not None and article.modified < own.valid_from
    if is_address(article.source) or _same_place(article, own):
        return False  # read now
    said = own.modified or own.published
    if article.published is not None and said is not None and article.published < said:
        return True
    # What an archive of the web holds stood there at some time, but what was read from its own place stood there last.
    return _CAPTURED in article.source and _CAPTURED not in own.source and not is_entry(own.source)


def _is_less(article: Article, stored: StoredArticle, shelf: Shelf) -> bool:
    """Say whether an article is a teaser of one that is stored at greater length, and not from the same feed."""
    if not article.teaser or whole_source(article.source) == whole_source(stored.source):
        return False
    fuller = _standing(shelf, stored.article_id)
    return fuller is not None and len(fuller.text) > len(article.text)


def _is_back(item: Prepared, own: StoredArticle) -> bool:
    """Say whether the place that the stored text was read from has another one now.

    Not a title, nor another place: a page and a feed that tell it differently would take turns for ever.
    """
    return own.text_hash != item.text_hash and _same_place(item.article, own)


def _same_place(article: Article, own: StoredArticle) -> bool:
    """Say whether this is the very page, or the file without an address, that the stored text was read from."""
    whole = not is_entry(article.source) and (is_address(article.source) or not article.url)
    return whole and article.source not in {"", "-"} and article.source == own.source


_CAPTURED = "#http"


def _staying(article: Article, own: StoredArticle, shelf: Shelf, threshold: float) -> tuple[Carrier, ...]:
    """Give the other outlets whose text the changed one still is, but for a few words."""
    before = _standing(shelf, own.article_id) if len(own.urls) > 1 else None
    if before is None or not is_same_story(before.text, article.text, threshold):
        return ()
    return tuple(carrier for carrier in before.carriers if carrier.url != article.url)


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
    """Say whether an article states nothing else than is stored; what it does not state stays as it is."""
    # An article that is shown under an earlier carrier keeps that one's facts.
    if article.url != own.url and article.url in own.urls:
        return True
    stated = (article.authors or own.authors, article.section or own.section, article.correction or own.correction)
    return (article.url, article.publisher, article.published, *stated) == (
        own.url, own.publisher, own.published, own.authors, own.section, own.correction,
    )  # fmt: skip


def _story(item: Prepared, stored: Stored) -> str | None:
    """Give the id of the article with this very text."""
    story = stored.hashes.get(item.text_hash)
    return story.article_id if story is not None and _tells_enough(item, story) else None


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
