"""What ingestion asks a library to remember from one run to the next, as methods of an open library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import RLock

from qa.library import ledger
from qa.library.catalog import Catalog
from qa.library.following import OnStep
from qa.library.ledger import Failure, Signed, Sketch, Subscription


class IngestMemory:
    """Signatures of near-duplicates, failed sources and subscriptions, kept in the catalog.

    Args:
        catalog: the open catalog.
        writing: held while something is changed.
        on_step: told each step of writing.
    """

    def __init__(self, catalog: Catalog, writing: RLock, on_step: OnStep) -> None:
        self._catalog = catalog
        self._writing = writing
        self._on_step = on_step

    def sign(self, signed: Sequence[Signed]) -> None:
        """Keep the near-duplicate signatures of articles, in one transaction."""
        with self._writing, self._catalog.changing() as connection:
            ledger.sign(connection, signed)
        self._on_step("signature:committed")

    def alike(self, bands: Sequence[int], limit: int = 50) -> tuple[Sketch, ...]:
        """Give the sketches of articles that share the hash of at least one band."""
        with self._catalog.reading() as connection:
            return ledger.alike(connection, bands, limit)

    def failed(self, reasons: Sequence[tuple[str, str]], now: datetime, mapping: Sequence[str] = ()) -> None:
        """Note that sources could not be ingested, once more each.

        Args:
            reasons: pairs of source and reason.
            mapping: how names were mapped as they were read, each ``FIELD=NAME``.
        """
        with self._writing, self._catalog.changing() as connection:
            ledger.failed(connection, reasons, now, mapping)

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
