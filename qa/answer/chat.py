"""Conversation: follow-ups made standalone, by rule first and by a model where no rule is sure.

A follow-up leans on what was said: a pronoun ("when was she appointed?"), an ellipsis ("and in 2024?", "what about the
ferry?") or nothing but a few words ("how many?"). Pronouns are replaced by the name they can only mean, the newest
first; where no name fits, the earlier question is put beside the new one, so that search sees both, or a larger model
writes the question out, in words of the conversation only. A period asked about earlier holds until another is named.
A question that stands alone is left as it is, and nothing is ever made up. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answer.asking import is_time
from qa.answer.candidates import FUNCTION_WORDS, MONTHS, WEEKDAYS, find_candidates
from qa.answer.names import named_in, names
from qa.answer.overview import read_overview, same_matter
from qa.answer.prompts import rewriting_messages
from qa.errors import ModelFailedError
from qa.models.llm import LanguageModel
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
_BEFORE_TIME = r"(?:(?P<before>in|on|since|during|until|before|after|by|for)\s+)?"
_PERIOD = re.compile(
    rf"\b{_BEFORE_TIME}(?P<when>(?:(?:early|mid|late)[\s-]+)?(?:(?:\d{{1,2}}\s+)?(?:{'|'.join(MONTHS)})"
    rf"(?:\s+\d{{1,2}}\b)?(?:,?\s+(?:19|20)\d\d)?|(?:19|20)\d\d|(?:last|this) (?:week|month|year|spring|summer|autumn|"
    rf"winter)|{'|'.join(WEEKDAYS)}|yesterday|today))\b"
)
_BESIDE_YEAR = re.compile(
    r"^(?:in )?the (?:(?P<sooner>year before|previous year)|year after|following year|next year)$", re.IGNORECASE
)
_DECLINED = "The articles do not say"
_AROUND = re.compile(r"^The articles say:\s*|^- [^“”\n]{1,120}: (?=“)", re.MULTILINE)
"""What opens an answer in quotes, and the day and the outlet before each quote of a story told in order."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LONGEST_TURN = 1000
"""Characters of an earlier question or answer that are looked at."""
_LONGEST_REWRITE = 300
_REWRITE_TOKENS = 60
_FEW = 2
"""Telling words up to which a question without a name leans on the one before."""


def standalone(question: str, history: Sequence[Turn], limit: int) -> str:
    """Give a question that can be understood without the conversation before it.

    Args:
        question: as asked.
        history: earlier turns, oldest first.
        limit: most turns looked back on.
    """
    return _by_rule(question, _bounded(history, limit))[0]


def standalone_with(model: LanguageModel | None, question: str, history: Sequence[Turn], limit: int) -> str:
    """Give the same, and let a larger model write out what the rules could only put side by side.

    What the model writes is taken only when it names and counts nothing that the conversation does not. A small model
    makes things up, and is not asked.
    """
    turns = _bounded(history, limit)
    text, sure = _by_rule(question, turns)
    if sure or model is None or model.small:
        return text
    try:
        told = [(turn.standalone_question or turn.question, turn.answer) for turn in turns]
        written = model.complete(rewriting_messages(question, told), max_tokens=_REWRITE_TOKENS)
    except ModelFailedError:
        return text
    return _taken(written, question, turns) or text


def _taken(written: str, question: str, turns: Sequence[Turn]) -> str | None:
    """Give a model's question if it is one and holds nothing of its own."""
    line = " ".join(written.split()).strip('"“” ')
    known = " ".join([question, *(f"{t.question} {t.standalone_question} {t.answer}" for t in turns)])
    if not line.endswith("?") or len(line) > _LONGEST_REWRITE or len(sentence_spans(line)) != 1:
        return None
    invented = [name for name in names(line, known) if not named_in(name, known)]
    numbers = set(re.findall(r"\d+", line)) - set(re.findall(r"\d+", known))
    return None if invented or numbers else line


def _bounded(history: Sequence[Turn], limit: int) -> list[Turn]:
    turns = history[-limit:] if limit else ()
    return [
        Turn(each.question[:_LONGEST_TURN], each.answer[:_LONGEST_TURN], each.standalone_question[:_LONGEST_TURN])
        for each in turns
    ]


