"""Outlets that carry one story: who printed which text, by what address, and who leads when one goes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ingest_house import MARCH, NOW, STORY, House, news, numbers, story

from qa.types import Article, SearchFilter

CORRECTED = STORY.replace("3.2 million", "3.9 million")


def carriers(house: House, version: int) -> list[str | None]:
    article_id = next(found.id for found in house.index.articles() if "corrected" not in found.title)
    return [carrier.publisher for carrier in house.index.article(article_id, version).carriers]


def test_corrected_wire_story_is_not_shown_as_carried_by_those_that_did_not_correct_it(house: House) -> None:
    house.take(story("Herald", 1), story("Post", 2), story("Times", 3))
    house.take(replace(story("Herald", 1, CORRECTED), modified=MARCH))
    assert (carriers(house, 1), carriers(house, 2)) == (["Herald", "Post", "Times"], ["Herald"])
    assert dict(house.index.publishers()) == {"Herald": 1}
    before = SearchFilter(publishers=("Post",), as_of=datetime(2025, 2, 20, tzinfo=UTC))
    assert [found.text for found in house.index.articles(before)] == [STORY]
    assert house.index.articles(replace(before, as_of=NOW)) == ()


def test_carrier_takes_the_correction_up_or_stays_with_the_text_it_printed(house: House) -> None:
    house.take(story("Herald", 1), story("Post", 2), story("Times", 3))
    house.take(replace(story("Herald", 1, CORRECTED), modified=MARCH))
    again = [story("Post", 2, CORRECTED), story("Times", 3)]
    assert numbers(house.take(*again)) == (1, 0, 0, 1, 0)
    assert numbers(house.take(*again)) == (0, 0, 2, 0, 0)
    told = {found.text: [one.publisher for one in found.carriers] for found in house.index.articles()}
    assert told == {CORRECTED: ["Herald", "Post"], STORY: ["Times"]}


def test_edited_wording_leaves_a_story_its_carriers(house: House) -> None:
    house.take(story("Herald", 1), story("Post", 2))
    house.take(replace(story("Herald", 1, STORY.replace("called the plan", "called it")), modified=MARCH))
    assert carriers(house, 2) == ["Herald", "Post"]


def test_text_that_an_outlet_changed_holds_no_earlier_than_its_change(house: House) -> None:
    house.take(story("Post", 1), story("Herald", 2))
    house.take(story("Herald", 2, CORRECTED))
    before = SearchFilter(as_of=datetime(2025, 2, 20, tzinfo=UTC))
    assert [found.text for found in house.index.articles(before)] == [STORY]


def test_only_outlet_left_of_a_story_keeps_its_history_when_it_changes_the_text(house: House) -> None:
    house.take(story("Post", 1), story("Herald", 2))
    house.index.retire("Post")
    assert numbers(house.take(story("Herald", 2, CORRECTED))) == (0, 1, 0, 0, 0)
    (current,) = house.index.articles()
    assert house.index.article(current.id, 1).text == STORY


@pytest.mark.parametrize(
    "variant", ["http://Herald.org/wall", "https://www.Herald.org/wall", "https://Herald.org/wall/"]
)
def test_carrier_is_known_by_any_variant_of_its_address(house: House, variant: str) -> None:
    house.take(story("Post", 1), story("Herald", 2))
    seen = replace(story("Herald", 2), url=variant)
    assert numbers(house.take(seen)) == (0, 0, 1, 0, 0)
    assert numbers(house.take(replace(seen, text="The council has thrown out its plan for a wall."))) == (1, 0, 0, 0, 0)
    assert sorted(len(found.carriers) for found in house.index.articles()) == [1, 1]


def test_variant_of_its_own_address_makes_no_second_carrier(house: House) -> None:
    house.take(news(1))
    assert numbers(house.take(news(1, url="http://www.e.org/1/"))) == (0, 0, 1, 0, 0)
    house.take(news(1, url="http://www.e.org/1/", text="The ship has left again.", modified=MARCH))
    assert [carrier.url for carrier in house.index.articles()[0].carriers] == ["https://e.org/1"]


def other_story(outlet: str, day: int) -> Article:
    return story(outlet, day, STORY.replace("Monday", "Tuesday").replace("3.2", "4.8"))


@pytest.mark.parametrize("joins", [True, False])
def test_address_is_never_carried_by_two_stories_whatever_is_cut_short(house: House, joins: bool) -> None:
    house.take(story("Post", 1), story("Herald", 2), other_story("Times", 3))
    now_carries = other_story("Herald", 2) if joins else story("Herald", 2, "The plan for a wall has been thrown out.")

    def fail(step: str) -> None:
        if step == "catalog:committed":
            raise OSError("killed")

    house.index._on_step = fail
    with pytest.raises(OSError, match="killed"):
        house.take(now_carries)
    house.index._on_step = lambda step: None
    house.take(now_carries, news(1))
    held = [carrier.url for found in house.index.articles() for carrier in found.carriers]
    assert sorted(held) == sorted(set(held))
    assert len(held) == 4


def test_articles_of_two_dumps_that_number_them_alike_are_two(house: House, tmp_path: Path) -> None:
    for name in ("one", "two"):
        line = {"id": 17, "title": f"Report {name}", "text": f"The {name} report tells of a ship in the harbour."}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    assert numbers(house.run(tmp_path / "one.jsonl", tmp_path / "two.jsonl")) == (2, 0, 0, 0, 0)
    assert numbers(house.run(tmp_path / "one.jsonl", tmp_path / "two.jsonl")) == (0, 0, 2, 0, 0)


def test_outlet_that_takes_the_lead_brings_its_own_facts(house: House) -> None:
    post = replace(story("Post", 2), authors=("Jo Li",), section="City", provider_id="p1", source="/post.jsonl:1")
    herald = replace(story("Herald", 1), authors=("Ana Reed",), source="/herald.jsonl:1")
    house.take(post, herald)

    def facts() -> tuple[object, ...]:
        (found,) = house.index.articles()
        return found.publisher, found.authors, found.section, found.provider_id, found.source

    assert facts() == ("Herald", ("Ana Reed",), None, None, "/herald.jsonl:1")
    house.index.retire("Herald")
    assert facts() == ("Post", ("Jo Li",), "City", "p1", "/post.jsonl:1")


def test_deleting_the_outlet_that_corrected_a_story_brings_back_what_the_others_printed(house: House) -> None:
    house.take(story("Herald", 1), story("Post", 2))
    house.take(replace(story("Herald", 1, CORRECTED), modified=MARCH))
    house.index.retire("Herald")
    (found,) = house.index.articles()
    assert (found.text, found.publisher, found.valid_to) == (STORY, "Post", None)
    assert [carrier.publisher for carrier in found.carriers] == ["Post"]
    assert house.index.doctor().healthy
