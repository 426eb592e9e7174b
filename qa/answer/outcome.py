"""How somebody came off: who won, who was beaten, who came second or later, and who has left.

A span that names one of them answers questions about that one, and no others. By rule and for English.
"""

from __future__ import annotations

import re

from qa.answer.asking import Asking
from qa.answer.cues import cues_of

_WINNER = "the one who won"
_BEATEN = "the one who was beaten"
_LATER_PLACE = "one who came second or later"
_GONE = "one who has left"
_NEXT = "one who came after"
_STRIPPED = "one from whom the victory was taken"
_OTHER_OFFICE = "one in another office"
_BEATEN_ASKED = re.compile(
    r"\b(?:beat\w*|defeat\w*|oust\w*|unseat\w*|replac\w*|succe\w*|against|opponents?|rivals?|runners?-up|second|los\w+|"
    r"predecessor|before|previous\w*|former|fac\w+|play\w*|challeng\w+|ahead|instead|finalists?|upset)\b"
)
_SECOND_ASKED = re.compile(
    r"\b(?:(?:came|come|comes|coming|finish\w*|placed) (?:a )?second|second place|runners?-up)\b"
)
_WON = re.compile(
    r"(?:[^.;:!?]|(?<=\d)[.:](?=\d))*?"
    r"\b(?:ahead of|clear of|beat(?:s|ing)?|defeat(?:s|ed|ing)|outsprint(?:s|ed|ing)|won|wins|winning)\b",
    re.IGNORECASE,
)
_WON_BY = re.compile(r"\b(?:went to|won by|victory (?:for|of|by))\s+$", re.IGNORECASE)
_WIN_ASKED = re.compile(r"\b(?:won|wins?|winners?|winning|champions?)\b")
_PLACE_ASKED = re.compile(
    r"\b(?:second|third|fourth|fifth|last|place[ds]?|runners?-up|podium|medals?|silver|bronze|los\w+|beat\w*|defeat\w*)\b"
)
_PLACE = r"(?:second|third|fourth|fifth|last)"
_PLACED = re.compile(
    rf"\b(?:{_PLACE}(?: place| prize| spot)? (?:went|goes|was (?:awarded|given)|was (?:taken|won)) (?:to|by)|"
    r"(?<!to the )runners?-up(?:,| was| were| is| are)?)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_THIRD = re.compile(r"\b(?:third|fourth|fifth)\b(?:(?!\bsecond\b(?! back))[^.;:!?]|(?<=\d)\.(?=\d))*$", re.IGNORECASE)
_CAME_IN = re.compile(
    r",?\s*(?:who\s+|which\s+)?(?:came|finished|placed|was|were|took)\s+(?:a\s+)?(?:(?:close|distant|narrow)\s+)?"
    rf"(?:{_PLACE}|(?:the\s+)?runners?-up)\b",
    re.IGNORECASE,
)
_TAKEN_FROM = re.compile(
    r"(?:,[^,.;:!?]{1,60},)?\s+(?:(?:has|have|had|was|were|is|are|be|been)\s+)*"
    r"(?:(?:stripped|deprived) of|(?:los(?:es|t|ing)|forfeit(?:s|ed)?|surrender(?:s|ed)?)\s+(?:[\w'’-]+\s+){0,3}?"
    r"(?:title|crown|victory|win|gold|medal|trophy)|disqualified)\b",
    re.IGNORECASE,
)
_TOOK_FROM = re.compile(r"\b(?:strip(?:ped|s|ping)?|depriv(?:ed|es|ing)|disqualif(?:ied|ies|ying))\s+$", re.IGNORECASE)
_SIDES = frozenset("team club side country party nation player driver rider".split())
_HOLDS_ASKED = re.compile(
    r"^who (?:is|are|now|currently|runs?|leads?|heads?|chairs?|coach(?:es)?|manages?|trains?|governs?|replace[sd]?|"
    r"succeed\w*|takes? over|took over|becomes?|will)\b"
)
"""What asks for whoever holds an office now, or comes to hold it."""
_GONE_ASKED = re.compile(
    r"\b(?:left|leav\w+|quit\w*|resign\w*|step\w* down|sack\w*|dismiss\w*|fire[ds]?|out|gone|former|ex)\b"
)
_SENT_AWAY = re.compile(
    r"\b(?:dismiss(?:ed|es|ing)?|sack(?:ed|s|ing)?|fired|oust(?:ed|s)|removed|part(?:ed|s) (?:company |ways )?with|"
    r"(?:dismissal|sacking|resignation|departure|retirement|removal) of|thanked)\s+"
    r"(?:(?:the|its|their|his|her|[a-z]+)\s+){0,3}(?:[a-z]+,\s+)?$"
)
_WENT = re.compile(
    r"(?:,[^,.;:!?]{1,60},|,)?\s+(?:(?:has|had|was|is|will|who)\s+(?:been\s+)?)?(?:resign(?:ed|s|ing)?|quit|"
    r"step(?:ped|s|ping)? down|dismissed|sacked|fired|ousted|leav(?:es|ing)|left|retir(?:ed|es|ing))\b"
)
_CAME_AFTER = re.compile(
    r"\b(?:put|appoint(?:ed|s|ing)?|nam(?:ed|es|ing)|hir(?:ed|es|ing)|promot(?:ed|es|ing)|(?:succeed|replac)ed by|"
    r"in favour of|turned to)\s+(?:[a-z]+\s+){0,3}$"
)
_OFFICES = (
    "referee judge minister coach captain president chairman chairwoman chair mayor governor director manager "
    "prosecutor lawyer rector premier spokesman spokeswoman treasurer secretary ambassador bishop editor conductor "
    "architect".split()
)
_OFFICE = "|".join(_OFFICES)
_OFFICE_ASKED = re.compile(
    rf"^who (?:is|was|were|are|will be) (?:the |a |an )?(?:[\w'’-]+ ){{0,3}}?({_OFFICE}|coaching)\b"
)
_OFFICE_BEFORE = re.compile(rf"\b((?:[\w'’-]+ )?)({_OFFICE}),?\s+$", re.IGNORECASE)
_OFFICE_BEHIND = re.compile(
    rf",\s+(?:(?:the|a|an|its|his|her|their)\s+)?((?:[\w'’-]+\s+){{0,2}}?)({_OFFICE})\b", re.IGNORECASE
)
_ONCE = re.compile(r"\b(?:former|retired|ex|once)\b", re.IGNORECASE)


class Outcome:
    """Says of spans of sentences whether they name one who came off otherwise than the one asked for.

    Args:
        asking: the question as read.
    """

    def __init__(self, asking: Asking) -> None:
        asked = " ".join(asking.content)
        office = _OFFICE_ASKED.search(asked)
        self._office = office[1].replace("coaching", "coach") if office else ""
        of_sides = asking.type == "person" or not _SIDES.isdisjoint(asking.noun[-1:])
        self._of_winner = of_sides and not _BEATEN_ASKED.search(asked)
        self._of_first = bool(_WIN_ASKED.search(asked)) and not _PLACE_ASKED.search(asked)
        self._of_second = of_sides and bool(_SECOND_ASKED.search(asked))
        self._of_gone = asking.word in {"who", "whom", "which"} and bool(_GONE_ASKED.search(asked))
        self._of_holder = asking.type == "person" and bool(_HOLDS_ASKED.search(asked)) and not _GONE_ASKED.search(asked)

    def _is_in_another_office(self, sentence: str, start: int, end: int) -> bool:
        told = _OFFICE_BEFORE.search(sentence[:start]) or _OFFICE_BEHIND.match(sentence, end)
        if told is None or _ONCE.search(told[1]):
            return False
        return told[2].lower() != self._office and self._office not in sentence.lower()

    def of(self, sentence: str, start: int, end: int) -> str | None:
        """Give how the one that a span names came off, in words ("the one who won"), where another was asked for."""
        if self._office and sentence[start].isupper() and self._is_in_another_office(sentence, start, end):
            return _OTHER_OFFICE
        if self._of_gone and sentence[start].isupper() and _CAME_AFTER.search(sentence[:start]):
            return _NEXT
        if self._of_holder and sentence[start].isupper() and _is_gone(sentence, start, end):
            return _GONE
        if self._of_winner and sentence[start].isupper() and "beaten" in cues_of(sentence, start, end):
            return _BEATEN
        if (self._of_first or self._of_second) and (_PLACED.search(sentence[:start]) or _CAME_IN.match(sentence, end)):
            return _LATER_PLACE if self._of_first else None
        if self._of_first and (_TAKEN_FROM.match(sentence, end) or _TOOK_FROM.search(sentence[:start])):
            return _STRIPPED
        if self._of_second and sentence[start].isupper():
            if _THIRD.search(sentence[:start]):
                return _LATER_PLACE
            return _WINNER if _WON.match(sentence, end) or _WON_BY.search(sentence[:start]) else None
        return None


def _is_gone(sentence: str, start: int, end: int) -> bool:
    return bool(_SENT_AWAY.search(sentence[:start]) or _WENT.match(sentence, end))
