"""Recognise a correction notice in an article's text, so that it can be shown with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORDS = (
    r"correction|corrections|corrected|clarification|erratum|berichtigung|korrektur|richtigstellung|rectificatif|erratum"
    r"|corrección|fe de errores|rettelse|rättelse|correctie|sprostowanie"
)
_NOTICE = re.compile(
    rf"^[\W_]*(?:{_WORDS})\b\s*(?:\([^)]*\)|[\w\s,./&]{{0,40}})?\s*[:–—-]"
    r"|\b(?:an|a previous|the original|this) (?:earlier |previous |original )?(?:version|edition) of this "
    r"(?:article|story|report|post|piece|page|column|caption)\b.*"
    r"\b(?:incorrect|mis\w+|wrong|error|said|stated|gave|referred|omitted)"
    r"|^[\W_]*(?:editor['’]?s['’]? note|update)\b.*\b(?:correct(?:ed|s|ion)?|earlier version|clarif\w+)\b"
    r"|\bthis (?:article|story|report|post|piece) (?:has been|was) (?:corrected|amended|updated to correct)\b"
    r"|\bin einer früheren (?:version|fassung)\b",
    re.IGNORECASE,
)
_LONGEST = 800


def correction_in(paragraphs: Sequence[str]) -> str | None:
    """Give the correction notices among an article's paragraphs, verbatim; ``None`` where there is none."""
    found = [text for text in paragraphs if len(text) <= _LONGEST and _NOTICE.search(text)]
    return "\n\n".join(found) or None
