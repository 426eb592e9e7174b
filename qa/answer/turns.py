"""What turns a claim round: a "not" too many or too few, the opposite word, who did it to whom, one word for another.

Cheap checks on words. A negation is followed to the next telling word only ("did not attend", "denied blocking");
opposites are the few pairs that news lives on; roles are compared where two names stand on the two sides of the same
verb. Irony, double negation and anything that needs the world are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TypeAlias

from qa.answer.names import Name, names, same_name
from qa.answer.support import is_stop_word
from qa.answer.verbs import stem
from qa.text import plain, plain_span

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?]")
_NEGATIONS = set(
    "not never no nor neither without cannot denied deny denies denying refused refuse refuses refusing rejected "
    "reject rejects failed fail fails failing unlikely false".split()
)
_NOT_NEGATIONS = {"only", "just", "doubt", "matter", "less", "more", "fewer", "sooner", "one"}
_REACH = 4
"""Words after a negation among which the one it negates stands."""
_KINDS = (
    ("men male males boys", "women female females girls"), ("actor actors", "actress actresses"),
    ("youngest", "oldest"), ("profit profits", "loss losses"), ("import imports", "export exports"),
)  # fmt: skip
"""Opposites that tell what is spoken of and not what was done: what is said of the one answers no question of the
other, while a question of who lost is answered by who won."""
_OPPOSITES = (
    *_KINDS,
    ("rose rise rises rising increased increase increases grew climbed soared jumped surged",
     "fell fall falls falling decreased decrease decreases dropped declined sank plunged shrank slumped"),
    ("won win wins winning", "lost lose loses losing"),
    ("accepted accept accepts approved approve approves", "rejected reject rejects refused refuse refuses"),
    ("supported support supports backed backs", "opposed oppose opposes"),
    ("guilty convicted", "innocent acquitted cleared"),
    ("higher above", "lower below"), ("more", "fewer less"), ("before", "after"), ("first", "last"),
    ("best", "worst"), ("largest", "smallest"), ("highest", "lowest"),
    ("alive survived", "dead died killed"),
    ("bought buy buys", "sold sell sells"), ("opened open opens", "closed close closes shut"),
    ("started start starts began begin begins", "ended end ends stopped finished"),
    ("hired", "fired sacked dismissed"), ("passed", "failed"), ("legal lawful", "illegal unlawful"),
    ("arrested jailed", "released freed"), ("north northern", "south southern"), ("east eastern", "west western"),
    ("banned ban bans", "allowed allow allows"),
    ("for", "against"), ("raised raise raises", "cut cuts lowered"), ("true", "false"),
    ("increase increased increases rise", "fewer less lower cheaper"),
    ("man men male boy boys", "woman women female girl girls"), ("father", "mother"), ("husband", "wife"),
    ("son sons", "daughter daughters"), ("brother brothers", "sister sisters"), ("king", "queen"),
    ("morning", "evening night"), ("inside", "outside"), ("public", "private"),
)  # fmt: skip
_Opposites: TypeAlias = Sequence[tuple[set[str], set[str]]]


def _both_ways(pairs: Sequence[tuple[str, str]]) -> _Opposites:
    forth = [(set(one.split()), set(other.split())) for one, other in pairs]
    return [*forth, *((other, one) for one, other in forth)]


_KINDS_BOTH_WAYS, _OPPOSITES_BOTH_WAYS = _both_ways(_KINDS), _both_ways(_OPPOSITES)
_OF_WOMEN = re.compile(r"\b(?:women|ladies|girls)'s? \w+")
_WOMEN = frozenset("women woman ladies lady girls girl schoolgirl female females she her hers herself".split())
_KIN = frozenset(
    "wife husband widow widower spouse partner married fiance fiancee son sons daughter daughters father mother parent "
    "parents child children brother brothers sister sisters sibling siblings twin grandson granddaughter grandchildren "
    "grandfather grandmother uncle aunt nephew niece cousin stepson stepdaughter".split()
)
_DONE = re.compile(r"\b(?:was|were|did|had|has|have)\b", re.IGNORECASE)
_POSSIBLE = re.compile(r"\b(?:can|could|may|might)\b(?! not)(?:\W+\w+){0,6}\W*$")
"""What says, of the words right after it, that they may be and not that they are."""
_PLANNED = re.compile(
    r"\b(?:will|would|(?:is|are|expected|due|planned|set|hopes?|plans?|likely) to)\s+(?:be\s+|have\s+)?(\w+)"
    r"(?:\W+\w+){0,5}\W*$",
    re.IGNORECASE,
)
"""The verb of what is only to come, right before the words looked at."""
_POSSIBLE_ASKED = re.compile(
    r"\b(?:will|can|could|may|might|possibly|would|expect(?:ed)?|plan(?:ned)?|estimated?|forecast|predicted|projected|promised)\b",
    re.IGNORECASE,
)
_WANT_ASKED = re.compile(
    r"\b(?:did|do|does|had|has|have)\b[^?.,]{1,60}?\b(?:want(?:ed)?|demand(?:ed)?|seek|sought|proposed?|"
    r"(?:ask|call|push|hope)(?:e?d)? for)\b|"
    r"^(?:who|what|which|how)\b[^?]*\b(?:wants|demands|seeks|proposes|calls for)\b",
    re.IGNORECASE,
)
_WANTING = re.compile(
    r"\b(?:want|demand|see[kn]|sought|ask|call|propos|urg|press|push|hop|request|bid|suggest|insist|recommend|prefer|"
    r"favour|favor|claim|plead|lobb|pled|aim|need|plan|intend)\w*|\b(?:should|would)\b",
    re.IGNORECASE,
)
_BEAT_ASKED = re.compile(
    r"\bdid (?:the )?([A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,3}) (?:beat|defeat|win against|overcome)\b"
)
_DEEDS = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(told, re.IGNORECASE))
    for asked, told in (
        (
            r"\b(?:die|died|dies)\b",
            r"\b(?:die[ds]?|dying|dead|deaths?|kill\w*|fatal\w*|li(?:fe|ves)|toll|victims?|bod(?:y|ies)|perish\w*|"
            r"drown\w*|late|obituary|funeral|mourn\w*|buried|claimed)\b",
        ),
        (r"\bborn\b", r"\bborn\b|\bbirth\w*\b|\bcame into the world\b|\barriv\w+|\bhatch\w*"),
        (
            r"\b(?:abolish\w*|scrap(?:s|ped)?)\b",
            r"\b(?:abolish\w*|scrap\w*|lift\w*|end(?:s|ed)?|drop\w*|remov\w*|axe[ds]?|gone|free|no longer|cancel\w*|"
            r"ditch\w*)\b",
        ),
        (
            r"\bwhat (?:did|does|has|had) [^?]{1,60}\bs(?:ay|aid)\b",
            r"[\"“”]|\bs(?:aid|ays?|aying)\b|\bcall\w*|\btold\b|\bdescrib\w+",
        ),
        (
            r"\bhow many [^?]{0,40}?\blives? in\b",
            r"\bli(?:ves?|ved|ving)\b|\bpopulation\b|\binhabitants?\b|\bresidents?\b|\bhome to\b|\bislanders\b|"
            r"\bvillagers\b",
        ),
        (r"^\s*whose (?:\w+ ){0,3}record\b", r"\brecord\w*\b"),
    )
)
"""What a question asks about, and one of the words that a quote must have that tells of it."""
_ALL = {"all", "every", "everyone", "everybody", "everything", "entire", "whole", "always"}
_LEAST_COPIED = 4
"""Words that a claim must have in common with a quote for an exchanged word to tell."""
_MATERIAL = re.compile(
    r"\b(?:gold(?:en)?|silver|copper|bronze|brass|iron|steel|wood(?:en)?|marble|glass|ivory|diamond|pearl)\b"
)
_MADE_OF = re.compile(rf"\b(?:how many|how much|which|what) (?P<of>{_MATERIAL.pattern}) (?!medal)\w")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|got)\b.*\bby\b|\bby\s*$", re.IGNORECASE)
_MUTUAL = {stem(word) for word in "met meet married played play faced face joined talked spoke said told and".split()}
_BETWEEN = 6
"""Most words between two names that still belong to one another."""


@dataclass(frozen=True, slots=True)
class _Role:
    """Who did what to whom."""

    doer: Name
    done_to: Name
    verbs: frozenset[str]


def turned_word(claim: str, quotes: Sequence[str]) -> str | None:
    """Give the word that a claim negates and the quotes do not, or the other way round."""
    said, there = _polarities(claim), [_polarities(quote) for quote in quotes]
    for word, sides in said.items():
        others = {side for quote in there for side in quote.get(word, ())}
        if len(sides) == 1 and others and sides.isdisjoint(others):
            return word
    return None


def opposite_word(claim: str, quotes: Sequence[str]) -> tuple[str, str] | None:
    """Give a word of the claim and the opposite that the quotes have in its place."""
    return _opposite(claim, quotes, _OPPOSITES_BOTH_WAYS)


def other_kind(question: str, quotes: Sequence[str]) -> bool:
    """Say whether quotes have the opposite of what a question is about ("actress", "women's") in its place."""
    return _opposite(question, quotes, _KINDS_BOTH_WAYS) is not None


def told_elsewhere(question: str, quote: str, article: str) -> bool:
    """Say whether an article tells of the women's race, say, by name, but not in a quote that speaks of no woman.

    What such an article says without a word on women is of the other race.
    """
    asked = _OF_WOMEN.search(plain(question).lower())
    return asked is not None and asked.group() in plain(article).lower() and _WOMEN.isdisjoint(_owners(quote))


def made_of_another(question: str, quote: str, article: str) -> bool:
    """Say whether a question asks for things of a material ("gold bars") where a quote has another ("copper").

    So does an article that never names the one asked for.
    """
    asked = _MADE_OF.search(plain(question).lower())
    if asked is None:
        return False
    named = re.compile(rf"\b{asked['of'].removesuffix('en')}")
    said = plain(quote).lower()
    other = _MATERIAL.search(said) is not None or named.search(plain(article).lower()) is None
    return other and named.search(said) is None


def names_kin(noun: Sequence[str], quotes: Sequence[str]) -> bool:
    """Say whether quotes tell of anybody's kin, where a question asks for some ("whose daughter", "which brother")."""
    return not noun or noun[-1] not in _KIN or any(not _KIN.isdisjoint(_owners(quote)) for quote in quotes)


