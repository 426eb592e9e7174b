"""What may take the place of what is stored, and which facts change without the text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ingest_house import MARCH, NOW, House, news, numbers, story

from qa.types import Article

FULL = " ".join(f"The mayor's point number {n} was about the harbour of Port Ellery." for n in range(30))


def page(text: str, **fields: object) -> Article:
    return news(1, text=text, source="https://e.org/1", **fields)


def teaser(text: str, **fields: object) -> Article:
    return news(1, text=text, source="https://e.org/feed:3", teaser=True, **fields)


def test_teaser_does_not_replace_the_page_that_was_read_before(house: House) -> None:
    house.take(page(FULL))
    later = datetime(2025, 5, 1, tzinfo=UTC)
    assert numbers(house.take(teaser("The mayor made thirty points.", modified=later))) == (0, 0, 1, 0, 0)
    assert [(found.text, found.version) for found in house.index.articles()] == [(FULL, 1)]


def test_teaser_gives_way_to_its_page_and_to_a_later_one_of_the_same_feed(house: House) -> None:
    house.take(teaser("The mayor made thirty points in all."))
    shorter = replace(teaser("The mayor made 31 points."), source="https://e.org/feed:7")
    assert numbers(house.take(shorter)) == (0, 1, 0, 0, 0)
    assert numbers(house.take(page(FULL))) == (0, 1, 0, 0, 0)
    assert house.index.articles()[0].text == FULL


def test_teaser_takes_no_carrier_off_a_story(house: House) -> None:
    house.take(story("Post", 1), story("Herald", 2))
    short = replace(story("Herald", 2, "The council voted."), source="https://Herald.org/feed:1", teaser=True)
    assert numbers(house.take(short)) == (0, 0, 1, 0, 0)
    assert [len(found.carriers) for found in house.index.articles()] == [2]


@pytest.mark.parametrize(
    "copy",
    [
        news(1, text="An early report of the ship.", modified=datetime(2025, 2, 1, tzinfo=UTC)),
        news(1, text="An early report of the ship."),
        page("An early report of the ship.", modified=datetime(2025, 2, 1, tzinfo=UTC)),
    ],
    ids=["changed earlier", "never changed", "page from a stale cache"],
)
def test_older_copy_does_not_replace_the_text_that_was_changed_since(house: House, copy: Article) -> None:
    house.take(news(1), page(news(1).text + " More.", modified=MARCH))
    assert numbers(house.take(copy)) == (0, 0, 1, 0, 0)
    assert house.index.articles()[0].text.endswith("More.")


def test_copy_from_a_web_archive_of_unknown_age_does_not_replace_what_was_read_from_the_page(house: House) -> None:
    house.take(page(FULL))
    captured = replace(page("An early report of the ship."), source="/crawl.warc.gz#https://e.org/1")
    assert numbers(house.take(captured)) == (0, 0, 1, 0, 0)
    assert numbers(house.take(replace(captured, modified=MARCH))) == (0, 1, 0, 0, 0)


@pytest.mark.parametrize("place", [{"source": "https://e.org/1"}, {"source": "/news/a.txt", "url": None}])
def test_article_that_goes_back_to_its_earlier_text_has_it_again(house: House, place: dict[str, object]) -> None:
    texts = ["The mayor resigned.", "The mayor did not resign.", "The mayor resigned."]
    for day, text in enumerate(texts):
        report = house.take(news(1, text=text, **place), now=NOW + timedelta(days=day))
        assert report.added + report.updated == 1
    (current,) = house.index.articles()
    assert (current.text, current.version, current.valid_from) == (texts[0], 3, NOW + timedelta(days=2))
    assert house.index.article(current.id, 2).valid_to == current.valid_from


def test_page_and_feed_that_tell_it_differently_do_not_take_turns(house: House) -> None:
    whole_entry = replace(page(FULL + " More."), source="https://e.org/feed:3")
    house.take(page(FULL), whole_entry)
    for day in range(3):
        later = NOW + timedelta(days=day)
        assert numbers(house.take(page(FULL), whole_entry, now=later)) == (0, 0, 2, 0, 0)
    assert house.index.stats().versions == 2


@pytest.mark.parametrize(
    "fact",
    [{"correction": "Correction: it was berth 2."}, {"authors": ("Ana Reed",)}, {"section": "Sea"}],
    ids=lambda fact: next(iter(fact)),
)
def test_fact_that_changes_without_the_text_is_stored(house: House, fact: dict[str, object]) -> None:
    house.take(news(1, authors=("Jo Li",)))
    assert numbers(house.take(news(1, **fact))) == (0, 1, 0, 0, 0)
    assert numbers(house.take(news(1, **fact))) == (0, 0, 1, 0, 0)
    (found,) = house.index.articles()
    assert {name: getattr(found, name) for name in fact} == fact
    assert (found.version, found.authors) == (1, fact.get("authors", ("Jo Li",)))


def test_copy_that_does_not_say_who_wrote_it_changes_nothing(house: House) -> None:
    noted = news(1, authors=("Jo Li",), section="Sea", text="The ship sank.\n\nCorrection: it did not sink at noon.")
    house.take(noted)
    assert numbers(house.take(replace(noted, authors=(), section=None))) == (0, 0, 1, 0, 0)
    assert (house.index.articles()[0].authors, house.index.articles()[0].section) == (("Jo Li",), "Sea")


def test_notice_of_the_outlet_that_a_story_is_shown_under_is_stored(house: House) -> None:
    house.take(story("Post", 3), story("Herald", 2))
    noted = replace(story("Herald", 2), correction="Correction: the vote was on Tuesday.")
    assert numbers(house.take(noted)) == (0, 1, 0, 0, 0)
    assert numbers(house.take(noted)) == (0, 0, 1, 0, 0)
    (found,) = house.index.articles()
    assert (found.correction, found.version, len(found.carriers)) == (noted.correction, 1, 2)
