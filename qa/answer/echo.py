"""How much of a span the question itself says already: what is asked about is no answer to it.

A word is the same in its other number ("films" for "film"), with and without a possessive ending, and a country is the
same under its other names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from qa.answer.asking import Asking
from qa.answer.places import names_beside
from qa.text import normalize

_POSSESSIVE = re.compile(r"['’]s$")
_LEAST_PLURAL = 3


class Echo:
    """The words of one question, and what of a span is among them."""

    def __init__(self, asking: Asking) -> None:
        self._asked = {normalize(form) for word in asking.content for form in (word, _POSSESSIVE.sub("", word))}
        self._forms = _in_both_numbers(self._asked)
        self._noun = _in_both_numbers(asking.noun)
        self._aliases = names_beside(self._asked)

    def signals(self, key: str, parts: Sequence[str]) -> dict[str, float]:
        """Give the signals of a span.

        Args:
            key: the span as ``qa.text.normalize`` writes it.
            parts: its words.
        """
        all_asked = key in self._aliases or _all_in(parts, self._forms)
        return {
            "asked": 1.0 if all_asked else sum(part in self._asked for part in parts) / max(1, len(parts)),
            "all_asked": float(all_asked),
            "is_noun": float(_all_in(parts, self._noun)),
        }


def _all_in(parts: Sequence[str], forms: set[str]) -> bool:
    return bool(forms) and all(not forms.isdisjoint(_in_both_numbers((part,))) for part in parts)


def _in_both_numbers(words: Iterable[str]) -> set[str]:
    forms = set(words)
    for word in tuple(forms):
        if len(word) > _LEAST_PLURAL and word.endswith("s") and not word.endswith("ss"):
            forms.add(word[:-1])
            if word.endswith("ies"):
                forms.add(f"{word[:-3]}y")
    return forms