def _opposite(text: str, quotes: Sequence[str], opposites: _Opposites) -> tuple[str, str] | None:
    said, there = _owners(text), {word for quote in quotes for word in _owners(quote)}
    for word in said:
        for one, other in opposites:
            if word in one and there.isdisjoint(one) and not other.isdisjoint(there) and other.isdisjoint(said):
                return word, next(each for each in sorted(other) if each in there)
    return None


def overstated_word(claim: str, quotes: Sequence[str]) -> str | None:
    """Give the "all" or "every" of a claim that no quote has in any form."""
    if any(not _ALL.isdisjoint(_words(quote)) for quote in quotes):
        return None
    return next((word for word in _words(claim) if word in _ALL), None)


def merely_possible(question: str, answer: str, quote: str) -> bool:
    """Tell whether a quote only says that an answer may be or is to be, where the question asks what was."""
    if not _DONE.search(question) or _POSSIBLE_ASKED.search(question):
        return False
    span = plain_span(quote, answer)
    if span is None:
        return False
    before = plain(quote)[: span[0]]
    planned = _PLANNED.search(before)
    asked = {stem(word) for word in _words(question)}
    return bool(_POSSIBLE.search(before)) or (planned is not None and stem(planned[1].lower()) in asked)


def speaks_of_wanting(question: str, quote: str) -> bool:
    """Say whether a quote tells what somebody wants, where a question asks what somebody wanted or demanded."""
    return not _WANT_ASKED.search(question) or bool(_WANTING.search(quote))


