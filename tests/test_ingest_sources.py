"""Every format and source: feeds, lists, agency items, archives, tables, PDFs, and addresses that lead to them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shared_data import data_folder

from ingest.fetch import Fetched
from ingest.readers.base import Item
from ingest.sources import ReadOptions, gauge_of, read_source, read_sources, read_stream
from qa.errors import FetchError, SourceError
from qa.types import Article

BODY = "<p>The council of Port Ellery voted on Monday to build a new harbour wall after the storm of January.</p>" * 2
PAGE = (
    "<!doctype html><html lang=en><head><title>Wall</title><meta property='og:site_name' content='The Herald'></head>"
    f"<body><article><h1>Wall</h1>{BODY}<p>Mayor Ana Brandt spoke afterwards of the wall's cost.</p></article></body>"
)


class FakeWeb:
    """A web of fixed pages."""

    def __init__(self, pages: Mapping[str, str | bytes]) -> None:
        self.pages, self.asked = pages, []

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        self.asked.append(url)
        if url not in self.pages:
            raise FetchError(url, "the host answered 404")
        page = self.pages[url]
        return Fetched(url, page.encode() if isinstance(page, str) else page)


def read(data: bytes | str, name: str = "file", **options: object) -> list[Item]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read_stream(io.BytesIO(raw), name, ReadOptions(**options)))  # type: ignore[arg-type]


def articles(items: list[Item]) -> list[Article]:
    return [item for item in items if isinstance(item, Article)]


def reasons(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, SourceError)]


def rss(items: str, head: str = "<title>The Herald</title><language>en-us</language>") -> str:
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{items}</channel></rss>"


ITEM = (
    "<item><title>Wall &amp;amp; harbour</title><link>https://e.org/wall</link><guid>tag:1</guid>"
    "<pubDate>Mon, 06 May 2024 10:00:00 +0200</pubDate><author>desk@e.org (Jane Doe)</author>"
    "<description>&lt;p&gt;The council voted.&lt;/p&gt;</description></item>"
)


# Feeds


def test_rss_entry_is_read_with_what_the_feed_knows() -> None:
    (found,) = articles(read(rss(ITEM)))
    assert (found.title, found.text, found.url) == ("Wall & harbour", "The council voted.", "https://e.org/wall")
    assert (found.publisher, found.language, found.provider_id) == ("The Herald", "en", "tag:1")
    assert found.published == datetime(2024, 5, 6, 8, tzinfo=UTC)


def test_atom_entry_that_only_changed_has_no_date_of_publication() -> None:
    entry = (
        "<entry><title>W</title><id>tag:1</id><updated>2024-05-06T10:00:00Z</updated><summary>Text.</summary></entry>"
    )
    (found,) = articles(read(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>H</title>{entry}</feed>"))
    assert (found.published, found.modified) == (None, datetime(2024, 5, 6, 10, tzinfo=UTC))


def test_malformed_date_in_a_feed_is_tried_and_otherwise_unknown() -> None:
    dates = ["6 mai 2024 10:00", "yesterday evening", "Mon, 35 May 2024 10:00:00 GMT"]
    items = "".join(
        f"<item><title>T</title><pubDate>{date}</pubDate><description>D</description></item>" for date in dates
    )
    found = [article.published for article in articles(read(rss(items)))]
    assert found == [datetime(2024, 5, 6, 10, tzinfo=UTC), None, None]


def test_teaser_is_completed_from_its_page_and_feed_only_leaves_it() -> None:
    web = FakeWeb({"https://e.org/feed": rss(ITEM), "https://e.org/wall": PAGE})
    (found,) = articles(list(read_sources(["https://e.org/feed"], ReadOptions(getter=web))))
    assert "Mayor Ana Brandt" in found.text
    assert (found.title, found.published) == ("Wall & harbour", datetime(2024, 5, 6, 8, tzinfo=UTC))
    assert web.asked == ["https://e.org/feed", "https://e.org/wall"]
    (teaser,) = articles(list(read_sources(["https://e.org/feed"], ReadOptions(getter=web, feed_only=True))))
    assert teaser.text == "The council voted."
    assert (found.teaser, teaser.teaser) == (False, True)


def test_teaser_stays_when_its_page_cannot_be_had() -> None:
    web = FakeWeb({"https://e.org/feed": rss(ITEM)})
    (found,) = articles(list(read_sources(["https://e.org/feed"], ReadOptions(getter=web))))
    assert (found.text, found.teaser) == ("The council voted.", True)


def test_entry_of_a_page_that_was_read_already_does_not_put_its_teaser_in_its_place(tmp_path: Path) -> None:
    opml = "".join(f"<outline type='rss' xmlUrl='https://e.org/{name}'/>" for name in ("feed", "other"))
    web = FakeWeb({"https://e.org/feed": rss(ITEM), "https://e.org/other": rss(ITEM), "https://e.org/wall": PAGE})
    (tmp_path / "feeds.opml").write_text(f"<opml><body>{opml}</body></opml>")
    (found,) = articles(list(read_sources([str(tmp_path / "feeds.opml")], ReadOptions(getter=web))))
    assert "Mayor Ana Brandt" in found.text


# Lists of addresses


def test_sitemap_index_leads_to_sitemaps_and_pages_each_once() -> None:
    index = f"<sitemapindex>{'<sitemap><loc>https://e.org/s1.xml</loc></sitemap>' * 2}</sitemapindex>"
    sitemap = (
        "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://e.org/wall</loc><news:news>"
        "<news:publication><news:name>Herald</news:name></news:publication><news:title>Wall vote</news:title>"
        "<news:publication_date>2024-05-06T10:00:00Z</news:publication_date></news:news></url>"
        "<url><loc>https://e.org/gone</loc></url></urlset>"
    )
    web = FakeWeb(
        {
            "https://e.org/i.xml": index,
            "https://e.org/s1.xml": gzip.compress(sitemap.encode()),
            "https://e.org/wall": PAGE,
        }
    )
    items = list(read_sources(["https://e.org/i.xml"], ReadOptions(getter=web)))
    (found,) = articles(items)
    assert found.published == datetime(2024, 5, 6, 10, tzinfo=UTC)
    assert reasons(items) == ["the host answered 404"]
    assert len(web.asked) == len(set(web.asked)) == 4


def test_sitemap_that_lists_itself_ends() -> None:
    loop = "<sitemapindex><sitemap><loc>https://e.org/a.xml</loc></sitemap></sitemapindex>"
    deep = {f"https://e.org/{n}.xml": loop.replace("a.xml", f"{n + 1}.xml") for n in range(50)}
    web = FakeWeb({"https://e.org/a.xml": loop, **deep})
    assert articles(list(read_sources(["https://e.org/a.xml", "https://e.org/0.xml"], ReadOptions(getter=web)))) == []
    assert len(web.asked) < 10


def test_opml_leads_to_its_feeds(tmp_path: Path) -> None:
    opml = "<opml><body><outline text='News'><outline type='rss' xmlUrl='https://e.org/feed'/></outline></body></opml>"
    (tmp_path / "feeds.opml").write_text(opml)
    web = FakeWeb({"https://e.org/feed": rss(ITEM), "https://e.org/wall": PAGE})
    assert (
        len(articles(list(read_source(str(tmp_path), ReadOptions(getter=web))))) == 0
    )  # nothing is fetched without a web
    assert len(articles(list(read_sources([str(tmp_path)], ReadOptions(getter=web))))) == 1


def test_list_without_a_way_to_fetch_names_what_was_not_read() -> None:
    items = read("<urlset><url><loc>https://e.org/a</loc></url></urlset>", "map.xml")
    assert "nothing may be fetched" in reasons(items)[0]


# Agency items


def newsml(items: str) -> str:
    root = "newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'"
    return f"<?xml version='1.0'?><{root}><itemSet>{items}</itemSet></newsMessage>"


def news_item(guid: str, body: str, status: str = "usable") -> str:
    return (
        f"<newsItem guid='{guid}' xml:lang='en'><itemMeta><itemClass qcode='ninat:text'/><provider literal='AP'/>"
        "<versionCreated>2024-05-07T10:00:00Z</versionCreated><firstCreated>2024-05-06T10:00:00Z</firstCreated>"
        f"<pubStatus qcode='stat:{status}'/></itemMeta><contentMeta><headline>Wall approved</headline><by>Jane Doe</by>"
        f"</contentMeta><contentSet>{body}</contentSet></newsItem>"
    )


def test_newsml_items_are_read_one_by_one() -> None:
    content = "<body.head/><body.content><p>It voted.</p><p>It rose.</p></body.content>"
    body = f"<inlineXML><nitf><body>{content}</body></nitf></inlineXML>"
    items = read(newsml(news_item("urn:1", body) + news_item("urn:2", body, "withheld") + news_item("urn:3", "")))
    (found,) = articles(items)
    assert (found.title, found.text, found.authors) == ("Wall approved", "It voted.\n\nIt rose.", ("Jane Doe",))
    assert (found.published, found.modified) == (
        datetime(2024, 5, 6, 10, tzinfo=UTC),
        datetime(2024, 5, 7, 10, tzinfo=UTC),
    )
    assert (found.publisher, found.provider_id) == ("AP", "urn:1")
    assert "withheld" in reasons(items)[0]


def test_xml_entities_are_neither_expanded_nor_loaded() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
    (found,) = articles(
        read(f"<?xml version='1.0'?>{bomb}<nitf><body><body.content><p>&b; &f; text.</p></body.content></body></nitf>")
    )
    assert "lol" not in found.text
    assert "text." in found.text


XML = {
    "nitf": "<nitf><body><body.content><p>{} text.</p></body.content></body></nitf>",
    "newsml": "<newsItem guid='1'><contentSet><inlineXML><p>{} text.</p></inlineXML></contentSet></newsItem>",
    "rss": "<rss version='2.0'><channel><item><title>{}</title><description>{}</description></item></channel></rss>",
    "atom": "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>{}</title><content>{}</content></entry></feed>",
    "sitemap": "<urlset><url><loc>https://e.org/{}</loc></url></urlset>",
    "opml": "<opml><body><outline type='rss' xmlUrl='https://e.org/feed' text='{}'/></body></opml>",
}
NESTED = "".join(f"<!ENTITY b{level} '{f'&b{level - 1};' * 10}'>" for level in range(1, 10))


@pytest.mark.parametrize("name", XML)
def test_no_kind_of_xml_gives_a_file_away_or_grows_without_end(name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the harbour key is 4711")
    entities = f"<!ENTITY b0 'lol'>{NESTED}<!ENTITY f SYSTEM '{secret.as_uri()}'>"
    text = f"<?xml version='1.0'?><!DOCTYPE x [{entities}]>" + XML[name].replace("{}", "&f; &b9;")
    items = list(read_stream(io.BytesIO(text.encode()), "hostile", ReadOptions(feed_only=True)))
    told = repr(items)
    assert items
    assert "4711" not in told
    assert "lollol" not in told
    assert len(told) < 10_000


# Archives, tables, PDFs


def test_what_an_archive_unpacks_to_is_bounded_over_all_that_lies_in_it() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number:02}.txt", f"Paragraph {number} of the council's minutes. " * 100)
    items = list(read_stream(io.BytesIO(stream.getvalue()), "a.zip", ReadOptions(max_unpacked=60_000)))
    assert 5 < sum(isinstance(item, Article) for item in items) < 20
    assert "more than is allowed" in str(items[-1])


def warc(compress: bool) -> bytes:
    records = [
        ("https://e.org/wall", PAGE, "text/html; charset=utf-8", "200 OK"),
        ("https://e.org/p.png", "PNG", "image/png", "200 OK"),
        ("https://e.org/gone", "<html>gone</html>", "text/html", "404 Not Found"),
        ("https://e.org/two", PAGE.replace("Monday", "Tuesday"), "text/html", "200 OK"),
    ]
    return b"".join((gzip.compress if compress else bytes)(warc_record(*record)) for record in records)


def warc_record(url: str, body: str, kind: str, status: str) -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-06T10:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


@pytest.mark.parametrize("compress", [True, False])
def test_warc_gives_the_pages_that_were_found(compress: bool) -> None:
    items = read(warc(compress), "a.warc")
    assert [article.url for article in articles(items)] == ["https://e.org/wall", "https://e.org/two"]
    assert reasons(items) == []


def test_broken_warc_is_refused_after_what_is_whole() -> None:
    items = read(warc(False)[:-300], "a.warc")
    assert len(items) >= 1
    assert articles(items)[0].url == "https://e.org/wall"


def test_zip_gives_every_file_in_it_and_refuses_bombs() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b/page.html", PAGE)
        archive.writestr("a.jsonl", '{"text": "One."}\n{"text": "Two."}')
        archive.writestr("bomb.txt", b"a" * 20_000_000)
        archive.writestr("__MACOSX/a.jsonl", "x")
    items = read(stream.getvalue(), "a.zip")
    assert [article.source for article in articles(items)] == [
        "a.zip#a.jsonl:1",
        "a.zip#a.jsonl:2",
        "a.zip#b/page.html",
    ]
    assert len(reasons(items)) == 1
    assert "more than its size" in reasons(items)[0]


def test_zip_in_zip_ends_somewhere() -> None:
    data = b'{"text": "Deep."}'
    for _ in range(5):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("inner", data)
        data = stream.getvalue()
    assert reasons(read(data)) == ["it lies in too many archives"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_table_is_read_by_its_header(delimiter: str) -> None:
    rows = [["title", "body", "date", "url"], ["Wall", '"Line one\nline ""two"""', "2024-05-06", "https://e.org/a"]]
    (found,) = articles(read("\r\n".join(delimiter.join(row) for row in rows), "t"))
    assert (found.title, found.text, found.url) == ("Wall", 'Line one\nline "two"', "https://e.org/a")


