"""Readers: found by content, forgiving of everything, silent about nothing."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.readers.base import Item
from ingest.readers.text import markdown_to_text
from ingest.sources import ReadOptions, read_source, read_sources, read_stream
from qa.errors import SourceError, UnreadableError
from qa.types import Article

OPTIONS = ReadOptions()
BODY = (
    "<p>The council of Port Ellery voted on Monday to build a new harbour wall after the storm damaged the old one.</p>"
    "<p>The wall will cost 3.2 million crowns and is to be finished by winter, Mayor Ana Brandt said afterwards.</p>"
    "<p>Nine members were in favour and four against. The opposition called the plan hasty and will appeal.</p>"
)


def read(data: bytes | str, name: str = "some.file", options: ReadOptions = OPTIONS) -> list[Item]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read_stream(io.BytesIO(raw), name, options))


def article(data: bytes | str, name: str = "some.file", options: ReadOptions = OPTIONS) -> Article:
    (item,) = read(data, name, options)
    assert isinstance(item, Article), item
    return item


def reason(data: bytes | str, options: ReadOptions = OPTIONS) -> str:
    (item,) = read(data, options=options)
    assert isinstance(item, SourceError), item
    return item.reason


def page(head: str, body: str = BODY) -> str:
    return f"<!doctype html><html lang='en-GB'><head>{head}</head><body><article>{body}</article></body></html>"


# JSON


@pytest.mark.parametrize(
    "record",
    [
        {"url": "https://e.org/a", "title": "Wall", "text": "Body.", "published": "2024-05-06", "publisher": "H"},
        {"link": "https://e.org/a", "headline": "Wall", "body": "Body.", "publish_date": "2024/05/06", "source": "H"},
        {"URL": "https://e.org/a", "Title": "Wall", "content": "Body.", "date": "6 May 2024", "source": {"name": "H"}},
        {"url": "https://e.org/a", "name": "Wall", "articleBody": "<p>Body.</p>", "pubDate": 1714953600, "outlet": "H"},
        {"url": "https://e.org/a", "title": "Wall", "text": ["Body."], "datePublished": "2024-05-06", "site": "H"},
    ],
)
def test_json_line_is_read_with_any_common_field_names(record: dict[str, object]) -> None:
    found = article(json.dumps(record))
    assert (found.url, found.title, found.text) == ("https://e.org/a", "Wall", "Body.")
    assert (found.publisher, found.published) == ("H", datetime(2024, 5, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    "authors",
    [["Jane Doe", "John Roe"], "Jane Doe and John Roe", "By Jane Doe, John Roe", [{"name": "Jane Doe"}, "John Roe"]],
)
def test_authors_may_be_a_list_or_one_byline(authors: object) -> None:
    assert article(json.dumps({"text": "x", "authors": authors})).authors == ("Jane Doe", "John Roe")


def test_broken_line_is_named_by_number_and_the_others_go_in() -> None:
    first, broken, last = read('{"text": "one"}\n{"text": "two"\n\n{"text": "three"}\n', "f.jsonl")
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert isinstance(broken, UnreadableError)
    assert "line 2" in broken.reason
    assert broken.source == "f.jsonl:2"


def test_broken_first_line_does_not_hide_the_others() -> None:
    broken, good = read('{"text": "one"\n{"text": "two"}\n')
    assert isinstance(broken, UnreadableError)
    assert "line 1" in broken.reason
    assert isinstance(good, Article)


def test_json_array_and_wrapped_list_are_read() -> None:
    assert len(read('[{"text": "one"}, {"text": "two"}]')) == 2
    assert len(read(json.dumps({"status": "ok", "articles": [{"text": "one"}, {"text": "two"}]}, indent=2))) == 2


def test_record_without_text_is_refused_with_a_hint_of_the_field() -> None:
    assert "--map text=story" in reason(json.dumps({"title": "x", "story": "word " * 100}))


def test_mapping_names_the_field() -> None:
    options = ReadOptions(mapping=(("text", "story"), ("publisher", "paper")))
    found = article(json.dumps({"story": "Body.", "paper": "The Herald", "text": "no"}), options=options)
    assert (found.text, found.publisher) == ("Body.", "The Herald")


def test_optional_fields_are_kept() -> None:
    found = article(
        json.dumps({"id": 7, "text": "x", "fictional": True, "modified": "2024-05-06", "language": "en-GB"})
    )
    assert (found.provider_id, found.fictional, found.language) == ("7", True, "en")
    assert found.modified == datetime(2024, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("data", ["[" * 100_000, "{" * 100_000, '{"a":' * 50_000, '{"text": 1' + "0" * 10_000 + "}"])
def test_hostile_json_is_refused(data: str) -> None:
    assert all(isinstance(item, SourceError) for item in read(data))


# Text


def test_markdown_with_front_matter_becomes_plain_text() -> None:
    found = article(
        "\n---\ntitle: 'Wall: approved'\ndate: 2012-02-22 12:28:21 -0400\nauthor: Jane Doe\n---\n\n## Why\n\n"
        'The **council** [voted]({{< ref "x.md" >}} "t").\n{{< img src="a.jpg" alt="a wall" >}}\n\n'
        "  * One &amp; <b>two</b>\n  * Three\n\n<div>Four</div>\n",
        "a.md",
    )
    assert found.text == "Why\n\nThe council voted.\n\nOne & two\n\nThree\n\nFour"
    assert (found.title, found.authors) == ("Wall: approved", ("Jane Doe",))
    assert found.published == datetime(2012, 2, 22, 16, 28, 21, tzinfo=UTC)


def test_plain_text_takes_a_lone_first_line_for_its_title() -> None:
    found = article("Harbour wall approved\n\nThe council voted on Monday.\n")
    assert (found.title, found.text) == ("Harbour wall approved", "The council voted on Monday.")
    assert article("It rained. A lot.\n\nMore.").title == ""


def test_plain_text_is_not_taken_for_markdown() -> None:
    text = "A year to remember\n\n1986. That was the year.\n\n* not a list"
    assert article(text).text == "1986. That was the year.\n\n* not a list"


def test_broken_front_matter_is_refused() -> None:
    assert "front matter" in reason("---\ntitle: [unclosed\n---\ntext")


def test_front_matter_makes_no_python_objects() -> None:
    assert "front matter" in reason("---\nx: !!python/object/apply:os.system ['true']\n---\ntext")


def test_markdown_comment_and_image_leave_nothing() -> None:
    assert markdown_to_text("a <!-- hidden --> b\n\n![](x.png)\n\nc") == "a  b\n\nc"


# HTML


def test_page_is_read_with_what_it_says_of_itself() -> None:
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "x"},
            {
                "@type": "NewsArticle",
                "headline": "Wall approved",
                "datePublished": "2024-05-06T10:00:00+02:00",
                "dateModified": "2024-05-07T10:00:00+02:00",
                "author": [{"@type": "Person", "name": "Jane Doe"}],
                "publisher": {"name": "The Herald"},
                "articleSection": "Politics",
            },
        ],
    }
    head = f"<link rel=canonical href='/news/wall'><script type='application/ld+json'>{json.dumps(data)}</script>"
    (found,) = read_stream(io.BytesIO(page(head).encode()), "p.html", OPTIONS, "https://e.org/x?utm_source=y")
    assert isinstance(found, Article)
    assert (found.title, found.publisher, found.authors) == ("Wall approved", "The Herald", ("Jane Doe",))
    assert (found.url, found.section, found.language) == ("https://e.org/news/wall", "Politics", "en")
    assert (found.published, found.modified) == (
        datetime(2024, 5, 6, 8, tzinfo=UTC),
        datetime(2024, 5, 7, 8, tzinfo=UTC),
    )
    assert found.text.startswith("The council of Port Ellery")
    assert "<" not in found.text


def test_page_without_a_stated_date_has_none() -> None:
    assert (
        article(
            page("<title>Wall</title>", BODY + "<p>Posted on 6 May 2024 by the editors of this page.</p>")
        ).published
        is None
    )


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<time datetime='2024-05-06'>6 May 2024</time>"),
        ("", "<time class='event' datetime='2024-05-06'>6 May</time>"),
        ("", "<time class='updated' datetime='2024-05-06'>6 May</time>"),
        ('<script type=\'application/ld+json\'>{"@type": "NewsArticle", "dateCreated": "2024-05-06"}</script>', ""),
        ("<meta name='dcterms.created' content='2024-05-06'>", ""),
    ],
)
def test_date_that_nobody_calls_the_date_of_publication_is_none(head: str, body: str) -> None:
    assert article(page(head, BODY + body)).published is None


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("<!--", "-->"), ("\n//<![CDATA[\n", "\n//]]>\n"), ("/*<![CDATA[*/", "/*]]>*/"), ("<![CDATA[", "]]>"), ("", ";")],
)
def test_structured_data_in_a_comment_or_in_cdata_is_read(opening: str, closing: str) -> None:
    data = json.dumps({"@type": "NewsArticle", "datePublished": "2024-05-06"})
    found = article(page(f"<script type='application/ld+json'>{opening}{data}{closing}</script>"))
    assert found.published == datetime(2024, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "mark", ["pubdate", "itemprop='datePublished'", "class='entry-date published'", "class='dt-published'"]
)
def test_time_that_is_marked_as_that_of_publication_is_taken(mark: str) -> None:
    found = article(page("", f"<time datetime='2024-05-01'>x</time><time {mark} datetime='2024-05-06'>x</time>{BODY}"))
    assert found.published == datetime(2024, 5, 6, tzinfo=UTC)


def test_broken_structured_data_falls_back_to_meta() -> None:
    head = (
        "<script type='application/ld+json'>{broken</script><meta property='og:title' content='Wall &amp; harbour'>"
        "<meta property='article:published_time' content='2024-05-06T10:00:00Z'><meta name=author content='Jane Doe'>"
    )
    found = article(page(head))
    assert (found.title, found.authors) == ("Wall & harbour", ("Jane Doe",))
    assert found.published == datetime(2024, 5, 6, 10, tzinfo=UTC)


def test_page_without_an_article_is_refused() -> None:
    assert "no article text" in reason(page("<title>Log in</title>", "<form><input name=a></form>"))


WALLS = [
    ("Before you continue to Herald", "<p>We use cookies and data to deliver and maintain services.</p>", "consent"),
    ("Wall vote - Herald", "<p>Manage your consent: we and 812 partners store and access information on a device to "
     "serve personalised advertising.</p><button>Accept all cookies</button>", "consent"),
    ("Herald", "<p>Wir benötigen Ihre Zustimmung, bevor Sie unseren Internetauftritt weiter besuchen können, denn wir "
     "verwenden Daten.</p>", "consent"),
    ("Wall vote", "<p>The council voted on Monday to build a new wall.</p><p>Already a subscriber? Log in "
     "to continue reading this story and all others.</p>", "login"),
    ("Subscribe to read | Herald", "<p>Subscribe to continue reading and get access to our whole archive from "
     "one crown a week.</p>", "login"),
    ("Just a moment...", "<p>Checking your browser: this process is automatic and the page will be shown when it has "
     "ended. Enable JavaScript and cookies.</p>", "proof of being human"),
    ("Access Denied", "<p>You don't have permission to access this page on this server, reference number 18.4f2d.</p>",
     "proof of being human"),
    ("Sign in", "<form><label>E-mail</label><input name=mail><label>Password</label><input name=word></form>", "login"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "body", "why"), WALLS, ids=[title for title, _, _ in WALLS])
def test_page_that_asks_for_something_first_is_refused_as_that(title: str, body: str, why: str) -> None:
    assert why in reason(page(f"<title>{title}</title>", f"<h1>{title}</h1>{body}"))


@pytest.mark.parametrize(
    "head",
    [
        '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "isAccessibleForFree": false}</script>',
        '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>',
        "<meta property='article:content_tier' content='locked'>",
    ],
)
def test_start_of_an_article_that_has_to_be_paid_for_is_refused_as_that(head: str) -> None:
    assert "has to be paid for" in reason(page(head))
    assert article(page(head, BODY * 3)).text.startswith("The council")  # the whole is there all the same


def test_article_about_consent_is_an_article() -> None:
    told = (
        "<p>The court ruled on Tuesday that a page must not ask readers to accept all cookies before they read it.</p>"
    )
    assert "accept all cookies" in article(page("<title>Ruling on cookies</title>", told + BODY * 3)).text


def test_legacy_encoding_is_honoured() -> None:
    body = BODY.replace("Brandt", "Brändt")
    latin = page("<meta charset='iso-8859-1'>", body).encode("iso-8859-1")
    assert "Brändt" in article(latin).text


# Files


def test_content_decides_and_not_the_name() -> None:
    assert article(page("<title>Wall</title>"), "looks.jsonl").text.startswith("The council")
    assert article('{"text": "Body."}', "looks.html").text == "Body."


def test_gzip_is_unpacked_and_a_bomb_refused() -> None:
    assert article(gzip.compress(b'{"text": "Body."}'), "a.jsonl.gz").text == "Body."
    bomb = gzip.compress(b"word " * 1_000_000)
    assert "more than is allowed" in reason(bomb, ReadOptions(max_bytes=10_000_000, max_unpacked=100_000))
    assert "larger than" in reason(bomb, ReadOptions(max_bytes=100_000))


def test_truncated_gzip_is_refused() -> None:
    assert "cannot be" in reason(gzip.compress(page("").encode() * 50)[:-100])


@pytest.mark.parametrize(
    ("data", "why"), [(b"", "empty"), (b" \n ", "empty"), (b"\x7fELF\x02\x01\0\0\0" + bytes(200), "binary")]
)
def test_empty_and_binary_files_have_one_plain_reason(data: bytes, why: str) -> None:
    assert why in reason(data)


def test_missing_file_and_empty_folder_have_one_plain_reason(tmp_path: Path) -> None:
    (missing,) = read_source(str(tmp_path / "none.jsonl"), OPTIONS)
    (empty,) = read_source(str(tmp_path), OPTIONS)
    assert isinstance(missing, SourceError)
    assert missing.reason == "there is no such file or folder"
    assert isinstance(empty, SourceError)
    assert "no files" in empty.reason


def test_folder_is_read_in_order_without_hidden_files_and_licences(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden", "LICENSE.md", "sub/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Text of {name}.")
    found = [item.text for item in read_source(str(tmp_path), OPTIONS) if isinstance(item, Article)]
    assert found == ["Text of a.txt.", "Text of b.txt.", "Text of sub/c.txt."]
    (named,) = read_source(str(tmp_path / "LICENSE.md"), OPTIONS)
    assert isinstance(named, Article)


def test_standard_input_is_read(tmp_path: Path) -> None:
    options = ReadOptions(stdin=io.BytesIO(b'{"text": "one"}\n{"text": "two"}'))
    assert len(list(read_sources(["-"], options))) == 2
