"""What is asked of the catalog: functions on an open connection that change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, text
from sqlalchemy.dialects import sqlite

from qa.library.rows import (
    PassageRow,
    StoredArticle,
    carries,
    moment,
    to_article,
    to_passage,
    unpack_dense,
    unpack_sentences,
)
from qa.library.schema import carriers, changes, embeddings, embeddings_next, passages, versions
from qa.types import Article, Passage, PassageVectors, ScoredPassage

T = TypeVar("T")
_CHUNK = 500
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What filters ask of a version; moments in microseconds."""

    key: int
    article_id: str
    version: int
    current: bool
    published: int | None
    valid_from: int | None
    valid_to: int | None
    language: str | None


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """What filters ask of one outlet's publication of an article."""

    article_id: str
    main: bool
    publisher: str | None
    url: str | None
    published: int | None
    until: int | None = None


def article(connection: Connection, article_id: str, version: int | None) -> Article | None:
    """Give one article: its current version, or a stated one."""
    which = versions.c.current if version is None else versions.c.version == version
    row = connection.execute(select(versions).where(versions.c.article_id == article_id, which)).first()
    return None if row is None else to_article(row, _carried(connection, [article_id]).get(article_id, []))


def articles(connection: Connection, version_keys: Sequence[int]) -> list[Article]:
    """Give article versions by key, in the order asked; missing ones are left out."""
    found = articles_by_key(connection, version_keys)
    return [found[key] for key in version_keys if key in found]


def articles_by_key(connection: Connection, version_keys: Sequence[int]) -> dict[int, Article]:
    """Give article versions under their keys."""
    rows = _listed(connection, _VERSIONS, version_keys)
    carried = _carried(connection, sorted({row.article_id for row in rows}))
    return {row.key: to_article(row, carried.get(row.article_id, [])) for row in rows}


def scored_passages(connection: Connection, keys: Sequence[int], dim: int) -> list[ScoredPassage]:
    """Give passages with their articles and sentence vectors, in the order asked; missing ones are left out."""
    rows = {row.key: row for row in _listed(connection, _PASSAGES, keys)}
    found = articles_by_key(connection, sorted({row.version_key for row in rows.values()}))
    return [
        ScoredPassage(
            passage=to_passage(found[row.version_key], *_columns(row)),
            article=found[row.version_key],
            score=0.0,
            sentence_vectors=unpack_sentences(row.vectors or b"", dim),
        )
        for row in (rows[key] for key in keys if key in rows)
        if row.version_key in found
    ]


def vectors(connection: Connection, article_id: str, dim: int) -> tuple[tuple[Passage, PassageVectors], ...]:
    """Give the passages of an article's current version with their vectors, in order; none for an unknown one."""
    found = article(connection, article_id, None)
    if found is None:
        return ()
    rows = connection.execute(
        select(passages, embeddings)
        .join(versions, versions.c.key == passages.c.version_key)
        .join(embeddings, embeddings.c.passage_key == passages.c.key)
        .where(versions.c.article_id == article_id, versions.c.current)
        .order_by(passages.c.ordinal)
    ).all()
    return tuple(
        (
            to_passage(found, row.ordinal, row.start, row.end, row.sentences),
            PassageVectors(unpack_dense(row.dense), unpack_sentences(row.sentences_1, dim)),
        )
        for row in rows
    )


def passage_rows(connection: Connection, keys: Sequence[int]) -> list[PassageRow]:
    """Give what the derived indexes need of passages; missing ones are left out."""
    wanted = (
        select(
            passages.c.key, passages.c.version_key, passages.c.start, passages.c.end,
            versions.c.title, versions.c.text, embeddings.c.dense,
        )
        .join(versions, versions.c.key == passages.c.version_key)
        .join(embeddings, embeddings.c.passage_key == passages.c.key)
    )  # fmt: skip
    return [
        PassageRow(row.key, row.version_key, row.title, row.text[row.start : row.end], unpack_dense(row.dense))
        for row in _each(connection, wanted, passages.c.key, keys)
    ]


def passages_to_embed(connection: Connection, keys: Sequence[int]) -> list[tuple[int, str, Passage]]:
    """Give passages with their keys and their articles' titles; missing ones are left out."""
    rows = list(_each(connection, select(passages), passages.c.key, keys))
    found = articles_by_key(connection, sorted({row.version_key for row in rows}))
    return [(row.key, found[row.version_key].title, to_passage(found[row.version_key], *_columns(row))) for row in rows]


def known(
    connection: Connection, ids: Sequence[str], urls: Sequence[str], hashes: Sequence[str]
) -> tuple[StoredArticle, ...]:
    """Give the current versions of the articles that have one of these ids, carrier addresses or text hashes."""
    wanted = set(ids)
    wanted.update(row.article_id for row in _each(connection, select(carriers.c.article_id), carriers.c.url, urls))
    wanted.update(
        row.article_id for row in _each(connection, select(versions.c.article_id), versions.c.text_hash, hashes)
    )
    rows = list(_each(connection, _stored().where(versions.c.current), versions.c.article_id, sorted(wanted)))
    carried = _carried(connection, [row.article_id for row in rows])
    return tuple(_to_stored(row, carried.get(row.article_id, [])) for row in rows)


def version_rows(connection: Connection, article_ids: Sequence[str] | None = None) -> list[VersionRow]:
    """Give what filters need of all versions, or of those of some articles."""
    columns = select(
        versions.c.key, versions.c.article_id, versions.c.version, versions.c.current, versions.c.published,
        versions.c.valid_from, versions.c.valid_to, versions.c.language,
    )  # fmt: skip
    return [VersionRow(*tuple(row)) for row in _some(connection, columns, versions.c.article_id, article_ids)]


