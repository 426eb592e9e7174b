"""From an address to articles: fetch it, read it as what it is, and follow what it lists.

A feed's entries, a sitemap's pages and an OPML list's feeds are followed, at most ``DEPTH`` lists deep and each address
once a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

from ingest.fetch import Fetched
from ingest.readers.base import Item
from qa.errors import FetchError

DEPTH = 4
"""Lists of lists followed: an OPML list, a sitemap index, a sitemap, a page."""

Follow: TypeAlias = Callable[[str], Iterator[Item]]
"""Fetches and reads an address."""
Read: TypeAlias = Callable[[Fetched, Follow | None], Iterator[Item]]
"""Reads what was fetched, with what follows the addresses in it."""


class Getter(Protocol):
    """Whatever fetches an address."""

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetch it, or raise a ``FetchError``."""


class Web:
    """Reads addresses.

    Args:
        getter: fetches them.
        read: reads what was fetched.
        asked: is given every address that is fetched.
    """

    def __init__(self, getter: Getter, read: Read, asked: set[str] | None = None) -> None:
        self._getter, self._read = getter, read
        self._seen: set[str] = set()
        self._asked = set() if asked is None else asked

    def open(self, url: str, depth: int = 0) -> Iterator[Item]:
        """Give every article at an address and, for a list, behind it."""
        if url in self._seen:
            return
        self._seen.add(url)
        self._asked.add(url)
        try:
            fetched = self._getter.get(url)
        except FetchError as error:
            yield FetchError(url, error.reason)
            return
        yield from self.read(fetched, depth)

    def read(self, fetched: Fetched, depth: int = 0) -> Iterator[Item]:
        """Give every article in what was fetched."""
        follow = (lambda link: self.open(link, depth + 1)) if depth < DEPTH else None
        yield from self._read(fetched, follow)
