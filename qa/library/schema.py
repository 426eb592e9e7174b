"""The catalog's tables and the ordered steps that bring an older catalog up to date.

Moments are integers: microseconds since 1970 in UTC. Keys of versions and passages are never used twice, so that a
derived index that lags behind can never mistake one passage for another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
    update,
)

from qa.errors import SchemaError

tables = MetaData()

meta = Table("meta", tables, Column("key", String, primary_key=True), Column("value", String, nullable=False))

versions = Table(
    "versions",
    tables,
    Column("key", Integer, primary_key=True),
    Column("article_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_hash", String, nullable=False, index=True),
    Column("url", String, index=True),
    Column("publisher", String),
    Column("published", Integer),
    Column("modified", Integer),
    Column("authors", Text, nullable=False),
    Column("language", String),
    Column("section", String),
    Column("provider_id", String),
    Column("source", Text, nullable=False),
    Column("correction", Text),
    Column("fictional", Boolean, nullable=False),
    Column("valid_from", Integer),
    Column("valid_to", Integer),
    UniqueConstraint("article_id", "version"),
    sqlite_autoincrement=True,
)

carriers = Table(
    "carriers",
    tables,
    Column("key", Integer, primary_key=True),
    Column("article_id", String, nullable=False, index=True),
    Column("main", Boolean, nullable=False),
    Column("publisher", String),
    Column("url", String, index=True),
    Column("published", Integer),
    Column("title", Text, nullable=False),
    Column("authors", Text),
    Column("section", String),
    Column("provider_id", String),
    Column("source", Text),
    Column("until", Integer),
)
"""``until``: when the text was changed elsewhere and not by this outlet, which has carried the versions before."""

passages = Table(
    "passages",
    tables,
    Column("key", Integer, primary_key=True),
    Column("version_key", Integer, nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentences", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

embeddings = Table(
    "embeddings",
    tables,
    Column("passage_key", Integer, primary_key=True),
    Column("dense", LargeBinary, nullable=False),
    Column("sentences", LargeBinary, nullable=False),
)

_beside = MetaData()

embeddings_next = Table(
    "embeddings_next",
    _beside,
    Column("passage_key", Integer, primary_key=True),
    Column("dense", LargeBinary, nullable=False),
    Column("sentences", LargeBinary, nullable=False),
)
"""What another embedder has made so far; there only while a library is embedded anew."""

changes = Table(
    "changes",
    tables,
    Column("seq", Integer, primary_key=True),
    Column("passage_key", Integer, nullable=False),
    Column("kind", String, nullable=False),
    sqlite_autoincrement=True,
)

signatures = Table(
    "signatures",
    tables,
    Column("article_id", String, primary_key=True),
    Column("band", Integer, primary_key=True),
    Column("hash", Integer, nullable=False),
    Index("signatures_by_band", "band", "hash"),
)

sketches = Table(
    "sketches",
    tables,
    Column("article_id", String, primary_key=True),
    Column("sketch", LargeBinary, nullable=False),
)

failures = Table(
    "failures",
    tables,
    Column("source", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("mapping", Text),
)
"""``mapping``: how the user mapped names when the source was read, so that it can be read so again."""

subscriptions = Table(
    "subscriptions",
    tables,
    Column("source", String, primary_key=True),
    Column("interval", Float, nullable=False),
    Column("etag", String),
    Column("last_modified", String),
    Column("last_run", Integer),
    Column("last_result", Text),
    Column("failures", Integer, nullable=False),
)

Step = Callable[[Connection], None]


def _first(connection: Connection) -> None:
    tables.create_all(connection)


def _second(connection: Connection) -> None:
    """Let carriers have facts of their own and an end, and failures a mapping.

    A catalog that the first step has just made has them.
    """
    for table in (carriers, failures):
        had = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in had:
                kind = column.type.compile(connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}")


STEPS: tuple[Step, ...] = (_first, _second)
"""Step ``i`` brings a catalog from schema version ``i`` to ``i + 1``; only ever appended to."""


def migrate(engine: Engine, keep_copy: Callable[[Path], None], folder: Path, steps: Sequence[Step] = STEPS) -> None:
    """Bring a catalog to the newest schema, each step in a transaction of its own.

    Args:
        engine: the catalog.
        keep_copy: writes a copy of the catalog to a path; called before an existing catalog is changed.
        folder: where the copy is kept.
        steps: the ordered steps; others only in tests.

    Raises:
        SchemaError: the catalog was made by a newer OnRecord.
    """
    found = version_of(engine)
    if found > len(steps):
        raise SchemaError(
            f"This library was made by a newer OnRecord (schema {found}, this one knows {len(steps)}); update OnRecord."
        )
    if 0 < found < len(steps):
        keep_copy(folder / f"catalog.schema-{found}.bak")
    for number in range(found, len(steps)):
        with engine.begin() as connection:
            steps[number](connection)
            _record(connection, number + 1)


def version_of(engine: Engine) -> int:
    """Give a catalog's schema version; 0 for an empty one."""
    if not inspect(engine).has_table("meta"):
        return 0
    with engine.connect() as connection:
        return int(connection.scalar(select(meta.c.value).where(meta.c.key == "schema")) or 0)


def _record(connection: Connection, number: int) -> None:
    changed = connection.execute(update(meta).where(meta.c.key == "schema").values(value=str(number)))
    if changed.rowcount == 0:
        connection.execute(insert(meta).values(key="schema", value=str(number)))
