"""What happened when: for "what happened with X" one dated, quoted line an article, oldest first or newest first.

A line is a sentence of the stored article, letter for letter, and its date is the day on which the article was
published: what a sentence says of other days is left to the sentence. Articles without a date have no place in an order
and are left out. English only; nothing is generated and no model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from qa.answer.notes import day
from qa.answer.overview import Overview
from qa.answer.planted import is_planted
from qa.search.rerank import stems
from qa.types import Evidence, ScoredPassage, Span, Vector

LONGEST = 12
"""Most lines of what happened; the most telling ones stay."""
LATEST = 3
"""Most lines of what is latest; the newest ones stay."""
NEWS = 5
"""Most lines of the newest news of all."""
_TOLD = 0.6
"""Least share of the topic's telling words that an article must hold."""
_TITLED = 0.5
"""The same for the title and the sentence together: they must speak of the topic."""
_NAMED = re.compile(r"\b[A-Z][\w'’-]*")
"""Words of a topic that an article about it must hold, all of them: news of Tonga are not those of the Cook Islands."""
_BESIDE = 0.55
"""Share of the best line's score below which an article's best only mentions the topic; found on sets of practice."""
_OF_TITLE = 0.5
_LEAST = 4
"""Sentences that are told together, where there are so many: of a single article, or of two."""
_LEAD = 500
"""Characters of an article in which it says what happened."""
_SHORTEST, _LONGEST_SENTENCE = 30, 400
_REPEAT = 0.6
"""Jaccard similarity of stems from which a later line repeats an earlier one."""


@dataclass(frozen=True, slots=True)
class _About:
    """The topic's telling words, and the ids of the articles that are about it."""

    words: frozenset[str]
    articles: frozenset[str]

    def share(self, said: Set[str]) -> float:
        """Give the share of the topic's words that a text holds, by its stems."""
        return len(self.words & said) / len(self.words) if self.words else 0.0


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence that could tell an article's part of the story."""

    evidence: Evidence
    published: datetime
    stems: set[str]


def choose_lines(wanted: Overview, vector: Vector, passages: Sequence[ScoredPassage]) -> tuple[Evidence, ...]:
    """Give the sentences that tell what is wanted, in the order to tell them in; arguments as of ``choose_events``."""
    if not wanted.topic:
        return choose_news(passages)
    return (choose_latest if wanted.newest_first else choose_events)(wanted.topic, vector, passages)


def choose_events(
    topic: str, vector: Vector, passages: Sequence[ScoredPassage], limit: int = LONGEST
) -> tuple[Evidence, ...]:
    """Give the sentences that tell what happened, oldest first: one an article, more where few articles tell of it.

    Args:
        topic: as ``read_overview`` gave it.
        vector: the embedded question.
        passages: what was found for it.
        limit: most sentences to give.
    """
    told = sorted(_told(topic, vector, passages), key=lambda lines: -lines[0].evidence.score)[:limit]
    return _in_turn(sorted(told, key=lambda lines: lines[0].published))


def choose_latest(
    topic: str, vector: Vector, passages: Sequence[ScoredPassage], limit: int = LATEST
) -> tuple[Evidence, ...]:
    """Give the sentences that tell what is newest, newest first; arguments as of ``choose_events``."""
    newest = sorted(_told(topic, vector, passages), key=lambda lines: lines[0].published, reverse=True)
    return _in_turn(newest[:limit])


def choose_news(passages: Sequence[ScoredPassage], limit: int = NEWS) -> tuple[Evidence, ...]:
    """Give for each article the early sentence that tells most of what its title does, in the order of the passages."""
    telling = (max(lines, key=lambda line: line.evidence.score) for lines in map(_title_lines, passages) if lines)
    return tuple(line.evidence for line in _without_repeats(list(telling))[:limit])


def _told(topic: str, vector: Vector, passages: Sequence[ScoredPassage]) -> list[list[_Line]]:
    """Give for each article about a topic the sentences that tell its part, the best first."""
    about = _about(topic, passages)
    told = dict[str, list[_Line]]()
    for line in (line for scored in passages for line in _lines(about, vector, scored)):
        told.setdefault(line.evidence.article.id, []).append(line)
    ranked = [sorted(lines, key=lambda line: -line.evidence.score) for lines in told.values()]
    least = _BESIDE * max((lines[0].evidence.score for lines in ranked), default=0.0)
    return [lines for lines in ranked if lines[0].evidence.score >= least]


