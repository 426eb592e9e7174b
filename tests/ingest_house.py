"""A library with a stand-in for the embedder, and the stories that are put into it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fakes import FakeEmbedder

from ingest.pipeline import IngestPipeline
from ingest.report import Report
from qa.errors import SourceError
from qa.library.index import NewsIndex
from qa.settings import IngestSettings
from qa.types import Article

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MARCH = datetime(2025, 3, 1, tzinfo=UTC)
STORY = (
    "The council of Port Ellery voted on Monday to build a new harbour wall after the storm of 12 January damaged the "
    "old one. The wall will cost 3.2 million crowns and is to be finished before the winter of 2026, Mayor Ana Brandt "
    "said after the vote. Nine members were in favour and four against. The opposition called the plan hasty."
)


def news(number: int, **fields: object) -> Article:
    text = f"Story number {number} tells of ship {number} in the harbour of Port Ellery. It arrived on day {number}."
    values: dict[str, object] = {"url": f"https://e.org/{number}", "title": f"Ship {number}", "publisher": "Herald"}
    values |= {"text": text, "published": datetime(2025, 1, 1, tzinfo=UTC)}
    return Article(**{**values, **fields})  # type: ignore[arg-type]


def story(outlet: str, day: int, text: str = STORY) -> Article:
    return Article(
        text=text,
        title=f"Wall ({outlet})",
        url=f"https://{outlet}.org/wall",
        publisher=outlet,
        published=datetime(2025, 2, day, tzinfo=UTC),
    )


class House:
    def __init__(self, index: NewsIndex, embedder: FakeEmbedder) -> None:
        self.index, self.embedder = index, embedder
        self.settings = IngestSettings(batch=4)

    def take(self, *items: Article | SourceError, dry_run: bool = False, now: datetime = NOW) -> Report:
        pipeline = IngestPipeline(self.index, self.embedder, self.settings)
        return pipeline.ingest_articles(items, now=now, dry_run=dry_run)

    def run(self, *sources: str | Path) -> Report:
        pipeline = IngestPipeline(self.index, self.embedder, self.settings)
        return pipeline.run([str(source) for source in sources], now=NOW)


def numbers(report: Report) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.duplicates, report.failed
