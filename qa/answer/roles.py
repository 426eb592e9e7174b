"""Who did it and to whom: whether a span does what is asked of a doer, or has it done to it.

"Who supplies the trams?" asks for a doer, who stands before "supplies" or behind "supplied by"; what stands right
behind "supplies" is supplied. "Who was sent off?" asks for the other one. By rule, for English and for questions whose
"who", "which film" or "what" is the subject of the verb right behind it; where that verb is not beside a span, nothing
is said of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from qa.answer.asking import Asking
from qa.answer.candidates import FUNCTION_WORDS
from qa.answer.verbs import BASE_FORMS, stem

Role: TypeAlias = Literal["fits", "clashes"]

_BE = frozenset("is are was were be been being gets got".split())
_HELPING = _BE | frozenset("has have had will would could might may can".split())
_LIGHT = frozenset("who which that then also just later finally already first since recently to".split())
"""Words that may stand between a subject and its verb, besides helping ones."""
_OPENING = frozenset("the a an its his her their off out up down".split())
"""Words that may stand between a verb and its object."""
_WORD = re.compile(r"[\w'’-]+")
_BEHIND_BY = 4
"""Most words between "by" and the end of who did it: "by the national carrier Tern"."""
_INSERTED = 8
"""Most words between two commas that part a subject from its verb."""
_CAME_FIRST = re.compile(
    r"(?:c[ao]mes?|finish\w*|placed?) (?:top|first)\b|(?:took|takes?) (?:the )?(?:top|first|main|home)\b"
)
_CLAUSE_END = re.compile(r"[.;:!?()–—\"“”]")


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str


class Roles:
    """Says of spans of sentences whether they are in the role that a question asks for.

    Args:
        asking: the question as read.
    """

    def __init__(self, asking: Asking) -> None:
        self._verb, self._of_doer = _verb_asked(asking)

    @property
    def verb(self) -> str:
        """The stem of what was done, or nothing where the question does not tell."""
        return self._verb

    def of(self, sentence: str, start: int, end: int) -> Role | None:
        """Give whether a span is in the role asked for or in the other one, or nothing where that is not told."""
        if not self._verb:
            return None
        words = _words(sentence)
        for at in _places(sentence, self._verb):
            does = _does(sentence, words, at, start, end)
            if does is not None:
                return "fits" if does == self._of_doer else "clashes"
        return None


def _does(sentence: str, words: tuple[_Word, ...], verb: int, start: int, end: int) -> bool | None:
    """Say whether a span does what a verb says (``True``) or has it done to it; ``None`` where they do not belong."""
    if words[verb].start >= end:
        between = [each.text for each in words[:verb] if each.start >= end]
        is_subject = _is_subject(sentence[end : words[verb].start], between)
        return not _is_passive(words, verb) if is_subject else None
    gap = sentence[words[verb].end : start]
    if start < words[verb].end or "," in gap or _CLAUSE_END.search(gap):
        return None
    between = [each.text for each in words[verb + 1 :] if each.end <= start]
    if "by" in between[:2]:
        return True if len(between) - between.index("by") <= _BEHIND_BY else None
    return False if _OPENING.issuperset(between) else None


def _is_subject(gap: str, between: list[str]) -> bool:
    """Say whether what parts a span from a verb behind it is helping words, or what two commas enclose."""
    if _CLAUSE_END.search(gap):
        return False
    if all(word in _HELPING or word in _LIGHT for word in between):
        return True
    return gap.startswith(",") and gap.count(",") == 2 and len(between) <= _INSERTED


def _is_passive(words: tuple[_Word, ...], verb: int) -> bool:
    """Say whether a form of "be" makes a verb passive, at once or over one adverb: "was sent", "was later sent"."""
    before = [each.text for each in words[max(0, verb - 2) : verb]]
    if words[verb].text.endswith("ing") or not before:
        return False
    over_adverb = before[-1] in _LIGHT or before[-1].endswith("ly")
    return before[-1] in _BE or (over_adverb and before[0] in _BE)


def _verb_asked(asking: Asking) -> tuple[str, bool]:
    """Give the stem of the verb whose subject is asked for, and whether that subject does it; else ``("", True)``."""
    rest = _behind_subject(asking)
    helping = next((at for at, word in enumerate(rest) if word not in _HELPING and word not in _LIGHT), len(rest))
    if helping == len(rest) or rest[helping] in FUNCTION_WORDS:
        return "", True
    if _CAME_FIRST.match(" ".join(rest[helping:])):
        return "win", True
    word, is_be = rest[helping], helping > 0 and rest[helping - 1] in _BE
    if is_be and not (word.endswith(("ing", "ed", "en")) or word in BASE_FORMS):
        return "", True  # "who is mayor"
    return stem(word), not is_be or word.endswith("ing")


def _behind_subject(asking: Asking) -> tuple[str, ...]:
    """Give the words behind "who" or "which film"; none where they are no subject."""
    nouns = () if asking.word == "who" else asking.noun
    if asking.word not in asking.content or not (asking.word == "who" or (asking.word in {"which", "what"} and nouns)):
        return ()
    rest = asking.content[asking.content.index(asking.word) + 1 :]
    return rest[len(nouns) :] if rest[: len(nouns)] == nouns else ()


@lru_cache(maxsize=1024)
def _words(sentence: str) -> tuple[_Word, ...]:
    return tuple(_Word(*match.span(), match.group().lower()) for match in _WORD.finditer(sentence))


@lru_cache(maxsize=4096)
def _places(sentence: str, verb: str) -> tuple[int, ...]:
    return tuple(at for at, word in enumerate(_words(sentence)) if stem(word.text) == verb)
