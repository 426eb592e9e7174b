"""A scripted library for the chat: a few articles, and answers that follow a script instead of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from fakes import make_article

from qa.errors import NotFoundError, QuestionError
from qa.settings import Settings
from qa.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    Article,
    Citation,
    Claim,
    ClaimReady,
    Passage,
    Question,
    Retrieval,
    ScoredPassage,
    SearchDone,
    Searched,
    SearchFilter,
    Timings,
    Understood,
)

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> [click](javascript:alert(3)) \x1b[31mred\x1b[0m "
    "\u202eesrever\u202c {{constructor}} ${alert(4)} `x` </p></article>"
)
FERRY = make_article(
    "The Grey Petrel will cost 41 million crowns. It is due in May 2025.\n\n"
    "Islanders have been patient, the line said. The ferry carries 450 passengers.",
    id="ferry",
    title="Line orders first new ferry in 37 years",
    url="https://courier.example/ferry",
    publisher="The Courier",
)
PRICE = make_article(
    "The price of the ferry rose to 46 million crowns in September.\n\nThe yard blamed steel.",
    id="price",
    title="Ferry price rises",
    url="https://radio.example/price",
    publisher="Radio North",
    published=datetime(2025, 3, 4, tzinfo=UTC),
    correction="An earlier version said 47 million.",
    fictional=True,
)
NASTY = make_article(
    f"Nasty words. {HOSTILE} The mayor said so.",
    id="nasty",
    title=f"Title {HOSTILE}",
    url="javascript:alert(5)",
    publisher=f"Outlet {HOSTILE}",
    published=None,
)


def citation(article: Article, quote: str, number: int) -> Citation:
    """Cite a verbatim quote of an article."""
    start = article.text.index(quote)
    return Citation(
        number=number,
        article_id=article.id,
        version=article.version,
        title=article.title,
        url=article.url,
        publisher=article.publisher,
        carriers=(article.publisher or "",),
        published=article.published,
        quote=quote,
        start=start,
        end=start + len(quote),
        support=0.9,
    )


def found(article: Article, score: float = 1.0) -> ScoredPassage:
    """Find an article as one passage."""
    passage = Passage(f"{article.id}.1.0", article.id, article.version, 0, 0, len(article.text), article.text)
    return ScoredPassage(passage, article, score)


def answered(question: str = "What does the ferry cost?", **changes: object) -> Answer:
    """Make an answer of two claims from two outlets."""
    values: dict[str, object] = {
        "question": question,
        "standalone_question": question,
        "mode": "answer",
        "text": "The Grey Petrel costs 41 million crowns [1]. The price rose to 46 million [2].",
        "as_of": datetime(2025, 7, 1, tzinfo=UTC),
        "newest_article": PRICE.published,
        "searched": Searched(3, 1, PRICE.published),
        "claims": (
            Claim("The Grey Petrel costs 41 million crowns.", True, (1,)),
            Claim("The price rose to 46 million.", True, (2,)),
        ),
        "citations": (
            citation(FERRY, "The Grey Petrel will cost 41 million crowns.", 1),
            citation(PRICE, "The price of the ferry rose to 46 million crowns in September.", 2),
        ),
        "sources": (found(FERRY), found(PRICE, 0.9), found(NASTY, 0.1)),
        "model": "scripted",
        "timings": Timings(total=1200.0),
    }
    return Answer(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class ScriptedIndex:
    """The articles as a list, with as much of ``NewsIndex`` as the chat reads."""

    kept: list[Article] = field(default_factory=lambda: [FERRY, PRICE, NASTY])

    def article(self, article_id: str, version: int | None = None) -> Article:
        for article in self.kept:
            if article.id == article_id and version in {None, article.version}:
                return article
        raise NotFoundError(f"There is no article {article_id}.")

    def articles(self, wanted: SearchFilter, *, after: str | None = None, limit: int = 50) -> tuple[Article, ...]:
        return tuple(self.kept[:limit])

    def publishers(self) -> tuple[tuple[str, int], ...]:
        return tuple((article.publisher or "", 1) for article in self.kept)

    def scope(self, wanted: SearchFilter) -> Searched:
        dated = [article.published for article in self.kept if article.published]
        return Searched(len(self.kept), 0, max(dated, default=None))


@dataclass
class ScriptedEngine:
    """Gives the same answer to every question, event by event, and remembers what it was asked."""

    answer: Answer = field(default_factory=answered)
    asked: list[Question] = field(default_factory=list)
    closed: bool = False
    model: None = None

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        self.asked.append(question)
        if not question.text.strip():
            raise QuestionError("The question is empty; write one.")
        answer = replace(self.answer, question=question.text, as_of=question.as_of)
        try:
            yield SearchDone(Retrieval(answer.sources, answer.understood, answer.searched))
            for claim in answer.claims:
                cited = tuple(one for one in answer.citations if one.number in claim.citations)
                yield ClaimReady(claim, cited, claim.text)
            yield AnswerDone(answer)
        finally:
            self.closed = True

    def ask(self, question: Question) -> Answer:
        return replace(self.answer, question=question.text, as_of=question.as_of)


class BareShelf:
    """A shelf without a model."""

    def entries(self) -> tuple[object, ...]:
        return ()


@dataclass
class ScriptedLibrary:
    """As much of ``OnRecord`` as the chat touches."""

    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    index: ScriptedIndex = field(default_factory=ScriptedIndex)
    settings: Settings = field(default_factory=Settings)
    shelf: BareShelf = field(default_factory=BareShelf)


def abstained(articles: Sequence[Article] = (FERRY, PRICE)) -> Answer:
    """Make an answer that says that the articles do not say."""
    return answered(
        mode="abstained",
        text="The articles do not say who paid.",
        reason="None of the closest passages names a sponsor.",
        claims=(),
        citations=(),
        sources=tuple(found(article) for article in articles),
        understood=Understood(
            since=datetime(2025, 3, 1, tzinfo=UTC), until=datetime(2025, 4, 1, tzinfo=UTC), from_words="in March"
        ),
    )
