"""What one catalog transaction does: store, carry, delete. Functions on an open connection; they commit nothing.

A passage that appears or must be indexed again leaves an ``add`` line in the change log, one that
goes a ``remove`` line.
Nothing here knows the derived indexes or the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, delete, func, insert, select, text, update

from qa.errors import UsageError
from qa.library.rows import (
    EVER,
    Values,
    carrier_of,
    carrier_values,
    carries,
    micros,
    pack_dense,
    pack_sentences,
    pack_spans,
    text_hash,
    version_values,
)
from qa.library.schema import carriers, changes, embeddings, embeddings_next, passages, signatures, sketches, versions
from qa.types import Article, Carrier, IndexedArticle, PassageVectors

T = TypeVar("T")
Publication: TypeAlias = tuple[str, str]
"""An article's id and the address of an outlet that carries it."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Retired:
    """What became of the articles that publications were taken from: their ids."""

    deleted: tuple[str, ...]
    kept: tuple[str, ...]


def store(connection: Connection, item: IndexedArticle, dim: int) -> None:
    """Store an article: as a new one, as a new version of a known one, or, when only facts about it changed, in place.

    A version's number is the catalog's: one more than the article's newest. Its span starts at ``valid_from`` when
    given (an older copy then takes its place in the history), else at its latest known date. A new text is carried by
    the article's own outlet and by the ``carriers`` it comes with; others have carried the versions before it.

    Raises:
        UsageError: passages, offsets or vectors do not belong to the article.
    """
    _check(item, dim)
    known = connection.execute(
        select(versions).where(versions.c.article_id == item.article.id).order_by(versions.c.version)
    ).all()
    current = next((row for row in known if row.current), None)
    if current is not None and (current.title, current.text_hash) == (item.article.title, text_hash(item.article.text)):
        _refresh(connection, current, item.article)
    else:
        _new_version(connection, item, known, current)
        if current is not None:
            _chain(connection, item.article.id)
            _part(connection, current)
    _store_carriers(connection, item.article, fresh=not known)


def carry(connection: Connection, article_id: str, carrier: Carrier) -> None:
    """Record that an outlet carries an article's text; the earliest known publication becomes the article's own."""
    _put_carrier(connection, article_id, carrier, main=False)
    main = _main_carrier(connection, article_id)
    published = micros(carrier.published)
    if main is not None and published is not None and main.published is not None and published < main.published:
        promote(connection, article_id, _find_carrier(connection, article_id, carrier))


def uncarry(connection: Connection, article_id: str, url: str) -> bool:
    """Forget one outlet's publication; whether there was one.

    The next earliest takes its place, and the last takes the article with it. A text that none of those left carries
    gives way to the newest before it that one does.
    """
    there = select(carriers.c.key).where(carriers.c.article_id == article_id, carriers.c.url == url)
    gone = set(connection.scalars(there))
    if gone and not _take_off(connection, article_id, gone):
        remove(connection, [article_id])
    return bool(gone)


def retire(connection: Connection, publisher: str | None, before: datetime | None) -> Retired:
    """Forget what an outlet has published, or what was published before a moment, or what is both.

    A story that another outlet carries too stays under the earliest of those left, in the newest text that one of them
    carries; one without a date is not before anything. Publishers are compared without case.

    Raises:
        UsageError: neither is given.
    """
    if publisher is None and before is None:
        raise UsageError("Say whose articles are to go, or those before which day.")
    found = _publications(connection, publisher, before)
    ids = sorted({row.article_id for row in found})
    gone = {row.key for row in found}
    kept = [article_id for article_id in ids if _take_off(connection, article_id, gone)]
    deleted = tuple(article_id for article_id in ids if article_id not in set(kept))
    remove(connection, deleted)
    return Retired(deleted, tuple(kept))


def _publications(connection: Connection, publisher: str | None, before: datetime | None) -> Sequence[Row[Any]]:
    wanted = select(carriers)
    if publisher is not None:
        known = connection.scalars(select(carriers.c.publisher).where(carriers.c.publisher.is_not(None)).distinct())
        same = [name for name in known if name.casefold() == publisher.casefold()]
        wanted = wanted.where(carriers.c.publisher.in_(same))
    if before is not None:
        wanted = wanted.where(carriers.c.published < micros(before))
    return connection.execute(wanted).all()


def _take_off(connection: Connection, article_id: str, gone: set[int]) -> bool:
    """Take carriers off an article; whether any others are left that carry a version of it."""
    rows = connection.execute(select(carriers).where(carriers.c.article_id == article_id)).all()
    left = [row for row in rows if row.key not in gone]
    connection.execute(delete(carriers).where(carriers.c.key.in_([row.key for row in rows if row.key in gone])))
    return any(row.main for row in left) or _hand_over(connection, article_id, left)


