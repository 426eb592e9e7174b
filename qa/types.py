"""The values that travel between the packages, all frozen.

Offsets count Unicode code points of ``Article.text`` and are half-open, so ``article.text[start:end]`` is the quote.
Moments are aware UTC datetimes. This module knows no library, no storage and no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]
"""``(dim,)`` float32 of unit length."""
Matrix: TypeAlias = NDArray[np.float32]
"""``(n, dim)`` float32, every row of unit length."""
Span: TypeAlias = tuple[int, int]
"""Half-open ``(start, end)`` in code points of an article's text."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One outlet's publication of a story text, with what only that outlet says of it."""

    publisher: str | None
    url: str | None
    published: datetime | None
    title: str = ""
    authors: tuple[str, ...] = ()
    section: str | None = None
    provider_id: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one news article, as read by a reader or as kept in the catalog.

    Readers leave ``id`` empty and ``version`` 1; the ingestion pipeline sets the identity and the catalog the rest.

    Args:
        text: the body as plain text, paragraphs separated by a blank line.
        published: aware UTC, or ``None`` where it is not known (never guessed).
        modified: when the publisher says it was last changed, aware UTC.
        provider_id: the provider's own identifier (feed guid, agency ``uri``).
        source: the path, URL or archive entry it was read from.
        correction: the correction notice found in it, verbatim.
        fictional: invented sample news, to be labelled wherever it is shown.
        valid_from, valid_to: the span in which this version held; ``valid_to`` is ``None`` for the current one.
        carriers: all outlets that carried this story text, the earliest first; empty while being read.
        teaser: while being read: only what a feed tells of it, and perhaps not the whole.
    """

    text: str
    title: str = ""
    id: str = ""
    version: int = 1
    url: str | None = None
    publisher: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    section: str | None = None
    provider_id: str | None = None
    source: str = ""
    correction: str | None = None
    fictional: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    carriers: tuple[Carrier, ...] = ()
    teaser: bool = False

    @property
    def outlets(self) -> list[str]:
        """The names of who published it and of all its carriers, as far as they are known."""
        names = [self.publisher, *(carrier.publisher for carrier in self.carriers)]
        return [name for name in names if name]

    @property
    def published_seconds(self) -> float:
        """When it was published, in seconds since 1970; 0 where that is not known."""
        return self.published.timestamp() if self.published else 0.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article version; the unit that is indexed.

    ``text == article.text[start:end]``; ``sentences`` are spans in the *article's* text that lie within the passage,
    in order. ``id`` is ``"{article_id}.{version}.{ordinal}"``.
    """

    id: str
    article_id: str
    version: int
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """What the embedder made of one passage: its own vector and one for each of its sentences (late chunking)."""

    passage: Vector
    sentences: Matrix


@dataclass(frozen=True, slots=True)
class IndexedArticle:
    """An article version with its passages and their vectors, ready to be stored in one transaction."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: tuple[PassageVectors, ...]


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What may be searched. ``None`` or empty means no restriction.

    Args:
        since, until: bounds on ``published``, ``since`` inclusive, ``until`` exclusive, aware UTC.
        keep_undated: whether articles without a date pass the date bounds (true only for an inferred window).
        publishers: outlet names, compared case-insensitively with every carrier.
        domains: host names (``example.org`` also admits ``www.example.org``); a leading ``-`` excludes.
        languages: ISO 639-1 codes.
        articles: only these article ids.
        without_articles: never these article ids.
        as_of: answer as if nothing published, or changed, after this moment existed.
    """

    since: datetime | None = None
    until: datetime | None = None
    keep_undated: bool = False
    publishers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    without_articles: tuple[str, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by one index: ``score`` is higher for better, comparable only within one search."""

    passage_id: str
    score: float


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage with its article and why it is there.

    Args:
        score: the final score, comparable only within one search.
        why: each signal's part (``{"dense": 0.71, "lexical": 12.3, "recency": 0.4}``).
        sentence_vectors: ``(len(passage.sentences), dim)`` float32, as kept at ingestion; empty when not kept.
    """

    passage: Passage
    article: Article
    score: float
    why: Mapping[str, float] = field(default_factory=dict)
    sentence_vectors: Matrix = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Understood:
    """How the question was read: the window, outlets and wish for recency, and the words they came from.

    ``from_words`` is ``None`` when nothing was inferred; ``recency`` is the half-life wished for in days.
    """

    since: datetime | None = None
    until: datetime | None = None
    publishers: tuple[str, ...] = ()
    recency: float | None = None
    from_words: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """What was in scope: how many articles, how many undated ones were left out, and how new the newest is."""

    articles: int = 0
    undated_left_out: int = 0
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The outcome of one search: passages best first, how the question was understood, and what was searched."""

    passages: tuple[ScoredPassage, ...]
    understood: Understood
    searched: Searched
    notes: tuple[str, ...] = ()
    query_vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of one article, chosen for a question: ``article.text[start:end] == text``.

    ``rank`` is that of its passage in the retrieval; ``score`` is higher for better within one question.
    """

    article: Article
    passage_id: str
    start: int
    end: int
    text: str
    score: float
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote that backs a claim; two quotes of one article share a ``number``."""

    number: int
    article_id: str
    version: int
    title: str
    url: str | None
    publisher: str | None
    carriers: tuple[str, ...]
    published: datetime | None
    quote: str
    start: int
    end: int
    support: float


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the answer, without markers, and the numbers of the citations that back it."""

    text: str
    supported: bool
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RemovedClaim:
    """What the model said and the articles do not."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Articles that give different values for the same thing: ``values`` are (value, citation number)."""

    about: str
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in each step; ``None`` where the step did not happen."""

    retrieve: float = 0.0
    evidence: float = 0.0
    generate: float = 0.0
    verify: float = 0.0
    first_claim: float | None = None
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str
    standalone_question: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with everything its answer may depend on.

    Args:
        as_of: the moment at which it is asked, aware UTC; relative time words count from it, and articles published
            after it do not exist for the answer.
        filter: explicit restrictions, which win over anything inferred from the words.
        history: earlier turns, oldest first.
        quotes_only: answer in verbatim quotes without a model.
        infer: whether time words and outlet names in the question may restrict or favour.
    """

    text: str
    as_of: datetime
    filter: SearchFilter = field(default_factory=SearchFilter)
    history: tuple[Turn, ...] = ()
    quotes_only: bool = False
    infer: bool = True


