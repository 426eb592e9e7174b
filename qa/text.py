"""Words and sentences of a text, with exact offsets.

Sentence bounds come from ``sentencex`` (the only module that imports it); paragraphs are separated by line breaks and
a sentence never crosses one. This module knows nothing of articles or questions.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from sentencex import get_sentence_boundaries

from qa.types import Span

_PARAGRAPH = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W_]+(?:[.,:/'’\-][^\W_]+)*")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = set(string.punctuation)
_ABBREVIATED = re.compile(r"(?:\b(?:St|Mt|No|Gen|Sen|Rep|Gov|Lt|Col|Sgt|Capt|Cmdr|Hon|Rev|Ft|vs)|\b[A-Z])\.$")


def paragraph_spans(text: str) -> list[Span]:
    """Give the non-blank lines of a text, trimmed, as spans in code points."""
    spans = (_trim(text, *match.span()) for match in _PARAGRAPH.finditer(text))
    return [(start, end) for start, end in spans if start < end]


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """Give the sentences of a text, trimmed, in order and without overlap, as spans in code points.

    Args:
        text: plain text with paragraphs on lines of their own.
        language: ISO 639-1 code; ``None`` is read as English.
    """
    return [span for start, end in paragraph_spans(text) for span in _sentences(text, start, end, language or "en")]


def words(text: str) -> list[str]:
    """Give the lower-cased words of a text; numbers keep their inner marks (``3.5``, ``1,200``)."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def whole_spans(text: str, run: str, *, any_case: bool = False) -> Iterator[Span]:
    """Give every place where a run of characters stands in a text as whole words."""
    whole = re.finditer(rf"(?<!\w){re.escape(run)}(?!\w)", text, re.IGNORECASE if any_case else 0)
    return (match.span() for match in whole)


def whole_span(text: str, run: str, *, any_case: bool = False) -> Span | None:
    """Give where a run of characters first stands in a text as whole words, or nothing."""
    return next(whole_spans(text, run, any_case=any_case), None)


def plain_spans(text: str, run: str) -> Iterator[Span]:
    """Give every place where a run of words stands in ``plain(text)``, in any case and without its full stop."""
    return whole_spans(plain(text), plain(run).strip().rstrip("."), any_case=True)


def plain_span(text: str, run: str) -> Span | None:
    """Give the first of the places that ``plain_spans`` gives, or nothing."""
    return next(plain_spans(text, run), None)


def word_spans(text: str) -> list[Span]:
    """Give the spans of the words that ``words`` gives."""
    return [match.span() for match in _WORD.finditer(text)]


@lru_cache(maxsize=65536)
def normalize(text: str) -> str:
    """Normalise as SQuAD does (Rajpurkar et al. 2016): lower case, no punctuation, no articles, single spaces."""
    lowered = "".join(char for char in text.lower() if char not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", lowered).split())


def is_lower_case(text: str) -> bool:
    """Tell whether a text has neither a capital nor a digit: most names and numbers have one."""
    return not any(char.isupper() or char.isdigit() for char in text)


def plain(text: str) -> str:
    """Fold typographic variants that readers do not tell apart: compatibility forms, quotes, dashes and spaces."""
    folded = unicodedata.normalize("NFKC", text)
    return folded.translate(_FOLDED)


_FOLDED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00ad": None})


def _sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    spans: list[Span] = []
    for part in get_sentence_boundaries(language, text[start:end]):
        span = _trim(text, start + part["start_index"], start + part["end_index"])
        if span[0] >= span[1]:
            continue
        if spans and (_continues(text, span) or _ABBREVIATED.search(text[slice(*spans[-1])])):
            spans[-1] = (spans[-1][0], span[1])
        else:
            spans.append(span)
    return spans


def _continues(text: str, span: Span) -> bool:
    # A "sentence" without a word (a lone closing quote) belongs to the one before it.
    return not _WORD.search(text, *span)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
