"""What the catalog remembers beside articles: near-duplicate signatures, failed sources and subscriptions.

Functions on an open connection. Which hash functions made a signature, and what a subscription's interval means for
fetching, is the ingestion's knowledge.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Select, and_, bindparam, delete, exists, insert, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from qa.library.rows import micros, moment
from qa.library.schema import failures, signatures, sketches, subscriptions, versions

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Sketch:
    """An article's MinHash, as bytes that only its maker reads."""

    article_id: str
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """An article's whole signature: its MinHash, and for each band a hash (signed 64-bit) to find it by."""

    article_id: str
    bands: tuple[int, ...]
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be ingested: why, how often it was tried, when last, and how names were mapped then."""

    source: str
    reason: str
    tries: int
    last: datetime
    mapping: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed, folder or page that is followed.

    Args:
        interval: seconds between two looks.
        etag, last_modified: what the host said last, to be sent back.
        last_run: when it was last looked at; ``None`` for never.
        last_result: how that went, in words.
        failures: how many looks in a row failed.
    """

    source: str
    interval: float
    etag: str | None = None
    last_modified: str | None = None
    last_run: datetime | None = None
    last_result: str | None = None
    failures: int = 0


def sign(connection: Connection, signed: Sequence[Signed]) -> None:
    """Keep the signatures of articles, each in the place of its former one."""
    unsign(connection, [each.article_id for each in signed])
    kept = [{"article_id": each.article_id, "sketch": each.sketch} for each in signed]
    rows = [
        {"article_id": each.article_id, "band": band, "hash": value}
        for each in signed
        for band, value in enumerate(each.bands)
    ]
    for table, values in ((sketches, kept), (signatures, rows)):
        if values:
            connection.execute(insert(table), values)


def unsign(connection: Connection, article_ids: Sequence[str]) -> None:
    """Forget the signatures of articles."""
    for table in (signatures, sketches):
        for start in range(0, len(article_ids), _CHUNK):
            connection.execute(delete(table).where(table.c.article_id.in_(article_ids[start : start + _CHUNK])))


def alike(connection: Connection, bands: Sequence[int], limit: int) -> tuple[Sketch, ...]:
    """Give the sketches of stored articles that share the hash of at least one band, at most ``limit``."""
    if not bands:
        return ()
    given = {f"hash{band}": value for band, value in enumerate(bands)}
    rows = connection.execute(_alike(len(bands)), {**given, "most": limit}).all()
    return tuple(Sketch(row.article_id, row.sketch) for row in rows)


@lru_cache(maxsize=4)
def _alike(bands: int) -> Select[tuple[str, bytes]]:
    # Written out: of `(band, hash) IN (...)` SQLite makes a scan of all signatures.
    same = or_(
        *(and_(signatures.c.band == band, signatures.c.hash == bindparam(f"hash{band}")) for band in range(bands))
    )
    # A run that was killed before it stored an article has left a signature to nothing.
    stands = exists().where(versions.c.article_id == signatures.c.article_id)
    found = select(signatures.c.article_id).where(same, stands).distinct()
    wanted = found.order_by(signatures.c.article_id).limit(bindparam("most"))
    return select(sketches.c.article_id, sketches.c.sketch).where(sketches.c.article_id.in_(wanted))


def failed(
    connection: Connection, reasons: Sequence[tuple[str, str]], now: datetime, mapping: Sequence[str] = ()
) -> None:
    """Note that sources could not be ingested, once more each.

    Args:
        reasons: pairs of source and reason.
        mapping: how names were mapped as they were read, each ``FIELD=NAME``.
    """
    for source, reason in reasons:
        told = {"reason": reason, "last": micros(now), "mapping": json.dumps(mapping) if mapping else None}
        row = upsert(failures).values(source=source, tries=1, **told)
        again = {**told, "tries": failures.c.tries + 1}
        connection.execute(row.on_conflict_do_update(index_elements=["source"], set_=again))


def succeeded(connection: Connection, sources: Sequence[str]) -> None:
    """Forget the failures of sources."""
    for start in range(0, len(sources), _CHUNK):
        connection.execute(delete(failures).where(failures.c.source.in_(sources[start : start + _CHUNK])))


def all_failures(connection: Connection) -> tuple[Failure, ...]:
    """Give every failed source, the latest first."""
    rows = connection.execute(select(failures).order_by(failures.c.last.desc(), failures.c.source))
    return tuple(
        Failure(row.source, row.reason, row.tries, _at(row.last), tuple(json.loads(row.mapping or "[]")))
        for row in rows
    )


def subscribe(connection: Connection, subscription: Subscription) -> None:
    """Keep a subscription, replacing that of the same source."""
    values = {
        "interval": subscription.interval,
        "etag": subscription.etag,
        "last_modified": subscription.last_modified,
        "last_run": micros(subscription.last_run),
        "last_result": subscription.last_result,
        "failures": subscription.failures,
    }
    row = upsert(subscriptions).values(source=subscription.source, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["source"], set_=values))


def unsubscribe(connection: Connection, source: str) -> bool:
    """Drop a subscription; whether there was one."""
    return connection.execute(delete(subscriptions).where(subscriptions.c.source == source)).rowcount > 0


def all_subscriptions(connection: Connection) -> tuple[Subscription, ...]:
    """Give every subscription, by source."""
    rows = connection.execute(select(subscriptions).order_by(subscriptions.c.source))
    return tuple(
        Subscription(
            row.source, row.interval, row.etag, row.last_modified, moment(row.last_run), row.last_result, row.failures
        )
        for row in rows
    )


def _at(value: int) -> datetime:
    found = moment(value)
    if found is None:
        raise ValueError(value)
    return found
