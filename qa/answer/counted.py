"""What a number counts or measures.

A number with a unit of time or length, an age or a score counts none of them; a share is a turnout only where voting
or going to the polls is spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from qa.answer.asking import Asking
from qa.answer.candidates import FUNCTION_WORDS, NUMERALS
from qa.answer.synonyms import counted_alike
from qa.library.lexical import stem
from qa.search.rerank import stems
from qa.text import words

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
_WORTH = re.compile(
    r"\s*(?:%|per ?cent\b|(?:(?:hundred|thousand|million|billion|trillion)\s+)?"
    r"(?:dollars?|cents?|euros?|pounds?|pence|yen|yuan|rupees?|crowns?|francs?|pesos?|kron[ae]r?)\b)",
    re.IGNORECASE,
)
_WORTH_AT_END = re.compile(rf"{_WORTH.pattern}$", re.IGNORECASE)
_SUFFERED = re.compile(
    r"(?: [a-z]+){0,2}? (?:were|was|are|have been|has been|had been|remain) (?:[a-z]+ly )?([a-z]+)\b"
)
_SUFFERINGS = tuple(
    frozenset(map(stem, words.split()))
    for words in (
        "dead died killed drowned", "injured hurt wounded treated", "arrested detained held charged",
        "missing unaccounted",
        "evacuated forced driven displaced homeless moved", "rescued saved found freed",
    )
)  # fmt: skip
"""What people are counted by after a disaster: one of them is no count of another."""
_SUFFERED_WITHIN = 8
"""Words behind a number in which what those counted suffered is told."""
_PEOPLE = {
    stem(word)
    for word in (
        "people person men women residents folk passengers spectators fans crowd injured wounded hurt dead deaths "
        "killed arrests arrested evacuees missing staff employees workers migrants members followers"
    ).split()
}
_WHO_DO = ("ers", "ors", "ists", "ants", "ees")
_IS_AGE = re.compile(r"[-\s]years?[-\s]olds?\b")
_AGED = re.compile(r"\b(?:aged?|(?:man|woman|boy|girl|son|daughter|child) of) $")
_LIKE_BEFORE = re.compile(
    rf"\bfrom [^.;:!?]{{0,20}}?(?:\d|\b(?:{'|'.join(NUMERALS)})\b){_MEASURED.pattern}[^.;:!?]{{0,40}}? to "
    r"(?:\w+ )?$",
    re.IGNORECASE,
)
"""What makes a bare number one of minutes or metres: "from 55 minutes by bus to 34"."""
_SCORED, _WAS_SCORED = re.compile(r"[-–]\d"), re.compile(r"\d[-–]$")
_SCORES = {stem(word) for word in "goals points runs sets tries games matches votes seats".split()}
_OF_OTHERS = re.compile(rf" (?:out )?of (?:(?:the|its|their) )?(?:\d[\d,]*|{'|'.join(NUMERALS)}) ([^\W\d_]+)")
_NOT_COUNTED = FUNCTION_WORDS.union(NUMERALS)
_NUMBER_OF = re.compile(r"\bnumber of ((?:\w+ ){0,2}\w+)\b[^.;:!?,\d]{0,30}$", re.IGNORECASE)
_DEEDS = (
    (
        re.compile(
            r"\b(?:los(?:e|es|ing|t) their (?:jobs?|work|posts?|positions?)|out of (?:work|a job)|"
            r"shown the door|laid off|made redundant)\b"
        ),
        "jobs",
    ),
    (re.compile(r"\blos(?:e|es|ing|t) their li(?:fe|ves)\b"), "dead"),
)
"""What is said of people who are counted so, and what that counts."""
_DEED_REACH = 12
"""Words behind a number in which it is said."""
_SPOKEN_OF: Mapping[str, re.Pattern[str]] = {
    "turnout": re.compile(
        r"\b(?:turn(?:ed|ing|s)?[ -]?out|voted|vot(?:es|ing) cast|took part|went to the polls)\b", re.I
    ),
    "attendance": re.compile(r"\b(?:attend\w*|crowds?|spectators?|audience|visitors?|fans|watched|gates?)\b", re.I),
    "dividend": re.compile(r"\bdividends?\b|\bpay ?outs?\b|\bper share\b", re.I),
    "margin": re.compile(r"\bmargin\b|\bby\b|\bmajority\b|\bahead\b|\blead\b|\bclear of\b|\bagainst\b", re.I),
    "magnitude": re.compile(r"\bmagnitude\b|\bmeasur\w+\b|\bRichter\b|\b\d\.\d[- ](?:strong|quake|earthquake)", re.I),
}
"""Amounts that no unit tells, and how a sentence speaks of them."""


def counted_noun(asking: Asking) -> set[str]:
    """Give what a question says that it counts: "how many people were killed" counts people and those killed."""
    if asking.word != "how many":
        return set()
    telling = stems(" ".join(asking.content))
    return {stem(noun) for noun in asking.noun} | {each for each in telling if len(counted_alike({each})) > 1}


def counted_by(value: str, text: str) -> set[str]:
    """Give the telling words that a number counts: those in it, the three after it, and what those counted lost."""
    after = words(text[text.find(value) + len(value) :])
    counted = [*words(value), *after[:3]]
    counted += [deed for said, deed in _DEEDS if said.search(" ".join(after[:_DEED_REACH]))]
    return {stem(word) for word in counted if word.isalpha() and word not in _NOT_COUNTED}


def speaks_of_amount(noun: Sequence[str], quotes: Sequence[str]) -> bool:
    """Say whether any quote speaks of the amount asked for, where its number alone would not tell: a turnout, say."""
    spoken = _SPOKEN_OF.get(noun[-1]) if noun else None
    return spoken is None or any(spoken.search(quote) for quote in quotes)


def is_worth(value: str) -> bool:
    """Say whether a number is a sum of money or a share, by the sign before it or the word at its end."""
    return value.startswith(tuple("$€£¥₹")) or bool(_WORTH_AT_END.search(value))


def counts_people(asking: Asking) -> bool:
    """Say whether a question may count people: it says so, or does not say what it counts."""
    noun = counted_noun(asking)
    return not noun or names_people(noun) or any(each.lower().endswith(_WHO_DO) for each in asking.noun)


def names_people(counted: set[str]) -> bool:
    """Say whether what is counted are people, by stems."""
    return not _PEOPLE.isdisjoint(counted)


def same_suffering(value: str, text: str, other_value: str, other_text: str) -> bool:
    """Say whether those whom two numbers count suffered the same, such as having had to leave their homes."""
    both = [
        {stem(word) for word in words(told[told.find(number) + len(number) :])[:_SUFFERED_WITHIN]}
        for number, told in ((value, text), (other_value, other_text))
    ]
    return any(not (suffered.isdisjoint(both[0]) or suffered.isdisjoint(both[1])) for suffered in _SUFFERINGS)


class Counts:
    """Says of numbers in sentences whether they are for certain no count of what "how many" asks for.

    Args:
        asking: the question as read; what asks for no count leaves every number be.
    """

    def __init__(self, asking: Asking) -> None:
        of_units = bool(asking.noun) and bool(_MEASURED.match(asking.noun[-1]) or _WORTH.match(asking.noun[-1]))
        of_things = asking.word == "how many" and not of_units
        self._noun = stem(asking.noun[-1]) if of_things and asking.noun else ""
        self._alike = counted_alike(counted_noun(asking)) if of_things else set()

    def other(self, sentence: str, start: int, end: int) -> bool:
        """Say whether a number counts something else, as in "18-year-old", "2–1", "for four minutes"."""
        before, after = sentence[:start], sentence[end:]
        told = _NUMBER_OF.search(before)
        if told and self._alike and self._alike.isdisjoint(map(stem, words(told[1]))):
            return True
        if not self._noun:
            return False
        if (
            _IS_AGE.match(after)
            or _AGED.search(before)
            or _MEASURED.match(after)
            or _WORTH.match(after)
            or _WORTH_AT_END.search(sentence[start:end])
            or self._suffers_else(after)
            or _WITH_UNIT.match(sentence[start:end])
            or _LIKE_BEFORE.search(before)
        ):
            return True
        scored = bool(_SCORED.match(after) or _WAS_SCORED.search(before))
        return (scored and self._noun not in _SCORES) or self._is_part(sentence, after)

    def _suffers_else(self, after: str) -> bool:
        """Say whether those counted suffered another thing: not the killed of "1,400 were forced from their homes"."""
        told = _SUFFERED.match(after)
        asked = [each for each in _SUFFERINGS if not each.isdisjoint(self._alike)]
        if told is None or not asked:
            return False
        suffered = stem(told[1])
        return any(suffered in each for each in _SUFFERINGS if each not in asked)

    def _is_part(self, sentence: str, after: str) -> bool:
        # "With every vote counted, they have 28 of the 61 seats" counts no votes.
        others = _OF_OTHERS.match(after)
        if others is None or self._noun not in stems(sentence):
            return False
        return stem(others[1].lower()) not in self._alike
