"""The record: one SQLite file (through SQLAlchemy Core) that everything else can be rebuilt from.

Opened by the one process that holds the home's lock; its threads may read side by side while one writes (WAL).
Only its own modules import ``sqlalchemy``: this one, ``schema``, ``rows``, ``reading``, ``writing`` and ``ledger``.
It does not know the derived indexes, except for the name of the live generation of them, so that swapping them is one
transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from qa.errors import CorruptIndexError, EmbedderMismatchError, HomeError
from qa.library.home import speaks_of_disk, unwritable, writing
from qa.library.schema import meta, migrate

FILE = "catalog.db"
INDEXES = "index"
"""The folder beside it that all indexes made from it lie in."""
Transaction: TypeAlias = Connection
"""A connection to the catalog inside a transaction."""
_READERS = 64


class Catalog:
    """An open catalog; use ``reading`` and ``changing`` for connections.

    Opening sees that the file is a database as long as it says it is. A damaged page inside is met when it is read:
    those that filters and numbers of passages lie on when a library is opened, those of texts and vectors with what
    needs them. Only ``sound`` looks at every page, which takes seconds in a large library.

    Args:
        home: the folder it lies in, which exists.
        file: its name there.

    Raises:
        SchemaError: it was made by a newer OnRecord.
        CorruptIndexError: the file is not a catalog, or one was lost from beside its indexes.
        HomeUnwritableError: the home is read-only or its disk is full.
    """

    def __init__(self, home: Path, file: str = FILE) -> None:
        self.home = home
        self.path = home / file
        refuse_lost(self.path)
        self._engine = _engine(self.path)
        try:
            with self._translated():
                migrate(self._engine, self.copy_to, home)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection; a second call does nothing."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the catalog."""
        with self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Give a connection whose changes are committed together, or not at all."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    def value(self, key: str) -> str | None:
        """Give one remembered value."""
        with self.reading() as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.key == key))

    def hold_to_embedder(self, name: str, dim: int) -> None:
        """Remember the embedder on first use, and refuse another one afterwards.

        Raises:
            EmbedderMismatchError: the library was indexed with another one.
        """
        stored, wanted = self.value("embedder"), describe_embedder(name, dim)
        if stored is None:
            with self.changing() as connection:
                remember(connection, "embedder", wanted)
        elif stored != wanted:
            raise EmbedderMismatchError(stored, wanted)

    def copy_to(self, path: Path) -> None:
        """Write a whole, consistent copy of the catalog while it may be in use.

        Raises:
            HomeUnwritableError: the copy cannot be written.
        """
        with writing(path.parent), self._translated():
            part = path.with_name(path.name + ".part")
            part.unlink(missing_ok=True)
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(part)) as target:
                source.backup(target)
            part.replace(path)

    def settle(self) -> None:
        """Empty the write-ahead log, so that no file keeps the text of what was deleted."""
        with self.reading() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")

    def sound(self) -> str | None:
        """Give what SQLite's own check finds wrong; ``None`` when nothing is."""
        with self.reading() as connection:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        return None if found == "ok" else found

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise _translate(self.path, error) from error


def is_empty(path: Path) -> bool:
    """Say whether there is nothing in a file, or no file."""
    return not path.exists() or path.stat().st_size == 0


def refuse_lost(path: Path) -> None:
    """Refuse a catalog that is empty or gone though indexes were made from it: a new one would take them away.

    Raises:
        CorruptIndexError: it was lost.
    """
    indexes = path.parent / INDEXES
    if is_empty(path) and indexes.is_dir() and any(indexes.iterdir()):
        raise CorruptIndexError(
            f"The catalog {path} is empty or gone, but its indexes are there; run `onrecord restore` with a backup, "
            f"or delete {indexes} to begin anew."
        )


def describe_embedder(name: str, dim: int) -> str:
    """Give the words under which an embedder is recorded."""
    return f"{name} ({dim})"


def remember(connection: Connection, key: str, value: str) -> None:
    """Set one remembered value."""
    row = upsert(meta).values(key=key, value=value)
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def _translate(path: Path, error: DBAPIError | sqlite3.Error) -> HomeError | DBAPIError | sqlite3.Error:
    original = error.orig if isinstance(error, DBAPIError) else error
    reason = str(original)
    if isinstance(error, OperationalError | sqlite3.OperationalError) and speaks_of_disk(reason):
        return unwritable(path.parent, reason)
    if isinstance(error, DatabaseError | sqlite3.DatabaseError) and (
        "malformed" in reason or "not a database" in reason
    ):
        return CorruptIndexError(f"The catalog {path} is damaged ({reason}); run `onrecord restore` with a backup.")
    return error


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", poolclass=QueuePool, pool_size=8, max_overflow=_READERS, connect_args={"timeout": 30}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy, not the driver, begins transactions, so that several reads see one moment.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
