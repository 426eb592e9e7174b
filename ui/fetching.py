"""How sources are read, with a fetcher that lives as long as the reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO

from ingest.gauge import Gauge
from ingest.sources import ReadOptions
from qa.settings import IngestSettings


@contextmanager
def fetching(
    settings: IngestSettings,
    *,
    feed_only: bool = False,
    mapping: tuple[tuple[str, str], ...] = (),
    stdin: BinaryIO | None = None,
    gauge: Gauge | None = None,
) -> Iterator[ReadOptions]:
    """Give the options for reading sources; addresses can be fetched within the block.

    Args:
        settings: pace, sizes, and which addresses are allowed.
        feed_only: take a feed's own texts and fetch no pages.
        mapping: ``(field, name)`` pairs for dumps with unusual names.
        stdin: where ``-`` is read from.
        gauge: told how far the reading of files is.
    """
    from ingest.fetch import Fetcher

    with closing(Fetcher(settings)) as getter:
        yield ReadOptions(
            max_bytes=settings.max_bytes,
            mapping=mapping,
            stdin=stdin,
            getter=getter,
            feed_only=feed_only,
            gauge=gauge,
            asked=set(),
        )
