"""NewsIndex: the catalog, the vectors and the words kept as one.

Writing: one catalog transaction, then each derived index follows the change log, then the new picture of what may be
found is shown to searches. Deleting shows the new picture first. Searching: candidates from a derived index, filtered
by that picture, so nothing is ever found that the catalog does not hold. This module knows no model; vectors come from
outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from types import TracebackType

import numpy as np

from qa.errors import NotFoundError
from qa.library import reading, writing
from qa.library.catalog import Catalog, Transaction
from qa.library.doctor import DoctorReport, examine
from qa.library.following import Derived, OnStep, catch_up, drop_generations, generation_folder, open_derived, prove
from qa.library.home import HomeLock
from qa.library.reading import Integers
from qa.library.rebuilding import copy_out, live_generation, rebuild
from qa.library.remembering import IngestMemory
from qa.library.roster import Names, Roster, Selection, empty_roster, update_roster
from qa.library.rows import StoredArticle, moment, passage_id
from qa.library.sharing import Shared
from qa.library.stats import IndexStats, bytes_under
from qa.library.vectors import worth_approximating
from qa.library.writing import Publication, Retired
from qa.types import (
    Article,
    Carrier,
    Hit,
    IndexedArticle,
    Passage,
    PassageVectors,
    ScoredPassage,
    Searched,
    SearchFilter,
    Vector,
)

_SLACK = 1.3
_NARROW = 0.2
"""Below this share of all passages the words are searched within the selection, above it filtered afterwards."""
NOTHING_ELSE = SearchFilter()


def _ignore(_step: str) -> None:
    """Let a step of writing pass."""


class NewsIndex(IngestMemory):
    """An open library; use ``NewsIndex.open``. Searches may run in any thread, beside one writer."""

    def __init__(self, catalog: Catalog, derived: Derived, dim: int, lock: HomeLock | None, on_step: OnStep) -> None:
        self.home = catalog.home
        self.dim = dim
        super().__init__(catalog, RLock(), on_step)
        self._derived = Shared(derived, Derived.close)
        self._lock = lock
        self._unseen: set[str] = set()
        self._roster = empty_roster(Names())

    @classmethod
    def open(
        cls, home: Path, *, embedder: str, dim: int, lock: HomeLock | None = None, on_step: OnStep = _ignore
    ) -> NewsIndex:
        """Open the library under a home, making it when there is none, and finish what a killed process left undone.

        Args:
            home: the folder.
            embedder, dim: name of the embedder and length of its vectors; recorded on first use.
            lock: the lock already held on the home; taken, and released by ``close``, when not given.
            on_step: told each step of writing.

        Raises:
            HomeLockedError: another process owns the home.
            HomeUnwritableError: the home is read-only or its disk is full.
            EmbedderMismatchError: it was indexed with another embedder.
            SchemaError: it was made by a newer OnRecord.
            CorruptIndexError: the catalog or a derived index cannot be read.
        """
        with ExitStack() as failing:
            held = lock or HomeLock.acquire(home)
            if lock is None:
                failing.callback(held.release)
            catalog = Catalog(home)
            failing.callback(catalog.close)
            catalog.hold_to_embedder(embedder, dim)
            live = live_generation(catalog)
            drop_generations(home, live)
            derived = open_derived(catalog, generation_folder(home, live), dim)
            failing.callback(derived.close)
            index = cls(catalog, derived, dim, held if lock is None else None, on_step)
            index._recover()
            failing.pop_all()
        return index

    def close(self) -> None:
        """Close the stores, and give the home back if ``open`` took it."""
        with self._writing:
            self._derived.end()
            self._catalog.close()
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> NewsIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Writing

    def add(self, batch: Sequence[IndexedArticle], leaves: Sequence[Publication] = ()) -> None:
        """Store articles in one transaction; a known article gets a new version, or new facts if its text is the same.

        Versions are numbered here, and passages with them; the ids that the passages come with are not used.

        Args:
            batch: the articles.
            leaves: publications to be forgotten in the same transaction; see ``writing.uncarry``.

        Raises:
            UsageError: passages or vectors do not belong to their article; nothing is stored.
            HomeUnwritableError: the disk is full or read-only.
        """
        with self._changing([*(item.article.id for item in batch), *(left for left, _ in leaves)]) as connection:
            for item in batch:
                writing.store(connection, item, self.dim)
            for left, url in leaves:
                writing.uncarry(connection, left, url)

    def carry(self, article_id: str, carrier: Carrier, leaves: Publication | None = None) -> None:
        """Record that another outlet carries an article's text; the earliest publication becomes the article's own.

        Args:
            article_id: the article.
            carrier: the outlet's publication.
            leaves: one to be forgotten in the same transaction; see ``writing.uncarry``.

        Raises:
            NotFoundError: there is no such article.
        """
        self._require(article_id)
        with self._changing([article_id, *([leaves[0]] if leaves else [])]) as connection:
            writing.carry(connection, article_id, carrier)
            if leaves:
                writing.uncarry(connection, *leaves)

    def delete(self, article_ids: Sequence[str]) -> int:
        """Delete articles with all their versions; unknown ids are passed over. Give how many there were."""
        with self._writing:
            with self._catalog.changing() as connection:
                removed = writing.remove(connection, article_ids)
            self._follow(article_ids)
        return removed

    def _follow(self, gone: Sequence[str]) -> None:
        """Show first that something is gone, then take it out of the indexes and the log."""
        self._on_step("catalog:committed")
        self._unseen.update(gone)
        self._show()
        self._catch_up()
        self._catalog.settle()

    def retire(self, publisher: str | None = None, before: datetime | None = None) -> Retired:
        """Forget what an outlet has published, or what was published before a moment; see ``writing.retire``."""
        with self._writing:
            with self._catalog.changing() as connection:
                retired = writing.retire(connection, publisher, before)
            self._follow([*retired.deleted, *retired.kept])
        return retired

    # Keeping whole

    def reindex(self) -> None:
        """Rebuild the derived indexes beside the live ones and swap them in; searches go on meanwhile, writing waits.

        Raises:
            HomeUnwritableError: the disk is full or read-only; the old indexes stay live.
        """
        with self._writing:
            fresh = rebuild(self._catalog, self.dim, self._on_step)
            self._derived.replace(fresh)
            self._catch_up()
            drop_generations(self.home, live_generation(self._catalog))

    def backup(self, to: Path) -> Path:
        """Copy the library into one file (or a folder) while it is in use; give the file.

        Raises:
            HomeUnwritableError: the copy cannot be written.
        """
        return copy_out(self._catalog, to)

    def doctor(self, sample: int = 200) -> DoctorReport:
        """Compare catalog, vectors and words, and measure what the approximate index misses.

        Args:
            sample: how many passages are searched for.
        """
        with self._writing, self._derived.lent() as derived:
            return examine(self._catalog, derived, self._roster, sample)

    # Searching

    def dense(self, vector: Vector, k: int, wanted: SearchFilter = NOTHING_ELSE) -> list[Hit]:
        """Give the ``k`` passages nearest to a vector that a filter lets through, best first; scores are cosines.

        Args:
            vector: ``(dim,)`` of unit length.
            k: how many.
            wanted: the filter.
        """
        roster = self._roster
        chosen = roster.select(wanted)
        if not chosen.passages or k < 1:
            return []
        want = int(k * len(roster.p_key) / chosen.passages * (_SLACK if chosen.passages < len(roster.p_key) else 1)) + 8
        if want < len(roster.p_key) and worth_approximating(want, chosen.passages):
            with self._derived.lent() as derived:
                keys, scores = derived.vectors.nearest(vector, want)
            kept = roster.admit(keys, chosen)
            if kept.sum() >= min(k, chosen.passages):
                return _hits(roster, keys[kept][:k], scores[kept][:k])
        return self._dense_exactly(roster, chosen, vector, k)

    def dense_exactly(self, vector: Vector, k: int, wanted: SearchFilter = NOTHING_ELSE) -> list[Hit]:
        """Give what ``dense`` approximates, by comparing all passages that a filter lets through: slow."""
        roster = self._roster
        return self._dense_exactly(roster, roster.select(wanted), vector, k)

    def lexical(self, query: str, k: int, wanted: SearchFilter = NOTHING_ELSE) -> list[Hit]:
        """Give the ``k`` passages that a filter lets through with the best BM25 scores; any text is fine."""
        roster = self._roster
        chosen = roster.select(wanted)
        if not chosen.passages or k < 1:
            return []
        share = chosen.passages / len(roster.p_key)
        owners = roster.v_key[chosen.versions].tolist() if share < _NARROW else None
        want = k + 8 if owners is not None or share == 1 else int(k / share * _SLACK) + 8
        while True:
            with self._derived.lent() as derived:
                keys, scores = derived.words.best(query, want, owners)
            kept = roster.admit(keys, chosen)
            if kept.sum() >= k or len(keys) < want:
                return _hits(roster, keys[kept][:k], scores[kept][:k])
            want *= 4

    def scope(self, wanted: SearchFilter = NOTHING_ELSE) -> Searched:
        """Say what a filter leaves to search, and how many articles it left out for want of a date."""
        return self._roster.searched(wanted)

    # Reading

    def passages(self, ids: Sequence[str]) -> list[ScoredPassage]:
        """Give passages with their articles and sentence vectors, in the order asked; missing ones are left out."""
        roster = self._roster
        keys = [key for key in map(roster.key_of, ids) if key is not None]
        return self._hydrated(keys)

    def neighbours(self, passage_id: str) -> list[ScoredPassage]:
        """Give the passages just before and just after one in its article; none for an unknown one."""
        roster = self._roster
        key = roster.key_of(passage_id)
        return [] if key is None else self._hydrated(roster.beside(key))

    def article(self, article_id: str, version: int | None = None) -> Article:
        """Give an article: its current version, or a stated one.

        Raises:
            NotFoundError: there is no such article or version.
        """
        with self._catalog.reading() as connection:
            found = reading.article(connection, article_id, version)
        if found is None:
            what = f"article {article_id}" if version is None else f"version {version} of article {article_id}"
            raise NotFoundError(f"There is no {what}; `onrecord articles list` shows what there is.")
        return found

    def articles(
        self, wanted: SearchFilter = NOTHING_ELSE, *, after: str | None = None, limit: int = 50
    ) -> tuple[Article, ...]:
        """Give the articles that a filter lets through, the newest first and the undated last, a page at a time.

        Args:
            wanted: the filter.
            after: the id of the last article of the page before.
            limit: the most to give.

        Raises:
            NotFoundError: there is no article ``after`` among them.
        """
        roster = self._roster
        rows = roster.newest_first(wanted)
        if after is not None:
            mine = roster.by_article.get(after, ())
            place = np.flatnonzero(np.isin(rows, np.array(mine, dtype=np.int64)))
            if not len(place):
                raise NotFoundError(f"There is no article {after} to go on from.")
            rows = rows[place[0] + 1 :]
        with self._catalog.reading() as connection:
            return tuple(reading.articles(connection, roster.v_key[rows[:limit]].tolist()))

    def openings(self, wanted: SearchFilter = NOTHING_ELSE, limit: int = 50) -> list[ScoredPassage]:
        """Give the first passage of each of the newest articles that a filter lets through, the newest first."""
        newest = self.articles(wanted, limit=limit)
        return self.passages([passage_id(each.id, each.version, 0) for each in newest])

    def publishers(self) -> tuple[tuple[str, int], ...]:
        """Give every outlet and how many articles it carries, the most first."""
        return self._roster.publishers

    def known(
        self, ids: Sequence[str] = (), urls: Sequence[str] = (), hashes: Sequence[str] = ()
    ) -> tuple[StoredArticle, ...]:
        """Give what is stored under any of these article ids, carrier addresses or hashes (``rows.text_hash``)."""
        with self._catalog.reading() as connection:
            return reading.known(connection, ids, urls, hashes)

    def vectors(self, article_id: str) -> tuple[tuple[Passage, PassageVectors], ...]:
        """Give the passages of an article's current version with their vectors, so that unchanged ones may be kept."""
        with self._catalog.reading() as connection:
            return reading.vectors(connection, article_id, self.dim)

    def stats(self) -> IndexStats:
        """Give what the library holds."""
        roster = self._roster
        dated = roster.v_published[roster.v_current & (roster.v_published > -(1 << 61))]
        return IndexStats(
            articles=int(roster.v_current.sum()),
            versions=len(roster.v_key),
            passages=len(roster.p_key),
            undated=int(roster.v_current.sum()) - len(dated),
            publishers=len(roster.publishers),
            oldest=moment(int(dated.min())) if len(dated) else None,
            newest=moment(int(dated.max())) if len(dated) else None,
            embedder=self._catalog.value("embedder") or "",
            bytes_on_disk=bytes_under(self.home),
        )

    # Inside

    def _recover(self) -> None:
        self._catch_up()
        with self._derived.lent() as derived:
            prove(self._catalog, derived)
        with self._catalog.reading() as connection:
            rows = reading.version_rows(connection), reading.carrier_rows(connection), reading.passage_keys(connection)
        self._roster = update_roster(self._roster, (), *rows)

    def _catch_up(self) -> None:
        with self._derived.lent() as derived:
            catch_up(self._catalog, derived, self._on_step)

    @contextmanager
    def _changing(self, article_ids: Sequence[str]) -> Iterator[Transaction]:
        with self._writing:
            with self._catalog.changing() as connection:
                yield connection
                self._on_step("catalog:written")
            self._unseen.update(article_ids)
            self._on_step("catalog:committed")
            self._catch_up()
            self._show()

    def _show(self) -> None:
        # What an earlier, failed write left unseen is shown with the next one.
        gone = sorted(self._unseen)
        with self._catalog.reading() as connection:
            fresh = reading.version_rows(connection, gone)
            carried = reading.carrier_rows(connection, gone)
            keys = reading.passage_keys(connection, [row.key for row in fresh])
        self._roster = update_roster(self._roster, gone, fresh, carried, keys)
        self._unseen.clear()

    def _dense_exactly(self, roster: Roster, chosen: Selection, vector: Vector, k: int) -> list[Hit]:
        with self._derived.lent() as derived:
            return _hits(roster, *derived.arrays.nearest(vector, roster.keys(chosen), k))

    def _require(self, article_id: str) -> None:
        with self._catalog.reading() as connection:
            found = reading.version_rows(connection, [article_id])
        if not found:
            raise NotFoundError(f"There is no article {article_id}.")

    def _hydrated(self, keys: Sequence[int]) -> list[ScoredPassage]:
        with self._catalog.reading() as connection:
            return reading.scored_passages(connection, keys, self.dim)


def _hits(roster: Roster, keys: Integers, scores: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[Hit]:
    return [Hit(name, score) for name, score in zip(roster.ids(keys), scores.tolist(), strict=True)]