def test_table_with_unusual_names_takes_a_mapping() -> None:
    (found,) = articles(
        read("kop,verhaal\nWand,Het verhaal\n", "t.csv", mapping=(("text", "verhaal"), ("title", "kop")))
    )
    assert (found.title, found.text) == ("Wand", "Het verhaal")


UNUSUAL = "kop,verhaal\nWand,Het verhaal\n"


@pytest.mark.parametrize("name", ["-", "t.csv.gz", "t.dat", "https://e.org/export?id=7"])
def test_table_with_unusual_names_is_one_by_its_mapping_whatever_it_is_called(name: str) -> None:
    data = gzip.compress(UNUSUAL.encode()) if name.endswith(".gz") else UNUSUAL
    (found,) = articles(read(data, name, mapping=(("text", "Verhaal"), ("title", "kop"))))
    assert (found.title, found.text) == ("Wand", "Het verhaal")


def test_compressed_table_with_unusual_names_asks_for_a_mapping() -> None:
    (why,) = reasons(read(gzip.compress(f"kop,verhaal\nWand,{'Het verhaal. ' * 20}\n".encode()), "t.csv.gz"))
    assert "--map text=verhaal" in why


def test_prose_is_no_table_for_a_mapping_of_something_else() -> None:
    (found,) = articles(read("Wall, harbour\n\nThe council voted.", "a.txt", mapping=(("text", "verhaal"),)))
    assert found.text == "The council voted."


