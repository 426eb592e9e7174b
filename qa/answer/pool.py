"""Every span of the evidence that could answer a question, equal ones put together, and where they stand.

Spans that a sentence names only beside the answer are left out (`qa.answer.aside`); nothing is weighed here.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from qa.answer.aside import BEFORE, Aside
from qa.answer.asking import Asking
from qa.answer.candidates import FUNCTION_WORDS, NUMERALS, Candidate, Kind, find_candidates, is_year
from qa.answer.counted import counted_noun
from qa.answer.cues import Cue, cues_of
from qa.answer.names import same_person
from qa.answer.roles import Role, Roles
from qa.answer.synonyms import counted_alike
from qa.answer.told import Told
from qa.answer.verbs import stem as verb_stem
from qa.library.lexical import stem
from qa.text import normalize, whole_span
from qa.types import Evidence

_NEAR = 6.0
"""Words over which a question's word stops mattering to a candidate."""
_LONGEST = 70
_WITHOUT_CUES = frozenset({"number", "time"})
_WORD = re.compile(r"[\w'’]+")


@dataclass(slots=True)
class Pooled:
    """A span that one or more sentences offer, and what is known of it from where it stands.

    Args:
        texts: how often it is written how.
        kinds: what it was found as.
        cues: how many of its places show which cue.
        sentences: numbers of the sentences that offer it, ascending.
        near: how near the question's words stand to it, at most 1.
        beside_noun: places beside what is asked for.
        counts_noun: it is a number of what is asked for.
        roles: how many of its places show it as doing, or as suffering, what is asked of whom.
    """

    texts: Counter[str] = field(default_factory=Counter)
    kinds: set[Kind] = field(default_factory=set)
    cues: Counter[Cue] = field(default_factory=Counter)
    sentences: list[int] = field(default_factory=list)
    near: float = 0.0
    beside_noun: int = 0
    counts_noun: bool = False
    roles: Counter[Role] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        """As most sentences write it."""
        return self.texts.most_common(1)[0][0]

    def role_shares(self) -> dict[str, float]:
        """Give the share of the span's places that show it in the role asked for, and in the other one."""
        return {f"role_{role}": count / self.texts.total() for role, count in self.roles.items()}

    def cue_shares(self) -> dict[Cue, float]:
        """Give for each cue the share of the span's places that show it."""
        return {cue: count / self.texts.total() for cue, count in self.cues.items()}


def pool_spans(asking: Asking, evidence: Sequence[Evidence], told: Told | None) -> dict[str, Pooled]:
    """Give the spans that could answer a question, by their normalised text, in the order of the evidence.

    Args:
        asking: the question as read.
        evidence: best first.
        told: what a language model made of it, offered too where it stands there.
    """
    pooled: dict[str, Pooled] = {}
    counted = counted_alike(counted_noun(asking))
    telling = {verb_stem(word) for word in asking.content if word not in FUNCTION_WORDS}
    roles = Roles(asking)
    offered, over = _offered(asking, evidence, told)
    for number, (sentence, candidates) in enumerate(zip(evidence, offered, strict=True)):
        tokens = [(match.start(), match.group().lower()) for match in _WORD.finditer(sentence.text)]
        places = _places(tokens, telling)
        for candidate in candidates:
            key = normalize(candidate.text)
            if key and len(key) <= _LONGEST and not _is_over(asking, key, sentence.article.published_seconds, over):
                _add(pooled.setdefault(key, Pooled()), asking, counted, number, candidate, tokens, places)
                if is_year(sentence.text, candidate):
                    pooled[key].kinds.add("year")
                if role := roles.of(sentence.text, candidate.start, candidate.end):
                    pooled[key].roles[role] += 1
                if asking.type not in _WITHOUT_CUES:
                    pooled[key].cues.update(cues_of(sentence.text, candidate.start, candidate.end))
    return pooled


