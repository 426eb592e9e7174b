"""Feedback and background jobs over HTTP."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response

from ui.api.errors import RESPONSES
from ui.api.keep_schemas import FeedbackIn, FeedbackList, FeedbackOut, JobIn, JobList, JobOut
from ui.jobs import Jobs
from ui.keep import Keep
from ui.service import Service

_LINES = "application/x-ndjson"
JobId = Annotated[str, Path(max_length=100)]


def make_router(service: Service, keep: Keep, jobs: Jobs) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/v1", responses=RESPONSES)

    @router.post("/feedback", response_model=FeedbackOut, tags=["feedback"])
    def give_feedback(body: FeedbackIn) -> FeedbackOut:
        """Keep what a person thinks of an answer."""
        return keep.add_feedback(body, service.now())

    @router.get("/feedback", response_model=FeedbackList, tags=["feedback"])
    def feedback() -> FeedbackList:
        """List all feedback, the latest first."""
        return FeedbackList(feedback=keep.feedback())

    @router.get(
        "/feedback/questions",
        response_class=Response,
        responses={200: {"content": {_LINES: {}}, "description": "One JSON object a line."}},
        tags=["feedback"],
    )
    def questions() -> Response:
        """Give the feedback that names the right answer as evaluation questions, one JSON object a line."""
        lines = (json.dumps(question, ensure_ascii=False) for question in evaluation_questions(keep))
        return Response("".join(f"{line}\n" for line in lines), media_type=_LINES)

    @router.post("/jobs", response_model=JobOut, status_code=202, tags=["jobs"])
    def start(body: JobIn) -> JobOut:
        """Ingest in the background; ask for the job to see how far it is."""
        return jobs.start(body)

    @router.get("/jobs", response_model=JobList, tags=["jobs"])
    def list_jobs() -> JobList:
        """List jobs, the latest first."""
        return JobList(jobs=jobs.jobs())

    @router.get("/jobs/{job_id}", response_model=JobOut, tags=["jobs"])
    def job(job_id: JobId) -> JobOut:
        """Give one job as it is now."""
        return jobs.job(job_id)

    @router.delete("/jobs/{job_id}", response_model=JobOut, tags=["jobs"])
    def cancel(job_id: JobId) -> JobOut:
        """Cancel a job; what it stored so far stays."""
        return jobs.cancel(job_id)

    return router


def evaluation_questions(keep: Keep) -> list[dict[str, object]]:
    """Give feedback with a known right answer in the form that `onrecord eval run jsonl` reads, the oldest first."""
    return [
        {
            "id": f"feedback-{given.id}",
            "question": given.question,
            "gold": list(given.expected),
            "gold_articles": list(given.expected_articles),
            "as_of": given.as_of or given.at,
        }
        for given in reversed(keep.feedback())
        if given.expected
    ]
