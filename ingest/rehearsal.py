"""What a dry run would have added so far, so that copies of one story in the same run are told from new stories.

Only the latest ``KEPT`` texts are held: the copies of a story seldom lie further apart, and memory stays bounded.
"""

from __future__ import annotations

from collections import OrderedDict

from ingest.dedupe import Signature, is_same_story

KEPT = 10_000
"""Texts that near-duplicates are looked for among."""


class Rehearsal:
    """The articles that a dry run would add.

    Args:
        threshold: Jaccard similarity from which two texts may be one story.
        kept: the most texts held.
    """

    def __init__(self, threshold: float, kept: int = KEPT) -> None:
        self._threshold, self._kept = threshold, kept
        self._hashes: dict[str, str] = {}
        self._told: set[str] = set()
        self._texts: OrderedDict[str, tuple[str, tuple[int, ...]]] = OrderedDict()
        self._bands: dict[int, list[str]] = {}

    def has(self, article_id: str) -> bool:
        """Say whether an article of this id would be there."""
        return article_id in self._hashes

    def is_same(self, article_id: str, text_hash: str) -> bool:
        """Say whether this very article, with this text, would be there."""
        return self._hashes.get(article_id) == text_hash

    def tells(self, text: str, text_hash: str, signature: Signature | None) -> bool:
        """Say whether a story in nearly these words would be there."""
        if text_hash in self._told:
            return True
        near = {one for band in (signature.bands if signature else ()) for one in self._bands.get(band, ())}
        return any(is_same_story(self._texts[one][0], text, self._threshold) for one in near)

    def add(self, article_id: str, text: str, text_hash: str, signature: Signature | None) -> None:
        """Take an article in as it would be stored."""
        self._forget(article_id)
        self._hashes[article_id] = text_hash
        self._told.add(text_hash)
        if signature is None:
            return
        self._texts[article_id] = (text, signature.bands)
        for band in signature.bands:
            self._bands.setdefault(band, []).append(article_id)
        if len(self._texts) > self._kept:
            self._forget(next(iter(self._texts)))

    def _forget(self, article_id: str) -> None:
        _, bands = self._texts.pop(article_id, ("", ()))
        for band in bands:
            self._bands[band].remove(article_id)
            if not self._bands[band]:
                del self._bands[band]
