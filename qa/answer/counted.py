"""What a number counts, and what else the same may be called: jobs are posts, customers are subscribers."""

from __future__ import annotations

import re

from qa.answer.asking import Asking
from qa.answer.candidates import FUNCTION_WORDS, NUMERALS
from qa.search.rerank import stem, stems
from qa.text import words

_SAME_COUNT = [
    {stem(word) for word in one.split()}
    for one in (
        "jobs positions posts roles redundancies layoffs", "customers subscribers clients users accounts",
        "homes households houses dwellings properties", "passengers travellers souls aboard",
        "spectators fans crowd attendance audience watched attended", "injured wounded hurt",
        "dead deaths killed died fatalities",
        "arrests arrested detained", "evacuees evacuated", "stalls pitches shops", "missing unaccounted",
        "staff employees workers workforce", "migrants refugees", "members followers supporters",
    )
]  # fmt: skip
"""Words for what is counted that news uses for one another."""
_NOT_COUNTED = FUNCTION_WORDS.union(NUMERALS)
_WORK_LOST = re.compile(r"\b(?:los(?:e|es|ing|t)) their (?:jobs?|work|posts?|positions?)\b", re.IGNORECASE)


def counted_noun(asking: Asking) -> set[str]:
    """Give what a question says that it counts: "how many people were killed" counts people and those killed."""
    if asking.word != "how many":
        return set()
    telling = stems(" ".join(asking.content))
    return {stem(noun) for noun in asking.noun} | {each for each in telling if len(counted_alike({each})) > 1}


def counted_alike(counted: set[str]) -> set[str]:
    """Give what else the same may be called."""
    return counted.union(*(words for words in _SAME_COUNT if not words.isdisjoint(counted)))


def counted_by(value: str, text: str) -> set[str]:
    """Give the telling words that a number counts: those in it, the three after it, and the jobs that people lose."""
    after = words(text[text.find(value) + len(value) :])
    counted = [*words(value), *after[:3]]
    if _WORK_LOST.search(" ".join(after[:6])):
        counted.append("jobs")
    return {stem(word) for word in counted if word.isalpha() and word not in _NOT_COUNTED}
