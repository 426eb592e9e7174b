"""Cut an article into passages: whole sentences, paragraph bounds where they serve, exact offsets.

A passage with the title that is carried along never exceeds the window, by the embedder's own count of word pieces.
Short paragraphs share a passage; a paragraph that has to be split repeats its last ``overlap`` sentences at the start
of the next passage. This module knows no embedder and no storage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from qa.settings import IngestSettings
from qa.text import paragraph_spans, sentence_spans
from qa.types import Article, Passage, Span

Count = Callable[[str], int]
"""Word pieces of a text, without special tokens."""

_TITLE_SHARE = 3
_LEAST_SHARE = 2
_CHARS_A_PIECE = 12
# A tokenizer may read 5,000 characters without a space as one unknown word piece; such a run counts by its length.


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a part of one that is too long: its span, its paragraph and its size in word pieces."""

    start: int
    end: int
    paragraph: int
    size: int


def split_article(article: Article, count: Count, settings: IngestSettings) -> tuple[Passage, ...]:
    """Cut an article into passages in the order of its text; an empty text gives none.

    Args:
        article: its ``id`` and ``version`` go into the ids of the passages.
        count: word pieces of a text without special tokens, as the embedder counts them.
        settings: ``window`` (word pieces of title and passage together) and ``overlap`` (sentences).
    """
    title = carried_title(article.title, count, settings.window)
    budget = settings.window - count(title)
    units = _units(article, count, budget)
    fits = _fits(article.text, title, count, settings.window)
    groups = _groups(units, budget, settings.overlap, fits)
    return tuple(_passage(article, ordinal, units[a:b]) for ordinal, (a, b) in enumerate(groups))


def carried_title(title: str, count: Count, window: int) -> str:
    """Give the title that is embedded with each passage: at most a third of the window, cut at a word's end."""
    most = window // _TITLE_SHARE
    if _size(title, count) <= most:
        return title
    return title[: _cut(title, (0, len(title)), count, most)].rstrip()


def _units(article: Article, count: Count, budget: int) -> list[_Unit]:
    paragraphs = paragraph_spans(article.text)
    spans = sentence_spans(article.text, article.language)
    units: list[_Unit] = []
    at = 0
    for span in spans:
        while paragraphs[at][1] <= span[0]:
            at += 1
        units.extend(_pieces(article.text, span, at, count, budget))
    return units


def _pieces(text: str, span: Span, paragraph: int, count: Count, budget: int) -> Iterator[_Unit]:
    start, end = span
    while start < end:
        size = _size(text[start:end], count)
        if size <= budget:
            yield _Unit(start, end, paragraph, size)
            return
        stop = _cut(text, (start, end), count, budget)
        kept = start + len(text[start:stop].rstrip())
        yield _Unit(start, kept, paragraph, _size(text[start:kept], count))
        start = stop + (len(text[stop:end]) - len(text[stop:end].lstrip()))


def _size(text: str, count: Count) -> int:
    return max(count(text), -(-len(text) // _CHARS_A_PIECE))


def _cut(text: str, span: Span, count: Count, budget: int) -> int:
    """Give the last word bound (or, in a run without spaces, the last character) that keeps within the budget."""
    start, end = span
    low, high = start + 1, min(end, start + budget * _CHARS_A_PIECE)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _size(text[start:middle], count) <= budget else (low, middle - 1)
    if low == end or text[low].isspace():
        return low
    space = max(text.rfind(" ", start, low), text.rfind("\t", start, low))
    return space if space > start else low


def _groups(
    units: Sequence[_Unit], budget: int, overlap: int, fits: Callable[[Sequence[_Unit]], bool]
) -> Iterator[Span]:
    start = 0
    while start < len(units):
        end = _break(units, start, _fill(units, start, budget), budget)
        while end > start + 1 and not fits(units[start:end]):
            end -= 1
        yield start, end
        start = _next_start(units, start, end, budget, overlap)


def _fill(units: Sequence[_Unit], start: int, budget: int) -> int:
    end, size = start + 1, units[start].size
    while end < len(units) and size + units[end].size <= budget:
        size += units[end].size
        end += 1
    return end


def _break(units: Sequence[_Unit], start: int, end: int, budget: int) -> int:
    """Move the end back to a paragraph's end unless that would leave less than half of the window filled."""
    if end == len(units):
        return end
    sizes = list(accumulate(unit.size for unit in units[start:end]))
    for stop in range(end, start, -1):
        if sizes[stop - start - 1] * _LEAST_SHARE < budget:
            break
        if units[stop - 1].paragraph != units[stop].paragraph:
            return stop
    return end


def _next_start(units: Sequence[_Unit], start: int, end: int, budget: int, overlap: int) -> int:
    if end == len(units) or units[end - 1].paragraph != units[end].paragraph:
        return end
    again = max(start + 1, end - overlap)
    # Repeating a sentence must leave room for a new one, and never reach into the paragraph before.
    while again < end and (units[again].paragraph != units[end].paragraph or _fill(units, again, budget) <= end):
        again += 1
    return again


def _fits(text: str, title: str, count: Count, window: int) -> Callable[[Sequence[_Unit]], bool]:
    # Not every tokenizer's counts add up over sentences, so the whole is counted once more.
    return lambda units: count(f"{title}\n{text[units[0].start : units[-1].end]}") <= window


def _passage(article: Article, ordinal: int, units: Sequence[_Unit]) -> Passage:
    start, end = units[0].start, units[-1].end
    return Passage(
        id=f"{article.id}.{article.version}.{ordinal}",
        article_id=article.id,
        version=article.version,
        ordinal=ordinal,
        start=start,
        end=end,
        text=article.text[start:end],
        sentences=tuple((unit.start, unit.end) for unit in units),
    )
