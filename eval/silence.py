"""When a system that cannot abstain by itself has said that it does not know: one strict rule for all of them.

The whole answer must say so: every sentence of it is *I do not know*, *the sources do not say*, *it is not mentioned*,
*there is no information in the sources*, or the like. A sentence with a comma before more words, or a ``but``, says
more than that, and an answer that mentions what is not known is an answer. English only.
"""

from __future__ import annotations

import re

_STRAIGHT = str.maketrans("’‘ʼ“”", "'''\"\"")
_MARKER = re.compile(r"\[\d+\]")
_END = re.compile(r"[.!?]+(?=[\s\"']|$)")
_SOURCES = (
    r"(?:(?:the|these|those|any|my|your) )?(?:(?:given|provided|available) )?"
    r"(?:sources?|articles?|texts?|passages?|context|documents?)(?: (?:given|provided))?"
)
_NOT = r"(?:do not|don't|does not|doesn't|cannot|can not|can't|could not|couldn't)"
_HELD = r"(?:mentioned|stated|given|provided|specified|found|available|included|contained)"
_WORD = r"(?:(?!(?:but|however|though|although|yet|except|only)\b)[^\s,;:]+)"
_BEFORE = rf"(?:(?:i'm sorry|i am sorry|sorry|unfortunately|(?:based on|according to) {_SOURCES}),? (?:but )?)*"
_FORMS = (
    rf"i {_NOT} (?:know|say|tell|answer|find|determine)(?: {_WORD})*",
    rf"{_SOURCES} {_NOT} (?:know|say|tell|state|mention|specify|give|provide|contain|include|answer)(?: {_WORD})*",
    rf"(?:(?:it|this|that|the answer|the information|this information) is )?not {_HELD}(?: in {_SOURCES})?",
    rf"(?:{_WORD} )+(?:is|are|was|were) not {_HELD} in {_SOURCES}",
    rf"(?:there is )?no (?:information|answer|mention)(?:(?: is)? {_HELD})?",
    rf"(?:there is )?no (?:information|answer|mention)(?: {_WORD})* in {_SOURCES}",
    "empty response",
)
_SILENT = re.compile(rf"{_BEFORE}(?:{'|'.join(_FORMS)})")


def says_nothing(text: str) -> bool:
    """Tell whether a text as a whole says that its author does not know, or that the sources do not say.

    Case, ``[n]`` markers, quotation marks around it and the form of apostrophes are overlooked.
    """
    plain = _MARKER.sub("", text.translate(_STRAIGHT)).lower()
    sentences = [" ".join(part.strip(" \n\"'").split()) for part in _END.split(plain)]
    said = [sentence for sentence in sentences if sentence]
    return bool(said) and all(_SILENT.fullmatch(sentence) for sentence in said)