def pdf(text: str) -> bytes:
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return data + end % (table, len(data))


def test_pdf_gives_its_text_and_no_date() -> None:
    (found,) = articles(read(pdf("The council of Port Ellery voted on Monday.")))
    assert found.text == "The council of Port Ellery voted on Monday."
    assert found.published is None


def test_pdf_with_more_pages_than_are_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.pdf.MOST_PAGES", 0)
    assert "no text" in reasons(read(pdf("The council voted.")))[0]
    monkeypatch.setattr("ingest.readers.pdf.MOST_PAGES", 1)
    two = pdf("The council voted.").replace(b"/Kids[3 0 R]/Count 1", b"/Kids[3 0 R 3 0 R]/Count 2")
    (found,), (why,) = articles(read(two, "a.pdf")), reasons(read(two, "a.pdf"))
    assert found.text == "The council voted."
    assert why == "it has 2 pages, of which the first 1 are read"


def test_archive_with_more_files_than_are_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.archive.MOST_ENTRIES", 2)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in "abc":
            archive.writestr(f"{name}.txt", f"The council met, said {name}.")
    items = read(stream.getvalue(), "a.zip")
    assert len(articles(items)) == 2
    assert reasons(items) == ["it holds 3 files, of which the first 2 are read; split it"]


def test_page_of_an_archive_that_is_too_large_is_refused_and_not_cut() -> None:
    items = read(warc(False), "a.warc", max_bytes=len(PAGE) - 1)
    assert articles(items) == []
    assert reasons(items) == [
        f"it is larger than {len(PAGE) - 1:,} bytes",
        f"it is larger than {len(PAGE) - 1:,} bytes",
    ]
    assert next(item.source for item in items if isinstance(item, SourceError)) == "a.warc#https://e.org/wall"


