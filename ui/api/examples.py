"""An example of every request and response, for the API's documentation. Invented news only.

Each is written once, at the model that holds the most; the models inside it get their part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_QUOTE = "The Tallow Bridge reopened on Monday after eleven months of repairs."
_QUESTION = "How long did the repairs of the Tallow Bridge take?"
_URL = "https://herald.example/bridge"
_TEXT = f"Eleven months. [1] “{_QUOTE}” [1]"
_NOW = "2025-03-05T09:30:00+00:00"
_ARTICLE = {
    "id": "7d805e4bb067eb6e",
    "title": "Bridge reopens in Marrowick",
    "url": _URL,
    "publisher": "The Herald",
    "published": "2025-03-03T08:00:00+00:00",
    "fictional": False,
}
_CITED = {
    "article_id": _ARTICLE["id"],
    "title": _ARTICLE["title"],
    "url": _URL,
    "publisher": "The Herald",
    "published": _ARTICLE["published"],
}
_CITATION = {
    "number": 1,
    **_CITED,
    "version": 1,
    "carriers": ["The Herald"],
    "quote": _QUOTE,
    "start": 0,
    "end": len(_QUOTE),
    "support": 0.97,
}
_SOURCE = {"rank": 1, "score": 2.4, "passage_id": "7d805e4bb067eb6e.1.0", **_CITED, "text": _QUOTE}
_UNDERSTOOD: dict[str, object] = {"since": None, "until": None, "publishers": [], "recency": None, "from_words": None}
_SEARCHED = {"articles": 412, "undated_left_out": 0}
_ANSWER = {
    "question": _QUESTION,
    "standalone_question": _QUESTION,
    "mode": "answer",
    "abstained": False,
    "reason": None,
    "text": _TEXT,
    "short_answer": "Eleven months",
    "confidence": 0.83,
    "as_of": _NOW,
    "newest_article": _ARTICLE["published"],
    "understood": _UNDERSTOOD,
    "searched": _SEARCHED,
    "claims": [{"text": "Eleven months.", "supported": True, "citations": [1]}],
    "removed_claims": [{"text": "It cost 4 million.", "why": "no article says 4 million"}],
    "citations": [_CITATION],
    "sources": [_SOURCE],
    "disagreements": [{"about": "length of the repairs", "values": [{"value": "eleven months", "citation": 1}]}],
    "notes": ["The newest article behind this answer is of 3 March 2025."],
    "suggestions": [],
    "model": "smollm2-135m-onrecord",
    "timings_ms": {
        "retrieve": 21.4, "evidence": 9.8, "generate": 1604.2, "verify": 35.1, "first_claim": 1661.0, "total": 1680.3
    },
}  # fmt: skip
_FAILURE = {"source": "https://herald.example/gone", "reason": "the page is not there (404)"}
_REPORT = {
    "added": 1, "updated": 0, "unchanged": 0, "duplicates": 0, "failed": 1, "passages": 2, "seconds": 0.4,
    "errors": [_FAILURE],
    "warnings": [{"source": _URL, "reason": "the date 2052-03-03 cannot be right and is kept as unknown"}], "rough": 0,
}  # fmt: skip
_JOB = {
    "id": "9e5569ba3e284726", "state": "done", "made": _NOW, "read": 2, "now": _URL, "report": _REPORT, "error": None
}  # fmt: skip
_MODEL = {"id": "smollm2-135m-onrecord", "object": "model", "created": 0, "owned_by": "shelf"}
_RESULT = {
    "title": _ARTICLE["title"], "url": _URL, "date": "2025-03-03", "last_updated": None, "snippet": _QUOTE,
    "source": "The Herald",
}  # fmt: skip
_PLACE = {"start_index": _TEXT.index("[1]"), "end_index": _TEXT.index("[1]") + 3, "title": _ARTICLE["title"]}
_FEEDBACK = {
    "question": _QUESTION, "rating": "down", "answer": "Ten months. [1]", "as_of": None, "reason": "wrong number",
    "expected": ["eleven months"], "expected_articles": [_URL], "id": 1, "at": _NOW,
}  # fmt: skip

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "AnswerOut": _ANSWER,
    "AskRequest": {
        "question": _QUESTION,
        "since": "2025-01-01",
        "publishers": ["The Herald"],
        "history": [{"question": "Is the bridge open?", "answer": "It reopened. [1]", "standalone_question": ""}],
    },
    "SearchOut": {
        "query": "bridge",
        "understood": _UNDERSTOOD,
        "searched": _SEARCHED,
        "notes": [],
        "passages": [{**_SOURCE, "version": 1, "start": 0, "end": len(_QUOTE), "why": {"dense": 0.71, "lexical": 8.2}}],
    },
    "ArticlesOut": {"articles": [_ARTICLE], "next": _ARTICLE["id"]},
    "ArticleOut": {
        **_ARTICLE, "version": 1, "text": _QUOTE, "authors": ["Ida Fenn"], "language": "en", "section": "Local",
        "modified": None, "correction": None, "valid_from": _ARTICLE["published"], "valid_to": None,
        "carriers": [{key: _ARTICLE[key] for key in ("publisher", "url", "published", "title")}],
        "versions": [{
            "version": 1, "title": _ARTICLE["title"], "correction": None, "valid_from": _ARTICLE["published"],
            "valid_to": None,
        }],
    },
    "PublishersOut": {"publishers": [{"name": "The Herald", "articles": 230}]},
    "StatsOut": {
        "articles": 412, "versions": 430, "passages": 1870, "publishers": 6, "undated": 3,
        "oldest": "2024-02-13T04:30:00+00:00", "newest": _ARTICLE["published"], "embedder": "all-MiniLM-L6-v2 (384)",
        "bytes_on_disk": 15_301_048,
    },
    "FailedOut": {"failed": [{**_FAILURE, "tries": 2, "last": _NOW}]},
    "ForgetIn": {"sources": [_FAILURE["source"]]},
    "RetiredOut": {"deleted": 12, "kept": 1},
    "AddRequest": {
        "articles": [{
            "title": _ARTICLE["title"], "text": _QUOTE, "publisher": "The Herald", "published": "2025-03-03T08:00:00Z",
            "url": _URL,
        }],
        "urls": ["https://herald.example/feed.xml"],
        "failed": [_FAILURE],
    },
    "JobIn": {"urls": ["https://herald.example/feed.xml"]},
    "ReportOut": _REPORT,
    "DeletedOut": {"deleted": 1},
    "HealthOut": {"status": "ready", "articles": 412, "model": "smollm2-135m-onrecord"},
    "ErrorOut": {
        "error": {
            "message": "since: 'yesterday' is not a date; write an ISO 8601 day (2025-03-01).",
            "type": "invalid_request_error", "param": "since", "code": "invalid",
        }
    },
    "ChatRequest": {
        "model": "smollm2-135m-onrecord",
        "messages": [
            {"role": "user", "content": "Is the bridge open?"},
            {"role": "assistant", "content": "It reopened on Monday. [1]"},
            {"role": "user", "content": [{"type": "text", "text": "How long did its repairs take?"}]},
        ],
        "stream": False,
        "stream_options": {"include_usage": True},
        "response_format": {"type": "text"},
        "search_after_date_filter": "1/1/2025",
        "search_domain_filter": ["herald.example"],
    },
    "Completion": {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1741167000, "model": "smollm2-135m-onrecord",
        "choices": [{
            "index": 0, "finish_reason": "stop", "logprobs": None,
            "message": {
                "role": "assistant", "content": _TEXT, "refusal": None,
                "annotations": [{"type": "url_citation", "url_citation": {**_PLACE, "url": _URL}}],
            },
        }],
        "usage": {"prompt_tokens": 11, "completion_tokens": 19, "total_tokens": 30},
        "citations": [_URL],
        "search_results": [_RESULT],
        "onrecord": _ANSWER,
    },
    "Models": {"object": "list", "data": [_MODEL]},
    "FeedbackIn": {name: value for name, value in _FEEDBACK.items() if name not in {"id", "at"}},
    "FeedbackList": {"feedback": [_FEEDBACK]},
    "JobList": {"jobs": [_JOB]},
    "DoctorOut": {
        "healthy": True, "articles": 412, "passages": 1870, "vectors": 1870, "words": 1870, "missing_vectors": 0,
        "extra_vectors": 0, "missing_words": 0, "extra_words": 0, "without_embedding": 0, "sample": 200, "recall": 1.0,
        "lost": [], "catalog": None, "advice": [],
    },
    "DoneOut": {"done": "reindex"},
    "FollowIn": {"sources": ["https://herald.example/feed.xml"], "minutes": 15},
    "FollowedOut": {
        "followed": [{
            "source": "https://herald.example/feed.xml", "minutes": 15, "last_run": _NOW, "last_result": "2 new",
            "next_run": "2025-03-05T09:45:00+00:00", "failures": 0,
        }]
    },
}  # fmt: skip


def with_examples(described: dict[str, Any]) -> dict[str, Any]:
    """Add the examples to the schemas of an OpenAPI description, in place, and give it."""
    models = described["components"]["schemas"]
    for name, example in EXAMPLES.items():
        if name in models:
            _add(models, name, example)
    return described


def _add(models: dict[str, Any], name: str, example: object) -> None:
    model = models[name]
    if name in EXAMPLES or "examples" not in model:
        model["examples"] = [EXAMPLES.get(name, example)]
    if isinstance(example, Mapping):
        for field, value in example.items():
            for inner in _named(model.get("properties", {}).get(field, {})):
                for part in value if isinstance(value, list | tuple) else (value,):
                    if isinstance(part, Mapping) and inner != name:
                        _add(models, inner, part)


def _named(schema: Mapping[str, Any]) -> Iterator[str]:
    """Give the names of the models that a field's schema points to."""
    if "$ref" in schema:
        yield schema["$ref"].rsplit("/", 1)[1]
    for inner in (*schema.get("anyOf", ()), *schema.get("allOf", ()), schema.get("items", {})):
        if inner:
            yield from _named(inner)
