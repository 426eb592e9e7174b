"""Feedback on answers and background jobs, as the API takes and gives them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ui.api.schemas import AddRequest, Body, Moment, Name, ReportOut, Wire

State = Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]


class FeedbackIn(Body):
    """What a person thinks of an answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "How long did the repairs take?",
                    "rating": "down",
                    "reason": "wrong number",
                    "expected": ["eleven months"],
                    "expected_articles": ["https://herald.example/bridge"],
                }
            ]
        }
    )

    question: str = Field(min_length=1, max_length=20_000)
    rating: Literal["up", "down"]
    answer: str = Field("", max_length=100_000, description="The answer that was given.")
    as_of: Moment | None = Field(None, description="The moment that the question was asked as of.")
    reason: str = Field("", max_length=2000)
    expected: tuple[Annotated[str, Field(min_length=1, max_length=2000)], ...] = Field(
        (), max_length=20, description="The right short answers, if known; they make it an evaluation question."
    )
    expected_articles: tuple[Name, ...] = Field((), max_length=50, description="Addresses of the articles with it.")


class FeedbackOut(FeedbackIn):
    """Kept feedback."""

    id: int
    at: str


class FeedbackList(Wire):
    """All feedback, the latest first."""

    feedback: tuple[FeedbackOut, ...]


class JobIn(AddRequest):
    """What to ingest in the background: as for adding articles."""


class JobOut(Wire):
    """A background job."""

    id: str
    state: State
    made: str
    read: int = Field(description="Inputs dealt with so far.")
    now: str = Field(description="The source dealt with last.")
    report: ReportOut | None = Field(description="What it did; null until it has ended.")
    error: str | None = Field(description="Why it failed; null unless it has.")


class JobList(Wire):
    """All jobs, the latest first."""

    jobs: tuple[JobOut, ...]
