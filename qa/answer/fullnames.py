"""The full form of what is read shortened: "Bills" stands for "Buffalo Bills" where the evidence says so.

A longer name stands for a shorter one when it ends with it, and when most of the longer ones in the evidence are the
same. Titles do not lengthen a name. English only; nothing is made up, every form stands verbatim in a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set

from qa.answer.asking import is_time
from qa.answer.candidates import find_candidates
from qa.answer.cues import names_a_thing
from qa.answer.names import names
from qa.library.lexical import stem
from qa.text import whole_span

_MOST_WORDS = 4
_CLEAR = 0.6
"""Least share of the longer names that the commonest one must have."""
_SENTENCES = 2
"""Least sentences that have the longer name, and their least share of those that have the name at all."""
_SHARE = 0.2


def full_name(short: str, sentences: Sequence[str]) -> str:
    """Give the longer name that a name stands for in some sentences, or the name itself."""
    tail = tuple(short.split())
    if not tail or not tail[0][0].isupper():
        return short
    found = Counter(name for sentence in sentences for name in set(_longer(tail, sentence)))
    if not found:
        return short
    best, count = found.most_common(1)[0]
    having = sum(short in sentence for sentence in sentences)
    meant = count >= max(_SENTENCES, _SHARE * having) and count >= _CLEAR * found.total()
    return best if meant else short


def full_date(short: str, sentence: str) -> str:
    """Give the whole date of a sentence that a part of it was read from: "August 2025" for "August"."""
    dates = [each for each in find_candidates(sentence) if each.kind == "date" and whole_span(each.text, short)]
    return max((each.text for each in dates), key=len) if is_time(short) and dates else short


def full_count(short: str, sentence: str, counted: Set[str]) -> str:
    """Give a number with what it counts, where that is asked for: "1,312 pairs" for "1,312"."""
    longer = [
        each.text
        for each in find_candidates(sentence)
        if each.kind == "measure"
        and each.text.startswith(f"{short} ")
        and stem(each.text.split()[-1].lower()) in counted
    ]
    return min(longer, key=len, default=short)


def full_measure(short: str, sentence: str) -> str:
    """Give a measure that goes on in full: "six hours and twenty minutes" for "six hours"."""
    measures = [each.text for each in find_candidates(sentence) if each.kind == "measure"]
    longer = [each for each in measures if each.startswith(f"{short} ")]
    return max(longer, key=len) if short in measures and longer else short


def full_place(short: str, sentence: str) -> str:
    """Give a place with the word for what it is behind it: "Skerrin lighthouse" for "Skerrin"."""
    found = re.search(rf"\b{re.escape(short)} ([a-z]+)\b", sentence)
    return f"{short} {found[1]}" if found and names_a_thing(found[1]) else short


def _longer(tail: tuple[str, ...], sentence: str) -> Iterator[str]:
    for name in names(sentence):
        written, added = " ".join(name.words), name.words[: -len(tail)]
        longer = bool(added) and len(name.words) <= _MOST_WORDS and name.words[-len(tail) :] == tail
        if longer and written in sentence and not any(word.endswith(("'s", "’s", "-based")) for word in added):
            yield written
