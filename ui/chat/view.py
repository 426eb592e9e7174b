"""What one exchange looks like, as plain values: made from the engine's events, kept by the browser, then drawn.

A view holds the paragraphs that its quotes stand in, so a conversation shows the same evidence when it is opened again,
whatever has become of the library since. This module knows no HTML and no storage: articles come through a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias

from qa.errors import NotFoundError
from qa.text import paragraph_spans, words
from qa.types import (
    Answer,
    Article,
    Citation,
    Claim,
    ClaimReady,
    Disagreement,
    Mode,
    RemovedClaim,
    Retrieval,
    ScoredPassage,
    Searched,
    Span,
    Turn,
    Understood,
)
from ui.chat.bounds import Bounds

Status: TypeAlias = Literal["searching", "reading", "done", "stopped", "failed"]
FindArticle: TypeAlias = Callable[[str, int], Article]
FOUND_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One paragraph of an article; ``start`` and ``marks`` count code points of the article's text."""

    start: int
    text: str
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One article behind an answer: who, when, and the paragraphs that matter.

    Args:
        number: that of the citations, 0 for an article that was found but not cited.
        first: where its first quote starts and ends.
        superseded: whether a newer version has replaced the one quoted.
    """

    number: int
    article_id: str
    version: int
    title: str
    url: str | None
    publisher: str | None
    published: datetime | None
    carriers: tuple[str, ...] = ()
    fictional: bool = False
    superseded: bool = False
    correction: str | None = None
    modified: datetime | None = None
    first: Span | None = None
    excerpts: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnView:
    """One question and what came of it; the fields of the answer keep their meaning of ``qa.types.Answer``.

    Args:
        bounds: what was searched, as the reader had set it.
        rating, complaint: what the reader thinks of the answer, and why it is bad.
    """

    question: str
    as_of: datetime
    status: Status = "searching"
    infer: bool = True
    standalone_question: str = ""
    mode: Mode = "answer"
    text: str = ""
    reason: str | None = None
    short_answer: str | None = None
    understood: Understood = field(default_factory=Understood)
    searched: Searched = field(default_factory=Searched)
    newest_article: datetime | None = None
    claims: tuple[Claim, ...] = ()
    removed_claims: tuple[RemovedClaim, ...] = ()
    citations: tuple[Citation, ...] = ()
    cards: tuple[Card, ...] = ()
    found: tuple[Card, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    model: str | None = None
    milliseconds: float = 0.0
    bounds: Bounds = field(default_factory=Bounds)
    rating: Literal["up", "down"] | None = None
    complaint: str | None = None


def searched_view(view: TurnView, found: Retrieval) -> TurnView:
    """Show what was found before any of it is read."""
    return replace(
        view,
        status="reading",
        understood=found.understood,
        searched=found.searched,
        newest_article=found.searched.newest,
        notes=found.notes,
        found=found_cards(found.passages),
    )


def claimed_view(view: TurnView, event: ClaimReady, article: FindArticle) -> TurnView:
    """Add one checked claim and the articles it newly cites."""
    citations = _merged(view.citations, event.citations)
    return replace(
        view,
        claims=(*view.claims, event.claim),
        citations=citations,
        cards=cited_cards(citations, article),
    )


def answered_view(view: TurnView, answer: Answer, article: FindArticle) -> TurnView:
    """Show the whole answer."""
    cards = cited_cards(answer.citations, article)
    cited = {card.article_id for card in cards}
    return replace(
        view,
        status="done",
        as_of=answer.as_of,
        standalone_question=answer.standalone_question,
        mode=answer.mode,
        text=answer.text,
        reason=answer.reason,
        short_answer=answer.short_answer,
        understood=answer.understood,
        searched=answer.searched,
        newest_article=answer.newest_article,
        claims=answer.claims,
        removed_claims=answer.removed_claims,
        citations=answer.citations,
        cards=cards,
        found=tuple(card for card in found_cards(answer.sources) if card.article_id not in cited),
        disagreements=answer.disagreements,
        notes=answer.notes,
        suggestions=answer.suggestions,
        model=answer.model,
        milliseconds=answer.timings.total,
    )


def past_turn(view: TurnView) -> Turn:
    """Give the exchange as the engine wants earlier ones."""
    return Turn(view.question, view.text, view.standalone_question)


def cited_cards(citations: Sequence[Citation], article: FindArticle) -> tuple[Card, ...]:
    """Make a card for every cited article, in the order of their numbers."""
    numbers = sorted({citation.number for citation in citations})
    return tuple(_cited_card([one for one in citations if one.number == number], article) for number in numbers)


def found_cards(passages: Sequence[ScoredPassage], limit: int = FOUND_SHOWN) -> tuple[Card, ...]:
    """Make a card for each of the best articles found, with its best passage."""
    best: dict[str, ScoredPassage] = {}
    for passage in passages:
        best.setdefault(passage.article.id, passage)
    return tuple(_found_card(passage) for passage in list(best.values())[:limit])


def excerpts(text: str, marks: Iterable[Span]) -> tuple[Excerpt, ...]:
    """Give the paragraphs of a text that hold the marks, each with its marks cut to it."""
    wanted = sorted(set(marks))
    return tuple(
        Excerpt(start, text[start:end], inside)
        for start, end in paragraph_spans(text)
        if (inside := tuple((max(a, start), min(b, end)) for a, b in wanted if a < end and b > start))
    )


def quotes_for(claim: Claim, number: int, citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Give the quotes of one number, the one that shares most words with the claim first."""
    said = set(words(claim.text))
    quotes = [citation for citation in citations if citation.number == number]
    return tuple(sorted(quotes, key=lambda one: -len(said & set(words(one.quote)))))


def _merged(known: Sequence[Citation], new: Sequence[Citation]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys((*known, *new)))


def _cited_card(quotes: Sequence[Citation], article: FindArticle) -> Card:
    one = quotes[0]
    marks = [(quote.start, quote.end) for quote in quotes]
    bare = Card(
        number=one.number,
        article_id=one.article_id,
        version=one.version,
        title=one.title,
        url=one.url,
        publisher=one.publisher,
        published=one.published,
        carriers=one.carriers,
        first=marks[0],
        excerpts=tuple(Excerpt(quote.start, quote.quote, ((quote.start, quote.end),)) for quote in quotes),
    )
    try:
        stored = article(one.article_id, one.version)
    except NotFoundError:
        return bare  # deleted since: its quotes still show
    return replace(_with_article(bare, stored), excerpts=excerpts(stored.text, marks))


def _found_card(found: ScoredPassage) -> Card:
    article, passage = found.article, found.passage
    card = Card(
        number=0,
        article_id=article.id,
        version=passage.version,
        title=article.title,
        url=article.url,
        publisher=article.publisher,
        published=article.published,
        carriers=tuple(one.publisher for one in article.carriers if one.publisher),
        first=(passage.start, passage.end),
        excerpts=tuple(
            Excerpt(passage.start + start, passage.text[start:end]) for start, end in paragraph_spans(passage.text)
        ),
    )
    return _with_article(card, article)


def _with_article(card: Card, article: Article) -> Card:
    return replace(
        card,
        fictional=article.fictional,
        superseded=article.valid_to is not None,
        correction=article.correction,
        modified=article.modified,
    )
