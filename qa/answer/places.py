"""Names of countries and American states, for telling whether a span can answer "which country" or "which state".

Country names are those of the Unicode CLDR through ``babel`` (the only module that imports it), with the short forms
that news uses.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from babel import Locale

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


def is_country(name: str) -> bool:
    """Say whether a name is that of a country."""
    return name.lower().removeprefix("the ") in _countries() or name.lower() in _NEWS_FORMS


def is_state(name: str) -> bool:
    """Say whether a name is that of one of the United States."""
    return name.lower() in _STATES


def names_beside(asked: Set[str]) -> Set[str]:
    """Give the other names of the countries that a question's words name, as ``qa.text.normalize`` writes them."""
    return frozenset(name for names in _SAME if names & asked for name in names)


@cache
def _countries() -> frozenset[str]:
    territories = Locale("en").territories
    return frozenset(name.lower() for code, name in territories.items() if len(code) == 2 and code.isalpha())