def _hand_over(connection: Connection, article_id: str, left: Sequence[Row[Any]]) -> bool:
    """Show an article under the earliest outlet that carries it, in the newest text that any does; whether any does."""
    while current := _current(connection, article_id):
        carrying = [row for row in left if carries(row.until, current.valid_from)]
        if carrying:
            promote(connection, article_id, min(carrying, key=_earliest))
            return True
        _remove_passages(connection, [current.key])
        connection.execute(delete(versions).where(versions.c.key == current.key))
        _chain(connection, article_id)
    return False


def promote(connection: Connection, article_id: str, row: Row[Any]) -> None:
    """Make one carrier the one that the current version is shown under, with the facts that this outlet gives."""
    connection.execute(update(carriers).where(carriers.c.article_id == article_id).values(main=False))
    connection.execute(update(carriers).where(carriers.c.key == row.key).values(main=True, until=None))
    current = _current(connection, article_id)
    if current is None:
        return
    shown: Values = {name: getattr(row, name) for name in ("url", "publisher", "published", "section", "provider_id")}
    shown |= {"authors": row.authors or "[]", "source": row.source or ""}
    if current.valid_from is None or current.valid_from == current.published:
        shown["valid_from"] = row.published
    if row.title:
        shown["title"] = row.title
    connection.execute(update(versions).where(versions.c.key == current.key).values(**shown))
    log_version(connection, current.key)


def remove(connection: Connection, article_ids: Sequence[str]) -> int:
    """Delete articles with everything that hangs on them; give how many there were."""
    removed = 0
    for chunk in _chunks(article_ids):
        keys = list(connection.scalars(select(versions.c.key).where(versions.c.article_id.in_(chunk))))
        removed += connection.scalar(
            select(func.count(versions.c.article_id.distinct())).where(versions.c.article_id.in_(chunk))
        ) or 0  # fmt: skip
        for version_chunk in _chunks(keys):
            _remove_passages(connection, version_chunk)
        for table in (versions, carriers, signatures, sketches):
            connection.execute(delete(table).where(table.c.article_id.in_(chunk)))
    return removed


def log_version(connection: Connection, version_key: int) -> None:
    """Have the indexes take up a version's passages again (its title changed)."""
    keys = select(passages.c.key, text("'add'")).where(passages.c.version_key == version_key)
    connection.execute(insert(changes).from_select(["passage_key", "kind"], keys))


def forget_changes(connection: Connection, upto: int) -> None:
    """Drop the lines of the change log that every index has applied."""
    connection.execute(delete(changes).where(changes.c.seq <= upto))


def begin_next(connection: Connection, again: bool) -> None:
    """Make room for the vectors of another embedder, keeping those made before unless it must begin again."""
    embeddings_next.create(connection, checkfirst=True)
    if again:
        connection.execute(delete(embeddings_next))


def store_next(connection: Connection, keys: Sequence[int], made: Sequence[PassageVectors]) -> None:
    """Keep vectors of another embedder beside the live ones."""
    connection.execute(insert(embeddings_next), [_vector_values(*pair) for pair in zip(keys, made, strict=True)])


def take_next(connection: Connection) -> None:
    """Replace all vectors by those of the other embedder."""
    connection.execute(delete(embeddings))
    connection.execute(insert(embeddings).from_select(["passage_key", "dense", "sentences"], select(embeddings_next)))
    embeddings_next.drop(connection)


def _vector_values(key: int, made: PassageVectors) -> Values:
    return {"passage_key": key, "dense": pack_dense(made.passage), "sentences": pack_sentences(made.sentences)}


def _check(item: IndexedArticle, dim: int) -> None:
    body = item.article.text
    if not item.article.id or len(item.passages) != len(item.vectors):
        raise UsageError(f"The article {item.article.id!r} needs an id and one vector for each passage.")
    for passage, vectors in zip(item.passages, item.vectors, strict=True):
        if body[passage.start : passage.end] != passage.text:
            raise UsageError(f"The passage {passage.id} is not the text of its article from {passage.start}.")
        if vectors.passage.shape != (dim,):
            raise UsageError(f"The passage {passage.id} has a vector of {vectors.passage.shape}, not ({dim},).")


def _refresh(connection: Connection, current: Row[Any], article: Article) -> None:
    stated = {name: value for name, value in version_values(article).items() if value is not None}
    kept = {"text", "text_hash"} | (set() if article.authors else {"authors"})
    values = {name: value for name, value in stated.items() if name not in kept}
    if current.valid_from is None:
        values["valid_from"] = _begins(article, None)
    connection.execute(update(versions).where(versions.c.key == current.key).values(**values))


def _new_version(
    connection: Connection,
    item: IndexedArticle,
    known: Sequence[Row[Any]],
    current: Row[Any] | None,
) -> None:
    key = _next_key(connection, versions)
    values = version_values(item.article) | {
        "key": key,
        "article_id": item.article.id,
        "version": known[-1].version + 1 if known else 1,
        "current": not known,
        "valid_from": _begins(item.article, current.valid_from if current is not None else None),
        "valid_to": None,
    }
    connection.execute(insert(versions).values(**values))
    if item.passages:
        _store_passages(connection, key, item)