def _by_rule(question: str, turns: Sequence[Turn]) -> tuple[str, bool]:
    """Give the question as the rules leave it, and whether nothing had to be put beside it."""
    if not turns:
        return question, True
    bare = _OPENING.sub("", question).strip()
    opened = bare != question.strip()
    bare = bare[:1].upper() + bare[1:]
    topic = _topic(turns)
    if topic and (told := same_matter(bare, topic)):
        return told, True
    about = _ABOUT.match(bare)
    if moved := _period_moved(about.group(1) if about else bare, turns[-1]):
        return moved, True
    if about:
        return _with_new_topic(about.group(1), turns[-1]), True
    if resolved := _pronouns_replaced(bare, turns):
        return _with_period(resolved, turns), True
    if read_overview(bare) and not _unresolved(bare):
        return bare if opened else question, True
    leans = opened or _POINTING.search(bare) or _unresolved(bare) or _too_short(bare)
    return (_beside(bare, turns[-1]), False) if leans else (question, True)


def _topic(turns: Sequence[Turn]) -> str:
    """Give what the newest turn that names a matter was about: that which was to be told, else the names in it."""
    for earlier in (turn.standalone_question or turn.question for turn in reversed(turns)):
        overview = read_overview(earlier)
        topic = overview.topic if overview else " and ".join(_names(earlier))
        if topic:
            return topic
    return _without_start(turns[-1])


def _without_start(turn: Turn) -> str:
    return _QUESTION_START.sub("", (turn.standalone_question or turn.question).rstrip("?!. ")).strip()


def _period_moved(bare: str, turn: Turn) -> str | None:
    """Ask the earlier question of another period, where the new one is nothing but a period: "and in 2024?"."""
    wanted = bare.rstrip("?!. ")
    earlier = turn.standalone_question or turn.question
    year = _YEAR.search(earlier)
    if (beside := _BESIDE_YEAR.match(wanted)) and year:
        wanted = f"in {int(year.group()) + (-1 if beside['sooner'] else 1)}"
    new = _PERIOD.fullmatch(wanted[:1].lower() + wanted[1:]) or _PERIOD.fullmatch(wanted)
    if new is None:
        return None
    old = next(reversed(list(_PERIOD.finditer(earlier))), None)
    if old is None:
        return f"{earlier.rstrip('?!. ')} {_placed(new, None)}?"
    return f"{earlier[: old.start()]}{_placed(new, old)}{earlier[old.end() :]}"


def _placed(new: re.Match[str], old: re.Match[str] | None) -> str:
    """Write a period as it stands in a sentence, with the earlier one's preposition where it has none."""
    before = new["before"] or (old["before"] if old else "in" if _YEAR.search(new["when"]) else "")
    return f"{before} {new['when']}".strip() if before else new["when"]


def _with_period(question: str, turns: Sequence[Turn]) -> str:
    """Keep to the period that was asked about earlier, until another is named."""
    if _PERIOD.search(question):
        return question
    asked = (turn.standalone_question or turn.question for turn in reversed(turns))
    period = next((found.group() for text in asked if (found := _PERIOD.search(text)) and found["before"]), None)
    return f"{question.rstrip('?!. ')} {period}?" if period else question


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
    answered, asked = _names(_said(turn.answer)), _names(earlier)
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
    overview = read_overview(turn.standalone_question or turn.question)
    earlier = overview.topic if overview else _without_start(turn)
    answer = _first_words(_said(turn.answer))
    context = "; ".join(part for part in (earlier, answer) if part)
    return f"{question.rstrip('?! ')} ({context})?" if context else question


def _said(answer: str) -> str:
    """Give what an answer says, without the words around its quotes: nothing where it says that the articles do not."""
    if answer.startswith(_DECLINED):
        return ""
    return _AROUND.sub("", answer)


def _first_words(text: str, most: int = 12) -> str:
    spans = word_spans(text)[:most]
    return text[: spans[-1][1]].strip() if spans else ""
