"""JSON of any size and shape: lines, arrays, wrapped lists, agency items; broken parts named, the others read."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator

import pytest

from ingest.readers.base import Item
from ingest.sources import ReadOptions, read_stream
from qa.errors import SourceError
from qa.types import Article

SMALL = ReadOptions(max_bytes=2_000)


def read(data: bytes | str, options: ReadOptions = SMALL) -> list[Item]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read_stream(io.BytesIO(raw), "f.json", options))


def texts(items: list[Item]) -> list[str]:
    return [item.text for item in items if isinstance(item, Article)]


def reasons(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, SourceError)]


def records(count: int) -> list[dict[str, object]]:
    return [
        {"title": f"Ship {n}", "text": f"Ship {n} reached “Port Ellery”, [bay {n}]. }}\\" * 2} for n in range(count)
    ]


@pytest.mark.parametrize("name", ["items", "data", "articles"])
def test_object_with_a_text_of_its_own_is_an_article_whatever_lists_it_has(name: str) -> None:
    links = [{"title": "Another story", "url": "https://e.org/b"}, {"caption": "A wall"}]
    (found,) = read(json.dumps({"title": "Wall", "text": "The council voted.", name: links}))
    assert isinstance(found, Article)
    assert (found.title, found.text) == ("Wall", "The council voted.")


def test_articles_in_an_article_come_after_it() -> None:
    inner = [{"title": "One", "text": "First."}, {"title": "Two"}, {"text": "A caption."}]
    assert texts(read(json.dumps({"title": "Today", "text": "All in one.", "items": inner}))) == [
        "All in one.",
        "First.",
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_array_larger_than_what_may_be_held_is_read_element_by_element(indent: int | None) -> None:
    wanted = records(200)
    items = read(json.dumps(wanted, ensure_ascii=False, indent=indent))
    assert texts(items) == [record["text"] for record in wanted]
    assert [item.source for item in items if isinstance(item, Article)][:2] == ["f.json:1", "f.json:2"]


def test_large_array_may_be_of_several_pieces_and_in_another_encoding() -> None:
    wanted = [{"text": f"Судно {n} пришло в порт. " * 20} for n in range(5000)]
    raw = json.dumps(wanted, ensure_ascii=False)
    assert len(raw) > 2_000_000
    for data in (raw.encode(), raw.encode("utf-16"), b"\xef\xbb\xbf" + raw.encode()):
        assert len(texts(read(gzip.compress(data, 1), ReadOptions(max_bytes=20_000)))) == 5000


def test_broken_large_array_is_named_after_what_is_whole() -> None:
    raw = json.dumps(records(200))
    items = read(raw[: raw.index('"Ship 100"')])
    assert len(texts(items)) == 100
    assert "after element" in reasons(items)[0]
    assert len(reasons(items)) == 1


def test_element_that_is_larger_than_what_may_be_held_is_refused() -> None:
    endless = '[{"text": "one"}, {"text": "' + "word " * 1_000_000
    items = read(endless)
    assert texts(items) == ["one"]
    assert "too large" in reasons(items)[0]


def test_large_object_that_is_no_list_of_lines_is_refused_in_one_sentence() -> None:
    assert reasons(read(json.dumps({"articles": records(200)}, indent=1))) == [
        "one JSON value is larger than 2,000 bytes"
    ]


def test_broken_first_line_keeps_no_line_out_however_large_the_file() -> None:
    lines = [json.dumps(record) for record in records(200)]
    items = read("\n".join([lines[0][:-1], *lines[1:]]))
    assert len(texts(items)) == 199
    assert "line 1 is not valid JSON" in reasons(items)[0]


def test_line_that_is_too_long_is_passed_over_and_counted_once() -> None:
    lines = [json.dumps(record) for record in records(3)]
    long = json.dumps({"text": "word " * 5000})
    items = read("\n".join([lines[0], long, *lines[1:]]))
    assert len(texts(items)) == 3
    assert reasons(items) == ["line 2 is larger than 2,000 bytes"]
    assert [item.source for item in items] == ["f.json:1", "f.json:2", "f.json:3", "f.json:4"]


def agency(number: int) -> dict[str, object]:
    headlines = [{"role": "main", "value": f"Ship {number}"}]
    bodies = [{"role": "main", "contentType": "text/plain", "value": f"Ship {number} reached Port Ellery."}]
    return {"uri": f"urn:{number}", "versioncreated": "2024-05-06T10:00:00Z", "headlines": headlines, "bodies": bodies}


def ninjs_files() -> Iterator[tuple[str, str]]:
    lines = [json.dumps(agency(number)) for number in range(3)]
    yield "lines", "\n".join(lines)
    yield "lines with a broken one", "\n".join([*lines, '{"uri": "urn:9"'])
    yield "a broken first line", "\n".join(['{"uri": "urn:9", "pubstatus": "usable"', *lines])
    yield "array", json.dumps([agency(number) for number in range(3)], indent=2)
    yield "an array on each line", "\n".join(f"[{line}]" for line in lines)


@pytest.mark.parametrize(("name", "data"), list(ninjs_files()))
def test_agency_items_are_read_in_an_array_or_one_a_line(name: str, data: str) -> None:
    items = read(data)
    found = [item for item in items if isinstance(item, Article)]
    assert [(item.title, item.provider_id) for item in found] == [(f"Ship {n}", f"urn:{n}") for n in range(3)]
    assert len(reasons(items)) == ("broken" in name)
