"""The answer object as programs see it: plain JSON values in the shape of the README's contract.

Times are ISO 8601 with offset; offsets count Unicode code points of the stored article's ``text``. This module only
renames and formats: it decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from qa.types import (
    Answer,
    AnswerEvent,
    Article,
    Carrier,
    Citation,
    Claim,
    ClaimReady,
    ScoredPassage,
    SearchDone,
    Searched,
    Understood,
)

Json = dict[str, object]


def answer_json(answer: Answer) -> Json:
    """Render an answer as the contract's object, its keys in the contract's order."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "mode": answer.mode,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "text": answer.text,
        "short_answer": answer.short_answer,
        "confidence": round(answer.confidence, 4),
        "as_of": moment(answer.as_of),
        "newest_article": moment(answer.newest_article),
        "understood": understood_json(answer.understood),
        "searched": searched_json(answer.searched),
        "claims": [claim_json(claim) for claim in answer.claims],
        "removed_claims": [asdict(removed) for removed in answer.removed_claims],
        "citations": [citation_json(citation) for citation in answer.citations],
        "sources": [source_json(rank, source) for rank, source in enumerate(answer.sources, 1)],
        "disagreements": [
            {"about": found.about, "values": [{"value": value, "citation": number} for value, number in found.values]}
            for found in answer.disagreements
        ],
        "notes": list(answer.notes),
        "suggestions": list(answer.suggestions),
        "model": answer.model,
        "timings_ms": {name: _rounded(value) for name, value in asdict(answer.timings).items()},
    }


def citation_json(citation: Citation) -> Json:
    """Render one quote."""
    return {
        "number": citation.number,
        "article_id": citation.article_id,
        "version": citation.version,
        "title": citation.title,
        "url": citation.url,
        "publisher": citation.publisher,
        "carriers": list(citation.carriers),
        "published": moment(citation.published),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "support": round(citation.support, 4),
    }


def claim_json(claim: Claim) -> Json:
    """Render one claim."""
    return {"text": claim.text, "supported": claim.supported, "citations": list(claim.citations)}


def source_json(rank: int, source: ScoredPassage) -> Json:
    """Render one retrieved passage; ``rank`` counts from 1."""
    return {
        "rank": rank,
        "score": round(float(source.score), 6),
        "article_id": source.article.id,
        "passage_id": source.passage.id,
        "title": source.article.title,
        "url": source.article.url,
        "publisher": source.article.publisher,
        "published": moment(source.article.published),
        "text": source.passage.text,
    }


def hit_json(rank: int, source: ScoredPassage) -> Json:
    """Render one retrieved passage with offsets and why it is there, for search."""
    why: Mapping[str, float] = source.why
    return {
        **source_json(rank, source),
        "version": source.passage.version,
        "start": source.passage.start,
        "end": source.passage.end,
        "why": {name: round(float(value), 4) for name, value in why.items()},
    }


def article_json(article: Article) -> Json:
    """Render a stored article with its full text, so that every quote can be checked."""
    return {
        **article_row_json(article),
        "version": article.version,
        "text": article.text,
        "authors": list(article.authors),
        "language": article.language,
        "section": article.section,
        "modified": moment(article.modified),
        "correction": article.correction,
        "fictional": article.fictional,
        "valid_from": moment(article.valid_from),
        "valid_to": moment(article.valid_to),
        "carriers": [carrier_json(carrier) for carrier in article.carriers],
    }


def article_row_json(article: Article) -> Json:
    """Render an article as a line of a list."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "published": moment(article.published),
    }


def carrier_json(carrier: Carrier) -> Json:
    """Render one outlet's publication of a story."""
    return {
        "publisher": carrier.publisher,
        "url": carrier.url,
        "published": moment(carrier.published),
        "title": carrier.title,
    }


def understood_json(understood: Understood) -> Json:
    """Render how the question was read."""
    return {
        "since": moment(understood.since),
        "until": moment(understood.until),
        "publishers": list(understood.publishers),
        "recency": understood.recency,
        "from_words": understood.from_words,
    }


def searched_json(searched: Searched) -> Json:
    """Render what was in scope."""
    return {"articles": searched.articles, "undated_left_out": searched.undated_left_out}


def event_json(event: AnswerEvent) -> tuple[str, Json]:
    """Render a streamed event as its name and data; a claim's citations are events of their own, sent before it."""
    if isinstance(event, SearchDone):
        found = event.retrieval
        return "search", {
            "understood": understood_json(found.understood),
            "searched": searched_json(found.searched),
            "sources": [source_json(rank, source) for rank, source in enumerate(found.passages, 1)],
            "notes": list(found.notes),
        }
    if isinstance(event, ClaimReady):
        return "text", {**claim_json(event.claim), "text": event.text}
    return "done", answer_json(event.answer)


def moment(value: datetime | None) -> str | None:
    """Format an aware moment as ISO 8601 with offset."""
    return value.isoformat() if value else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
