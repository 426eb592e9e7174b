"""Identity: one article under many addresses, one story in many outlets, and never two stories taken for one."""

from __future__ import annotations

import pytest

from ingest.dedupe import (
    address_variants,
    article_id,
    canonical_url,
    identity,
    is_same_story,
    jaccard,
    same_address,
    signature,
)
from qa.types import Article

STORY = (
    "The council of Port Ellery voted on Monday to build a new harbour wall after the storm of 12 January damaged the "
    "old one. The wall will cost 3.2 million crowns and is to be finished before the winter of 2026, Mayor Ana Brandt "
    "said after the vote. Nine members were in favour and four against. The opposition called the plan hasty and asked "
    "for a second opinion from the university, which had warned in March that the sea bed is too soft for a heavy wall."
)


@pytest.mark.parametrize(
    "variant",
    [
        "https://www.example.org/news/wall?utm_source=feed&utm_medium=rss",
        "https://WWW.EXAMPLE.ORG:443/news/wall#comments",
        "http://example.org/news/wall/",
        "https://m.example.org/news/wall?fbclid=abc",
        "https://amp.example.org/news/wall",
        "https://example.org/news/wall/amp/",
        "https://example.org/amp/news/wall",
        "https://example.org/news/wall/amp.amp",
        "https://www.google.com/amp/s/example.org/news/wall",
        "https://example-org.cdn.ampproject.org/c/s/example.org/news/wall",
    ],
)
def test_variants_of_an_address_are_one_article(variant: str) -> None:
    assert same_address(variant) == same_address("https://example.org/news/wall")
    assert article_id(Article(text="a", url=variant)) == article_id(
        Article(text="b", url="https://example.org/news/wall")
    )


def test_parameters_that_name_the_article_are_kept_in_one_order() -> None:
    assert canonical_url("https://example.org/a?page=2&id=7&gclid=x") == "https://example.org/a?id=7&page=2"
    assert same_address("https://example.org/?id=1") != same_address("https://example.org/?id=2")


@pytest.mark.parametrize("broken", ["http://[bad", "", "not an address", "https://example.org:99999/a"])
def test_broken_address_does_not_raise(broken: str) -> None:
    assert isinstance(canonical_url(broken), str)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.org/a%2Fb", "https://e.org/a/b"),
        ("https://e.org/a%252Fb", "https://e.org/a%2Fb"),
        ("https://e.org/caf%E9", "https://e.org/caf%E8"),
        ("https://e.org/#!/news/1", "https://e.org/#!/news/2"),
        ("https://e.org/?" + "&".join(f"p{n}={n}" for n in range(300)), "https://e.org/?p1=1"),
    ],
)
def test_addresses_of_two_articles_stay_two(one: str, other: str) -> None:
    assert same_address(one) != same_address(other)
    assert canonical_url(canonical_url(one)) == canonical_url(one)
    assert same_address(canonical_url(one)) == same_address(one)


def test_ways_of_writing_one_path_are_one() -> None:
    assert canonical_url("https://e.org/caf%c3%a9/%7Ea#top") == canonical_url("https://e.org/café/~a")


@pytest.mark.parametrize(
    "url", ["https://www.e.org/a/", "http://e.org/a?id=7", "https://e.org", "https://e.org/#!/a/b/"]
)
def test_variants_of_an_address_are_all_that_it_may_be_stored_under(url: str) -> None:
    variants = address_variants(url)
    assert canonical_url(url) in variants or f"{canonical_url(url)}/" in variants
    assert {same_address(variant) for variant in variants} == {same_address(url)}
    assert len(set(variants)) == 8


def test_variants_of_what_is_no_address_are_itself() -> None:
    assert address_variants("http://[bad") == ("http://[bad",)


def test_short_id_without_a_publisher_is_one_of_its_file_only() -> None:
    def named(**fields: str) -> str:
        return identity(Article(text="t", **{"provider_id": "17", "source": "/a.jsonl:3"} | fields))  # type: ignore[arg-type]

    assert named() == named(source="/a.jsonl:9") != named(source="/b.jsonl:3")
    assert named(publisher="Herald") == named(publisher="Herald", source="/b.jsonl:3")
    for worldwide in ("urn:newsml:ppa:20250101:17", "0b6f6a0e-5d5c-4c5e-9f3b-2f1d7c1f7a11"):
        assert named(provider_id=worldwide) == named(provider_id=worldwide, source="/b.zip#c.jsonl:3")