def turns_the_result(question: str, quote: str) -> bool:
    """Say whether a quote tells that the side lost which beat another in the question: "by what score did A beat B"."""
    asked = _BEAT_ASKED.search(question)
    if asked is None:
        return False
    winner = re.escape(asked[1].split()[-1])
    return bool(
        re.search(rf"\b(?:victory|win) (?:over|against) (?:[\w'’-]+ ){{0,3}}?{winner}\b", quote)
        or re.search(rf"\b(?:beat|beating|defeated|defeating|edged|overcame) (?:[\w'’-]+ ){{0,3}}?{winner}\b", quote)
        or re.search(rf"\b{winner} (?:lost|were beaten|was beaten)\b", quote)
    )


def tells_the_deed(question: str, quotes: Sequence[str]) -> bool:
    """Say whether any quote tells in some word of a death, a birth or the like, where a question asks about one."""
    deeds = (told for asked, told in _DEEDS if asked.search(question))
    return all(any(told.search(quote) for quote in quotes) for told in deeds)


def exchanged_word(claim: str, quote: str) -> tuple[str, str] | None:
    """Give the one word of a claim that stands in the place of another word of the quote it is otherwise copied from.

    Words left out of the quote do not matter; whether the two words mean the same is for the caller to say.
    """
    said, there = ([word for word in _words(text) if word[0].isalnum()] for text in (claim, quote))
    pair = _exchanged(said, there)
    return pair if pair and pair[0] not in there else None


def _exchanged(said: Sequence[str], there: Sequence[str]) -> tuple[str, str] | None:
    changed = _changes(said, there)
    if len(changed) != 1 or not changed[0][1] or any(is_stop_word(word) for word in changed[0]):
        return None
    one, other = changed[0]
    return (one, other) if stem(one) != stem(other) else None


