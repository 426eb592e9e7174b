"""What the catalog remembers beside articles: near-duplicate signatures, failed sources and subscriptions.

Functions on an open connection. Which hash functions made a signature, and what a subscription's interval means for
fetching, is the ingestion's knowledge.
"""

from __future__ import annotations

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
class Failure:
    """A source that could not be ingested: why, how often it was tried, and when last."""

    source: str
    reason: str
    tries: int
    last: datetime


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


def sign(connection: Connection, article_id: str, bands: Sequence[int], sketch: bytes) -> None:
    """Keep an article's signature: one hash (signed 64-bit) for each band, and the whole sketch."""
    unsign(connection, article_id)
    connection.execute(insert(sketches).values(article_id=article_id, sketch=sketch))
    rows = [{"article_id": article_id, "band": band, "hash": value} for band, value in enumerate(bands)]
    if rows:
        connection.execute(insert(signatures), rows)


def unsign(connection: Connection, article_id: str) -> None:
    """Forget an article's signature."""
    for table in (signatures, sketches):
        connection.execute(delete(table).where(table.c.article_id == article_id))


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


def failed(connection: Connection, reasons: Sequence[tuple[str, str]], now: datetime) -> None:
    """Note that sources could not be ingested, once more each; ``reasons`` are pairs of source and reason."""
    for source, reason in reasons:
        row = upsert(failures).values(source=source, reason=reason, tries=1, last=micros(now))
        again = {"reason": reason, "tries": failures.c.tries + 1, "last": micros(now)}
        connection.execute(row.on_conflict_do_update(index_elements=["source"], set_=again))


def succeeded(connection: Connection, sources: Sequence[str]) -> None:
    """Forget the failures of sources."""
    for start in range(0, len(sources), _CHUNK):
        connection.execute(delete(failures).where(failures.c.source.in_(sources[start : start + _CHUNK])))


def all_failures(connection: Connection) -> tuple[Failure, ...]:
    """Give every failed source, the latest first."""
    rows = connection.execute(select(failures).order_by(failures.c.last.desc(), failures.c.source))
    return tuple(Failure(row.source, row.reason, row.tries, _at(row.last)) for row in rows)


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
