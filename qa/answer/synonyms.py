"""Words that news uses for one another: jobs are posts, a blaze is a fire, and who was killed has died.

Kept as stems, in classes; a word may be of several. English only. Nothing here says that two words mean the same, only
that one may stand where the other was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import lru_cache

from qa.answer.verbs import stem

_COUNTED = (
    "jobs positions posts roles redundancies layoffs", "customers subscribers clients users accounts",
    "homes households houses dwellings properties", "passengers travellers souls aboard",
    "spectators fans crowd attendance audience watched attended", "injured wounded hurt",
    "dead deaths killed died fatalities lives", "arrests arrested detained", "evacuees evacuated",
    "missing unaccounted", "stalls pitches shops", "staff employees workers workforce", "migrants refugees",
    "members followers supporters",
)  # fmt: skip
_TOLD = (
    "cut axe shed go redundant eliminate", "win winner victory triumph", "cost price bill", "prize award trophy title",
    "buy purchase acquire takeover acquisition", "quit resign resignation", "film movie", "kids children",
    "plane aircraft jet airliner", "ship boat vessel ferry", "fire blaze wildfire", "quake earthquake tremor",
    "jail prison imprison", "sentence term", "crash collision derail derailment accident disaster",
    "flood flooding deluge", "protest demonstration march rally", "strike walkout", "game match fixture",
    "steal theft raid robbery heist burglary", "thief robber burglar crook", "delay postpone", "doctor medic",
    "company firm", "storm hurricane cyclone typhoon", "author writer novelist", "coach trainer", "sick ill",
    "vaccine jab shot", "begin start launch open", "oppose against", "lower reduce", "tram tramway",
    "teacher schoolteacher", "discover find unearth", "film shoot", "boss chief head leader", "car vehicle",
    "pupil student",
)  # fmt: skip


def _classes(lines: Iterable[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(stem, line.split())) for line in lines)


_SAME_COUNT = _classes(_COUNTED)
_SAME = (*_SAME_COUNT, *_classes(_TOLD))


def counted_alike(counted: Set[str]) -> set[str]:
    """Give what else the same may be called that is counted, as stems."""
    return set(counted).union(*(each for each in _SAME_COUNT if not each.isdisjoint(counted)))


@lru_cache(maxsize=4096)
def told_alike(word: str) -> frozenset[str]:
    """Give a stem and those of the words that may stand for it."""
    return frozenset({word}).union(*(each for each in _SAME if word in each))


def share_told(asked: Set[str], held: Set[str]) -> float:
    """Give the share of some stems that are among others, themselves or by a word that may stand for them."""
    return sum(not held.isdisjoint(told_alike(word)) for word in asked) / len(asked) if asked else 1.0
