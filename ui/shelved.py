"""A library opened without what reads and writes: enough to list, show, delete and examine what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from qa.settings import Settings

if TYPE_CHECKING:
    from qa.compose import OnRecord
    from qa.library.index import NewsIndex


@dataclass(frozen=True)
class Shelved:
    """As much of ``OnRecord`` as needs no model at all."""

    settings: Settings
    index: NewsIndex

    def close(self) -> None:
        """Close the stores and give the home back."""
        self.index.close()


def open_shelved(settings: Settings) -> OnRecord | None:
    """Open a library as it was last written, whichever embedder made it; ``None`` when there is nothing yet.

    Raises:
        HomeError: the home is owned by another process, unwritable, or damaged.
    """
    from qa.library.catalog import FILE, Catalog
    from qa.library.home import HomeLock
    from qa.library.index import NewsIndex

    if not (settings.home / FILE).exists():
        return None
    with HomeLock.acquire(settings.home):
        catalog = Catalog(settings.home)
        recorded = catalog.value("embedder")
        catalog.close()
    if recorded is None:
        return None
    name, _, dim = recorded.rpartition(" ")
    index = NewsIndex.open(settings.home, embedder=name, dim=int(dim.strip("()")))
    return cast("OnRecord", Shelved(settings, index))
