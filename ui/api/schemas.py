"""What the API takes and gives, as pydantic models; the command line shares them, so both always say the same.

Field meanings are those of the answer object's contract in the README. Nothing here decides anything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ui.api.wire import Body as Body
from ui.api.wire import Moment as Moment
from ui.api.wire import Name as Name
from ui.api.wire import Wire as Wire


class Scope(Body):
    """Which articles may be used."""

    since: Moment | None = Field(None, description="Only articles published on or after this day or moment.")
    until: Moment | None = Field(None, description="Only articles published before this moment; a day counts whole.")
    publishers: tuple[Name, ...] = Field((), max_length=200, description="Only these outlets.")
    domains: tuple[Name, ...] = Field((), max_length=200, description="Only these host names; a leading `-` excludes.")
    languages: tuple[Name, ...] = Field((), max_length=50, description="Only these languages (ISO 639-1).")
    articles: tuple[Name, ...] = Field((), max_length=1000, description="Only these article ids.")
    without_articles: tuple[Name, ...] = Field((), max_length=1000, description="Never these article ids.")
    as_of: Moment | None = Field(None, description="Answer as if it were this moment; a day means its end.")


class PastTurn(Body):
    """One earlier exchange of the conversation."""

    question: str = Field(max_length=20_000)
    answer: str = Field(max_length=100_000)
    standalone_question: str = Field("", max_length=20_000)


class AskRequest(Scope):
    """A question and what its answer may be made from."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "Who won the election in Marrowick?", "since": "2025-01-01", "publishers": ["The Herald"]}
            ]
        }
    )

    question: str = Field(description="The question, in words.", max_length=100_000)
    model: Name | None = Field(None, description="A model of the shelf, or `quotes-only`; the default when left out.")
    quotes_only: bool = Field(False, description="Answer in verbatim quotes, without a model.")
    infer: bool = Field(True, description="Whether time words and outlet names in the question may restrict.")
    history: tuple[PastTurn, ...] = Field((), max_length=200, description="Earlier turns, oldest first.")


class SearchRequest(Scope):
    """A query for passages."""

    q: str = Field(description="What to look for.", max_length=100_000, examples=["bridge reopening"])
    k: int = Field(10, ge=1, le=100, description="Passages wanted.")
    infer: bool = Field(True, description="Whether time words and outlet names in the query may restrict.")


class ListRequest(Scope):
    """Which articles to list."""

    after: str | None = Field(None, max_length=300, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=500, description="Articles a page.")


class UnderstoodOut(Wire):
    """How the question was read."""

    since: str | None
    until: str | None
    publishers: tuple[str, ...]
    recency: float | None = Field(description="Half-life wished for, in days.")
    from_words: str | None


class SearchedOut(Wire):
    """What was in scope."""

    articles: int
    undated_left_out: int


class ClaimOut(Wire):
    """One checked sentence of the answer."""

    text: str
    supported: bool
    citations: tuple[int, ...]


class RemovedClaimOut(Wire):
    """What the model said and the articles do not."""

    text: str
    why: str


class CitationOut(Wire):
    """A verbatim quote: `text[start:end]` of the stored article is `quote`."""

    number: int
    article_id: str
    version: int
    title: str
    url: str | None
    publisher: str | None
    carriers: tuple[str, ...]
    published: str | None
    quote: str
    start: int
    end: int
    support: float


class SourceOut(Wire):
    """A retrieved passage."""

    rank: int
    score: float
    article_id: str
    passage_id: str
    title: str
    url: str | None
    publisher: str | None
    published: str | None
    text: str


class ValueOut(Wire):
    """One of several values that articles give for the same thing."""

    value: str
    citation: int


class DisagreementOut(Wire):
    """The same thing, told differently."""

    about: str
    values: tuple[ValueOut, ...]


class TimingsOut(Wire):
    """Milliseconds spent in each step."""

    retrieve: float | None
    evidence: float | None
    generate: float | None
    verify: float | None
    first_claim: float | None
    total: float | None


class AnswerOut(Wire):
    """A verified answer: every supported claim carries a verbatim quote of a stored article."""

    question: str
    standalone_question: str
    mode: Literal["answer", "quotes", "abstained"]
    abstained: bool
    reason: str | None
    text: str
    short_answer: str | None
    confidence: float
    as_of: str
    newest_article: str | None
    understood: UnderstoodOut
    searched: SearchedOut
    claims: tuple[ClaimOut, ...]
    removed_claims: tuple[RemovedClaimOut, ...]
    citations: tuple[CitationOut, ...]
    sources: tuple[SourceOut, ...]
    disagreements: tuple[DisagreementOut, ...]
    notes: tuple[str, ...]
    suggestions: tuple[str, ...]
    model: str | None
    timings_ms: TimingsOut


class HitOut(SourceOut):
    """A found passage and why it is there."""

    version: int
    start: int
    end: int
    why: dict[str, float]


class SearchOut(Wire):
    """Passages, best first."""

    query: str
    understood: UnderstoodOut
    searched: SearchedOut
    notes: tuple[str, ...]
    passages: tuple[HitOut, ...]


