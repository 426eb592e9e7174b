"""Names of people, places and organisations: are those that a claim names also named by what backs it?

A name is a capitalised run of words. It stands in a text when its last word does (or its acronym, or the word for the
people of a country), unless the text gives that surname another first name. What a name refers to, and names written
without capitals, are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.text import plain
from qa.types import Span

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:['\-.&](?=\w)[^\W_]+)*")
_JOINING = {"of", "the", "and", "for", "de", "la", "von", "van", "bin", "al", "del", "du", "di", "da", "&"}
TITLES = frozenset(
    "mr mrs ms miss dr sir dame lord lady president vice prime minister senator sen rep representative governor gov "
    "king queen prince princess pope judge justice chief general gen colonel col captain capt sergeant sgt officer "
    "detective professor prof chancellor secretary mayor chairman chairwoman ceo coach director former first "
    "lieutenant lt".split()
)
_CALENDAR = set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december".split()
)
_OPENERS = set(
    "a an the this that these those it its he she they we i you his her their our my your there here in on at by for "
    "from with without within as if when while where after before during since until although though because but and "
    "or nor so yet to of about over under more most many much some any all both each every no not one two three four "
    "five six seven eight nine ten what who whom whose which why how according despite following however meanwhile "
    "also even only still just now then later last next police officials people authorities researchers scientists "
    "experts critics residents lawmakers officers prosecutors investigators doctors voters investors analysts "
    "yes unlike like among between against across around through today yesterday tomorrow earlier recently".split()
)
_PEOPLES = {
    "us": "united states america american usa", "uk": "united kingdom britain british", "france": "french",
    "britain": "british uk united kingdom", "spain": "spanish", "netherlands": "dutch", "greece": "greek",
    "wales": "welsh", "ireland": "irish", "scotland": "scottish scots", "switzerland": "swiss", "denmark": "danish",
    "turkey": "turkish turkiye", "poland": "polish", "sweden": "swedish", "norway": "norwegian", "finland": "finnish",
    "germany": "german", "england": "english", "portugal": "portuguese", "philippines": "filipino",
    "un": "united nations", "china": "chinese", "europe": "european", "canada": "canadian", "peru": "peruvian",
    "eu": "european union",
}  # fmt: skip
_SAME = [{place, *others.split()} - {"united"} for place, others in _PEOPLES.items()]
_DEMONYM = {"n", "an", "ian", "ans", "ians", "ese", "i", "is", "ns", "s"}


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a text: its words without titles and joining words, and where it stands."""

    words: tuple[str, ...]
    span: Span
    text: str


def names(text: str, known: str = "") -> list[Name]:
    """Give the names of a text in order, those of months and weekdays left out.

    Args:
        known: running text (the articles). The first word of a sentence always has a capital; it is taken for a name
            only when the word after it is part of the name too, or ``known`` never has it in lower case.
    """
    folded = plain(text)
    lowered = frozenset(token for token in _words(plain(known)) if token.islower())
    return [name for run in _runs(folded) for name in _named(folded, run, lowered)]


def named_in(name: Name, text: str, whole: str = "") -> bool:
    """Tell whether a text names the same: its last word stands there, and not under another first name.

    Args:
        whole: the article, where a first name that the text leaves out may be given.
    """
    there = [_key(token) for token in _words(plain(text))]
    keys = [_key(word) for word in name.words]
    if all(_stands(key, there) for key in keys) or _acronym(name, text):
        return True
    return _stands(keys[-1], there) and len(keys) > 1 and not _other_first_name(keys, plain(text), plain(whole))


def same_name(one: Name, other: Name) -> bool:
    """Tell whether two names have the same last word, or the one is a part of the other."""
    first, second = ({_key(word) for word in name.words} for name in (one, other))
    return _key(one.words[-1]) == _key(other.words[-1]) or first <= second or second <= first


def same_person(one: str, other: str) -> bool:
    """Tell whether two names can be one person's: titles left out, the longer ends with the shorter ("Mr Ruiz")."""
    short, long = sorted((_without_titles(one), _without_titles(other)), key=len)
    return bool(short) and long[-len(short) :] == short


def missing_name(claimed: Sequence[Name], text: str, whole: str = "") -> Name | None:
    """Give the first name of a claim that the text does not have."""
    return next((name for name in claimed if not named_in(name, text, whole)), None)


