"""The one way into the library: read -> clean -> dedupe -> split -> embed -> add, streaming, with a report.

    sources -> reader thread [read, clean, identify, cut ahead what seems new] -> batches ->
    [look up, decide] -> [embed what has no vectors yet] -> [store in one transaction] -> report

Reading runs one batch or two ahead of the embedder, and nothing but those batches is held in memory. One bad article
never stops a run; a failing embedder or a full disk does, with everything before it stored. Running again costs only
reading: what is unchanged is recognised before it is cut or embedded.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from ingest.ahead import Ahead
from ingest.decide import Decision, Kind, Stored, decide, is_stored, look_up
from ingest.language import WELL_SUPPORTED
from ingest.prepare import Cut, Prepared, cut, describe, prepare
from ingest.readers.base import Item
from ingest.rehearsal import Rehearsal
from ingest.report import Progress, Report, Silent, Status, Tally
from ingest.sources import ReadOptions, read_sources
from ingest.store import Library, Order, store
from qa.errors import NotFoundError, SourceError
from qa.library.rows import carrier_of
from qa.models.encoders import Embedder
from qa.settings import IngestSettings
from qa.types import Article

_DEPTH = 2
_SPECIAL = 2
# Word pieces that an encoder adds around a text.
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A prepared article, cut already if it seemed new when it was read."""

    prepared: Prepared
    cut: Cut | None