def _in_turn(told: Sequence[Sequence[_Line]]) -> tuple[Evidence, ...]:
    """Give the best sentence of each article, or several in the article's order where few articles tell of it."""
    most = max(1, _LEAST // max(1, len(told)))
    lines = [line for each in told for line in sorted(each[:most], key=lambda line: line.evidence.start)]
    return tuple(line.evidence for line in _without_repeats(lines))


def left_out(topic: str, passages: Sequence[ScoredPassage]) -> list[str]:
    """Give a note on each article about a topic that has no date, and so no place in its timeline."""
    about = _about(topic, passages)
    undated = {each.article.id: each.article for each in passages if each.article.published is None}
    return [
        f"“{article.title or article.id}” has no date, so it has no place in this order."
        for article in undated.values()
        if article.id in about.articles
    ]


def event_line(evidence: Evidence) -> str:
    """Write a line without its marker: the day, the outlet, the quote."""
    article = evidence.article
    when = day(article.published) if article.published else "undated"
    outlet = " ".join((article.publisher or "").split())
    return f"{when}{f', {outlet}' if outlet else ''}: “{evidence.text}”"


def _about(topic: str, passages: Sequence[ScoredPassage]) -> _About:
    """Tell which of the articles found are about the topic."""
    articles = {each.article.id: each.article for each in passages}
    held = {name: stems(f"{article.title}\n{article.text}") for name, article in articles.items()}
    asked, named = _About(frozenset(stems(topic)), frozenset()), stems(" ".join(_NAMED.findall(topic)))
    there = (name for name, words in held.items() if asked.share(words) >= _TOLD and named <= words)
    return replace(asked, articles=frozenset(there))


def _lines(about: _About, vector: Vector, scored: ScoredPassage) -> list[_Line]:
    article = scored.article
    if article.published is None or article.id not in about.articles:
        return []
    title = stems(article.title)
    similar = scored.sentence_vectors @ vector if len(scored.sentence_vectors) else None
    lines = []
    for row, span, said in _sentences(scored):
        if about.share(title | said) >= _TITLED:
            like = float(similar[row]) if similar is not None else 0.0
            score = about.share(said) + _OF_TITLE * _shared(title, said) + like + _leads(span)
            lines.append(_Line(_evidence(scored, span, score), article.published, said))
    return lines


def _title_lines(scored: ScoredPassage) -> list[_Line]:
    """Give the sentences of a passage, each scored by its share of the title's words and how early it stands."""
    article, title = scored.article, stems(scored.article.title)
    if article.published is None:
        return []
    return [
        _Line(_evidence(scored, span, _shared(title, said) + _leads(span)), article.published, said)
        for _, span, said in _sentences(scored)
    ]


def _sentences(scored: ScoredPassage) -> Iterator[tuple[int, Span, set[str]]]:
    """Give the sentences that may be a line: number, place and stems."""
    for number, span in enumerate(scored.passage.sentences):
        text = scored.article.text[slice(*span)]
        if _SHORTEST <= len(text) <= _LONGEST_SENTENCE and not is_planted(text):
            yield number, span, stems(text)


def _shared(title: Set[str], said: Set[str]) -> float:
    """Give the share of a title's stems that a sentence holds: how much it tells of what the article is about."""
    return len(title & said) / max(1, len(title))


def _leads(span: Span) -> float:
    """Favour the beginning, where news says what is new."""
    return 0.5 * max(0.0, 1 - span[0] / _LEAD)


def _evidence(scored: ScoredPassage, span: Span, score: float) -> Evidence:
    return Evidence(
        article=scored.article,
        passage_id=scored.passage.id,
        start=span[0],
        end=span[1],
        text=scored.article.text[slice(*span)],
        score=score,
    )


def _without_repeats(lines: Sequence[_Line]) -> list[_Line]:
    kept: list[_Line] = []
    for line in lines:
        if not any(len(line.stems & other.stems) >= _REPEAT * len(line.stems | other.stems) for other in kept):
            kept.append(line)
    return kept
