"""Two questions in one: "what did it cost, and who paid for it?" is answered part by part.

A reader of short answers gives one, and would leave the other unsaid. Each part is asked as a follow-up of the one
before, so that its pronouns find what they mean, the answer just given among it (`qa.answer.chat`); what a part leaves
out ("and what profit for 2025?") is filled in from the part before. A question is only cut where both parts can stand,
or where it names two years.
English only; nothing here looks at an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.answer.asking import ASKING, read_question
from qa.answer.chat import standalone
from qa.answer.verbs import BASE_FORMS
from qa.text import words
from qa.types import Turn

_BEFORE = r"(?:for|by|in|on|at|to|from|with|of)"
_JOINT = re.compile(rf",?\s+and\s+(?=(?:{_BEFORE}\s+)?{ASKING})", re.IGNORECASE)
_ASKS = re.compile(rf"\b{ASKING}", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|will|would|can|could|should|may|might|must)\b", re.IGNORECASE
)
_ELLIPSIS = re.compile(
    rf"(?P<asked>{ASKING}(?:\s+(?!{_BEFORE}\b)[\w'’-]+){{0,3}}?)\s+"
    rf"(?P<rest>{_BEFORE}\s.+|an?\s(?:day|week|month|year)\s(?:later|earlier))",
    re.IGNORECASE,
)
_TWO_YEARS = re.compile(r"(?<!\d, )\b((?:19|20)\d\d),?\s+and\s+(?:in\s+)?((?:19|20)\d\d)\b")
_AS_ONE = re.compile(
    r"\b(?:between|both|compar\w+|differ\w*|chang\w+|total|altogether|together|combined|average|which\s+of)\b",
    re.IGNORECASE,
)
"""Words with which two years are asked about at once."""
_LATER = re.compile(r"^an?\s", re.IGNORECASE)
_VERBS = frozenset({*BASE_FORMS, *BASE_FORMS.values()})
_ONE = re.compile(r"^((?:\w+\s+)?which)\s+one\b", re.IGNORECASE)
_MOST = 3
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One of the questions in a question.

    Args:
        question: what is asked, as well as it can be made to stand alone.
        search: what its sentences are looked for with: the part before too, where it leans on that.
        leans: it cannot be understood without the answer to the part before.
    """

    question: str
    search: str
    leans: bool = False


def split_question(question: str) -> tuple[str, ...]:
    """Give the parts of a question that asks for several things, in order; one where it asks for one."""
    pieces = [piece.strip(" ,?!.") for piece in _JOINT.split(question.strip())]
    if len(pieces) == 1:
        return _year_by_year(question)
    if len(pieces) > _MOST or not all(_ASKS.search(piece) for piece in pieces):
        return (question,)
    filled = [pieces[0]]
    for piece in pieces[1:]:
        filled.append(_filled(piece, filled[-1]))
    if not all(len(piece.split()) >= _LEAST_WORDS and _has_verb(piece) for piece in filled):
        return (question,)
    return tuple(f"{piece[:1].upper()}{piece[1:]}?" for piece in filled)


def _year_by_year(question: str) -> tuple[str, ...]:
    """Ask for each year by itself where two are named: "in the summers of 2024 and 2025"."""
    years = _TWO_YEARS.search(question)
    if years is None or _AS_ONE.search(question) or not _ASKS.search(question):
        return (question,)
    before, after = question[: years.start()], question[years.end() :]
    return tuple(f"{before}{year}{after}" for year in years.groups())


def part_of(piece: str, before: str, answer: str) -> Part:
    """Make a part stand alone, as the follow-up of the one before and its answer."""
    whole = standalone(piece, [Turn(before, answer)], 1)
    if whole == piece:
        return Part(piece, f"{before} {piece}")
    beside = whole.startswith(f"{piece.rstrip('?')} (")
    return Part(piece if beside else whole, whole, leans=True)


def _filled(piece: str, before: str) -> str:
    """Put in what a part leaves out: "which one" the noun, "what profit for 2025" subject and verb."""
    asking = read_question(before)
    if _ONE.match(piece) and asking.noun:
        piece = _ONE.sub(rf"\1 {' '.join(asking.noun)}", piece)
    found = _ELLIPSIS.fullmatch(piece)
    if found is None or _has_verb(piece):
        return piece
    start = _AUXILIARY.search(before)
    opening = "(?:in|on)" if _LATER.match(found["rest"]) else re.escape(found["rest"].split()[0])
    ends = [match.start() for match in re.finditer(rf"\s{opening}\s", before, re.IGNORECASE)]
    if start is None or (ends and ends[-1] <= start.start()):
        return piece
    return f"{found['asked']} {before[start.start() : ends[-1] if ends else None]} {found['rest']}"


def _has_verb(piece: str) -> bool:
    return bool(_AUXILIARY.search(piece)) or any(word.endswith("ed") or word in _VERBS for word in words(piece))
