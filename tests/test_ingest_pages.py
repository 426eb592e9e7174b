"""How well real pages of many publishers are read, against what publisher-specific parsers take from them."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean

from shared_data import data_folder

from ingest.clean import clean_article, tidy_line
from ingest.language import language_of
from ingest.readers.base import Item
from ingest.sources import ReadOptions, read_file
from ingest.split import split_article
from qa.errors import SourceError
from qa.settings import IngestSettings
from qa.types import Article


@dataclass(frozen=True)
class Expected:
    page: str
    title: str
    day: str
    text: str


@cache
def pages() -> dict[str, Item]:
    folder = data_folder("news-pages")
    items = {path.name: list(read_file(path, ReadOptions())) for path in sorted(folder.glob("*.html.gz"))}
    return {name: clean_article(item[0]) if isinstance(item[0], Article) else item[0] for name, item in items.items()}


def expected() -> Iterator[tuple[Expected, Article]]:
    for line in Path(data_folder("news-pages"), "expected.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        found = pages()[record["page"]]
        text = "\n".join(record["paragraphs"])
        wanted = Expected(record["page"], record["title"], str(record["published"])[:10], text)
        assert isinstance(found, Article), found
        yield wanted, found


def folded(title: str) -> str:
    return "".join(char for char in tidy_line(title).casefold() if char.isalnum())


def tokens(text: str) -> Counter[str]:
    wide = re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", text)
    return Counter(re.findall(r"\w" if wide else r"\w+", text.lower()))


def f1(found: str, wanted: str) -> float:
    one, other = tokens(found), tokens(wanted)
    return 2 * sum((one & other).values()) / (sum(one.values()) + sum(other.values()))


def stated_titles(name: str) -> set[str]:
    """Everything that the raw page calls a headline, read without the reader that is being tested."""
    page = html.unescape(gzip.decompress(Path(data_folder("news-pages"), name).read_bytes()).decode("utf-8", "replace"))
    shared = re.findall(r'(?:og|twitter):title"\s+content="([^"]*)"', page)
    shared += re.findall(r'content="([^"]*)"\s+(?:property|name)="(?:og|twitter):title"', page)
    headlines = re.findall(r'"(?:headline|alternativeHeadline)"\s*:\s*"((?:[^"\\]|\\.)*)"', page)
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return {folded(re.sub(r"<[^>]*>", "", text.replace('\\"', '"'))) for text in (*shared, *headlines, *headings)}


def right_title(wanted: Expected, found: Article) -> bool:
    """The expected headline; or, where the page states several and that is one of them, another one, whole."""
    stated = stated_titles(wanted.page)
    mine, theirs = folded(found.title), folded(wanted.title)
    return mine == theirs or (mine in stated and theirs in stated)


def right_day(wanted: Expected, found: Article) -> bool:
    return found.published is not None and f"{found.published:%Y-%m-%d}" == wanted.day


def test_pages_of_many_publishers_are_read_well() -> None:
    pairs = list(expected())
    titles = mean(right_title(wanted, found) for wanted, found in pairs)
    same = mean(folded(found.title) == folded(wanted.title) for wanted, found in pairs)
    days = mean(right_day(wanted, found) for wanted, found in pairs)
    bodies = mean(f1(found.text, wanted.text) for wanted, found in pairs)
    print(
        f"n={len(pairs)}: title {titles:.3f} ({same:.3f} the very one of several headlines that the publisher's own "
        f"parser takes), day {days:.3f}, body token F1 {bodies:.3f}"
    )
    assert titles >= 0.95
    assert same >= 0.85
    assert days >= 0.9
    assert bodies >= 0.9


def test_every_page_is_an_article_or_refused_with_a_reason() -> None:
    assert all(
        isinstance(item, Article) or (isinstance(item, SourceError) and item.reason) for item in pages().values()
    )
    assert sum(isinstance(item, Article) for item in pages().values()) >= 58


def test_language_of_every_page_is_told() -> None:
    wrong = [
        (name, found.language, code)
        for name, found in pages().items()
        if isinstance(found, Article)
        and (code := language_of(found.text, found.language)) not in _LANGUAGES[name.partition("__")[0]]
    ]
    assert wrong == []


_LANGUAGES = {
    **{name: {"de"} for name in ("at", "ch", "de")},
    **{name: {"en"} for name in ("au", "ind", "uk", "us")},
    "es": {"es"},
    "gl": {"da", "kl"},
    "jp": {"ja"},
    "no": {"no", "nb", "nn"},
    "pl": {"pl"},
    "se": {"sv"},
    "za": {"zu"},
}


def test_passages_of_every_page_are_exact() -> None:
    for name, found in pages().items():
        if not isinstance(found, Article):
            continue
        for passage in split_article(found, lambda text: len(text) // 3, IngestSettings()):
            assert found.text[passage.start : passage.end] == passage.text, name
            assert all(passage.start <= start < end <= passage.end for start, end in passage.sentences), name