def carrier_rows(connection: Connection, article_ids: Sequence[str] | None = None) -> list[CarrierRow]:
    """Give what filters need of all carriers, or of those of some articles."""
    columns = select(
        carriers.c.article_id, carriers.c.main, carriers.c.publisher, carriers.c.url, carriers.c.published,
        carriers.c.until,
    )  # fmt: skip
    return [CarrierRow(*tuple(row)) for row in _some(connection, columns, carriers.c.article_id, article_ids)]


def passage_keys(connection: Connection, version_keys: Sequence[int] | None = None) -> Integers:
    """Give ``(n, 3)`` of key, version key and ordinal, of all passages or of those of some versions."""
    columns = select(passages.c.key, passages.c.version_key, passages.c.ordinal)
    rows = _some(connection, columns, passages.c.version_key, version_keys)
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    return flat.reshape(-1, 3)


def last_change(connection: Connection) -> int:
    """Give the number of the newest line ever written to the change log; 0 when there was none."""
    row = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").first()
    return 0 if row is None else int(row[0])


def last_embedded(connection: Connection) -> int:
    """Give the highest key of a passage that has a vector; 0 when there is none."""
    embedded = select(passages.c.key).join(embeddings, embeddings.c.passage_key == passages.c.key)
    return connection.scalar(embedded.order_by(passages.c.key.desc()).limit(1)) or 0


def first_change(connection: Connection) -> int | None:
    """Give the number of the oldest line still in the change log; ``None`` when it is empty."""
    found: int | None = connection.scalar(select(func.min(changes.c.seq)))
    return found


def changed_keys(connection: Connection, after: int, upto: int) -> list[int]:
    """Give the keys of the passages that the log names between two of its lines."""
    lines = select(changes.c.passage_key).where(changes.c.seq > after, changes.c.seq <= upto).distinct()
    return list(connection.scalars(lines.order_by(changes.c.passage_key)))


def keys_to_embed(connection: Connection) -> tuple[int, list[int]]:
    """Give how many passages there are, and the keys of those that the next embedder has not seen yet."""
    every: list[int] = passage_keys(connection)[:, 0].tolist()
    done = set(connection.scalars(select(embeddings_next.c.passage_key)))
    return len(every), [key for key in every if key not in done]


def count_without_embedding(connection: Connection) -> int:
    """Count the passages whose vector is missing."""
    held = select(embeddings.c.passage_key)
    return connection.scalar(select(func.count()).where(passages.c.key.not_in(held))) or 0


def _columns(row: Row[Any]) -> tuple[int, int, int, bytes]:
    return row.ordinal, row.start, row.end, row.sentences


def _stored() -> Select[Any]:
    return select(
        versions.c.article_id, versions.c.version, versions.c.text_hash, versions.c.title, versions.c.url,
        versions.c.publisher, versions.c.published, versions.c.modified, versions.c.authors, versions.c.section,
        versions.c.correction, versions.c.source, versions.c.valid_from,
    )  # fmt: skip


def _to_stored(row: Row[Any], outlets: Sequence[Row[Any]]) -> StoredArticle:
    return StoredArticle(
        article_id=row.article_id, version=row.version, text_hash=row.text_hash, title=row.title, url=row.url,
        publisher=row.publisher, published=moment(row.published), modified=moment(row.modified),
        authors=tuple(json.loads(row.authors)), section=row.section, correction=row.correction, source=row.source,
        valid_from=moment(row.valid_from),
        urls=tuple(one.url for one in outlets if one.url and carries(one.until, row.valid_from)),
        former=tuple(one.url for one in outlets if one.url and not carries(one.until, row.valid_from)),
    )  # fmt: skip


def _carried(connection: Connection, article_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    rows = sorted(
        _listed(connection, _CARRIERS, article_ids),
        key=lambda row: (row.published is None, row.published or 0, row.key),
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.article_id, []).append(row)
    return found


def _some(
    connection: Connection, query: Select[Any], column: ColumnElement[T], values: Sequence[T] | None
) -> Iterable[Row[Any]]:
    return connection.execute(query) if values is None else _each(connection, query, column, values)


def _listed(connection: Connection, statement: str, values: Sequence[object]) -> Sequence[Row[Any]]:
    """Give what a statement made by ``_of_these`` finds for these values."""
    return connection.exec_driver_sql(statement, (json.dumps(values),)).all()


def _of_these(query: Select[Any], column: ColumnElement[Any]) -> str:
    """Write out, once, the SQL of a query for rows whose column is in a JSON list: its only parameter.

    What every question asks for is asked so: putting the statement together anew took longer than SQLite's answer.
    Booleans come as 0 and 1.
    """
    chosen = query.where(column.in_(text("SELECT value FROM json_each(?)")))
    return str(chosen.compile(dialect=sqlite.dialect()))


_VERSIONS = _of_these(select(versions), versions.c.key)
_CARRIERS = _of_these(select(carriers), carriers.c.article_id)
_PASSAGES = _of_these(
    select(passages, embeddings.c.sentences.label("vectors")).outerjoin(
        embeddings, embeddings.c.passage_key == passages.c.key
    ),
    passages.c.key,
)


def _each(
    connection: Connection, query: Select[Any], column: ColumnElement[T], values: Sequence[T]
) -> Iterator[Row[Any]]:
    # SQLite limits the parameters of one statement.
    for start in range(0, len(values), _CHUNK):
        yield from connection.execute(query.where(column.in_(values[start : start + _CHUNK]))).all()
