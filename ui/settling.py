"""Forgetting what had failed and works again, here or in the library of another process."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from ui.api import schemas


class Ledger(Protocol):
    """Who keeps what has failed."""

    def failed(self) -> schemas.FailedOut:
        """List what could not be ingested."""

    def forget_failed(self, sources: Sequence[str]) -> None:
        """Forget that sources have failed."""


@contextmanager
def settling(ledger: Ledger, sources: Sequence[str], asked: Collection[str] | None) -> Iterator[None]:
    """Forget, once the block has read them to their end, what had failed of these sources and did not fail again.

    Args:
        ledger: keeps the failures.
        sources: what is read within the block, as the user names it.
        asked: filled within the block with the addresses that are fetched.
    """
    from ingest.retry import settled

    before = ledger.failed().failed
    yield
    gone = settled(before, ledger.failed().failed, (*sources, *(asked or ()))) if before else ()
    if gone:
        ledger.forget_failed(gone)
