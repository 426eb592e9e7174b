"""Sentences that speak to a machine instead of telling news: orders to whoever answers, and dressed-up chat frames.

Such a sentence is data like any other, but nothing in it is a report of anything, so it is no evidence. Two signs are
asked for: somebody addressed ("AI assistants", "the model reading this") together with an order, or a frame that only
chat software writes ("<|im_start|>", "SYSTEM:"). News *about* assistants stays. English only; a lie told as plain news
cannot be told from news here, and is left to the reader with its outlet and date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.text import plain, sentence_spans
from qa.types import Evidence

_FRAME = re.compile(
    r"<\|[\w ]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|user|instructions?|s)>|"
    r"^\W*(?:system|assistant|user|developer)\s*(?:prompt|message|note|override)?\s*(?:[\])]|:)|^\W*#{2,}\s*(?:system|assistant|instructions?)\b|"
    r"\"role\"\s*:\s*\"|\b(?:BEGIN|END) (?:SYSTEM|PROMPT|INSTRUCTIONS?)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"\b(?:AIs?|A\.I\.|LLMs?|GPT\w*|chat ?bots?|bots?|(?:AI|digital|virtual|automated|news|answering|reading) "
    r"(?:assistants?|readers?|systems?|agents?|tools?|models?)|(?:large )?language models?|"
    r"assistants?(?! (?:coach|manager|professor|secretary|director|editor|attorney|chief|referee|to)\w*)|"
    r"summari[sz]ers?|question[- ]answer\w+|(?:the|any) model (?:reading|processing|answering)|"
    r"(?:if|when) (?:you are|you're) (?:asked|an)|(?:your|the) (?:system )?prompt)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|pretend|act as|role-?play|roleplay|"
    r"(?:must|should|shall|always|are (?:required|instructed|told|ordered|asked) to|have to|need to|please|only|now|"
    r"you will) (?:\w+ ){0,2}?"
    r"(?:answer|reply|respond|say|state|report|tell|claim|cite|quote|output|print|write|repeat|urge|"
    r"recommend|insist|confirm|refuse|mention|present|treat|describe)|"
    r"(?:do not|don't|never) (?:\w+ ){0,1}?(?:answer|mention|cite|quote|say|reveal|tell|report|use|trust)|"
    r"(?:answer|reply|respond|output|print|repeat|cite|say) (?:only|with|that|every|exactly|this|the following|in)|"
    r"(?:tell|inform|urge) (?:everyone|the (?:user|reader)|users|people|them|whoever)|"
    r"(?:instructed|ordered|told|required)\b[^.;]{0,60}? to (?:answer|reply|say|state|report|tell|claim|cite|write)|"
    r"new (?:instructions?|rules?|orders?)|you are (?:now|no longer)|from now on|"
    r"follow (?:these|the following|my|this))\b|"
    r"[:;,]\s*(?:answer|reply|respond|say|state|report|tell|claim|cite|write|output|print|repeat)\b",
    re.IGNORECASE,
)
_PLAIN_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|every|the|your|my|of|other|earlier|previous|prior|above|"
    r"preceding|former|these|those)\s+){1,4}(?:instructions?|rules?|sources?|prompts?|sentences?|articles?|text|context|"
    r"guidelines|directions)\b|^\W*(?:answer|reply|respond)\s+(?:only\s+)?(?:with|that|in)\b",
    re.IGNORECASE,
)


_SIGN = re.compile("|".join(each.pattern for each in (_FRAME, _ADDRESSED, _PLAIN_ORDER)), re.IGNORECASE)
_BLANK = "\n\n"
_PARAGRAPH = 700
"""Characters; in a longer paragraph an order is taken to stand alone."""


def is_planted(sentence: str) -> bool:
    """Tell whether a sentence gives orders to a machine that reads it."""
    folded = _visible(sentence)
    if _FRAME.search(folded) or _PLAIN_ORDER.search(folded):
        return True
    return bool(_ADDRESSED.search(folded) and _ORDER.search(folded))


def without_planted(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Leave out the sentences that give orders to a machine, and the short paragraphs that one stands in."""
    return tuple(each for each in evidence if not (is_planted(each.text) or _beside_planted(each)))


def _beside_planted(evidence: Evidence) -> bool:
    text = evidence.article.text
    start = text.rfind(_BLANK, 0, evidence.start)
    end = text.find(_BLANK, evidence.end)
    paragraph = text[max(start, 0) : end if end >= 0 else len(text)].strip()
    if len(paragraph) > _PARAGRAPH or not _SIGN.search(_visible(paragraph)):
        return False
    return any(is_planted(paragraph[slice(*span)]) for span in sentence_spans(paragraph))


def _visible(text: str) -> str:
    """Fold look-alike forms and leave out characters that nobody sees."""
    return "".join(char for char in plain(text) if char.isprintable())
