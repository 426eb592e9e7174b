"""Following sources: looked at when due, later and later when they fail, and never for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from ingest.entries import whole_source
from ingest.fetch import Fetched
from ingest.pipeline import IngestPipeline
from ingest.readers.base import Item
from ingest.report import Report
from ingest.retry import settled, to_retry
from ingest.sources import ReadOptions
from ingest.watch import LONGEST, Look, Watcher, due, due_at, wait_of
from qa.errors import FetchError
from qa.library.index import NewsIndex
from qa.library.ledger import Failure, Subscription
from qa.settings import IngestSettings

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
FEED = "https://e.org/feed"


def feed(*numbers: int) -> bytes:
    items = "".join(
        f"<item><title>Ship {n}</title><guid>{n}</guid><link>https://e.org/{n}</link>"
        f"<description>Ship {n} has reached Port Ellery.</description></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>".encode()


class Host:
    """Answers one address: with what it holds, or 304 when asked with its present tag; others as told."""

    def __init__(self) -> None:
        self.page, self.tag, self.down = feed(1), "v1", False
        self.asked: list[str | None] = []
        self.others: dict[str, bytes] = {}

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        if url in self.others:
            return Fetched(url, self.others[url])
        if url != FEED:
            raise FetchError(url, "the host answered 404")
        self.asked.append(etag)
        if self.down:
            raise FetchError(url, "it cannot be reached")
        if etag == self.tag:
            return Fetched(url, b"", etag, last_modified, unchanged=True)
        return Fetched(url, self.page, self.tag)


class House:
    def __init__(self, index: NewsIndex, embedder: FakeEmbedder) -> None:
        self.index, self.host, self.now = index, Host(), NOW
        self.pipeline = IngestPipeline(index, embedder, IngestSettings())
        self.watcher = Watcher(index, self.ingest, ReadOptions(getter=self.host), lambda: self.now)

    def ingest(self, items: Iterator[Item]) -> Report:
        return self.pipeline.ingest_articles(items, now=self.now)

    def follow(self, source: str = FEED, interval: float = 600) -> None:
        self.index.subscribe(Subscription(source, interval))

    def look(self) -> list[Look]:
        return list(self.watcher.run_due())

    def kept(self) -> Subscription:
        return self.index.subscriptions()[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    embedder = FakeEmbedder()
    with NewsIndex.open(tmp_path / "home", embedder=embedder.name, dim=embedder.dim) as index:
        yield House(index, embedder)


def test_new_subscription_is_due_at_once_and_then_at_its_interval(house: House) -> None:
    house.follow()
    (look,) = house.look()
    assert look.report is not None
    assert look.report.added == 1
    assert house.look() == []
    house.now += timedelta(seconds=601)
    assert len(house.look()) == 1


def test_unchanged_feed_costs_one_request_and_no_reading(house: House) -> None:
    house.follow()
    house.look()
    house.now += timedelta(hours=1)
    (look,) = house.look()
    assert look.report is None
    assert house.host.asked == [None, "v1"]
    assert (house.kept().last_result, house.kept().failures) == ("unchanged", 0)


def test_list_that_stays_the_same_is_read_again_for_what_it_lists(house: House) -> None:
    house.host.page = b"<opml><body><outline type='rss' xmlUrl='https://e.org/other'/></body></opml>"
    house.follow()
    house.look()
    house.now += timedelta(seconds=86_400)
    house.look()
    assert house.host.asked == [None, None]


def test_source_that_breaks_the_reading_keeps_no_other_from_being_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest, broken = house.ingest, [True]

    def breaking(items: Iterator[Item]) -> Report:
        if broken:
            broken.pop()
            raise UnicodeEncodeError("ascii", "é", 0, 1, "no such letter")
        return ingest(items)

    monkeypatch.setattr(house.watcher, "_ingest", breaking)
    house.follow("https://e.org/broken")
    house.follow()
    first, second = house.look()
    assert "could not be read (UnicodeEncodeError)" in (first.subscription.last_result or "")
    assert first.subscription.failures == 1
    assert second.report is not None
    assert second.report.added == 1
    assert house.look() == []  # it waits, as any failing source does


def test_changed_feed_brings_only_what_is_new(house: House) -> None:
    house.follow()
    house.look()
    house.host.page, house.host.tag = feed(1, 2, 3), "v2"
    house.now += timedelta(hours=1)
    (look,) = house.look()
    assert look.report is not None
    assert (look.report.added, look.report.unchanged) == (2, 1)
    assert house.kept().last_result == "2 added"


def test_failing_source_is_left_alone_longer_and_longer_until_it_works(house: House) -> None:
    house.follow()
    house.host.down = True
    house.look()
    assert house.kept().failures == 1
    assert "cannot be reached" in str(house.kept().last_result)
    house.now += timedelta(seconds=601)
    assert house.look() == []
    house.now += timedelta(seconds=600)
    house.host.down = False
    house.look()
    assert (house.kept().failures, house.kept().last_result) == (0, "1 added")


def test_waiting_grows_to_a_day_and_no_further() -> None:
    one = Subscription(FEED, 600)
    assert [wait_of(replace(one, failures=n)) for n in (0, 1, 2)] == [600, 1200, 2400]
    assert wait_of(replace(one, failures=1000)) == LONGEST
    assert wait_of(replace(one, interval=10 * LONGEST, failures=3)) == 10 * LONGEST
    assert wait_of(Subscription(FEED, 0)) == 60
    assert due_at(one) is None


def test_what_is_longest_overdue_comes_first() -> None:
    old, new = Subscription("b", 60, last_run=NOW - timedelta(hours=2)), Subscription("a", 60)
    later = Subscription("c", 60, last_run=NOW - timedelta(hours=1))
    waiting = Subscription("d", 60, last_run=NOW)
    assert [one.source for one in due((later, old, waiting, new), NOW)] == ["a", "b", "c"]


def test_folder_is_followed_like_a_feed(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("The council met.")
    house.follow(str(folder))
    house.look()
    (folder / "b.txt").write_text("The mayor spoke.")
    house.now += timedelta(hours=1)
    (look,) = house.look()
    assert look.report is not None
    assert (look.report.added, look.report.unchanged) == (1, 1)


def test_loop_waits_until_something_is_due_and_ends_when_told(house: House) -> None:
    house.follow(interval=600)
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        house.now += timedelta(seconds=seconds)
        return len(waits) < 12

    assert len(list(house.watcher.loop(wait))) == 2
    assert set(waits) == {60.0}


def test_failed_sources_are_tried_again_a_limited_number_of_times() -> None:
    failures = [
        Failure("/news/a.jsonl:3", "broken", 1, NOW),
        Failure("/news/a.jsonl:9", "broken", 2, NOW),
        Failure("/news/z.zip#b/c.html", "broken", 1, NOW),
        Failure("https://e.org/a", "503", 4, NOW),
        Failure("https://e.org/gone", "404", 5, NOW),
        Failure("-", "broken", 1, NOW),
    ]
    assert to_retry(failures) == ("/news/a.jsonl", "/news/z.zip", "https://e.org/a")


@pytest.mark.parametrize(
    ("entry", "whole"),
    [
        ("/a/b.jsonl:12", "/a/b.jsonl"),
        ("/a/b.json:12:3", "/a/b.json"),
        ("/a/w.warc.gz#https://e.org/x", "/a/w.warc.gz"),
        ("https://e.org/feed:7", "https://e.org/feed"),
        ("https://e.org:8080/feed", "https://e.org:8080/feed"),
        ("/a/plain.txt", "/a/plain.txt"),
        ("/a/long.pdf#page=501", "/a/long.pdf"),
        ("https://e.org/feed#https://e.org/9", "https://e.org/feed"),
    ],
)
def test_entry_leads_back_to_its_file(entry: str, whole: str) -> None:
    assert whole_source(entry) == whole


def test_source_that_works_again_is_no_longer_kept_as_failed(house: House, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    house.index.failed([(str(path), "there is no such file or folder")], NOW)
    path.write_text("The council met.")
    house.pipeline.run([str(path)], now=NOW)
    assert house.index.failures() == ()


def test_feed_that_works_again_is_no_longer_kept_as_failed(house: House) -> None:
    house.follow()
    house.host.down = True
    house.look()
    assert [failure.source for failure in house.index.failures()] == [FEED]
    house.host.down = False
    house.now += timedelta(hours=1)
    house.look()
    assert house.index.failures() == ()


def test_feed_of_a_list_that_works_again_is_no_longer_kept_as_failed(house: House) -> None:
    other = "https://e.org/other"
    house.host.page = f"<opml><body><outline type='rss' xmlUrl='{other}'/></body></opml>".encode()
    house.follow()
    house.look()
    assert [failure.source for failure in house.index.failures()] == [other]
    house.host.others = {other: feed(7)}
    house.now += timedelta(hours=1)
    house.look()
    assert house.index.failures() == ()


def test_unchanged_feed_settles_itself_and_nothing_in_it(house: House) -> None:
    house.follow()
    house.look()
    house.index.failed([(FEED, "it cannot be reached"), (f"{FEED}#https://e.org/9", "the entry has no text")], NOW)
    house.now += timedelta(hours=1)
    assert house.look()[0].report is None
    assert [failure.source for failure in house.index.failures()] == [f"{FEED}#https://e.org/9"]


def test_entry_of_a_feed_fails_under_its_own_name_wherever_it_stands(house: House) -> None:
    empty = b"<item><title>Empty</title><link>https://e.org/9</link><description></description></item>"
    house.host.page = feed(1).replace(b"<item>", empty + b"<item>")
    read = ReadOptions(getter=house.host, feed_only=True)
    house.pipeline.run([FEED], now=NOW, options=read)
    house.host.page = feed(1, 2).replace(b"</channel>", empty + b"</channel>")
    house.pipeline.run([FEED], now=NOW, options=read)
    assert [(one.source, one.tries) for one in house.index.failures()] == [(f"{FEED}#https://e.org/9", 2)]


def test_failures_that_did_not_come_again_are_settled_by_file_folder_and_address(tmp_path: Path) -> None:
    sources = ("a/x.jsonl:3", "a/b/y.zip#c.txt", "z.txt", "gone.txt")
    before = [Failure(str(tmp_path / source), "broken", 1, NOW) for source in sources]
    before += [
        Failure(f"{FEED}#https://e.org/1", "x", 1, NOW),
        Failure(f"{FEED}s", "x", 1, NOW),
        Failure("-:1", "x", 1, NOW),
    ]
    after = [replace(one, tries=2) if one.source.endswith("z.txt") else one for one in before]
    read = (str(tmp_path / "a"), f"{tmp_path}/a/../z.txt", str(tmp_path / "gone.txt"), FEED, "-")
    wanted = (*(str(tmp_path / source) for source in (*sources[:2], sources[3])), f"{FEED}#https://e.org/1")
    assert settled(before, after, read) == wanted
