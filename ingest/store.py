"""Carry out what was decided: embed the passages that have no vectors yet and store articles in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ingest.decide import Decision, Shelf
from ingest.prepare import Cut
from qa.errors import UsageError
from qa.library.ledger import Failure, Signed
from qa.library.writing import Publication
from qa.models.encoders import Embedder
from qa.types import Carrier, IndexedArticle, Passage, PassageVectors


class Library(Shelf, Protocol):
    """What ingestion needs of the index."""

    def add(self, batch: Sequence[IndexedArticle], leaves: Sequence[Publication] = ()) -> None:
        """Store articles and their passages, and forget publications, in one transaction."""

    def carry(self, article_id: str, carrier: Carrier, leaves: Publication | None = None) -> None:
        """Record that another outlet carries an article's text, and forget a publication, in one transaction."""

    def sign(self, signed: Sequence[Signed]) -> None:
        """Keep the signatures that near-duplicates are found by, in one transaction."""

    def failures(self) -> tuple[Failure, ...]:
        """Give the sources that could not be ingested."""

    def failed(self, reasons: Sequence[tuple[str, str]], now: datetime, mapping: Sequence[str] = ()) -> None:
        """Note sources that could not be ingested, each with the reason, and how names were mapped."""

    def succeeded(self, sources: Sequence[str]) -> None:
        """Forget the failures of sources."""

    def vectors(self, article_id: str) -> tuple[tuple[Passage, PassageVectors], ...]:
        """Give the passages of an article's current version with their vectors."""


@dataclass(frozen=True, slots=True)
class Order:
    """One article to be stored: the decision and the article cut."""

    decision: Decision
    cut: Cut


@dataclass(frozen=True, slots=True)
class Outcome:
    """What storing a batch came to: the orders stored, those refused with the reason, passages stored and embedded."""

    stored: tuple[Order, ...]
    refused: tuple[tuple[Order, str], ...]
    passages: int
    embedded: int


@dataclass(frozen=True, slots=True)
class _Job:
    """A passage without a vector: where it belongs and what is embedded with it."""

    order: int
    passage: Passage
    title: str


def store(library: Library, embedder: Embedder, orders: Sequence[Order]) -> Outcome:
    """Store articles; one that the library refuses does not keep the others out.

    Raises:
        HomeError: the library cannot be written.
        ModelError: the embedder failed; nothing of this batch is stored.
    """
    found = [_kept(library, order) for order in orders]
    jobs = [
        _Job(number, passage, order.cut.title)
        for number, order in enumerate(orders)
        for passage in order.cut.passages
        if passage.ordinal not in found[number]
    ]
    for job, vectors in zip(jobs, _embed(embedder, jobs), strict=True):
        found[job.order][job.passage.ordinal] = vectors
    ready = [_indexed(order, vectors) for order, vectors in zip(orders, found, strict=True)]
    stored, refused = _add(library, list(zip(orders, ready, strict=True)))
    return Outcome(stored, refused, sum(len(order.cut.passages) for order in stored), len(jobs))


def _kept(library: Library, order: Order) -> dict[int, PassageVectors]:
    """Give the vectors, by ordinal, of passages that are word for word those of the version before."""
    before = order.decision.replaces
    if before is None or before.title != order.decision.article.title:
        return {}
    known = {_content(passage): vectors for passage, vectors in library.vectors(before.article_id)}
    contents = ((passage.ordinal, _content(passage)) for passage in order.cut.passages)
    return {ordinal: known[content] for ordinal, content in contents if content in known}


def _content(passage: Passage) -> tuple[str, tuple[tuple[int, int], ...]]:
    return passage.text, tuple((start - passage.start, end - passage.start) for start, end in passage.sentences)


def _embed(embedder: Embedder, jobs: Sequence[_Job]) -> list[PassageVectors]:
    """Embed in the order of length, so that a batch of the encoder is padded as little as can be."""
    if not jobs:
        return []
    order = sorted(range(len(jobs)), key=lambda at: len(jobs[at].passage.text), reverse=True)
    made = embedder.embed_passages([jobs[at].title for at in order], [jobs[at].passage for at in order])
    placed = dict(zip(order, made, strict=True))
    return [placed[at] for at in range(len(jobs))]


def _indexed(order: Order, vectors: dict[int, PassageVectors]) -> IndexedArticle:
    passages = order.cut.passages
    return IndexedArticle(order.decision.article, passages, tuple(vectors[passage.ordinal] for passage in passages))


def _add(
    library: Library, ready: list[tuple[Order, IndexedArticle]]
) -> tuple[tuple[Order, ...], tuple[tuple[Order, str], ...]]:
    _sign(library, [order for order, _ in ready])
    try:
        leaves = [order.decision.leaves for order, _ in ready if order.decision.leaves is not None]
        library.add([indexed for _, indexed in ready], leaves)
    except UsageError as error:
        if len(ready) == 1:
            return (), ((ready[0][0], str(error)),)
        parts = [_add(library, [one]) for one in ready]
        return tuple(o for part in parts for o in part[0]), tuple(r for part in parts for r in part[1])
    return tuple(order for order, _ in ready), ()


def _sign(library: Library, orders: Sequence[Order]) -> None:
    # Before the articles: a run that is killed in between leaves signatures to nothing, which are passed over, and not
    # articles that their near-duplicates do not find.
    made = [(order.decision.article.id, order.cut.signature) for order in orders]
    library.sign([Signed(article_id, signed.bands, signed.sketch) for article_id, signed in made if signed])
