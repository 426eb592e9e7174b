"""What a sentence names beside its answer: the value before a change, the whole of a part, the one who was beaten.

"The ticket comes down from 64 crowns to 48" tells what it costs, and what it cost. A span that stands there only for
the sake of another answers questions about that other one, and no others. By rule and for English; where the words
around a span leave it open, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from qa.answer.asking import Asking
from qa.answer.candidates import MONTHS, NUMERALS, WEEKDAYS, YEAR
from qa.answer.counted import Counts
from qa.answer.outcome import Outcome
from qa.answer.support import telling
from qa.dateline import dateline
from qa.text import plain, plain_spans

BEFORE = "what it was before"
_WHOLE = "the whole of which a part was asked for"
_OTHER = "a count of something else"
_DATELINE = "where or for whom it was written"
_ANOTHER = "somebody else than the one asked for"
_WANTED = "what somebody wants"
_CORRECTED = "what a correction took back"
_KIN_OWNER = "somebody whose kin it tells of"
_SOME = "some of those asked for"
_REST = "those that are left"
_PART = "those that are not left"
_APART = "how far apart two moments are"
_ELSEWHERE = "part of something else that its sentence tells"
_NUMBER = rf"(?:[$£€¥]?\d|\b(?:{'|'.join(NUMERALS)}|half|nil)\b)"
_MOMENT = (
    r"(?:(?:the )?(?:end|start|beginning|middle) of|early|late|mid|next|this|spring|summer|autumn|winter|\d|"
    rf"{'|'.join([*MONTHS, *WEEKDAYS])})"
)
_STARTS_NUMBER = re.compile(_NUMBER, re.IGNORECASE)
_SMALL = r"(?:(?:an?|the|about|around|nearly|almost|some|just|its|their|at least)\s+){0,2}"
_FROM = re.compile(rf"\bfrom\s+{_SMALL}$", re.IGNORECASE)
_INSTEAD = re.compile(rf"\b(?:instead of|rather than)\s+{_SMALL}$", re.IGNORECASE)
_TO: Mapping[str, re.Pattern[str]] = {
    "number": re.compile(rf"[^.;:!?]{{0,40}}?\bto\s+{_SMALL}{_NUMBER}", re.IGNORECASE),
    "time": re.compile(rf"[^.;:!?]{{0,40}}?\bto\s+{_SMALL}{_MOMENT}"),
}
_TAKEN_BACK = re.compile(r"\b(?:earlier|previous) version of this (?:article|story|report)\b[^.;!?]*$", re.IGNORECASE)
_NOT, _BUT = re.compile(r"\bnot\b[^.;:!?]{0,40}$"), re.compile(r"[^.;:!?]{0,40}?\bbut\b")
_HAD_BEEN_DUE = re.compile(
    r"\bhad (?:originally |at first |first )?(?:been )?"
    r"(?:due|planned|meant|expected|supposed|set|scheduled|hoped|intended)\b[^.;:!?]{0,60}$"
)
_UP_OR_DOWN = re.compile(r"\b(?:up|down)\s*$", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:r[io]s(?:e[ns]?|ing)|f[ae]ll(?:en|s|ing)?|gr[eo]w(?:n|s|ing)?|(?:climb|jump|soar|surg|swell|extend|shorten|"
    r"lower|rais|increas|decreas|declin|reduc|doubl|tripl|halv|widen|narrow|revis|upgrad|downgrad|trimm|slipp?|dropp?|"
    r"edg|shift|chang|postpon|delay|mov)(?:e[sd]?|s|ing|ed)?|cut(?:s|ting)?|"
    r"(?:com|cam|go|went|gon|put|push|bring|brought)\w*\s+(?:\w+\s+)?(?:up|down|back|forward))\b",
    re.IGNORECASE,
)
_NEARBY = 100
"""Characters before a "from" in which the word that tells of a change stands."""
_PART_OF = re.compile(
    rf"(?:\d|\b(?:{'|'.join(NUMERALS)}|none|all|half|most)) (?:out )?of (?:(?:the|its|their|his|her) )?$|"
    r"(?:^|[.;:,] )of (?:the|its|their|his|her) $",
    re.IGNORECASE,
)
_PART_ASKED = re.compile(
    r"\bhow many of |\b(?:g[eo]ts?|wins?|won|tak(?:e|es|en|ing)|took|gain\w*|los(?:e|es|t|ing)|secur\w+|h[eo]lds?|"
    r"ke(?:ep|eps|pt))\b"
)
_BEFORE_ASKED = re.compile(
    r"\b(?:before|previous(?:ly)?|earlier|original(?:ly)?|former(?:ly)?|from (?:what|which|how)|"
    r"used? to|old|initial(?:ly)?|first|range|"
    r"meant|plan(?:ned)?|normal(?:ly)?|due|supposed|usual(?:ly)?|by how much)\b"
)
_SOMEBODY = frozenset("man woman person boy girl teenager suspect driver passenger witness victim".split())
_TO_COME = re.compile(r"\bwill\b|\bgoing to\b|\bnext (?:year|season|month|week|time)\b")
_SOME_OF = re.compile(r"[\w,.]+(?: [\w-]+)? of (?:them|these|those|whom|which)\b", re.IGNORECASE)
_APART_ASKED = re.compile(
    r"\b(?:late\w*|earl\w+|ago|ahead|behind|after|before|since|between|delay\w*|old\w*|young\w*|longer|short\w*)\b"
)
_FAR_APART = re.compile(r"\s+(?:later|earlier|sooner|ago|late|early|ahead|behind|older|younger|longer|shorter)\b")
_LEFT_ASKED = re.compile(r"\b(?:still|remain\w*|left|yet)\b")
_REST_ASKED = re.compile(r"\b(?:still|remain\w*|left|yet|other|others|more|missing|rest|not)\b|n't\b")
_LEFT = re.compile(r"\b(?:the|its|their) (?:remaining|other|rest)\b[^.;:!?\d]{0,20}$", re.IGNORECASE)
_OF_KIN = re.compile(
    r"[’']s?\s+(?:[\w-]+\s+){0,2}?(?:step|grand|half-)?(?:wife|husband|widow|widower|spouse|partner|son|daughter|father|"
    r"mother|parents|child|children|brother|sister|twin|uncle|aunt|nephew|niece|cousin)s?(?:-in-law)?\b",
    re.IGNORECASE,
)
_WANT_ASKED = re.compile(
    r"\b(?:want\w*|demand\w*|seek\w*|sought|ask\w*|call\w*|claim\w*|hop\w+|aim\w*|target\w*|propos\w+|plan\w*|push\w*|"
    r"need\w*|would|should)\b"
)
_WANTS = re.compile(
    r"\b(?:want(?:s|ed|ing)?(?! to)|demand(?:s|ed|ing)?|seek(?:s|ing)?|sought|"
    r"(?:ask|call|hop|push)(?:es|e|s|ed|ing)? for)\b"
    r"[^.;:!?,]{0,40}$",
    re.IGNORECASE,
)
_GOES_BACK = re.compile(
    r"\s*(?:\w+ )?(?:he|she|it|they|his|her|its|their|this|that|these|those|both|who|which|"
    r"the (?:other|remaining|rest))\b",
    re.IGNORECASE,
)
_ENOUGH = 2
"""Telling words of the question from which another clause is what speaks of it."""


class Aside:
    """Says of spans of sentences whether they stand there only beside the answer to a question.

    Args:
        asking: the question as read.
    """

    def __init__(self, asking: Asking) -> None:
        asked = " ".join(asking.content)
        self._counts = Counts(asking)
        self._of_place = asking.type == "place" and not _TO_COME.search(asked)
        self._years = set(YEAR.findall(asked))
        self._to = None if _BEFORE_ASKED.search(asked) else _TO.get(asking.type)
        self._of_part = asking.word == "how many" and bool(_PART_ASKED.search(asked))
        self._outcome = Outcome(asking)
        self._of_whole = asking.word == "how many" and "how many of" not in asked
        self._of_left = asking.word == "how many" and bool(_LEFT_ASKED.search(asked))
        self._of_rest = asking.word == "how many" and not _REST_ASKED.search(asked)
        self._of_duration = asking.measure == "duration" and not _APART_ASKED.search(asked)
        self._of_somebody = asking.type == "person" and asking.word != "whose"
        self._unnamed = _unnamed(asking)
        self._of_fact = asking.type == "number" and not _WANT_ASKED.search(asked)
        self._asked = telling(asked)

    def of(self, sentence: str, start: int, end: int) -> str | None:
        """Give what a span is there beside the answer, in words ("what it was before"), or nothing."""
        if start < dateline(sentence)[1] and not (self._of_place and sentence.find("(", 0, start) < 0):
            return _DATELINE
        if _TAKEN_BACK.search(sentence[:start]):
            return _CORRECTED
        if self._to and self._is_before(self._to, sentence[:start], sentence[end:]):
            return BEFORE
        if self._of_whole and _STARTS_NUMBER.match(sentence, start) and _SOME_OF.match(sentence, start):
            return _SOME
        if self._of_part and _PART_OF.search(sentence[:start]) and _STARTS_NUMBER.match(sentence, start):
            return _WHOLE
        if self._of_rest and _STARTS_NUMBER.match(sentence, start) and _LEFT.search(sentence[:start]):
            return _REST
        if self._of_left and _STARTS_NUMBER.match(sentence, start) and _tells_what_is_left(sentence, start):
            return _PART
        if self._of_duration and _FAR_APART.match(sentence, end):
            return _APART
        if self._of_somebody and sentence[start].isupper() and _OF_KIN.match(sentence, end):
            return _KIN_OWNER
        if self._counts.other(sentence, start, end):
            return _OTHER
        if self._of_fact and _WANTS.search(sentence[:start]):
            return _WANTED
        if ";" in sentence and self._is_elsewhere(sentence, start, end):
            return _ELSEWHERE
        if self._unnamed and sentence[start].isupper() and self._is_another(self._unnamed, sentence, start, end):
            return _ANOTHER
        return self._outcome.of(sentence, start, end)

    def always(self, answer: str, quote: str) -> str | None:
        """Give what an answer is in a quote, if it is that wherever it stands there; else nothing."""
        folded = plain(quote)
        found = [self.of(folded, start, end) for start, end in plain_spans(quote, answer) if start < end]
        return found[0] if found and all(found) else None

    def _is_another(self, unnamed: re.Pattern[str], sentence: str, start: int, end: int) -> bool:
        """Say whether a sentence tells of "a man" and names somebody else: no comma joins them as one."""
        found = unnamed.search(sentence)
        if found is None:
            return False
        between = sentence[end : found.start()] if found.start() >= end else sentence[found.end() : start]
        return not re.fullmatch(r",?\s+(?:(?:was|is|were|as|named|called|identified as)\s+)*", between)

    def _is_elsewhere(self, sentence: str, start: int, end: int) -> bool:
        """Say whether a semicolon parts a span from all that its sentence holds of the question."""
        first, last = sentence.rfind(";", 0, start) + 1, sentence.find(";", end)
        clause = sentence[first : last if last >= 0 else len(sentence)]
        if _GOES_BACK.match(clause) or not self._asked.isdisjoint(telling(clause)):
            return False
        others = f"{sentence[:first]} {sentence[last:] if last >= 0 else ''}"
        return len(self._asked & telling(others)) >= _ENOUGH

    def _is_before(self, to: re.Pattern[str], before: str, after: str) -> bool:
        if not self._years.isdisjoint(YEAR.findall(after[:30])):
            return False
        if _INSTEAD.search(before) or (_NOT.search(before) and _BUT.match(after)):
            return True
        if to is _TO["time"] and _HAD_BEEN_DUE.search(before):
            return True
        moved = _FROM.search(before)
        if moved is None:
            return False
        told = before[max(0, moved.start() - _NEARBY) : moved.start()]
        return bool(_UP_OR_DOWN.search(told) or (_CHANGED.search(told) and to.match(after)))


def _tells_what_is_left(sentence: str, start: int) -> bool:
    """Say whether another number of a sentence than the one at a place tells how many are left: "the other 4,700"."""
    others = (number.start() for number in _STARTS_NUMBER.finditer(sentence) if number.start() != start)
    return not _LEFT.search(sentence[:start]) and any(_LEFT.search(sentence[:other]) for other in others)


def _unnamed(asking: Asking) -> re.Pattern[str] | None:
    """Give how a sentence speaks of somebody asked for whom it does not name: "a man" for "the man who"."""
    head = asking.noun[-1:]
    if asking.type != "person" or not head or head[0] not in _SOMEBODY:
        return None
    return re.compile(rf"\ban? (?:[\w-]+ )?{re.escape(head[0])}\b", re.IGNORECASE)
