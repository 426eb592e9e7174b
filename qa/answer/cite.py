"""Citations: from what a model streams to complete sentences, and from checked quotes to numbered references.

A model's ``[n]`` markers are hints and nothing more. Numbers that readers see are given here, by first use, one for
each article version; two quotes of one article share it. This module checks nothing: it is told what was checked.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from qa.text import sentence_spans
from qa.types import Article, Citation, Evidence

_MARKER = re.compile(
    r"\s*(?:\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]|【\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)[^】]{0,12}】)"
)
_LOOKS_MARKED = re.compile(r"[\[【［]([\d\s,;–-]*\d[\d\s,;–-]*)[\]】］]")
_TWO_STOPS = re.compile(r"(?<!\.)\.\.$")
"""What is left of "at 3 a.m. [1]." without its marker."""
_OPEN_MARKER = re.compile(r"(?:\s+|\s*(?:\[[\d\s,;]*|【[^】]{0,20}))$")


@dataclass(frozen=True, slots=True)
class Draft:
    """A complete sentence of a model, without markers, and the numbers its markers hinted at."""

    text: str
    hints: tuple[int, ...]


def drafts(pieces: Iterable[str]) -> Iterator[Draft]:
    """Give a model's sentences as each is complete; markers may be split over any number of pieces.

    A sentence is complete once the next one has begun, or the stream has ended.
    """
    cutter = _Cutter()
    for piece in pieces:
        yield from cutter.feed(piece)
    yield from cutter.rest()


class _Cutter:
    def __init__(self) -> None:
        self._raw = ""
        self._text = ""
        self._marks: list[tuple[int, int]] = []

    def feed(self, piece: str) -> Iterator[Draft]:
        self._take(piece)
        spans = sentence_spans(self._text)
        done = 0
        for (start, end), (following, _) in itertools.pairwise(spans):
            yield self._draft(start, end, following)
            done = following
        if done:
            self._text = self._text[done:]
            self._marks = [(place - done, number) for place, number in self._marks if place >= done]

    def rest(self) -> Iterator[Draft]:
        self._text += self._raw
        spans = sentence_spans(self._text)
        starts = [start for start, _ in spans[1:]]
        for (start, end), following in zip(spans, [*starts, len(self._text) + 1], strict=False):
            yield self._draft(start, end, following)

    def _take(self, piece: str) -> None:
        raw = self._raw + piece
        held = _OPEN_MARKER.search(raw)
        ready, self._raw = (raw[: held.start()], raw[held.start() :]) if held else (raw, "")
        position = 0
        for match in _MARKER.finditer(ready):
            self._text += ready[position : match.start()]
            self._marks += [(len(self._text), int(number)) for number in re.findall(r"\d+", match.group())]
            position = match.end()
        self._text += ready[position:]

    def _draft(self, start: int, end: int, following: int) -> Draft:
        numbers = [number for place, number in self._marks if start <= place < max(following, end + 1)]
        return Draft(_TWO_STOPS.sub(".", self._text[start:end]), tuple(dict.fromkeys(numbers)))


@dataclass
class Numbering:
    """Gives articles their numbers, by first use, and keeps every quote once."""

    citations: list[Citation] = field(default_factory=list)
    _numbers: dict[tuple[str, int], int] = field(default_factory=dict)

    def cite(self, quotes: Sequence[tuple[Evidence, float]]) -> tuple[tuple[int, ...], tuple[Citation, ...]]:
        """Cite quotes with their support (0..1); gives the numbers, ascending, and the citations that are new."""
        new = [self._one(evidence, support) for evidence, support in quotes]
        numbers = sorted({citation.number for citation, _ in new})
        return tuple(numbers), tuple(citation for citation, is_new in new if is_new)

    def _one(self, evidence: Evidence, support: float) -> tuple[Citation, bool]:
        article = evidence.article
        number = self._numbers.setdefault((article.id, article.version), len(self._numbers) + 1)
        for known in self.citations:
            if (known.number, known.start, known.end) == (number, evidence.start, evidence.end):
                return known, False
        citation = to_citation(number, article, evidence, support)
        self.citations.append(citation)
        return citation, True


def to_citation(number: int, article: Article, evidence: Evidence, support: float) -> Citation:
    """Make the citation of one sentence; the quote is cut from the stored article itself."""
    carriers = tuple(dict.fromkeys(each.publisher for each in article.carriers if each.publisher))
    return Citation(
        number=number,
        article_id=article.id,
        version=article.version,
        title=article.title,
        url=article.url,
        publisher=article.publisher,
        carriers=carriers or ((article.publisher,) if article.publisher else ()),
        published=article.published,
        quote=article.text[evidence.start : evidence.end],
        start=evidence.start,
        end=evidence.end,
        support=support,
    )


def marked(text: str, numbers: Sequence[int]) -> str:
    """Put markers behind a sentence, after its full stop; what in the sentence itself looks like one is defused."""
    body = _LOOKS_MARKED.sub(r"(\1)", text)
    return f"{body} {''.join(f'[{number}]' for number in numbers)}" if numbers else body


def struck(text: str, why: str) -> str:
    """Show a sentence that nothing backs struck out, and say why it is."""
    return f"~~{marked(text.replace('~', ''), ())}~~ (not in the articles: {why})"
