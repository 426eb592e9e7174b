"""How well a span fits what a question asks for: its kind, its measure, its name, and what stands around it.

Signals for the reader, each 0 or 1 or a share; what they weigh is told elsewhere, and no sentence is compared here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from qa.answer.asking import Asking, Measure, is_time
from qa.answer.candidates import NUMERALS, YEAR, Kind, find_candidates
from qa.answer.cues import Cue, names_a_thing
from qa.answer.places import is_country, is_state, lies_elsewhere
from qa.text import is_lower_case, words

_ORDINAL = re.compile(
    r"(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b", re.IGNORECASE
)
_MONEY = re.compile(
    r"[$£€¥₹]|\b(?:dollars?|(?<!per )cents?|euros?|pounds?|pence|yen|yuan|rupees?|crowns?|francs?|pesos?|kron[ae]r?|"
    r"roubles?|rubles?)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d[ap]\.?m\b|\d\s[ap]\.?m\b|\d[:.]\d\d|\b(?:noon|midnight|o'clock|hours)\b", re.IGNORECASE)
_SHARE = re.compile(r"%|\bper ?cent\b|\b(?:half|quarters?|thirds?|fifths?) of\b", re.IGNORECASE)
_MEASURES: Mapping[Measure, re.Pattern[str]] = {
    "money": _MONEY,
    "share": _SHARE,
    "duration": re.compile(
        r"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies))\b|\d:\d\d", re.I
    ),
    "length": re.compile(
        r"(?:\b|\d)(?:met(?:er|re)s?|kilomet(?:er|re)s?|km|miles?|feet|foot|ft|inch(?:es)?|yards?|fathoms?|m|cm)\b",
        re.I,
    ),
    "speed": re.compile(r"\b(?:an|per) (?:hour|second)\b|(?:\b|\d)(?:mph|kph|km/h|knots?)\b", re.I),
    "weight": re.compile(r"(?:\b|\d)(?:kg|kilo(?:gram)?s?|tons?|tonnes?|pounds?|lbs?|ounces?|grams?|stone)\b", re.I),
    "score": re.compile(r"\d[–-]\d|\d (?:to|all)\b|\bnil\b"),
    "degrees": re.compile(r"°|\bdegrees?\b", re.I),
}
_NUMERIC = re.compile(
    rf"\d|\b(?:(?:{'|'.join(NUMERALS)}|half|quarter|fifth|tenth|couple)s?|all|both|most|few|several|many|no|none|once|"
    r"twice|double|triple|every|daily|weekly|monthly|yearly|an hour|a (?:minute|day|week|month|year|decade))\b",
    re.IGNORECASE,
)
_CAUSE_ASKED = re.compile(
    r"^what (?:has |have |had |is |was )?(?:caus\w+|spark\w+|trigger\w+|start(?:s|ed)|set off|ignit\w+|prompt\w+|made|"
    r"brought (?:about|down)|led to|(?:be(?:en|ing) )?blamed|behind|(?:the )?cause)\b|\bcause of\b"
)
_BEATING = frozenset(
    "defeat defeated beat beaten oust ousted unseat unseated replace replaced succeed succeeded".split()
)
_BEGINNINGS = frozenset("founded established built born invented discovered written composed".split())
SAYS_NOTHING = frozenset("first second third new best made time most year week month day people thing way".split())
"""Spans, as ``qa.text.normalize`` writes them, that answer nothing."""
_BARE_UNIT = re.compile(
    r"(?:per ?cent|percentage|dollars?|cents?|euros?|pounds?|pence|yen|yuan|rupees?|crowns?|francs?|pesos?|r[ou]+bles?|"
    r"(?:second|minute|hour|day|week|month|year|met(?:er|re)|kilomet(?:er|re)|mile|tonne|ton|kilo|degree|hectare|acre|litre)s?|"
    r"km|feet)"
)
_MISFITS = (
    "number:year",
    "ordinal",
    "bare_amount",
    "measure_missing",
    "person:country",
    "person:head",
    "says_nothing",
    "clock_missing",
    "year_measured",
    "nameless",
)


def fit_signals(asking: Asking, text: str, kinds: Set[Kind], cues: Mapping[Cue, float]) -> dict[str, float]:
    """Give the signals of one span.

    Args:
        asking: the question as read.
        text: the span.
        kinds: what it was found as.
        cues: for each cue, the share of its places in the evidence that show it.
    """
    numeric = bool(kinds & {"number", "measure"})
    timely = bool(kinds & {"date", "year"}) or is_time(text)
    group = asking.type if asking.type in {"number", "time", "person", "place"} else "thing"
    signals = {f"{group}:{kind}": 1.0 for kind in kinds}
    signals |= {f"{group}:cue_{cue}": share for cue, share in cues.items()}
    signals[f"{group}:timely"] = float(timely)
    signals[f"{group}:numeric"] = float(numeric and not timely)
    if asking.type == "person":
        signals["person:country"] = float(is_country(text) or is_state(text))
        signals["person:head"] = float(names_a_thing(text))
        if _BEATING & set(asking.content):
            signals.pop("person:cue_beaten", None)
    if asking.type == "number":
        signals |= _amount_signals(asking, text, kinds)
    if asking.type == "time":
        signals |= _time_signals(asking, text, kinds)
    if _CAUSE_ASKED.search(" ".join(asking.content)):
        signals["cause_wanted"] = cues.get("cause", 0.0)
    if asking.named:
        signals["nameless"] = float(_ends_small(text) and "quoted" not in kinds)
    if group == "thing" and asking.noun:
        signals["named:numeric"] = float(numeric)
    return signals | _noun_signals(asking, text)


def says_nothing(asking: Asking, key: str) -> bool:
    """Say whether a span, as ``qa.text.normalize`` writes it, is no answer by itself: "people", "crowns"."""
    return key in SAYS_NOTHING or ("currency" not in asking.noun and bool(_BARE_UNIT.fullmatch(key)))


def misfits(signals: Mapping[str, float]) -> bool:
    """Say whether a span cannot be the answer, whatever speaks for it; such a one is never said, at most quoted."""
    return any(signals.get(name, 0.0) >= 1.0 for name in _MISFITS)


def suits(asking: Asking, answer: str) -> bool:
    """Say whether an answer of a few words can be what was asked for: a sum of money is no number of jobs."""
    bare = answer.strip().rstrip(".")
    kinds = {each.kind for each in find_candidates(bare) if (each.start, each.end) == (0, len(bare))}
    if asking.type == "number" and not _NUMERIC.search(bare):
        return False
    counted = asking.word == "how many" and not _MONEY.search(" ".join(asking.noun))
    return not (counted and _MONEY.search(bare)) and not misfits(fit_signals(asking, bare, kinds, {}))


def _ends_small(text: str) -> bool:
    """Say whether the last word is written small, even behind a capital that begins a sentence: "Linen cupboard"."""
    last = "".join(text.split()[-1:])
    return last.islower() and is_lower_case(last)


def _amount_signals(asking: Asking, text: str, kinds: Set[Kind]) -> dict[str, float]:
    asked = {noun.rstrip("s") for noun in asking.noun}
    money, share = bool(_MONEY.search(text)), bool(_SHARE.search(text))
    measured = bool(asking.measure) and bool(_MEASURES[asking.measure].search(text))
    bare = "measure" not in kinds and not money and not share
    return {
        "money_asked": float(money and asking.word == "how much"),
        "money_not_asked": float(money and asking.measure != "money" and asking.word != "how much"),
        "share_not_asked": float(share and asking.word == "how many"),
        "measure_wanted": float(measured),
        "measure_missing": float(bool(asking.measure) and not measured),
        "bare_amount": float(bare and asking.word == "how much"),
        "ordinal": float(bool(_ORDINAL.match(text))),
        "unit_asked": float(any(noun in {word.rstrip("s") for word in words(text)} for noun in asked)),
    }


def _time_signals(asking: Asking, text: str, kinds: Set[Kind]) -> dict[str, float]:
    year = "year" in kinds or bool(YEAR.search(text))
    clock = asking.noun[-1:] == ("time",)
    of_year = asking.noun[-1:] in {("year",), ("years",)}
    return {
        "clock_missing": float(clock and not _CLOCK.search(text)),
        "year_missing": float(of_year and not year),
        "year_measured": float(of_year and not year and "measure" in kinds),
        "year_likely": float(year and asking.word == "when" and bool(_BEGINNINGS & set(asking.content))),
    }


def _noun_signals(asking: Asking, text: str) -> dict[str, float]:
    asked = {noun.rstrip("s") for noun in asking.noun} | {"country" for noun in asking.noun if noun == "countries"}
    signals: dict[str, float] = {}
    for noun, belongs in (("country", is_country), ("nation", is_country), ("state", is_state)):
        if noun in asked:
            fits = belongs(text) and not lies_elsewhere(asking.noun, text)
            signals["in_gazetteer"] = float(fits)
            signals["not_in_gazetteer"] = float(not fits)
    return signals
