"""What ingestion asks a library to remember from one run to the next, as methods of an open library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import RLock

from qa.library import ledger
from qa.library.catalog import Catalog
from qa.library.ledger import Failure, Sketch, Subscription


class IngestMemory:
    """Signatures of near-duplicates, failed sources and subscriptions, kept in the catalog.

    Args:
        catalog: the open catalog.
        writing: held while something is changed.
    """

    def __init__(self, catalog: Catalog, writing: RLock) -> None:
        self._catalog = catalog
        self._writing = writing

    def sign(self, article_id: str, bands: Sequence[int], sketch: bytes) -> None:
        """Keep an article's near-duplicate signature: a hash for each band, and the whole sketch."""
        with self._writing, self._catalog.changing() as connection:
            ledger.sign(connection, article_id, bands, sketch)

    def alike(self, bands: Sequence[int], limit: int = 50) -> tuple[Sketch, ...]:
        """Give the sketches of articles that share the hash of at least one band."""
        with self._catalog.reading() as connection:
            return ledger.alike(connection, bands, limit)

    def failed(self, reasons: Sequence[tuple[str, str]], now: datetime) -> None:
        """Note that sources could not be ingested, once more each; ``reasons`` are pairs of source and reason."""
        with self._writing, self._catalog.changing() as connection:
            ledger.failed(connection, reasons, now)

    def succeeded(self, sources: Sequence[str]) -> None:
        """Forget the failures of sources."""
        with self._writing, self._catalog.changing() as connection:
            ledger.succeeded(connection, sources)

    def failures(self) -> tuple[Failure, ...]:
        """Give every failed source, the latest first."""
        with self._catalog.reading() as connection:
            return ledger.all_failures(connection)

    def subscribe(self, subscription: Subscription) -> None:
        """Keep a subscription, replacing that of the same source."""
        with self._writing, self._catalog.changing() as connection:
            ledger.subscribe(connection, subscription)

    def unsubscribe(self, source: str) -> bool:
        """Drop a subscription; whether there was one."""
        with self._writing, self._catalog.changing() as connection:
            return ledger.unsubscribe(connection, source)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Give every subscription, by source."""
        with self._catalog.reading() as connection:
            return ledger.all_subscriptions(connection)
