"""A wish to be told of a whole matter is read from its words: how it went, or how it stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.answer.overview import Overview, read_overview, timeline_question
from qa.types import Understood


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What happened with the Grey Petrel?", "the Grey Petrel"),
        ("what has happened to Tamsel Orrick so far", "Tamsel Orrick"),
        ("What's happening with the strike at St Averil's?", "the strike at St Averil's"),
        ("What’s happening with the strike?", "the strike"),
        ("what happened to the price of cotton this year?", "the price of cotton"),
        ("Timeline of Storm Ottoline", "Storm Ottoline"),
        ("Please give me a short timeline of the harbour inquiry, step by step.", "the harbour inquiry"),
        ("A chronology of the ferry fares", "the ferry fares"),
        ("How did the nurses' strike unfold?", "the nurses' strike"),
        ("What is the timeline of the inquiry?", "the inquiry"),
        ("Grey Petrel: timeline", "Grey Petrel"),
    ],
)
def test_the_order_of_a_matter_is_asked_for(question: str, topic: str) -> None:
    assert read_overview(question) == Overview(topic)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Summarise the news about the fish festival.", "the fish festival"),
        ("summarize the Grey Petrel story", "the Grey Petrel"),
        ("Could you tell me more about the flood please?", "the flood"),
        ("What do the papers say about chess in schools?", "chess in schools"),
        ("what are reports saying about the quake", "the quake"),
        ("What do we know about the explosion?", "the explosion"),
        ("give me the gist of the budget row", "the budget row"),
    ],
)
def test_what_is_known_of_a_matter_is_asked_for(question: str, topic: str) -> None:
    assert read_overview(question) == Overview(topic)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What is the latest on the Grey Petrel?", "the Grey Petrel"),
        ("Any news about the mayor?", "the mayor"),
        ("is there any news on the strike?", "the strike"),
        ("What's new with the ferry today?", "the ferry"),
        ("Recent developments in the harbour case", "the harbour case"),
        ("bring me up to date on the strike", "the strike"),
        ("Fill me in on the trial", "the trial"),
        ("What has Tamsel Orrick been up to lately?", "Tamsel Orrick"),
        ("How is the tram line coming along?", "the tram line"),
        ("Where do things stand with the tram line?", "the tram line"),
        ("grey petrel news", "grey petrel"),
    ],
)
def test_how_a_matter_stands_is_asked_for(question: str, topic: str) -> None:
    assert read_overview(question) == Overview(topic, newest_first=True)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the race?",
        "What happened on 24 June 2025 at Hesk Point?",
        "Which country happened to win?",
        "What is the timeline?",
        "How did the minister answer?",
        "What are the latest figures for unemployment?",
        "What's the latest date for applications?",
        "What is the new name of the club?",
        "What do the articles say about the cause of the fire?",
        "What do the papers say about how many died?",
        "What news did the minister give?",
        "Tell me about it.",
        "",
        "timeline",
    ],
)
def test_another_question_wants_no_matter_told(question: str) -> None:
    assert read_overview(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "What's in the news?",
        "latest news",
        "What's the latest?",
        "Anything new?",
        "Show me today's headlines.",
        "What happened yesterday?",
        "news today please",
    ],
)
def test_the_news_of_all_matters_are_asked_for(question: str) -> None:
    assert read_overview(question) == Overview("", newest_first=True)


def test_days_and_outlets_name_no_matter() -> None:
    asked = read_overview("What are today's headlines from the Daily Gull?")
    assert asked is not None
    assert asked.is_of_all(Understood(from_words="today, Daily Gull"))
    assert not asked.is_of_all(Understood(from_words="today"))


@pytest.mark.parametrize(("since", "of_all"), [(datetime(2025, 3, 1, tzinfo=UTC), True), (None, False)])
def test_what_happened_in_a_month_is_of_all_where_its_days_bound_the_search(
    since: datetime | None, of_all: bool
) -> None:
    asked = read_overview("What happened in March 2025?")
    assert asked is not None
    assert asked.is_of_all(Understood(since=since, from_words="in March 2025")) == of_all


def test_a_timeline_is_asked_for_once() -> None:
    assert timeline_question("Storm Ottoline") == "Timeline of Storm Ottoline"
    assert timeline_question("What happened with Storm Ottoline?") == "What happened with Storm Ottoline?"
    assert timeline_question("Storm Ottoline news") == "Timeline of Storm Ottoline news"