Mode: TypeAlias = Literal["answer", "quotes", "abstained"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer; see the contract in the README for the meaning of every field.

    ``candidate`` is the engine's best short answer before it decided whether to abstain; it is what EM and F1 judge.
    """

    question: str
    standalone_question: str
    mode: Mode
    text: str
    as_of: datetime
    reason: str | None = None
    short_answer: str | None = None
    candidate: str | None = None
    confidence: float = 0.0
    newest_article: datetime | None = None
    understood: Understood = field(default_factory=Understood)
    searched: Searched = field(default_factory=Searched)
    claims: tuple[Claim, ...] = ()
    removed_claims: tuple[RemovedClaim, ...] = ()
    citations: tuple[Citation, ...] = ()
    sources: tuple[ScoredPassage, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    model: str | None = None
    timings: Timings = field(default_factory=Timings)

    @property
    def abstained(self) -> bool:
        """Whether no answer was given."""
        return self.mode == "abstained"


@dataclass(frozen=True, slots=True)
class SearchDone:
    """Streamed first: what was found."""

    retrieval: Retrieval


@dataclass(frozen=True, slots=True)
class ClaimReady:
    """Streamed once a claim is checked: its citations (new ones first sent here) and its text with markers."""

    claim: Claim
    citations: tuple[Citation, ...]
    text: str


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """Streamed last: the whole answer."""

    answer: Answer


AnswerEvent: TypeAlias = SearchDone | ClaimReady | AnswerDone