def _offered(
    asking: Asking, evidence: Sequence[Evidence], told: Told | None
) -> tuple[list[list[Candidate]], dict[str, float]]:
    """Give each sentence's spans but those it names only beside the answer, and when it last did so of what is over.

    What older sentences say of those holds no longer where it is asked how things stand, or when something is to be. A
    number that has moved is left: `disagree.find_update` puts what it moved to in its place.
    """
    offered = list[list[Candidate]]()
    over: dict[str, float] = {}
    beside = Aside(asking)
    for sentence in evidence:
        offered.append([])
        for candidate in _candidates(sentence.text, told):
            aside = beside.of(sentence.text, candidate.start, candidate.end)
            if aside is None or (aside == BEFORE and asking.type == "number"):
                offered[-1].append(candidate)
            elif asking.lately or asking.type == "time":
                key = normalize(candidate.text)
                over[key] = max(over.get(key, -math.inf), sentence.article.published_seconds)
    return offered, over


def _is_over(asking: Asking, key: str, said: float, over: Mapping[str, float]) -> bool:
    """Say whether a span was passed over in an article no older than the one that says it, a person by any name."""
    return any(
        said <= since
        and (
            key == passed
            or (asking.type == "person" and same_person(key, passed))
            or (asking.type == "time" and key.endswith(f" {passed}"))
        )
        for passed, since in over.items()
    )


def _candidates(sentence: str, told: Told | None) -> list[Candidate]:
    """Give a sentence's spans, what a model told among them where it stands there."""
    found = list(find_candidates(sentence))
    span = whole_span(sentence, told.text) if told and told.text else None
    if span and span not in {(each.start, each.end) for each in found}:
        found.append(Candidate(*span, sentence[slice(*span)], "told"))
    return found


def _places(tokens: Sequence[tuple[int, str]], telling: set[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for position, (_, word) in enumerate(tokens):
        if (stemmed := verb_stem(word)) in telling:
            places.setdefault(stemmed, []).append(position)
    return places


def _add(
    pooled: Pooled,
    asking: Asking,
    counted: Set[str],
    number: int,
    candidate: Candidate,
    tokens: Sequence[tuple[int, str]],
    places: Mapping[str, Sequence[int]],
) -> None:
    here = bisect_left(tokens, (candidate.start, "")) % max(1, len(tokens))
    telling = sum(word not in FUNCTION_WORDS for word in asking.content) or 1
    near = sum(math.exp(-min(abs(here - there) for there in spots) / _NEAR) for spots in places.values()) / telling
    pooled.texts[candidate.text] += 1
    pooled.kinds.add(candidate.kind)
    if not pooled.sentences or pooled.sentences[-1] != number:
        pooled.sentences.append(number)
    pooled.near = max(pooled.near, near)
    pooled.beside_noun += _beside(asking, counted, candidate, tokens, here)
    pooled.counts_noun |= _counts(counted, candidate, tokens, here)


def _beside(
    asking: Asking, counted: Set[str], candidate: Candidate, tokens: Sequence[tuple[int, str]], here: int
) -> bool:
    # "Nepal, a country …", "the state of California", "a crowd of 9,000": what is asked for stands beside the answer.
    if not asking.noun:
        return False
    reach = 3 + len(candidate.text.split())
    around = {
        word
        for row, (start, word) in enumerate(tokens[max(0, here - 4) : here + reach], max(0, here - 4))
        if not candidate.start <= start < candidate.end
    }
    named = any(noun in around or noun.rstrip("s") in around for noun in asking.noun[-2:])
    return named or (bool(counted) and not counted.isdisjoint(map(stem, around)))


def _counts(counted: Set[str], candidate: Candidate, tokens: Sequence[tuple[int, str]], here: int) -> bool:
    """Say whether what a number counts is what is asked for: "1,150 nurses", "a crowd of 12,600"."""
    if not counted or candidate.kind not in {"number", "measure"}:
        return False
    end = here + len(candidate.text.split())
    behind = [word for _, word in tokens[here : end + 2]] + _whole_behind([word for _, word in tokens[end : end + 6]])
    crowd, joint = (tokens[here - 2][1], tokens[here - 1][1]) if here > 1 else ("", "")
    return not counted.isdisjoint(map(stem, [crowd, *behind] if joint == "of" else behind))


def _whole_behind(behind: Sequence[str]) -> list[str]:
    """Give what the whole of a part counts: the seats of "71 of the 150 seats"."""
    if behind[:1] != ["of"]:
        return []
    whole = next((at for at, word in enumerate(behind[1:3], 1) if word[0].isdigit() or word in NUMERALS), None)
    return [] if whole is None else list(behind[whole + 1 : whole + 3])