class CarrierOut(Wire):
    """One outlet's publication of a story."""

    publisher: str | None
    url: str | None
    published: str | None
    title: str


class ArticleRow(Wire):
    """A stored article as a line of a list."""

    id: str
    title: str
    url: str | None
    publisher: str | None
    published: str | None
    fictional: bool = Field(False, description="Invented sample news.")


class ArticlesOut(Wire):
    """A page of the library."""

    articles: tuple[ArticleRow, ...]
    next: str | None = Field(None, description="Pass as `after` for the next page; null on the last.")


class VersionOut(Wire):
    """One of the versions that are kept of an article, and the span in which it held."""

    version: int
    title: str
    correction: str | None
    valid_from: str | None
    valid_to: str | None


class ArticleOut(ArticleRow):
    """One version of a stored article, whole."""

    version: int
    text: str
    authors: tuple[str, ...]
    language: str | None
    section: str | None
    modified: str | None
    correction: str | None
    valid_from: str | None
    valid_to: str | None
    carriers: tuple[CarrierOut, ...]
    versions: tuple[VersionOut, ...] = Field((), description="All that are kept, the current one first.")


class PublisherOut(Wire):
    """An outlet and how many articles of it are stored."""

    name: str
    articles: int


class PublishersOut(Wire):
    """All outlets, the one with the most articles first."""

    publishers: tuple[PublisherOut, ...]


class StatsOut(Wire):
    """The size and the bounds of the library."""

    articles: int = Field(description="Current articles.")
    versions: int = Field(description="Versions kept, the current ones included.")
    passages: int = Field(description="Indexed passages of all versions.")
    publishers: int = Field(description="Outlets that carry something.")
    undated: int = Field(description="Current articles without a date.")
    oldest: str | None
    newest: str | None
    embedder: str
    bytes_on_disk: int


class ArticleIn(Body):
    """An article to add."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Bridge reopens in Marrowick",
                    "text": "The Tallow Bridge reopened on Monday after eleven months of repairs.",
                    "publisher": "The Herald",
                    "published": "2025-03-03T08:00:00Z",
                    "url": "https://herald.example/bridge",
                }
            ]
        }
    )

    text: str = Field(min_length=1, max_length=5_000_000, description="Plain text, paragraphs on lines of their own.")
    title: str = Field("", max_length=2000)
    url: str | None = Field(None, max_length=4000)
    publisher: str | None = Field(None, max_length=300)
    published: Moment | None = None
    modified: Moment | None = None
    authors: tuple[str, ...] = Field((), max_length=100)
    language: str | None = Field(None, max_length=20)
    section: str | None = Field(None, max_length=300)
    provider_id: str | None = Field(None, max_length=2000)
    source: str = Field("", max_length=4000, description="Where it was read from, for the report.")
    correction: str | None = Field(None, max_length=20_000)
    fictional: bool = False
    teaser: bool = Field(False, description="Only what a feed tells of it, and perhaps not the whole.")


class SourceErrorOut(Wire):
    """One thing that could not be ingested."""

    source: str
    reason: str


class AddRequest(Body):
    """Articles by body, or addresses (pages, feeds, sitemaps) for the server to fetch, or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"urls": ["https://herald.example/feed.xml"]}]})

    articles: tuple[ArticleIn, ...] = Field((), max_length=10_000)
    urls: tuple[Annotated[str, Field(pattern="^https?://", max_length=4000)], ...] = Field((), max_length=1000)
    feed_only: bool = Field(False, description="Take what a feed itself says and fetch no pages.")
    dry_run: bool = Field(False, description="Read and report, and change nothing.")
    failed: tuple[SourceErrorOut, ...] = Field((), max_length=10_000, description="What the caller could not read.")
    mapping: tuple[Name, ...] = Field(
        (), max_length=50, description="How the caller mapped names in reading, each FIELD=NAME; kept with what failed."
    )


class ReportOut(Wire):
    """What an ingestion did."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: int = 0
    passages: int = 0
    seconds: float = 0.0
    errors: tuple[SourceErrorOut, ...] = ()
    warnings: tuple[SourceErrorOut, ...] = Field(
        (), description="What was put right, such as a date in the future that is now unknown."
    )
    rough: int = Field(
        0, description="Articles stored in a language that the bundled embedder finds only roughly by meaning."
    )


class DeletedOut(Wire):
    """How many articles were deleted."""

    deleted: int


class FailedItem(SourceErrorOut):
    """One source that could not be ingested: how often it was tried, when last, and how names were mapped then."""

    tries: int = 1
    last: str | None = None
    mapping: tuple[str, ...] = ()


class FailedOut(Wire):
    """What could not be ingested so far."""

    failed: tuple[FailedItem, ...]


class HealthOut(Wire):
    """Whether the process is alive, or ready to answer."""

    status: str
    articles: int | None = None
    model: str | None = None


class ErrorBody(Wire):
    """What is wrong, and what to change."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorOut(Wire):
    """The one shape of every error."""

    error: ErrorBody
