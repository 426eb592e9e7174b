"""Between OpenAI's shape and ours: a conversation becomes a question, an answer becomes a completion. Pure.

The last user message is the question and earlier exchanges are its history. System messages have no effect: what an
answer may rest on is not the caller's to change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from qa.errors import QuestionError
from ui.api.openai_schemas import (
    Annotation,
    ChatRequest,
    Message,
    SearchResult,
    UrlCitation,
    Usage,
    read_us_day,
)
from ui.api.schemas import AnswerOut, AskRequest, CitationOut, PastTurn, SourceOut

_LONGEST = 100_000
_TURNS = 50
_MARKER = re.compile(r"\[(\d+)\]")
_RECENCY = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}

Address = Callable[[str], str]
"""Gives the address of a stored article's own page by its id, for articles that have no address."""


def ask_request(request: ChatRequest, now: datetime) -> AskRequest:
    """Read a conversation as a question with its history and filters.

    Raises:
        QuestionError: no message is the user's.
    """
    asked = [number for number, message in enumerate(request.messages) if message.role == "user"]
    if not asked:
        raise QuestionError("No message is the user's; send a question as a message with the role user.")
    since = _since(request, now)
    before = request.search_before_date_filter
    return AskRequest(
        question=request.messages[asked[-1]].text[:_LONGEST],
        history=tuple(_turns(request.messages[: asked[-1]]))[-_TURNS:],
        model=request.model or None,
        since=since.isoformat() if since else None,
        until=read_us_day(before).date().isoformat() if before else None,
        domains=tuple(_domain(text) for text in request.search_domain_filter or ()),
    )


def url_citations(
    text: str, citations: Sequence[CitationOut], address: Address, start: int = 0
) -> tuple[Annotation, ...]:
    """Give one annotation for each marker in a piece of the answer.

    Args:
        text: the piece.
        citations: the answer's citations.
        address: gives an address to articles that have none.
        start: where the piece begins in the whole answer.
    """
    cited = {citation.number: citation for citation in reversed(citations)}
    found = ((match, cited.get(int(match[1]))) for match in _MARKER.finditer(text))
    return tuple(
        Annotation(
            url_citation=UrlCitation(
                start_index=start + match.start(),
                end_index=start + match.end(),
                title=citation.title,
                url=citation.url or address(citation.article_id),
            )
        )
        for match, citation in found
        if citation is not None
    )


def addresses(citations: Sequence[CitationOut], address: Address) -> tuple[str, ...]:
    """Give the cited addresses so that the first belongs to ``[1]``."""
    cited = {citation.number: citation.url or address(citation.article_id) for citation in reversed(citations)}
    return tuple(cited.get(number, "") for number in range(1, max(cited, default=0) + 1))


def search_results(answer: AnswerOut, address: Address) -> tuple[SearchResult, ...]:
    """Give the cited articles in the order of their numbers, then what else was found, each article once."""
    seen: dict[str, SearchResult] = {}
    for citation in sorted(answer.citations, key=lambda citation: citation.number):
        seen.setdefault(citation.article_id, _result(citation, citation.quote, address))
    for source in answer.sources:
        seen.setdefault(source.article_id, _result(source, source.text, address))
    return tuple(seen.values())


def cited_results(citations: Sequence[CitationOut], address: Address) -> tuple[SearchResult, ...]:
    """Give the articles of some citations, each once."""
    found = {citation.article_id: _result(citation, citation.quote, address) for citation in reversed(citations)}
    return tuple(found[article_id] for article_id in dict.fromkeys(citation.article_id for citation in citations))


def usage(request: ChatRequest, text: str, count: Callable[[str], int]) -> Usage:
    """Count what was sent and what was answered."""
    prompt = sum(count(message.text) for message in request.messages)
    completion = count(text)
    return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


def _since(request: ChatRequest, now: datetime) -> datetime | None:
    recent = now - _RECENCY[request.search_recency_filter] if request.search_recency_filter else None
    after = request.search_after_date_filter
    day = read_us_day(after).replace(tzinfo=now.tzinfo) if after else None
    return max((moment for moment in (recent, day) if moment), default=None)


def _turns(messages: Sequence[Message]) -> Iterator[PastTurn]:
    question = ""
    for message in messages:
        if message.role == "user":
            question = message.text
        elif message.role == "assistant" and question:
            yield PastTurn(question=question[:20_000], answer=message.text[:_LONGEST])
            question = ""


def _domain(text: str) -> str:
    return re.sub(r"^(-?)(?:https?://)?", r"\1", text.strip()).split("/")[0] or text


def _result(found: CitationOut | SourceOut, snippet: str, address: Address) -> SearchResult:
    return SearchResult(
        title=found.title,
        url=found.url or address(found.article_id),
        date=found.published[:10] if found.published else None,
        snippet=snippet,
        source=found.publisher,
    )
