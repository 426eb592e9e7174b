# ruff: noqa: E501 - the pieces read better on long lines
"""Whatever bytes a reader is given, it ends in articles or refusals, and the whole way to passages holds.

In the long form (``FUZZ=1``) they are 2,000 inputs for each reader, counted in the file that ``FUZZ_OUT`` names.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.bench import BenchRow
from eval.bench.file import load_bench, save_bench
from ingest.dates import parse_date
from ingest.dedupe import canonical_url, is_same_story, same_address
from ingest.prepare import prepare
from ingest.readers import archive, feed, html, jsonl, listing, newsml, ninjs, pdf, table, text, warc
from ingest.readers.base import Document, Reader
from ingest.sources import ReadOptions, read_stream
from ingest.split import split_article
from qa.errors import OnRecordError
from qa.settings import IngestSettings
from qa.types import Article

LONG = "FUZZ" in os.environ
CASES = 2000 if LONG else 100
NOW = datetime(2025, 6, 1, tzinfo=UTC)
fuzz = settings(
    max_examples=CASES, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(3600 if LONG else 120)]

# Pieces that the formats are made of, and text that is hard on its own, put together in any order.
MARKUP = [
    *("<p>", "</p>", "<html>", "<head>", "<title>", "<body>", "<article>", "<![CDATA[", "]]>", "<!--", "-->", "&amp;"),
    *(
        "<rss version='2.0'><channel>",
        "<item>",
        "</item>",
        "<title>",
        "<description>",
        "<pubDate>",
        "<feed>",
        "<entry>",
    ),
    *(
        "<urlset>",
        "<url><loc>",
        "<sitemapindex>",
        "<opml>",
        "<outline xmlUrl='",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x [",
    ),
    *(
        "<newsItem guid='1'>",
        "<inlineXML>",
        "<nitf>",
        "<body.content>",
        "&#0;",
        "&#xD800;",
        "&unknown;",
        "<link href='",
    ),
    *(
        "<script type='application/ld+json'>",
        "</script>",
        "<meta property='og:title' content='",
        "'>",
        "<time datetime='",
    ),
]
JSON = [
    *(
        '{"',
        '":',
        '"}',
        "[",
        "]",
        ",",
        '"text"',
        '"title": "',
        '"uri": "x"',
        '"bodies": [',
        '"value": ',
        "null",
        "1e999",
    ),
    *('"headlines"', '"published": "', "\\ud800", "-", "true", '{"text": "Some words.", ', '"authors": [{}]', "NaN"),
]
OTHER = [
    *("---\n", "title: ", "date: ", "# ", "[x](", "```", "\n\n", "\r", "title,text\n", '"', "a,b;c\t|", "%PDF-1.4\n"),
    *(
        "1 0 obj<<",
        ">>endobj",
        "stream\n",
        "xref\n",
        "trailer",
        "WARC/1.0\r\n",
        "WARC-Type: response\r\n",
        "PK\x03\x04",
    ),
    *(
        "Content-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\n",
        "\0",
        "\ufeff",
        "\u202e",
        "2024-05-06",
        "https://e.org/",
        "市議会。",
    ),
]
words = st.text(max_size=30)
pieces = st.lists(st.one_of(st.sampled_from([*MARKUP, *JSON, *OTHER]), words), max_size=40).map("".join)
texts = pieces.map(lambda made: made.encode("utf-8", "surrogatepass"))
data = st.one_of(texts, st.binary(max_size=400), texts.map(gzip.compress))
PREFIXES = {
    "archive": (archive, b"PK\x03\x04"), "feed": (feed, b"<rss><channel>"), "html": (html, b"<html>"), "jsonl": (jsonl, b"{"),
    "listing": (listing, b"<urlset><url>"), "newsml": (newsml, b"<newsItem>"), "ninjs": (ninjs, b'{"uri": "x", "bodies": '),
    "pdf": (pdf, b"%PDF-1.4\n"), "table": (table, b"title,text\n"), "text": (text, b""), "warc": (warc, b"WARC/1.0\r\n"),
}  # fmt: skip


def count(passage: str) -> int:
    return len(passage.split())


def finish(items: list[object]) -> None:
    for item in items:
        assert isinstance(item, Article | OnRecordError), item
        if isinstance(item, Article):
            json.dumps([item.title, item.url, item.authors])
            go_on(item)


def go_on(article: Article) -> None:
    try:
        ready = prepare(article, NOW).article
    except OnRecordError:
        return
    ready.text.encode()
    for passage in split_article(ready, count, IngestSettings(window=32)):
        assert ready.text[passage.start : passage.end] == passage.text


@pytest.fixture(scope="module")
def read() -> Iterator[Counter[str]]:
    """The inputs that each reader came through; kept for the results where that is asked for."""
    counted = Counter[str]()
    yield counted
    if out := os.environ.get("FUZZ_OUT"):
        keep(Path(out), counted)


def keep(out: Path, counted: Counter[str]) -> None:
    rows = [BenchRow(f"inputs_read_by_{name}", count, "count", count) for name, count in sorted(counted.items())]
    save_bench(out, "fuzz", rows, {"cases": CASES}, datetime.now(UTC))


@pytest.mark.parametrize("name", sorted(PREFIXES))
def test_reader_ends_in_articles_or_refusals(name: str, read: Counter[str]) -> None:
    reader, prefix = PREFIXES[name]

    @fuzz
    @given(texts)
    def check(rest: bytes) -> None:
        _read(reader, prefix + rest)
        read[name] += 1

    check()
    assert read[name] >= CASES


def test_how_much_was_read_is_kept_for_the_results(tmp_path: Path) -> None:
    keep(tmp_path / "fuzz.json", Counter(feed=3))
    assert [(row.what, row.n) for row in load_bench(tmp_path / "fuzz.json").rows] == [("inputs_read_by_feed", 3)]


def _read(reader: Reader, raw: bytes) -> None:
    stream = io.BufferedReader(io.BytesIO(raw))  # type: ignore[arg-type]
    document = Document(stream, "fuzz", "https://e.org/x", unpack=lambda *entry: iter(()))
    with contextlib.suppress(OnRecordError):
        finish(list(reader.read(document)))


@fuzz
@given(data)
def test_any_bytes_end_in_articles_or_refusals(raw: bytes) -> None:
    finish(list(read_stream(io.BytesIO(raw), "fuzz", ReadOptions(max_bytes=10_000, max_unpacked=100_000))))


@fuzz
@given(st.one_of(words, st.integers(), st.floats(), st.dates().map(str), st.datetimes().map(str), st.none()))
def test_any_date_is_aware_or_unknown(value: object) -> None:
    found = parse_date(value)
    assert found is None or found.utcoffset() is not None


@pytest.mark.parametrize("fold", [canonical_url, same_address])
def test_folding_an_address_twice_changes_nothing(fold: Callable[[str], str]) -> None:
    @fuzz
    @given(
        st.lists(
            st.sampled_from(["/", "amp", "m.", "?", "a=1", "&", "utm_x=2", "#", "é", "%zz", "b", ".", " "]), max_size=12
        )
    )
    def check(parts: list[str]) -> None:
        once = canonical_url("https://e.org/" + "".join(parts))
        assert canonical_url(once) == once
        assert isinstance(fold(once), str)

    check()


@fuzz
@given(words, words)
def test_being_the_same_story_is_mutual(one: str, other: str) -> None:
    assert is_same_story(one, other, 0.85) == is_same_story(other, one, 0.85)