def test_pdf_without_text_and_broken_pdf_are_refused() -> None:
    assert "no text" in reasons(read(pdf("")))[0]
    assert "broken" in reasons(read(b"%PDF-1.4 and nothing else"))[0]


# Real data


def test_every_feed_and_agency_item_is_read_or_refused_with_a_reason() -> None:
    for name, least in (("feeds", 250), ("ninjs", 20)):
        items = list(read_source(str(data_folder(name)), ReadOptions()))
        assert all(isinstance(item, Article | SourceError) for item in items)
        assert not any("could not be read as" in reason for reason in reasons(items))
        assert all(reasons(items))
        print(f"{name}: {len(articles(items))} articles, {len(reasons(items))} refused")
        assert len(articles(items)) >= least


def test_feeds_in_undeclared_encodings_are_legible() -> None:
    (found,) = articles(list(read_source(str(data_folder("feeds") / "illformed-koi8r.xml"), ReadOptions())))
    assert found.title == "Как пережить новогоднюю ночь"


@pytest.mark.parametrize("source", ["~nobody-of-that-name/news", "long" * 2000, "nul\0"])
def test_a_path_that_can_be_none_is_told_as_an_error_of_its_own(source: str) -> None:
    gauge_of([source])
    (told,) = read_sources([source], ReadOptions())
    assert isinstance(told, SourceError)
