"""Background jobs when what keeps them fails, and when the clock jumps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ui_started import wait_for

from qa.errors import HomeUnwritableError, UsageError
from ui import jobs as module
from ui.api.keep_schemas import JobIn, JobOut
from ui.api.schemas import ReportOut
from ui.jobs import Jobs
from ui.keep import Keep

REQUEST = JobIn(urls=("https://herald.example/feed.xml",))
FULL = HomeUnwritableError("The disk is full; free space.")


class FullDisk(Keep):
    """Keeps no job while it is full."""

    full = False

    def save_job(self, job: JobOut) -> None:
        if self.full:
            raise FULL
        super().save_job(job)


class Adding:
    """A service that adds once it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.error: Exception | None = None

    def now(self) -> datetime:
        return datetime(2025, 4, 1, tzinfo=UTC)

    def add(self, request: JobIn, progress: object) -> ReportOut:
        self.go.wait(20)
        if self.error:
            raise self.error
        return ReportOut(added=1)


@pytest.fixture
def keep(tmp_path: Path) -> FullDisk:
    return FullDisk(tmp_path)


@pytest.fixture
def service() -> Adding:
    return Adding()


@pytest.fixture
def jobs(service: Adding, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    monkeypatch.setattr(module, "_MOST_WAITING", 1)
    made = Jobs(service, keep)  # type: ignore[arg-type]
    yield made
    service.go.set()
    made.close()


def test_jobs_that_cannot_be_kept_take_no_place(jobs: Jobs, keep: FullDisk, service: Adding) -> None:
    keep.full = True
    for _ in range(3):
        with pytest.raises(HomeUnwritableError):
            jobs.start(REQUEST)
    keep.full = False
    assert jobs.jobs() == ()
    assert jobs.start(REQUEST).state == "waiting"
    with pytest.raises(UsageError, match="1 jobs wait"):
        jobs.start(REQUEST)


@pytest.mark.parametrize("error", [None, RuntimeError("a bug"), UsageError("no")], ids=["done", "bug", "failed"])
def test_a_job_whose_end_cannot_be_kept_is_told_and_takes_no_place(
    jobs: Jobs, keep: FullDisk, service: Adding, error: Exception | None
) -> None:
    service.error = error
    job = jobs.start(REQUEST)
    keep.full = True
    service.go.set()
    ended = "failed" if error else "done"
    wait_for(lambda: jobs.job(job.id).state == ended)
    assert [one.state for one in jobs.jobs()] == [ended]
    assert jobs.cancel(job.id).state == ended
    keep.full = False
    following = jobs.start(REQUEST)
    wait_for(lambda: jobs.job(following.id).state == ended)


def test_a_job_made_after_the_clock_jumped_back_is_kept(tmp_path: Path) -> None:
    keep = Keep(tmp_path)
    for number in range(200):
        keep.save_job(_job(f"late{number}", "2031-01-01T00:00:00+00:00"))
    keep.save_job(_job("early", "2025-01-01T00:00:00+00:00"))
    assert [one.id for one in keep.jobs()[:2]] == ["early", "late199"]
    assert len(keep.jobs()) == 200
    keep.save_job(_job("late150", "2031-01-01T00:00:00+00:00"))
    assert [one.id for one in keep.jobs()[:2]] == ["early", "late199"]


def _job(name: str, made: str) -> JobOut:
    return JobOut(id=name, state="done", made=made, read=0, now="", report=None, error=None)
