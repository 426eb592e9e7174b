"""Conversation: follow-ups made standalone, by rule.

A follow-up leans on what was said: a pronoun ("when was she appointed?"), an ellipsis ("and in 2024?", "what about the
ferry?") or nothing but a few words ("how many?"). Pronouns are replaced by the name they can only mean, the newest
first; where no name fits, the earlier question is put beside the new one, so that search sees both. A question that
stands alone is left as it is, and nothing is ever made up. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answer.asking import is_time
from qa.answer.candidates import FUNCTION_WORDS, find_candidates
from qa.text import sentence_spans, word_spans, words
from qa.types import Turn

_OPENING = re.compile(r"^(?:and|but|so|ok|okay|then|also)\b[\s,]*", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+(.+?)\??$", re.IGNORECASE)
_PERSON = re.compile(r"\b(he|she|him|his|her|hers)\b", re.IGNORECASE)
_THING = re.compile(r"\b(it|its|they|them|their|theirs)\b", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:that|this|those|these)(?:\s+(?:day|time|year|month|week|place|one|deal|event|case))?\s*(?:\?|$|,)|"
    r"\bthere\s*(?:\?|$)|\b(?:that|those|these)\s+(?:day|time|year|month|week|place|one|deal|event|case)\b",
    re.IGNORECASE,
)
_POSSESSIVE = frozenset({"his", "hers", "its", "their", "theirs"})
_DUMMY = re.compile(r"\b(?:is|was|will|does|did|has)\s+it\s+(?:true|possible|likely|known|clear)\b", re.IGNORECASE)
_QUESTION_START = re.compile(
    r"^(?:who|what|which|when|where|why|how(?:\s+(?:many|much|long|old|far|often))?)\b\s*"
    r"(?:(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could)\b\s*)?",
    re.IGNORECASE,
)
_WHO = re.compile(r"^(?:and |but )?(?:who|whom|whose)\b", re.IGNORECASE)
_FEW = 2
"""Telling words up to which a question without a name leans on the one before."""


def standalone(question: str, history: Sequence[Turn], limit: int) -> str:
    """Give a question that can be understood without the conversation before it.

    Args:
        question: as asked.
        history: earlier turns, oldest first.
        limit: most turns looked back on.
    """
    turns = history[-limit:] if limit else ()
    if not turns:
        return question
    bare = _OPENING.sub("", question).strip()
    opened = bare != question.strip()
    bare = bare[:1].upper() + bare[1:]
    if about := _ABOUT.match(bare):
        return _with_new_topic(about.group(1), turns[-1])
    if resolved := _pronouns_replaced(bare, turns):
        return resolved
    leans = opened or _POINTING.search(bare) or _unresolved(bare) or _too_short(bare)
    return _beside(bare, turns[-1]) if leans else question


def _pronouns_replaced(question: str, turns: Sequence[Turn]) -> str | None:
    """Put a name in a pronoun's place, if there is one that fits and no name stands before the pronoun already."""
    for pattern, persons in ((_PERSON, True), (_THING, False)):
        match = pattern.search(question)
        if match is None or _DUMMY.search(question) or _names(question[: match.start()]):
            continue
        name = next((name for turn in reversed(turns) for name in _fitting(turn, persons)), None)
        if name is not None and not (match.group().lower() in {"they", "them"} and _POINTING.search(question)):
            return question[: match.start()] + _in_place(name, match.group(), question[match.end() :])
    return None


def _in_place(name: str, pronoun: str, rest: str) -> str:
    owns = pronoun.lower() in _POSSESSIVE or (pronoun.lower() == "her" and re.match(r"\s+[a-z]", rest))
    if not owns:
        return f"{name}{rest}"
    return f"{name}'{rest}" if name.endswith("s") else f"{name}'s{rest}"


def _fitting(turn: Turn, persons: bool) -> list[str]:
    """Give what a pronoun can mean, the likeliest first; only what answered "who" is surely a person."""
    earlier = turn.standalone_question or turn.question
    answered, asked = _names(turn.answer), _names(earlier)
    about_person = _WHO.search(earlier) is not None
    if persons:
        return [*(answered if about_person else ()), *filter(_like_person, [*asked, *answered])]
    return [*(() if about_person else answered), *(name for name in asked if not _like_person(name)), *asked]


def _like_person(name: str) -> bool:
    # Two or three capitalised words and no "of" or "the": good enough to choose between what was just said.
    parts = name.split()
    return (
        2 <= len(parts) <= 3 and all(part[0].isupper() and part.isalpha() for part in parts) and not _known_thing(name)
    )


def _known_thing(name: str) -> bool:
    return bool(
        re.search(
            r"\b(?:Line|Salt|Bank|Party|League|Company|Council|University|Hospital|Festival|Shield|Cup|Point|Island|"
            r"Bridge|Port|Airport|Street|Market|Wanderers|United|City|Rovers|News|Press|Agency|Union|Group|Station|"
            r"Ferry|Storm|Lamp|Ladle|Prize|Award|House|Parliament|Ministry|Treasury|Act|Strait|River|Bay)\b",
            name,
        )
    )


def _names(text: str) -> list[str]:
    found: list[str] = []
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        for candidate in find_candidates(sentence):
            opening = candidate.start == 0 and candidate.text.split()[0].lower() in FUNCTION_WORDS
            single_opening = candidate.start == 0 and " " not in candidate.text and not candidate.text[1:2].isupper()
            if candidate.kind == "name" and not is_time(candidate.text) and not opening:
                if single_opening and len(sentence.split()) > 1 and _common(candidate.text):
                    continue
                found.append(candidate.text)
    return found


def _common(word: str) -> bool:
    return word.lower() in FUNCTION_WORDS or word.lower() in {"yes", "no", "today", "yesterday", "why", "how"}


def _unresolved(question: str) -> bool:
    pronoun = _PERSON.search(question) or _THING.search(question)
    return bool(pronoun and not _DUMMY.search(question) and not _names(question[: pronoun.start()]))


def _too_short(question: str) -> bool:
    telling = [word for word in words(question) if word not in FUNCTION_WORDS]
    return len(telling) <= _FEW and not _names(question)


def _with_new_topic(topic: str, turn: Turn) -> str:
    """Ask the earlier question of a new topic: "what about X?"."""
    earlier = turn.standalone_question or turn.question
    names = _names(earlier)
    if names and names[-1] in earlier:
        return earlier.replace(names[-1], topic.rstrip("?"))
    return f"{earlier.rstrip('? ')}, {topic.rstrip('?')}?"


def _beside(question: str, turn: Turn) -> str:
    """Put what was asked and answered beside the new question."""
    earlier = _QUESTION_START.sub("", (turn.standalone_question or turn.question).rstrip("?! ")).strip()
    answer = _first_words(turn.answer)
    context = "; ".join(part for part in (earlier, answer) if part)
    return f"{question.rstrip('?! ')} ({context})?" if context else question


def _first_words(text: str, most: int = 12) -> str:
    spans = word_spans(text)[:most]
    return text[: spans[-1][1]].strip() if spans else ""
