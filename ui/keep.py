"""What the server remembers of people and of its work: feedback and jobs, in a SQLite file of the home.

It is no record of articles: deleting the file loses nothing of the library. Safe to use from several threads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from qa.errors import CorruptIndexError, HomeUnwritableError
from ui.api.keep_schemas import FeedbackIn, FeedbackOut, JobOut

FILE = "kept.db"
_MOST_JOBS = 200
_TABLES = """
CREATE TABLE IF NOT EXISTS feedback (id INTEGER PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, made TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL);
"""
_SAVE_JOB = """
INSERT INTO jobs (id, made, state, body) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body
"""
"""Leaves a job's rowid as it is, which tells the order in which jobs came."""


class Keep:
    """The file.

    Args:
        home: the folder that the library is kept under; made when missing.

    Raises:
        HomeUnwritableError: the file cannot be made or written.
        CorruptIndexError: the file is no SQLite file; it may be deleted.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._lock = Lock()
        home.mkdir(parents=True, exist_ok=True)
        with self._changing() as kept:
            kept.executescript(_TABLES)

    def add_feedback(self, given: FeedbackIn, at: datetime) -> FeedbackOut:
        """Keep feedback and give it with its number."""
        with self._changing() as kept:
            row = kept.execute(
                "INSERT INTO feedback (at, body) VALUES (?, ?)", (at.isoformat(), given.model_dump_json())
            )
            return FeedbackOut(**given.model_dump(), id=row.lastrowid or 0, at=at.isoformat())

    def feedback(self) -> tuple[FeedbackOut, ...]:
        """Give all feedback, the latest first."""
        with self._changing() as kept:
            rows = kept.execute("SELECT id, at, body FROM feedback ORDER BY id DESC").fetchall()
        return tuple(
            FeedbackOut(**FeedbackIn.model_validate_json(body).model_dump(), id=number, at=at)
            for number, at, body in rows
        )

    def save_job(self, job: JobOut) -> None:
        """Keep the state of a job; only the jobs that came last are kept, whatever the clock said."""
        with self._changing() as kept:
            kept.execute(_SAVE_JOB, (job.id, job.made, job.state, job.model_dump_json()))
            kept.execute(
                "DELETE FROM jobs WHERE id NOT IN (SELECT id FROM jobs ORDER BY rowid DESC LIMIT ?)", (_MOST_JOBS,)
            )

    def jobs(self) -> tuple[JobOut, ...]:
        """Give all kept jobs, the latest first."""
        with self._changing() as kept:
            rows = kept.execute("SELECT body FROM jobs ORDER BY rowid DESC").fetchall()
        return tuple(JobOut.model_validate_json(body) for (body,) in rows)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock, closing(sqlite3.connect(self._file)) as connection, connection:
                yield connection
        except sqlite3.OperationalError as error:
            raise HomeUnwritableError(f"{self._file} cannot be written ({error}); free space or fix it.") from error
        except sqlite3.DatabaseError as error:
            raise CorruptIndexError(
                f"{self._file} cannot be read ({error}); delete it, which loses feedback and jobs only."
            ) from error
