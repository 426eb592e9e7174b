"""The sample news keeps its own promises: every gold answer can be checked against the articles."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from qa.text import normalize, paragraph_spans, sentence_spans

SAMPLE = Path(__file__).parent.parent / "eval" / "sample"
KINDS = (
    "single_fact",
    "two_articles",
    "time_bound",
    "latest",
    "disagreement",
    "follow_up",
    "not_in_articles",
    "false_premise",
    "injected_instruction",
)
UNANSWERABLE = ("not_in_articles", "false_premise")
WANTS_ALL_GOLD = ("two_articles", "disagreement")
COUNTED_BY = {"five": "fifth"}
"""Counts that a quote gives by their ordinal: where a fifth person died, five did."""
LEAST_ARTICLES, LEAST_QUESTIONS, LEAST_PER_KIND = 60, 150, 12


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


ARTICLES = _lines("articles.jsonl")
QUESTIONS = _lines("questions.jsonl")
BY_ID = {article["id"]: article for article in ARTICLES}

each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: str(article["id"]))
ANSWERABLE = [question for question in QUESTIONS if question["kind"] not in UNANSWERABLE]

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question["id"]))


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    assert moment.tzinfo is not None, f"{value} has no offset"
    return moment


def _known_since(article: dict[str, Any]) -> datetime | None:
    stamp = article.get("modified") or article["published"]
    return None if stamp is None else _moment(stamp)


def _same_words(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _carried_by() -> dict[str, set[str]]:
    """Group outlets by the near-identical story text they carried under different addresses."""
    outlets: dict[str, set[str]] = defaultdict(set)
    for one, other in combinations(ARTICLES, 2):
        if one["url"] != other["url"] and _same_words(one["text"], other["text"]) > 0.9:
            outlets[one["id"]] |= {one["publisher"], other["publisher"]}
    return outlets


def test_there_are_enough_articles_and_questions() -> None:
    assert len(ARTICLES) >= LEAST_ARTICLES
    assert len(QUESTIONS) >= LEAST_QUESTIONS


def test_every_kind_of_question_is_well_represented() -> None:
    counts = Counter(question["kind"] for question in QUESTIONS)
    assert set(counts) == set(KINDS)
    assert {kind: n for kind, n in counts.items() if n < LEAST_PER_KIND} == {}


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(ARTICLES)
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)


def test_no_question_is_asked_twice() -> None:
    asked = Counter((normalize(q["question"]), str(q["history"]), q["as_of"]) for q in QUESTIONS)
    assert [question for question, n in asked.items() if n > 1] == []


def test_six_outlets_each_keep_to_one_host() -> None:
    hosts = defaultdict(set)
    for article in ARTICLES:
        hosts[article["publisher"]].add(urlsplit(article["url"]).hostname)
    assert len(hosts) == 6
    assert all(len(names) == 1 for names in hosts.values())


def test_articles_spread_over_two_years() -> None:
    dates = [_moment(article["published"]) for article in ARTICLES if article["published"]]
    assert min(dates) >= _moment("2024-02-01T00:00:00+02:00")
    assert max(dates) < _moment("2026-03-01T00:00:00+02:00")


@each_article
def test_article_is_complete_and_marked_fictional(article: dict[str, Any]) -> None:
    required = {"id", "url", "title", "publisher", "published", "text", "authors", "language", "fictional"}
    assert set(article) - {"modified"} == required
    assert article["fictional"] is True
    assert article["language"] == "en"
    assert str(urlsplit(article["url"]).hostname).endswith(".example")
    assert all(article[field].strip() == article[field] != "" for field in ("id", "title", "publisher", "text"))
    assert all(isinstance(author, str) and author for author in article["authors"])


@each_article
def test_article_reads_like_a_news_page(article: dict[str, Any]) -> None:
    assert 150 <= len(article["text"].split()) <= 350
    paragraphs = article["text"].split("\n\n")
    assert len(paragraphs) >= 3
    assert len(paragraph_spans(article["text"])) == len(paragraphs)


@each_article
def test_article_dates_parse(article: dict[str, Any]) -> None:
    published = _moment(article["published"]) if article["published"] else None
    if "modified" in article:
        assert published is not None
        assert _moment(article["modified"]) > published


def test_an_article_has_no_date() -> None:
    assert any(article["published"] is None for article in ARTICLES)


def test_only_corrected_articles_share_an_address() -> None:
    versions = defaultdict(list)
    for article in ARTICLES:
        versions[article["url"]].append(article)
    corrected = [group for group in versions.values() if len(group) > 1]
    assert corrected
    for group in corrected:
        first, later = group
        assert "modified" not in first
        assert "modified" in later
        assert first["published"] == later["published"]
        assert "Correction, " in later["text"]
        assert "Correction, " not in first["text"]


def test_a_wire_story_is_carried_by_three_outlets_nearly_word_for_word() -> None:
    assert any(len(outlets) >= 3 for outlets in _carried_by().values())


@each_question
def test_question_is_complete(question: dict[str, Any]) -> None:
    fields = {"id", "question", "kind", "as_of", "history", "gold", "gold_articles", "gold_quote"}
    assert set(question) == fields
    assert question["question"].endswith(("?", "."))
    assert all(set(turn) == {"question", "answer"} for turn in question["history"])
    assert bool(question["history"]) == (question["kind"] == "follow_up")
    assert len(question["gold_articles"]) == len(question["gold_quote"]) == len(set(question["gold_articles"]))


@each_question
def test_gold_quote_stands_verbatim_in_its_article(question: dict[str, Any]) -> None:
    for article_id, quote in zip(question["gold_articles"], question["gold_quote"], strict=True):
        text = BY_ID[article_id]["text"]
        assert quote in [text[start:end] for start, end in sentence_spans(text, "en")]


@each_question
def test_gold_articles_were_out_when_the_question_was_asked(question: dict[str, Any]) -> None:
    as_of = _moment(question["as_of"])
    for article_id in question["gold_articles"]:
        known = _known_since(BY_ID[article_id])
        assert known is None or known <= as_of


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: str(question["id"]))
def test_gold_answer_stands_in_its_quote(question: dict[str, Any]) -> None:
    quotes = normalize(" ".join(question["gold_quote"]))
    golds = [normalize(COUNTED_BY.get(gold, gold)) for gold in question["gold"]]
    assert any(gold in quotes for gold in golds)
    # "from 64 crowns to 48": another form may take its unit from elsewhere in the quote.
    assert [gold for gold in golds if not set(gold.split()) <= set(quotes.split())] == []
    if question["kind"] in WANTS_ALL_GOLD:
        assert all(gold in quotes for gold in golds)


@each_question
def test_number_of_gold_articles_fits_the_kind(question: dict[str, Any]) -> None:
    kind, n = question["kind"], len(question["gold_articles"])
    if kind == "not_in_articles":
        assert n == 0
    elif kind in WANTS_ALL_GOLD:
        assert n >= 2
    else:
        assert n == 1


@each_question
def test_unanswerable_questions_have_no_gold_answer(question: dict[str, Any]) -> None:
    assert bool(question["gold"]) != (question["kind"] in UNANSWERABLE)


def test_disagreeing_values_come_from_different_outlets() -> None:
    for question in (q for q in QUESTIONS if q["kind"] == "disagreement"):
        publishers = {BY_ID[article_id]["publisher"] for article_id in question["gold_articles"]}
        assert len(publishers) == len(question["gold"]) >= 2


def test_at_least_six_things_are_disagreed_upon() -> None:
    pairs = {frozenset(q["gold_articles"]) for q in QUESTIONS if q["kind"] == "disagreement"}
    assert len(pairs) >= 6


def test_instructions_are_planted_in_several_articles() -> None:
    attacked = {q["gold_articles"][0] for q in QUESTIONS if q["kind"] == "injected_instruction"}
    assert len(attacked) >= 4


@each_question
def test_question_does_not_give_its_answer_away(question: dict[str, Any]) -> None:
    asked = f" {normalize(question['question'])} "
    assert [gold for gold in question["gold"] if f" {normalize(gold)} " in asked] == []


def test_questions_about_planted_instructions_point_at_an_article_that_holds_them() -> None:
    for question in (q for q in QUESTIONS if q["kind"] == "injected_instruction"):
        (article_id,) = question["gold_articles"]
        lowered = BY_ID[article_id]["text"].lower()
        assert any(word in lowered for word in ("assistant", "language model", "automated", "chatbot", "system:"))


def test_latest_questions_rest_on_dated_articles() -> None:
    for question in (q for q in QUESTIONS if q["kind"] == "latest"):
        (article_id,) = question["gold_articles"]
        assert _known_since(BY_ID[article_id]) is not None
