"""What stands around a span, and what its last word is, and what that says of the thing it names.

The cues are those of the early taggers of names (Collins and Singer 1999): a title before it, "who" or an age after it,
"in" before it, "called" before it, "defeating" before it. English only; a span without any cue says nothing.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from qa.answer.names import TITLES

Cue: TypeAlias = Literal["person", "place", "called", "beaten", "cause"]

_REACH = 40
"""Characters beside a span that are looked at."""

_CALLINGS = TITLES | frozenset(
    "actor actress artist author billionaire captain comedian composer councillor driver economist farmer "
    "founder goalkeeper headteacher historian journalist lawyer leader manager midfielder minister musician nurse "
    "novelist photographer player poet politician producer reporter rider runner scientist sculptor singer skipper "
    "striker student teacher winger winner writer".split()
)
_BEFORE = re.compile(r"(\w+)\.?\s+$")
_PLACED = re.compile(r"\b(?:in|at|near|outside|across|around|off|throughout)\s+(?:the\s+)?$", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:called|named|dubbed|nicknamed|titled|entitled|known as|christened)\s+(?:the\s+)?[“\"‘']?$")
_BEATEN = re.compile(
    r"\b(?:defeat(?:ed|ing)|beat(?:en|ing)?|oust(?:ed|ing)|unseat(?:ed|ing)|replac(?:ed|es|ing)|succe(?:eds|eded|eding)|"
    r"ahead of|clear of|instead of|in place of)\s+(?:[a-z]\w*\s+|Mr\s+|Ms\s+|Mrs\s+|Dr\s+){0,2}$"
)
_CAUSE = re.compile(
    r"\b(?:(?:caused|sparked|triggered|started|ignited|prompted|set off|brought (?:about|down)|killed) by|because of|"
    r"due to|owing to|as a result of|blam\w+ (?:it |this )?(?:on|for)|point(?:ed|s|ing) to|"
    r"(?:put|traced|linked|attributed) (?:it )?(?:down )?to|"
    r"(?:was|is|were|been) (?:probably |likely )?(?:the result of|down to))\s+"
    r"(?:(?:an?|the|some|its)\s+)?$",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\bbecause\b|\b(?:due|owing|thanks) to\b|\bcaus\w+\b|\breasons?\b|\bblam\w+\b|\bas a result\b|"
    r"\bso (?:that|precisely|badly|much)\b|\b(?:in order|so as) to\b|\bas (?:it|they|he|she|the)\b|"
    r"\bafter (?:[\w'’-]+ ){1,4}?\w+(?:ed|t|und|w|ll|ke)\b|\b(?:in|over) (?:a|the) (?:dispute|row|dismissal|protest)\b|"
    r"\bwhich (?:rested|meant|made)\b",
    re.IGNORECASE,
)
_PERSON_AFTER = re.compile(r"[”\"’']?(?:,?\s+(?:who|whose|whom)\b|,\s+(?:an?\s+|aged\s+)?\d{1,2}\b|\s+\(\d{1,2}\))")
_THINGS = frozenset(
    "academy act airport alliance assembly association athletic authority avenue award awards bank bay beach board "
    "bridge bureau castle cathedral championship championships church city club coast college commission committee "
    "company conference congress corp corporation council county court cup department district fair federation "
    "festival flat fleet flight forest foundation fund games gate group guild hall harbour harbor hill hospital hotel "
    "house hurricane inc inquiry institute island islands lake lamp lane league library lighthouse line ltd market "
    "marathon medal ministry mountain mountains museum office oscar palace park parliament party point police port "
    "post power "
    "press prison prize project quay radio railway river road rovers school senate series shield society square "
    "stadium state states station storm strait street studios sunday telecom theatre theater times tournament tower "
    "town trophy trust tunnel union united university valley village wanderers water weir works yard".split()
)


def cues_of(sentence: str, start: int, end: int) -> frozenset[Cue]:
    """Give what the words around a span of a sentence say of it; empty where they say nothing."""
    before, after = sentence[max(0, start - _REACH) : start], sentence[end : end + _REACH]
    found: set[Cue] = set()
    title = _BEFORE.search(before)
    if (title and title.group(1).lower() in _CALLINGS) or _PERSON_AFTER.match(after):
        found.add("person")
    if _PLACED.search(before):
        found.add("place")
    if _CALLED.search(before):
        found.add("called")
    if _BEATEN.search(before):
        found.add("beaten")
    if _CAUSE.search(before):
        found.add("cause")
    return frozenset(found)


def tells_a_cause(sentence: str) -> bool:
    """Say whether a sentence says why: "because", "after engineers found", "in order to"."""
    return bool(_WHY.search(sentence))


def names_a_thing(name: str) -> bool:
    """Say whether a name's last word is that of a body, an event, a building or a place, and of no person."""
    return name.split()[-1].rstrip(".,").lower() in _THINGS if name.strip() else False
