"""What happened when: for "what happened with X" one dated, quoted line an article, oldest first.

A line is a sentence of the stored article, letter for letter, and its date is the day on which the article was
published: what a sentence says of other days is left to the sentence. Articles without a date have no place in an order
and are left out. English only; nothing is generated and no model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qa.answer.notes import day
from qa.answer.planted import is_planted
from qa.search.rerank import coverage, rarities, stems
from qa.types import Evidence, ScoredPassage, Span, Vector

LONGEST = 12
"""Most lines; the most telling ones stay."""
_TOLD = 0.6
"""Least share of the topic's telling words, the rarer the heavier, that an article must hold."""
_TITLED = 0.5
"""The same for the title or for the sentence itself: one of the two must speak of the topic."""
_LEAD = 500
"""Characters of an article in which it says what happened."""
_SHORTEST, _LONGEST_SENTENCE = 30, 400
_REPEAT = 0.6
"""Jaccard similarity of stems from which a later line repeats an earlier one."""

_HAPPENED = r"(?:happened|happening|been happening|become|became|been going on|going on)"
_TOPIC = re.compile(
    rf"^(?:(?:please|can you|could you)\s+)*(?:(?:give|show|make|write|tell)(?:\s+me)?\s+|what(?:'s|’s|\s+is)\s+)?"
    rf"(?:(?:a|the|an)\s+)?(?:short\s+|brief\s+|full\s+)?(?:time-?line|chronology|chronicle)\s+(?:of|for|on|about)\s+(.+)$"
    rf"|^what(?:\s+has|\s+have|'s|’s|\s+is|\s+was|\s+all)?\s+{_HAPPENED}\s+(?:with|to|about|around|of)\s+(.+)$"
    rf"|^how\s+did\s+(.+?)\s+(?:unfold|develop|play out)$"
    rf"|^(?!(?:what|which|who|whose|when|where|why|how|is|are|was|were|does?|did)\b)(.+?)\s*[:,-]?\s+time-?line$",
    re.IGNORECASE,
)
_SO_FAR = re.compile(r"[,\s]+(?:so far|until now|up to now|over time|in order|step by step|please)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _About:
    """The topic's words, each weighed by its rarity, and the ids of the articles that are about it."""

    rarity: Mapping[str, float]
    articles: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence that could tell an article's part of the story."""

    evidence: Evidence
    published: datetime
    stems: set[str]


def timeline_topic(question: str) -> str | None:
    """Give what a question wants a timeline of; ``None`` when it asks for something else."""
    asked = " ".join(question.split()).rstrip("?!. ")
    match = _TOPIC.match(asked)
    topic = next((part for part in match.groups() if part), "") if match else ""
    while (shorter := _SO_FAR.sub("", topic)) != topic:
        topic = shorter
    return topic or None


def timeline_question(topic: str) -> str:
    """Ask for the timeline of a topic, unless the topic is such a question already."""
    return topic if timeline_topic(topic) else f"Timeline of {topic}"


def choose_events(
    topic: str, vector: Vector, passages: Sequence[ScoredPassage], limit: int = LONGEST
) -> tuple[Evidence, ...]:
    """Give the sentences that tell what happened, one an article, oldest first.

    Args:
        topic: as ``timeline_topic`` gave it.
        vector: the embedded question.
        passages: what was found for it.
        limit: most sentences to give.
    """
    about = _about(topic, passages)
    best: dict[str, _Line] = {}
    for line in (line for scored in passages for line in _lines(about, vector, scored)):
        known = best.get(line.evidence.article.id)
        if known is None or line.evidence.score > known.evidence.score:
            best[line.evidence.article.id] = line
    telling = sorted(best.values(), key=lambda line: -line.evidence.score)[:limit]
    return tuple(line.evidence for line in _without_repeats(sorted(telling, key=lambda line: line.published)))


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
    rarity = rarities(stems(topic), list(held.values()))
    return _About(rarity, frozenset(name for name, words in held.items() if coverage(rarity, words) >= _TOLD))


def _lines(about: _About, vector: Vector, scored: ScoredPassage) -> list[_Line]:
    article = scored.article
    if article.published is None or article.id not in about.articles:
        return []
    titled = coverage(about.rarity, stems(article.title))
    similar = scored.sentence_vectors @ vector if len(scored.sentence_vectors) else None
    lines = []
    for row, span in enumerate(scored.passage.sentences):
        if is_planted(article.text[slice(*span)]):
            continue
        said = stems(article.text[slice(*span)])
        here = coverage(about.rarity, said)
        if max(titled, here) >= _TITLED and _SHORTEST <= span[1] - span[0] <= _LONGEST_SENTENCE:
            score = here + 0.5 * titled + (float(similar[row]) if similar is not None else 0.0) + _leads(span)
            lines.append(_Line(_evidence(scored, span, score), article.published, said))
    return lines


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
