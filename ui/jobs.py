"""Ingestion in the background: one job at a time, with progress, and cancelled between two batches.

What a job stored before it was cancelled or broken off stays stored; running it again costs only reading.
"""

from __future__ import annotations

import logging
import threading
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from qa.errors import NotFoundError, OnRecordError, UsageError
from ui.api.keep_schemas import JobIn, JobOut
from ui.api.schemas import ReportOut
from ui.keep import Keep
from ui.service import Service

if TYPE_CHECKING:
    from ingest.report import Status

log = logging.getLogger("onrecord.jobs")

_MOST_WAITING = 100
_BUG = "Something went wrong here; the server's log says what."
_ENDED = {"done", "failed", "cancelled", "interrupted"}


class CancelledError(Exception):
    """The job was cancelled."""


class Jobs:
    """The jobs of one served library; safe to use from several threads.

    Args:
        service: ingests.
        keep: remembers jobs; those it remembers as unfinished were broken off when the server ended.
    """

    def __init__(self, service: Service, keep: Keep) -> None:
        self._service, self._keep = service, keep
        self._lock = threading.Lock()
        self._live: dict[str, JobOut] = {}
        self._cancelled: set[str] = set()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="job")
        for job in keep.jobs():
            if job.state not in _ENDED:
                keep.save_job(job.model_copy(update={"state": "interrupted"}))

    def start(self, request: JobIn) -> JobOut:
        """Put a job in line.

        Raises:
            UsageError: it holds nothing to ingest, or too many wait.
            HomeUnwritableError: it cannot be remembered.
        """
        if not request.articles and not request.urls:
            raise UsageError("Nothing to add; give `articles` or `urls`.")
        made = self._service.now().isoformat()
        job = JobOut(id=uuid.uuid4().hex[:16], state="waiting", made=made, read=0, now="", report=None, error=None)
        with self._lock:
            waiting = sum(live.state not in _ENDED for live in self._live.values())
            if waiting >= _MOST_WAITING:
                raise UsageError(f"{waiting} jobs wait already; try again when some have ended.")
            self._keep.save_job(job)
            self._live[job.id] = job
        self._worker.submit(self._run, job.id, request).add_done_callback(_log_bug)
        return job

    def job(self, job_id: str) -> JobOut:
        """Give a job as it is now.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._lock:
            live = self._live.get(job_id)
        found = live or next((job for job in self._keep.jobs() if job.id == job_id), None)
        if found is None:
            raise NotFoundError(f"There is no job {job_id}; GET /v1/jobs lists them.")
        return found

    def jobs(self) -> tuple[JobOut, ...]:
        """Give all jobs, the latest first."""
        with self._lock:
            live = dict(self._live)
        return tuple(live.get(job.id, job) for job in self._keep.jobs())

    def cancel(self, job_id: str) -> JobOut:
        """Cancel a job; one that runs ends after the batch it is at, one that has ended stays as it is.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._lock:
            if (live := self._live.get(job_id)) and live.state not in _ENDED:
                self._cancelled.add(job_id)
        return self.job(job_id)

    def close(self) -> None:
        """Break the running job off after its batch and start no more."""
        with self._lock:
            self._cancelled.update(self._live)
        self._worker.shutdown(wait=True, cancel_futures=True)

    def update(self, job_id: str, status: Status) -> None:
        """Note how far a job is.

        Raises:
            CancelledError: it was cancelled.
        """
        self._change(job_id, read=status.inputs, now=status.source)
        with self._lock:
            if job_id in self._cancelled:
                raise CancelledError

    def _run(self, job_id: str, request: JobIn) -> None:
        end: dict[str, object] = {"state": "failed", "error": _BUG}
        try:
            end = {"state": "done", "report": self._ingest(job_id, request)}
        except CancelledError:
            end = {"state": "cancelled"}
        except OnRecordError as error:
            end = {"state": "failed", "error": str(error)}
        finally:
            self._end(job_id, **end)

    def _ingest(self, job_id: str, request: JobIn) -> ReportOut:
        with self._lock:
            if job_id in self._cancelled:
                raise CancelledError
        self._change(job_id, state="running")
        return self._service.add(request, progress=_Progress(self, job_id))

    def _change(self, job_id: str, **changes: object) -> None:
        with self._lock:
            self._live[job_id] = self._live[job_id].model_copy(update=changes)

    def _end(self, job_id: str, **changes: object) -> None:
        """End a job; one whose end cannot be kept stays here, so that it is still told, and takes no place in line."""
        self._change(job_id, **changes)
        with self._lock:
            self._cancelled.discard(job_id)
        self._keep.save_job(self._live[job_id])
        with self._lock:
            del self._live[job_id]


class _Progress:
    """Tells the jobs how far one of them is."""

    def __init__(self, jobs: Jobs, job_id: str) -> None:
        self._jobs, self._id = jobs, job_id

    def update(self, status: Status) -> None:
        self._jobs.update(self._id, status)


def _log_bug(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()):
        log.error("a job failed", exc_info=error)
