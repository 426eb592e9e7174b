"""Names of countries and American states, for telling whether a span can answer "which country" or "which state".

Country names are those of the Unicode CLDR through ``babel`` (the only module that imports it), with the short forms
that news uses. In what part of the world a country lies is told by the names of its time zones ("Africa/Bamako").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from functools import cache

from babel import Locale
from babel.core import get_global

from qa.answer.asking import Asking
from qa.dateline import dateline
from qa.text import plain, plain_spans

_NEWS_FORMS = frozenset(
    "us|u.s.|usa|u.s.a.|america|uk|u.k.|the us|the uk|britain|great britain|england|scotland|wales|northern ireland|"
    "uae|"
    "south korea|north korea|russia|turkey|"
    "ivory coast|czech republic|holland|burma|vatican|congo|gaza|palestine".split("|")
)
_STATES = frozenset(
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|"
    "indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|"
    "montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|"
    "oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|"
    "west virginia|wisconsin|wyoming".split("|")
)

_SAME = (
    frozenset({"us", "usa", "united states", "united states of america", "america", "american", "americans"}),
    frozenset({"uk", "united kingdom", "britain", "great britain", "british", "britons"}),
)

_PARTS = {"african": "Africa", "asian": "Asia", "european": "Europe", "american": "America", "americas": "America"}
_BETWEEN_PARTS = frozenset({"CY", "GE", "AM", "AZ", "TR", "KZ", "GL"})
"""Countries that are counted among those of another part of the world than their time zone is named after."""
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""What the CLDR lists among the countries besides: unions, the made-up, and the unknown."""


_PLACED = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Nn]ear|to|[Ff]rom|[Oo]n|[Oo]ff|[Oo]utside|[Ii]nside|[Aa]cross|[Aa]round|through|throughout|"
    r"[Bb]etween|along|towards?|beside|behind|into|onto|over|under|above|below|opposite|via|past|beyond|within|where|"
    r"north|south|east|west|(?:town|city|village|port|island|district|province|state|region|county|valley|suburb|capital|"
    r"harbour|coast|bay|outskirts|cent(?:re|er)|heart) of)\s+"
    r"(?:(?:the|and|or|a|an|its|their|[A-Z][\w'’.-]*),?\s+){0,4}?$"
)
"""What stands before a place, and up to four words between."""


def is_placed(asking: Asking, answer: str, sentence: str) -> bool:
    """Say whether a sentence gives a name as a place, where "where" is asked for; a country is always one."""
    if asking.word != "where" or is_country(answer) or is_state(answer):
        return True
    folded, bare = plain(sentence), dateline(sentence)[1]
    starts = [start for start, end in plain_spans(sentence, answer) if start < end]
    within = bool(_PLACED.match(f"{answer} "))
    return within or not starts or any(start < bare or _PLACED.search(folded[:start]) for start in starts)


def is_country(name: str) -> bool:
    """Say whether a name is that of a country."""
    return name.lower().removeprefix("the ") in _countries() or name.lower() in _NEWS_FORMS


def is_state(name: str) -> bool:
    """Say whether a name is that of one of the United States."""
    return name.lower() in _STATES


def lies_elsewhere(noun: Sequence[str], name: str) -> bool:
    """Say whether a country is for certain not in the part of the world that a question names: no "African country"."""
    asked = {_PARTS[word] for word in noun if word in _PARTS}
    code = _countries().get(name.lower().removeprefix("the "))
    if not asked or code is None or code in _BETWEEN_PARTS:
        return False
    zones = {zone.split("/")[0] for zone in get_global("territory_zones").get(code, ())}
    return bool(zones) and zones <= set(_PARTS.values()) and asked.isdisjoint(zones)


def names_beside(asked: Set[str]) -> Set[str]:
    """Give the other names of the countries that a question's words name, as ``qa.text.normalize`` writes them."""
    return frozenset(name for names in _SAME if names & asked for name in names)


@cache
def _countries() -> Mapping[str, str]:
    """Give the code of each country by its name in lower case."""
    territories = Locale("en").territories
    coded = {code: name for code, name in territories.items() if len(code) == 2 and code.isalpha()}
    return {name.lower(): code for code, name in coded.items() if code not in _NO_COUNTRIES}
