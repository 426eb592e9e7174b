"""How a matter went is told in dated verbatim lines, oldest first; how it stands, newest first."""

from __future__ import annotations

from datetime import UTC, datetime

from fakes import FakeEmbedder, make_article, whole

from qa.answer.timeline import choose_events, choose_latest, choose_news, event_line, left_out
from qa.types import Article, Evidence, ScoredPassage

EMBEDDER = FakeEmbedder()


def scored(article: Article) -> ScoredPassage:
    indexed = whole(article, EMBEDDER)
    return ScoredPassage(indexed.passages[0], article, 1.0, {}, indexed.vectors[0].sentences)


def story(day: int, text: str, **fields: object) -> ScoredPassage:
    return scored(make_article(text, **{"published": datetime(2025, 3, day, tzinfo=UTC), "title": "", **fields}))


ORDERED = story(1, "The Tallow Bridge was ordered from the Fennick yard. It will have four arches of pale stone.")
DELAYED = story(9, "Work on the Tallow Bridge stopped when the river rose. Divers are to look at the piers.")
OPENED = story(20, "Children were the first to cross the Tallow Bridge when it opened at noon. A band played.")
OTHER = story(5, "A flock of geese delayed a flight to the islands for an hour. Nobody was hurt by them.")
UNDATED = story(1, "The Tallow Bridge is said to be haunted by a heron.", published=None, title="The heron")


def events(*passages: ScoredPassage, limit: int = 12) -> list[str]:
    topic = "the Tallow Bridge"
    return [each.text for each in choose_events(topic, EMBEDDER.embed_query(topic), passages, limit)]


def test_lines_are_in_the_order_of_publication_whatever_the_ranking() -> None:
    expected = [
        "The Tallow Bridge was ordered from the Fennick yard.",
        "Work on the Tallow Bridge stopped when the river rose.",
        "Children were the first to cross the Tallow Bridge when it opened at noon.",
    ]
    assert events(OPENED, ORDERED, DELAYED) == expected
    assert events(DELAYED, OPENED, ORDERED) == expected


def test_every_line_stands_verbatim_in_its_article() -> None:
    topic = "the Tallow Bridge"
    for each in choose_events(topic, EMBEDDER.embed_query(topic), [OPENED, ORDERED, DELAYED]):
        assert each.article.text[each.start : each.end] == each.text


def test_an_article_that_does_not_speak_of_the_topic_is_left_out() -> None:
    assert events(OTHER) == []
    assert len(events(OTHER, ORDERED)) == 1


def test_an_article_without_a_date_has_no_place_and_is_said_to_have_none() -> None:
    assert len(events(UNDATED, ORDERED)) == 1
    assert left_out("the Tallow Bridge", [UNDATED, ORDERED]) == [
        "“The heron” has no date, so it has no place in this order."
    ]


def test_a_line_that_repeats_an_earlier_one_is_dropped() -> None:
    copy = story(2, "The Tallow Bridge was ordered from the Fennick yard. So we hear.", publisher="The Gull")
    assert events(ORDERED, copy) == ["The Tallow Bridge was ordered from the Fennick yard."]


def test_there_is_a_most_of_lines_and_the_telling_ones_stay() -> None:
    assert len(events(ORDERED, DELAYED, OPENED, limit=2)) == 2


def test_what_is_latest_is_told_newest_first() -> None:
    topic = "the Tallow Bridge"
    told = choose_latest(topic, EMBEDDER.embed_query(topic), [ORDERED, OPENED, OTHER, DELAYED, UNDATED], 2)
    assert [each.article.published for each in told] == [each.article.published for each in (OPENED, DELAYED)]


def test_an_article_is_told_by_the_early_sentence_that_says_what_its_title_does() -> None:
    opening = story(20, "They came with umbrellas. The Tallow Bridge opened at noon on Friday.", title="Bridge opened")
    told = choose_news([opening, UNDATED, OTHER])
    assert [each.text for each in told] == [
        "The Tallow Bridge opened at noon on Friday.",
        "A flock of geese delayed a flight to the islands for an hour.",
    ]


def test_a_line_names_day_and_outlet_and_never_shows_unknown_as_today() -> None:
    article = make_article("It rained.", publisher="The\n Gull", published=datetime(2025, 3, 9, tzinfo=UTC))
    line = Evidence(article, "p", 0, 10, "It rained.", 1.0)
    assert event_line(line) == "9 March 2025, The Gull: “It rained.”"
    undated = Evidence(make_article("It rained.", publisher=None, published=None), "p", 0, 10, "It rained.", 1.0)
    assert event_line(undated) == "undated: “It rained.”"
