"""What a number counts, and what else the same may be called: jobs are posts, customers are subscribers.

A number with a unit of time or length, an age or a score counts none of them.
"""

from __future__ import annotations

import re

from qa.answer.asking import Asking
from qa.answer.candidates import FUNCTION_WORDS, NUMERALS
from qa.library.lexical import stem
from qa.search.rerank import stems
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
_UNITS = (
    "second minute hour day night week month year decade metre meter kilometre kilometer km mile foot inch yard kg "
    "kilo kilogram tonne degree litre acre hectare megawatt"
)
_MEASURED = re.compile(
    rf"[\s-]*(?:(?:{_UNITS.replace(' ', '|')})s?|feet|inches|centur(?:y|ies))(?![\w-])", re.IGNORECASE
)
_WITH_UNIT = re.compile(
    rf"(?:[\d.,]+|(?:(?:{'|'.join(NUMERALS)}|and|a|half)\b[\s-]*)+){_MEASURED.pattern}", re.IGNORECASE
)
_IS_AGE = re.compile(r"[-\s]years?[-\s]olds?\b")
_AGED = re.compile(r"\baged? $")
_SCORED, _WAS_SCORED = re.compile(r"[-–]\d"), re.compile(r"\d[-–]$")
_SCORES = {stem(word) for word in "goals points runs sets tries games matches votes seats".split()}
_OF_OTHERS = re.compile(rf" (?:out )?of (?:(?:the|its|their) )?(?:\d[\d,]*|{'|'.join(NUMERALS)}) ([^\W\d_]+)")
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


class Counts:
    """Says of numbers in sentences whether they are for certain no count of what "how many" asks for.

    Args:
        asking: the question as read; what asks for no count leaves every number be.
    """

    def __init__(self, asking: Asking) -> None:
        of_things = asking.word == "how many" and bool(asking.noun) and not _MEASURED.match(asking.noun[-1])
        self._noun = stem(asking.noun[-1]) if of_things else ""
        self._alike = counted_alike(counted_noun(asking)) if of_things else set()

    def other(self, sentence: str, start: int, end: int) -> bool:
        """Say whether a number counts something else, as in "18-year-old", "2–1", "for four minutes"."""
        if not self._noun:
            return False
        before, after = sentence[:start], sentence[end:]
        if (
            _IS_AGE.match(after)
            or _AGED.search(before)
            or _MEASURED.match(after)
            or _WITH_UNIT.match(sentence[start:end])
        ):
            return True
        scored = bool(_SCORED.match(after) or _WAS_SCORED.search(before))
        return (scored and self._noun not in _SCORES) or self._is_part(sentence, after)

    def _is_part(self, sentence: str, after: str) -> bool:
        # "With every vote counted, they have 28 of the 61 seats" counts no votes.
        others = _OF_OTHERS.match(after)
        if others is None or self._noun not in stems(sentence):
            return False
        return stem(others[1].lower()) not in self._alike
