"""Nouns for people: "which banker" asks for somebody, "which lender" for a firm.

A list of common nouns and their endings, for English; a noun that is not in it may name anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_PERSONS = frozenset(
    "person man woman president minister politician player athlete actor actress singer artist musician author writer "
    "leader director coach quarterback celebrity star senator governor king queen prince princess scientist mayor "
    "republican democrat royal justice candidate chief founder billionaire footballer comedian presenter manager judge "
    "captain chairman chairwoman premier officer lawyer prosecutor teacher professor son daughter grandson "
    "granddaughter wife husband brother sister mother father victim winner champion rider driver swimmer runner "
    "striker goalkeeper pilot astronaut sheriff doctor nurse gardener carpenter butcher baker barber tailor clerk "
    "guard soldier sailor sergeant colonel thief suspect boss heir duke bishop priest monk executive architect analyst "
    "diver composer cartographer banker veteran engineer teenager schoolchild skater performer batter bowler "
    "benefactor hiker hacker pope singer-songwriter songwriter newcomer survivor drummer poet chef cook surgeon "
    "diplomat ambassador envoy chancellor treasurer historian farmer pupil student child baby boy girl skier sprinter "
    "jockey referee umpire inventor explorer designer sculptor dancer producer golfer boxer jeweller magician "
    "widow widower pensioner tycoon mogul influencer rapper host".split()
)
_PERSON_ENDING = re.compile(
    r"(?:(?:olog|graph|iatr|nom|novel|art|cycl|pian|guitar|violin|activ|journal|chem|physic|dent|solo|archiv)ist|ician|"
    r"(?<!hu)(?<!talis)man|woman|teacher|keeper|fighter|worker|player|medic)s?$"
)
"""How words for people end; "list", "human" and "talisman" are none."""


def names_persons(nouns: Sequence[str]) -> bool:
    """Say whether a noun, lower-cased, names people."""
    return any(form in _PERSONS or _PERSON_ENDING.search(form) for noun in nouns for form in _singulars(noun))


def _singulars(noun: str) -> Iterator[str]:
    yield noun
    yield noun.rstrip("s")
    if noun.endswith("ies"):
        yield f"{noun[:-3]}y"
