"""Whom a claim names as its source: "…, according to the Herald" is true of what stands in the Herald.

Larger models write so, and no article names its own outlet. What is attributed to an outlet is held against that
outlet's articles only, and the attribution is left out of what must stand there; so is "according to the article".
Who is named within an article ("according to the mayor") is a name like any other. English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.text import normalize, plain
from qa.types import Evidence

_SOURCE = re.compile(
    r",?\s+(?:according to|as reported by|reported by)\s+(?:the\s+)?(?P<source>[^,.;:!?]+),?(?=[\s.!?]|$)",
    re.IGNORECASE,
)
_ANY = re.compile(
    r"(?:news )?(?:articles?|reports?|texts?|sentences?|sources?|passages?)(?: \[?\d+\]?)?", re.IGNORECASE
)


def unattributed(claim: str, evidence: Sequence[Evidence]) -> tuple[str, Sequence[Evidence]]:
    """Give a claim without the outlet it names as its source, and the evidence that it may then be held against.

    Both are given as they are where it names none, or one that none of the evidence is of.
    """
    folded = plain(claim)
    found = _SOURCE.search(folded)
    if not found:
        return claim, evidence
    bare = f"{folded[: found.start()]}{folded[found.end() :]}".strip()
    if _ANY.fullmatch(found["source"].strip()):
        return bare, evidence
    outlet = normalize(found["source"])
    held = [each for each in evidence if outlet in map(normalize, each.article.outlets)]
    return (bare, held) if held else (claim, evidence)