def of_another(question: str, quote: str) -> bool:
    """Tell whether a quote says for or against whom something was done, and it is not whom the question names.

    "For the Weavers" is no answer to what was done for another club; a quote that names the one asked about may be.
    """
    for joint in ("for", "against"):
        asked, told = (_named_after(joint, text) for text in (question, quote))
        if asked and told and not any(named_in(name, quote) for name in asked):
            return True
    return False


def _named_after(joint: str, text: str) -> list[Name]:
    folded = plain(text)
    right_after = re.compile(rf"\b{joint} (?:the |his |her |their )?$")
    return [name for name in names(folded) if right_after.search(folded[: name.span[0]])]


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Give the runs of capitalised words, joined by at most one joining word, never over punctuation."""
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if run and not _joined(text[run[-1].end() : token.start()]):
            yield run
            run = []
        if _is_capital(token.group()) or (run and token.group().lower() in _JOINING):
            run.append(token)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _joined(between: str) -> bool:
    return between.replace(".", "").replace("'s", "") in (" ", "  ", "", " & ") and not between.startswith(". ")


def _is_capital(token: str) -> bool:
    return token[0].isupper() and not token.isdigit()


def _named(text: str, run: list[re.Match[str]], lowered: frozenset[str]) -> Iterator[Name]:
    while run and run[-1].group().lower() in _JOINING:
        run = run[:-1]
    if run and _opens_sentence(text, run[0].start()) and _is_common(run, lowered):
        run = run[1:]
    words = [token.group() for token in run if not _is_empty(token.group())]
    telling = tuple(word for word in words if word.lower().rstrip(".") not in TITLES) or ()
    if telling:
        yield Name(telling, (run[0].start(), run[-1].end()), text[run[0].start() : run[-1].end()])


def _without_titles(name: str) -> list[str]:
    return [key for word in name.split() if (key := _key(word)) not in TITLES]


def _is_empty(word: str) -> bool:
    return word.lower() in _JOINING | _CALENDAR or word.lower() in {"i", "he", "she", "it", "they", "we"}


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'(`")
    return not before or before[-1] in ".!?:\n"


def _is_common(run: list[re.Match[str]], lowered: frozenset[str]) -> bool:
    first = run[0].group().lower().removesuffix("'s")
    if first in _OPENERS:
        return True
    return len(run) == 1 and not run[0].group().isupper() and (first in lowered or first.endswith(("ing", "ly", "ed")))


def _words(text: str) -> list[str]:
    return [match.group() for match in _TOKEN.finditer(text)]


def _key(word: str) -> str:
    return word.lower().replace(".", "").removesuffix("'s").removesuffix("s'")


def _stands(key: str, there: Sequence[str]) -> bool:
    return any(key == word or key in word.split("-") or _same_place(key, word) for word in there)


def _same_place(one: str, other: str) -> bool:
    if any(one in group and other in group for group in _SAME):
        return True
    short, long = sorted((one, other), key=len)
    shared = len(_shared(short, long))
    return shared >= max(4, len(short) - 2) and long[shared:] in _DEMONYM and short[shared:] in {"", "a", "e", "y"}


def _shared(one: str, other: str) -> str:
    return one[: next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))]


def _acronym(name: Name, text: str) -> bool:
    """Tell whether an acronym stands for a run of capitals of the other text, or the other way round."""
    capitals = [[token.group() for token in run if token.group().lower() not in _JOINING] for run in _runs(plain(text))]
    if len(name.words) == 1:
        letters = name.words[0].replace(".", "").lower()
        return letters.isalpha() and 2 <= len(letters) <= 6 and any(letters in _initials(run) for run in capitals)
    return _initials(list(name.words)) in {word.lower().replace(".", "") for run in capitals for word in run}


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0].lower() for word in words)


def _other_first_name(keys: Sequence[str], text: str, whole: str) -> bool:
    """Tell whether the surname stands behind another first name, and the article nowhere has the claimed one."""
    everywhere = {_key(word) for word in _words(whole)} | {_key(word) for word in _words(text)}
    missing = [key for key in keys[:-1] if not _stands(key, list(everywhere))]
    if not missing:
        return False
    return any(_first_names(run, keys[-1]) for run in _runs(f"{text}\n{whole}"))


def _first_names(run: Sequence[re.Match[str]], surname: str) -> list[str]:
    words = [_key(token.group()) for token in run]
    if surname not in words:
        return []
    return [word for word in words[: words.index(surname)] if word not in TITLES | _JOINING | _OPENERS]
