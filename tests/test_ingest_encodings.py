"""Old encodings: what the host says of a page is carried to whoever reads it, and valid UTF-8 is never doubted."""

from __future__ import annotations

import io
from collections.abc import Mapping

import httpx
import pytest

from ingest.fetch import Fetched, Fetcher
from ingest.readers.base import Item, charset_of, decode
from ingest.sources import ReadOptions, read_sources, read_stream
from qa.errors import FetchError
from qa.settings import IngestSettings
from qa.types import Article

RUSSIAN = (
    "Городской совет Порт-Эллери проголосовал в понедельник за строительство новой стены гавани после шторма.",
    "Стена будет стоить 3,2 миллиона крон и должна быть закончена к зиме, сказала мэр Анна Брандт после голосования.",
)
JAPANESE = (
    "港町の市議会は月曜日、一月の嵐で壊れた古い防波堤に代わる新しい防波堤の建設を決めた。費用は三百二十万クローナになる。",
    "市長のアナ・ブラントは採決の後、工事は冬までに終わる見込みだと述べた。賛成は九人、反対は四人だった。",
)
PAGES = [("windows-1251", RUSSIAN), ("koi8-r", RUSSIAN), ("Shift_JIS", JAPANESE), ("euc-jp", JAPANESE)]


class Web:
    """Fixed pages, each with the encoding that its host says it has."""

    def __init__(self, pages: Mapping[str, tuple[bytes, str | None]]) -> None:
        self.pages = pages

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        if url not in self.pages:
            raise FetchError(url, "the host answered 404")
        data, charset = self.pages[url]
        return Fetched(url, data, charset=charset)


def page(paragraphs: tuple[str, ...], head: str = "") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<!doctype html><html><head><title>x</title>{head}</head><body><article>{body}</article></body></html>"


def fetched(data: bytes, charset: str | None, url: str = "https://e.org/a") -> Article:
    (item,) = read_sources([url], ReadOptions(getter=Web({url: (data, charset)})))
    assert isinstance(item, Article), item
    return item


def whole(item: Item) -> str:
    assert isinstance(item, Article), item
    return item.text


@pytest.mark.parametrize(("encoding", "paragraphs"), PAGES)
def test_page_that_states_no_encoding_is_read_in_the_one_that_its_host_states(
    encoding: str, paragraphs: tuple[str, ...]
) -> None:
    assert fetched(page(paragraphs).encode(encoding), encoding).text.split("\n") == list(paragraphs)


@pytest.mark.parametrize(("encoding", "paragraphs"), PAGES)
def test_page_in_an_archive_is_read_in_the_encoding_of_its_http_header(
    encoding: str, paragraphs: tuple[str, ...]
) -> None:
    body = page(paragraphs).encode(encoding)
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={encoding}\r\n\r\n".encode() + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://e.org/a\r\nWARC-Date: 2024-05-06T10:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    raw = head.encode() + http + b"\r\n\r\n"
    (found,) = read_stream(io.BytesIO(raw), "a.warc", ReadOptions())
    assert whole(found).split("\n") == list(paragraphs)


def test_what_the_page_states_stands_where_the_host_is_wrong_or_silent() -> None:
    data = page(RUSSIAN, "<meta charset='windows-1251'>").encode("windows-1251")
    for charset in ("utf-8", None, "no-such-thing", "idna", "utf-7", "hex", "\0"):
        assert "Брандт" in fetched(data, charset).text


def test_valid_utf8_is_read_as_that_whatever_the_host_states() -> None:
    assert "Брандт" in fetched(page(RUSSIAN).encode(), "iso-8859-1").text


def test_host_that_says_latin_1_means_windows_1252() -> None:
    told = "The mayor said “the wall costs €3.2 million” – and that the café beside it stays open all winter long."
    assert told in fetched(page((told, told)).encode("cp1252"), "ISO-8859-1").text


def test_feed_and_plain_text_and_table_are_read_in_the_encoding_of_their_host() -> None:
    title, text = "Стена", " ".join(RUSSIAN)
    item = f"<item><title>{title}</title><description>{text}</description></item>"
    rss = f"<rss version='2.0'><channel>{item}</channel></rss>"
    assert fetched(rss.encode("koi8-r"), "koi8-r").text == text
    assert fetched(f"{title}\n\n{text}".encode("koi8-r"), "koi8-r").text == text
    assert fetched(f"title,text\n{title},{RUSSIAN[0]}\n".encode("koi8-r"), "koi8-r").text == RUSSIAN[0]
    assert fetched(f'{{"title": "{title}", "text": "{text}"}}\n'.encode("koi8-r"), "koi8-r").text == text


@pytest.mark.parametrize(("encoding", "paragraphs"), PAGES)
def test_saved_page_of_which_nobody_states_the_encoding_is_read_by_what_it_looks_like(
    encoding: str, paragraphs: tuple[str, ...]
) -> None:
    (found,) = read_stream(io.BytesIO(page(paragraphs * 3).encode(encoding)), "p.html", ReadOptions())
    assert whole(found).split("\n")[:2] == list(paragraphs)


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("text/html; charset=windows-1251", "windows-1251"),
        ('text/html;Charset="koi8-r"; x=y', "koi8-r"),
        ("text/html", None),
        ("", None),
        (None, None),
        ("text/html; charset=", None),
    ],
)
def test_encoding_is_taken_from_the_content_type(header: str | None, charset: str | None) -> None:
    assert charset_of(header) == charset


def test_fetcher_keeps_the_encoding_that_the_host_states() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        return httpx.Response(200, headers={"Content-Type": "text/html; charset=koi8-r"}, content=b"x")

    fetcher = Fetcher(
        IngestSettings(host_pause=0),
        resolve=lambda host, port: ["93.184.215.14"],
        transport=httpx.MockTransport(answer),
    )
    assert fetcher.get("https://e.org/a").charset == "koi8-r"
    fetcher.close()


def test_unknown_encoding_is_as_good_as_none() -> None:
    assert decode("Стена".encode(), "koi8-r") == "Стена"
    assert decode(("Стена и город " * 9).encode("koi8-r"), "idna").startswith("Стена")
