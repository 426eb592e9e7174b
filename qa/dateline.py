"""The line that a wire story begins with: where it was written, when, and for which agency."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 100
_DASH = re.compile(r"\s*[—–]+\s+|\s+-{1,2}\s+")
_TOKEN = re.compile(r"\([^()]{1,30}\)|[^\s(),]+")


def dateline(text: str) -> tuple[str, int]:
    """Give the place and the length of a dateline such as ``CADDERMOUTH, Jan 18 (PPA) – ``, or ``("", 0)``.

    It is made of capitalised words, numbers and brackets, and has a place in capitals, a number or a bracket.
    """
    return _dateline(text[:_LONGEST])


@lru_cache(maxsize=1024)
def _dateline(head: str) -> tuple[str, int]:
    dash = _DASH.search(head)
    tokens = _TOKEN.findall(head[: dash.start()]) if dash else []
    if dash is None or not tokens or not all(token[0].isupper() or token[0] in "(0123456789" for token in tokens):
        return "", 0
    marked = [token for token in tokens if token[0] in "(0123456789"]
    if not marked and not (tokens[0].isupper() and len(tokens[0]) > 2):
        return "", 0
    place = re.split(r"[,(]|\s\d", head[: dash.start()])[0]
    return " ".join(place.casefold().split()), dash.end()