def test_identity_falls_back_from_address_to_provider_to_path_to_text() -> None:
    assert identity(Article(text="t", url="https://e.org/a", provider_id="p", source="/f")).startswith("url:")
    assert identity(Article(text="t", provider_id="p", source="/f")).startswith("id:")
    assert identity(Article(text="t", source="/f")).startswith("path:")
    assert identity(Article(text="t", source="/f.jsonl:3")).startswith("text:")
    assert identity(Article(text="t", source="/f.zip#a.txt")).startswith("text:")
    assert identity(Article(text="t", source="-")).startswith("text:")


def test_edited_wording_is_the_same_story() -> None:
    edited = STORY.replace("called the plan hasty", "called the scheme hasty")
    assert jaccard(STORY, edited) > 0.9
    assert is_same_story(STORY, edited, 0.85)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("3.2 million", "3.9 million"),
        ("Nine members", "Eight members"),
        ("Ana Brandt", "Eva Brandt"),
        ("on Monday", "on Tuesday"),
        ("is too soft", "is not too soft"),
        ("12 January", "January"),
    ],
)
def test_story_that_differs_in_a_number_a_name_or_a_negation_is_another(old: str, new: str) -> None:
    changed = STORY.replace(old, new)
    assert changed != STORY
    assert not is_same_story(STORY, changed, 0.85)


@pytest.mark.parametrize(("one", "other"), [("twenty-one", "twenty-two"), ("the fourth", "the fifth")])
def test_numbers_in_words_tell_stories_apart_as_digits_do(one: str, other: str) -> None:
    first, second = (STORY.replace("3.2 million", number) for number in (one, other))
    assert first != second
    assert not is_same_story(first, second, 0.85)


@pytest.mark.parametrize(
    "framed",
    [
        f"PORT ELLERY, Jan 18 (PPA) – {STORY}",
        f"PORT ELLERY – {STORY} – PPA",
        f"Port Ellery, 18 January (Reuters) - {STORY}",
        f"By Jane Doe\n\n{STORY} (Agence Nord)",
    ],
)
def test_dateline_byline_and_agency_mark_make_no_other_story(framed: str) -> None:
    assert is_same_story(STORY, framed, 0.85)
    assert is_same_story(framed, STORY, 0.85)


def test_datelines_of_two_places_make_two_stories() -> None:
    assert not is_same_story(f"PORT ELLERY – {STORY}", f"NORHOLM – {STORY}", 0.85)


def test_name_before_a_dash_is_no_dateline() -> None:
    assert not is_same_story(f"Anna – the mayor – spoke. {STORY}", f"Beth – the mayor – spoke. {STORY}", 0.85)


def test_swapped_names_are_another_story() -> None:
    text = STORY + " Ellery Rovers beat Norholm United in the evening."
    swapped = STORY + " Norholm United beat Ellery Rovers in the evening."
    assert not is_same_story(text, swapped, 0.85)


def test_short_texts_are_the_same_only_when_equal() -> None:
    assert not is_same_story("The mayor has left the city today.", "The mayor has left the town today.", 0.5)
    assert is_same_story("The mayor  has left.", "the mayor has left", 0.85)


def test_script_without_capitals_is_merged_only_when_equal() -> None:
    text = "市議会は新しい防波堤の建設を承認した。" * 20
    assert is_same_story(text, text, 0.85)
    assert not is_same_story(text, text.replace("承認", "否決", 1), 0.5)


def test_near_duplicates_share_a_band_of_their_signatures() -> None:
    one, other = signature(STORY), signature(STORY.replace("hasty", "rash"))
    unrelated = signature(" ".join(f"word{n} and thing{n}" for n in range(60)))
    assert one is not None
    assert other is not None
    assert unrelated is not None
    assert any(a == b for a, b in zip(one.bands, other.bands, strict=True))
    assert not any(a == b for a, b in zip(one.bands, unrelated.bands, strict=True))
    assert signature("Too short.") is None
