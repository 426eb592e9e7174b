"""What a question asks for: its question word, the noun it asks about, and so the type of its answer.

By rule and for English; a question in another language, or without a question word, asks for "anything". Nothing here
looks at an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from qa.answer.candidates import MONTHS, WEEKDAYS
from qa.text import words

AnswerType: TypeAlias = Literal["person", "place", "number", "time", "thing", "truth", "prose"]

_QUESTION_WORD = re.compile(
    r"\b(which|what|whose|whom|who|where|when|why|how (?:many|much|old|long|far|big|tall|often|high|large|fast)|how)\b"
)
_AUXILIARIES = frozenset(
    "is are was were be been being has have had do does did will would can could should may might became "
    "becomes become made makes won wins said says".split()
)
_ENDS = frozenset("who that which to from for with by in on at after before and or as during into".split())
_EMPTY = frozenset("of these the those this kind type sort name a an following other new".split())
_TIMES = frozenset("year month day date week century decade time season weekday".split())
_AMOUNTS = frozenset(
    "percentage percent number magnitude score age amount price cost share rate figure total size length".split()
)
_PERSONS = frozenset(
    "person man woman president minister politician player athlete actor actress singer artist musician author writer "
    "leader director coach quarterback celebrity star senator governor king queen prince princess scientist".split()
)
_TRUTH = re.compile(r"^\s*(?:true or false|is it true)\b", re.IGNORECASE)
_YES_NO = re.compile(
    r"^\s*(?:is|are|was|were|has|have|had|do|does|did|will|would|can|could|should)\b.*\?\s*$", re.IGNORECASE
)
_HEAD_WORDS = 4


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question asks for.

    Args:
        word: the question word (``"which"``, ``"how many"``), or ``""``.
        noun: the words that say what kind of thing is asked for (``("renewable", "energy")``), lower-cased.
        type: the type of its answer.
        content: the question's telling words, lower-cased, in order.
    """

    word: str
    noun: tuple[str, ...]
    type: AnswerType
    content: tuple[str, ...]


def read_question(question: str) -> Asking:
    """Say what a question asks for."""
    lowered = question.lower().replace("’", "'")
    found = list(_QUESTION_WORD.finditer(lowered))
    content = tuple(words(question))
    if _TRUTH.match(question):
        return Asking("true or false", (), "truth", content)
    if not found:
        return Asking("", (), "truth" if _YES_NO.match(question) else "thing", content)
    match = _telling(found, lowered)
    noun = _noun(match.group(1), lowered[match.end() :])
    return Asking(match.group(1), noun, _type(match.group(1), noun), content)


def _telling(found: list[re.Match[str]], lowered: str) -> re.Match[str]:
    """Prefer the last sentence's first question word: what comes before it tells the story."""
    last = max(lowered.rstrip("?!. ").rfind(mark) for mark in ".!?")
    return next((match for match in found if match.start() > last), found[-1])


def _noun(word: str, rest: str) -> tuple[str, ...]:
    noun: list[str] = []
    for token in re.findall(r"[\w'&\-]+", rest)[:8]:
        if token in _EMPTY:
            continue
        if token in _AUXILIARIES and not noun and word in {"what", "which"}:
            continue
        if token in _AUXILIARIES or token in _ENDS or len(noun) == _HEAD_WORDS:
            break
        noun.append(token)
    return tuple(noun)


def _type(word: str, noun: tuple[str, ...]) -> AnswerType:
    asked = {each.rstrip("s") for each in noun}
    if word.startswith("how "):
        return "number"
    if word in {"why", "how"}:
        return "prose"
    if word == "when" or asked & _TIMES:
        return "time"
    if asked & _AMOUNTS:
        return "number"
    if word in {"who", "whom", "whose"} or asked & _PERSONS:
        return "person"
    return "place" if word == "where" else "thing"


def is_time(text: str) -> bool:
    """Say whether a text is a date, a month, a weekday or a year."""
    return bool(_TIME_TEXT.fullmatch(text.strip()))


_TIME_TEXT = re.compile(
    r"(?:(?:on|in|since|early|late|mid)?[\s-]*(?:{names}|\d{{1,2}}(?:st|nd|rd|th)?|(?:1[5-9]|20)\d\d|last|next|this|"
    r"today|yesterday|tomorrow|week|month|year|night|morning|evening)[,.]?\s*)+".format(
        names="|".join([*MONTHS, *WEEKDAYS, *(month[:3] for month in MONTHS)])
    ),
    re.IGNORECASE,
)