class IngestPipeline:
    """Puts articles into an index.

    Args:
        index: open, and owned by this process.
        embedder: the one that the index was made with.
        settings: how articles are read, cut and compared.
        clock: seconds, for durations only.
    """

    def __init__(
        self,
        index: Library,
        embedder: Embedder,
        settings: IngestSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._index = index
        self._embedder = embedder
        window = min(settings.window, embedder.window - _SPECIAL)
        self._settings = settings.model_copy(update={"window": window})
        self._clock = clock

    def run(
        self,
        sources: Iterable[str],
        *,
        now: datetime,
        progress: Progress | None = None,
        dry_run: bool = False,
        options: ReadOptions | None = None,
    ) -> Report:
        """Ingest files, folders and ``-``.

        Args:
            sources: what to read, as the user names it.
            now: dates in its future are not believed; aware UTC.
            progress: told after every batch.
            dry_run: say what would happen and store nothing.
            options: how sources are read.

        Raises:
            HomeError: the library cannot be written; what was stored before stays.
            ModelError: the embedder failed; what was stored before stays.
        """
        chosen = options or ReadOptions(max_bytes=self._settings.max_bytes)
        mapping = tuple(f"{field}={name}" for field, name in chosen.mapping)
        items = read_sources(sources, chosen)
        return self.ingest_articles(items, now=now, progress=progress, dry_run=dry_run, mapping=mapping)

    def ingest_articles(
        self,
        items: Iterable[Item],
        *,
        now: datetime,
        progress: Progress | None = None,
        dry_run: bool = False,
        mapping: Sequence[str] = (),
    ) -> Report:
        """Ingest articles that are read already, or being read; otherwise as ``run``.

        Args:
            mapping: how names are mapped in the reading, each ``FIELD=NAME``; kept with what failed.
        """
        run = _Run(self._index, self._embedder, self._settings, now, dry_run, mapping)
        began = self._clock()
        with Ahead(run.batches(items), _DEPTH) as batches:
            for batch in batches:
                run.take(batch)
                source = batch[-1].source if isinstance(batch[-1], SourceError) else batch[-1].prepared.article.source
                (progress or Silent()).update(run.status(self._clock() - began, source))
            run.finish()
        return run.tally.report(self._clock() - began)


class _Run:
    """One run: ``batches`` belongs to the reading thread, everything else to the caller's."""

    def __init__(
        self,
        index: Library,
        embedder: Embedder,
        settings: IngestSettings,
        now: datetime,
        dry_run: bool,
        mapping: Sequence[str] = (),
    ) -> None:
        self.tally = Tally()
        self._mapping = mapping
        self._index, self._embedder, self._settings = index, embedder, settings
        self._now, self._dry_run = now, dry_run
        self._rehearsal = Rehearsal(settings.near_duplicate)
        self._waiting: list[tuple[Decision, _Ready]] = []
        self._held: list[_Ready] = []
        self._failing = {failure.source for failure in index.failures()}
        self._mended: list[str] = []
        self._failed: list[tuple[str, str]] = []

    def status(self, seconds: float, source: str) -> Status:
        tally = self.tally
        inputs = tally.added + tally.updated + tally.unchanged + tally.duplicates + tally.failed
        return Status(inputs, tally.added + tally.updated, tally.passages, seconds, source)

    # ---- the reading thread

    def batches(self, items: Iterable[Item]) -> Iterator[list[_Ready | SourceError]]:
        """Read ahead: clean and identify, and cut what does not seem to be stored."""
        source = iter(items)
        while chunk := list(islice(source, self._settings.batch)):
            prepared = [self._prepare(item) for item in chunk]
            stored = look_up(self._index, [item for item in prepared if isinstance(item, Prepared)])
            yield [item if isinstance(item, SourceError) else self._ahead(item, stored) for item in prepared]

    def _prepare(self, item: Item) -> Prepared | SourceError:
        if isinstance(item, SourceError):
            return item
        try:
            return prepare(item, self._now)
        except SourceError as error:
            return error
        except Exception as error:  # noqa: BLE001  the outermost loop: one article must not stop the run
            _log.exception("%s could not be prepared", item.source)
            return SourceError(item.source, f"it could not be prepared ({type(error).__name__})")

    def _ahead(self, item: Prepared, stored: Stored) -> _Ready:
        return _Ready(item, None) if is_stored(item, stored) else self._in_full(item)

    def _in_full(self, item: Prepared) -> _Ready:
        told = describe(item)
        return _Ready(told, self._cut(told.article))

    def _cut(self, article: Article) -> Cut:
        return cut(article, self._embedder.count, self._settings)

    # ---- the caller's thread

    def take(self, batch: Sequence[_Ready | SourceError]) -> None:
        """Decide on the items of a batch and store what is to be stored.

        What may meet an article of the same batch is held until the next one, so that a batch is embedded and stored
        at once and not in parts.
        """
        failures = [item for item in batch if isinstance(item, SourceError)]
        ready = [item for item in batch if isinstance(item, _Ready)]
        for failure in failures:
            self._fail(failure.source, failure.reason)
        self._held = self._round([*self._held, *ready])
        self._remember()

    def finish(self) -> None:
        """Settle what is still held; after the last batch."""
        while self._held:
            self._held = self._round(self._held)
        self._remember()

    def _remember(self) -> None:
        """Keep what failed with its reason, and forget the failures of what works again."""
        mended, failed, self._mended, self._failed = self._mended, self._failed, [], []
        if self._dry_run:
            return
        if mended:
            self._index.succeeded(mended)
        if failed:
            self._index.failed(failed, self._now, self._mapping)

    def _round(self, ready: Sequence[_Ready]) -> list[_Ready]:
        """Settle what meets nothing that waits to be stored, store it together, and give what has to come after it."""
        stored = look_up(self._index, [item.prepared for item in ready])
        later: list[_Ready] = []
        held: set[str] = set()
        for item in ready:
            waits = item.prepared.article.id in held or self._meets_waiting(item)
            if waits or not self._settle(item, stored):
                held.add(item.prepared.article.id)
                later.append(item)
        self._flush()
        return later

    def _meets_waiting(self, item: _Ready) -> bool:
        """Whether an article that is not stored yet may be this one, or the same story."""
        mine = set(item.cut.signature.bands) if item.cut and item.cut.signature else set()
        return any(
            waiting.article.id == item.prepared.article.id
            or other.prepared.text_hash == item.prepared.text_hash
            or (other.cut and other.cut.signature and mine.intersection(other.cut.signature.bands))
            for waiting, other in self._waiting
        )

    def _settle(self, item: _Ready, stored: Stored) -> bool:
        """Decide on an item and carry it out; ``False`` when it must be decided on again."""
        if item.cut is None and not is_stored(item.prepared, stored):
            item = self._in_full(item.prepared)  # changed since it was looked up ahead
        signature = item.cut.signature if item.cut else None
        decision = decide(item.prepared, stored, self._index, signature, self._settings.near_duplicate, self._now)
        if decision.story is not None and not self._dry_run:
            try:
                self._index.carry(decision.story, carrier_of(decision.article), decision.leaves)
            except NotFoundError:  # the story was deleted between the decision and now
                return False
        source = item.prepared.article.source
        for warning in item.prepared.warnings:
            self.tally.warn(source, warning)
        if source in self._failing:
            self._mended.append(source)
        self._take_down(decision, item)
        return True

    def _take_down(self, decision: Decision, item: _Ready) -> None:
        if decision.kind is Kind.UNCHANGED:
            self.tally.unchanged += 1
        elif decision.kind is Kind.DUPLICATE:
            self.tally.duplicates += 1
        elif self._dry_run:
            self._pretend(decision, item)
        else:
            self._waiting.append((decision, item))

    def _pretend(self, decision: Decision, item: _Ready) -> None:
        article, text_hash, there = decision.article, item.prepared.text_hash, self._rehearsal
        signature = item.cut.signature if item.cut else None
        known = there.has(article.id)
        if there.is_same(article.id, text_hash):
            self.tally.unchanged += 1
        elif not known and decision.kind is Kind.ADDED and there.tells(article.text, text_hash, signature):
            self.tally.duplicates += 1
        else:
            self._count(Kind.UPDATED if known else decision.kind)
            there.add(article.id, article.text, text_hash, signature)

    def _count(self, kind: Kind) -> None:
        self.tally.added += kind is Kind.ADDED
        self.tally.updated += kind is Kind.UPDATED

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        orders = [Order(decision, item.cut or self._cut(decision.article)) for decision, item in waiting]
        outcome = store(self._index, self._embedder, orders)
        for order in outcome.stored:
            self._count(order.decision.kind)
            self.tally.rough += order.decision.article.language not in {None, *WELL_SUPPORTED}
        for order, reason in outcome.refused:
            self._fail(order.decision.article.source, reason)
        self.tally.passages += outcome.passages
        self.tally.embedded += outcome.embedded

    def _fail(self, source: str, reason: str) -> None:
        self.tally.fail(source, reason)
        self._failed.append((source, reason))