def _changes(said: Sequence[str], there: Sequence[str]) -> list[tuple[str, str]]:
    """Give what of a claim is not copied from a quote: a pair for one word in the place of one, else ``("", "")``.

    Nothing where too little is copied to tell.
    """
    steps = SequenceMatcher(None, said, there, autojunk=False).get_opcodes()
    if sum(step[2] - step[1] for step in steps if step[0] == "equal") < _LEAST_COPIED:
        return []
    return [
        (said[first], there[start]) if (last - first, end - start) == (1, 1) else ("", "")
        for step, first, last, start, end in steps
        if step in {"replace", "delete"}
    ]


def exchanged_name(claim: str, quotes: Sequence[str], known: str = "") -> tuple[str, str] | None:
    """Give a name of the claim that stands in the place of another name of a quote it is otherwise copied from.

    Args:
        known: running text (the articles) that tells names from words with a capital.
    """
    mine = names(claim, known)
    said = _with_names_whole(claim, mine)
    for quote in quotes:
        theirs = names(quote, known)
        for word, its in _changes(said, _with_names_whole(quote, theirs)):
            one, other = _name_of(word, mine), _name_of(its, theirs)
            if one and other and not any(same_name(one, each) for each in theirs):
                return one.text, other.text
    return None


def _with_names_whole(text: str, found: Sequence[Name]) -> list[str]:
    """Give the words of a text, each of its names as one."""
    folded, parts, at = plain(text), [], 0
    for name in found:
        parts += [*_words(folded[at : name.span[0]]), name.text]
        at = name.span[1]
    return [part for part in [*parts, *_words(folded[at:])] if part[0].isalnum()]


def _name_of(part: str, found: Sequence[Name]) -> Name | None:
    return next((name for name in found if name.text == part), None)


def swapped_names(claim: str, quotes: Sequence[str], known: str = "") -> tuple[str, str] | None:
    """Give two names of which the claim says of the one what every quote says of the other.

    Args:
        known: running text (the articles) that tells names from words with a capital.
    """
    there = [role for quote in quotes for role in _roles(quote, known)]
    for role in _roles(claim, known):
        told = [other for other in there if role.verbs & other.verbs]
        swapped = any(same_name(role.doer, o.done_to) and same_name(role.done_to, o.doer) for o in told)
        if swapped and not any(same_name(role.doer, o.doer) for o in told):
            return role.doer.text, role.done_to.text
    return None


def _polarities(text: str) -> dict[str, set[bool]]:
    """Give for each telling word, by its stem, whether it stands negated, plainly, or both."""
    tokens = [match.group() for match in _WORD.finditer(plain(text).lower())]
    negated = {place for at, token in enumerate(tokens) if _negates(tokens, at) for place in _reached(tokens, at)}
    found: dict[str, set[bool]] = {}
    for at, token in enumerate(tokens):
        if token[0].isalpha() and not is_stop_word(token) and token not in _NEGATIONS:
            found.setdefault(stem(token), set()).add(at in negated)
    return found


def _negates(tokens: Sequence[str], at: int) -> bool:
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    is_number_sign = tokens[at] == "no" and after in {".", ","}
    negation = tokens[at] in _NEGATIONS or tokens[at].endswith("n't")
    return negation and after not in _NOT_NEGATIONS and not is_number_sign


def _reached(tokens: Sequence[str], at: int) -> Iterator[int]:
    """Give the place of the first telling word after a negation, if it is near."""
    for place in range(at + 1, min(at + 1 + _REACH, len(tokens))):
        if not tokens[place][0].isalnum():
            return
        if not is_stop_word(tokens[place]) and not tokens[place].endswith("ly"):
            yield place
            return


def _words(text: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(plain(text).lower())]


def _owners(text: str) -> list[str]:
    """Give the words of a text, "men's" as "men"."""
    return [word.removesuffix("'s") for word in _words(text)]


def _roles(text: str, known: str) -> Iterator[_Role]:
    folded = plain(text)
    named = names(folded, known)
    for one, other in pairwise(named):
        between = folded[one.span[1] : other.span[0]]
        verbs = frozenset(stem(word) for word in _words(between) if word[0].isalpha() and not is_stop_word(word))
        if verbs - _MUTUAL and len(between.split()) <= _BETWEEN and not re.search(r"[.;:]|, and\b", between):
            doer, done_to = (other, one) if _PASSIVE.search(between) else (one, other)
            yield _Role(doer, done_to, verbs - _MUTUAL)
