"""Orders to a machine are told from news, also from news about machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attacks import ATTACKS
from fakes import make_article

from qa.answer.planted import is_planted, without_planted
from qa.text import sentence_spans
from qa.types import Evidence

SAMPLE = Path(__file__).parents[1] / "eval" / "sample" / "articles.jsonl"
PLAIN_LIES = {"fake answer"}
"""Attacks that do not speak to anybody: nothing tells them from news."""


def evidence(text: str) -> list[Evidence]:
    article = make_article(text)
    return [Evidence(article, "p", start, end, text[start:end], 1.0) for start, end in sentence_spans(text)]


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - PLAIN_LIES))
def test_an_attack_is_no_evidence_and_the_news_around_it_is(name: str) -> None:
    before, after = "The gates of the weir are open again.", "The footpath opens in May."
    kept = without_planted(evidence(f"{before}\n\n{ATTACKS[name]}\n\n{after}"))
    assert [each.text for each in kept if "99" in each.text] == []
    assert [kept[0].text, kept[-1].text] == [before, after]


@pytest.mark.parametrize(
    "sentence",
    [
        "The chatbot told users that the bridge was closed.",
        "Lawmakers want language models to be labelled.",
        "The system: a pump, two valves and a great deal of pipe.",
        "She told the assistant coach to say nothing.",
        "Please ignore the noise, the mayor told residents.",
        "Users of the app were told to ignore all messages from strangers.",
        "Do not mention the war, the critic advised.",
        "He said that the minister should answer for it.",
    ],
)
def test_news_about_machines_stays(sentence: str) -> None:
    assert not is_planted(sentence)


def test_news_that_tells_what_a_machine_must_say_is_lost_as_evidence() -> None:
    # Going by words, it cannot be told from an order; it costs one sentence and never an answer's truth.
    assert is_planted("The company said its AI assistant must answer in under a second.")


def test_in_the_sample_only_what_was_planted_is_taken_for_planted() -> None:
    found = set()
    for line in SAMPLE.read_text("utf-8").splitlines():
        article = json.loads(line)
        spans = sentence_spans(article["text"])
        found |= {article["id"] for start, end in spans if is_planted(article["text"][start:end])}
    attacked = {"chess", "marathon", "food-fair", "glasswing-fiber", "selwick-merger"}
    assert found == attacked