def _begins(article: Article, after: int | None) -> int | None:
    # An article read twice is seen later the second time, whatever dates it carries; only a stated span may go back.
    if article.valid_from is not None:
        return micros(article.valid_from)
    dates = [value for value in (micros(article.published), micros(article.modified), after) if value is not None]
    return max(dates, default=None)


def _chain(connection: Connection, article_id: str) -> None:
    columns: Select[Any] = select(versions.c.key, versions.c.version, versions.c.valid_from)
    rows: Sequence[Row[Any]] = connection.execute(columns.where(versions.c.article_id == article_id)).all()
    ordered = sorted(rows, key=lambda row: (_start(row), row.version))
    for number, row in enumerate(ordered, 1):
        follower = ordered[number] if number < len(ordered) else None
        until = None if follower is None else _start(follower)
        connection.execute(
            update(versions).where(versions.c.key == row.key).values(valid_to=until, current=follower is None)
        )


def _part(connection: Connection, before: Row[Any]) -> None:
    """Let everybody who carried a text that has now been followed by another stay with it."""
    now = _current(connection, before.article_id)
    if now is not None and now.text_hash != before.text_hash:
        still = (carriers.c.article_id == before.article_id) & carriers.c.until.is_(None)
        connection.execute(update(carriers).where(still).values(until=_start(now)))


def _start(row: Row[Any]) -> int:
    return EVER if row.valid_from is None else int(row.valid_from)


def _store_passages(connection: Connection, version_key: int, item: IndexedArticle) -> None:
    first = _next_key(connection, passages)
    rows: list[Values] = []
    vectors: list[Values] = []
    for ordinal, (passage, vector) in enumerate(zip(item.passages, item.vectors, strict=True)):
        rows.append({
            "key": first + ordinal, "version_key": version_key, "ordinal": ordinal, "start": passage.start,
            "end": passage.end, "sentences": pack_spans(passage.sentences),
        })  # fmt: skip
        vectors.append(_vector_values(first + ordinal, vector))
    connection.execute(insert(passages), rows)
    connection.execute(insert(embeddings), vectors)
    connection.execute(insert(changes), [{"passage_key": row["key"], "kind": "add"} for row in rows])


def _next_key(connection: Connection, table: Table) -> int:
    used = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
    return int(used or 0) + 1


def _store_carriers(connection: Connection, article: Article, fresh: bool) -> None:
    own = carrier_of(article)
    if fresh and not article.carriers:
        connection.execute(insert(carriers).values(**carrier_values(article.id, own, main=True)))
        return
    connection.execute(update(carriers).where(carriers.c.article_id == article.id).values(main=False))
    _put_carrier(connection, article.id, own, main=True)
    for carrier in article.carriers:
        if (carrier.publisher, carrier.url) != (own.publisher, own.url):
            _put_carrier(connection, article.id, carrier, main=False)


def _put_carrier(connection: Connection, article_id: str, carrier: Carrier, main: bool) -> None:
    values = carrier_values(article_id, carrier, main)
    found = _find_carrier(connection, article_id, carrier)
    if found is None:
        connection.execute(insert(carriers).values(**values))
        return
    stated = {name: value for name, value in values.items() if value is not None}
    kept = stated | {"main": main or found.main, "until": None}
    connection.execute(update(carriers).where(carriers.c.key == found.key).values(**kept))


def _find_carrier(connection: Connection, article_id: str, carrier: Carrier) -> Row[Any]:
    same: ColumnElement[bool] = carriers.c.url.is_(carrier.url)
    if carrier.url is None:
        same = same & carriers.c.publisher.is_(carrier.publisher)
    return connection.execute(select(carriers).where(carriers.c.article_id == article_id, same)).first()  # type: ignore[return-value]


def _main_carrier(connection: Connection, article_id: str) -> Row[Any] | None:
    return connection.execute(select(carriers).where(carriers.c.article_id == article_id, carriers.c.main)).first()


def _current(connection: Connection, article_id: str) -> Row[Any] | None:
    return connection.execute(select(versions).where(versions.c.article_id == article_id, versions.c.current)).first()


def _earliest(row: Row[Any]) -> tuple[bool, int, int]:
    return row.published is None, row.published or 0, row.key


def _remove_passages(connection: Connection, version_keys: Sequence[int]) -> None:
    mine = passages.c.version_key.in_(version_keys)
    gone = select(passages.c.key, text("'remove'")).where(mine)
    connection.execute(insert(changes).from_select(["passage_key", "kind"], gone))
    keys = select(passages.c.key).where(mine)
    connection.execute(delete(embeddings).where(embeddings.c.passage_key.in_(keys)))
    connection.execute(delete(passages).where(mine))


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
