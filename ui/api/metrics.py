"""Figures for Prometheus: requests, questions, latency by stage, the library's size. Only here is its client imported.

No text of questions or answers becomes a label.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from qa.types import Answer, Mode
from ui.api.schemas import ReportOut, StatsOut
from ui.slots import Slots

_OUTCOMES = ("added", "updated", "unchanged", "duplicates", "failed")
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """One application's figures.

    Args:
        stats: gives the library's size.
        places: where answers by a model wait and are written.
    """

    def __init__(self, stats: Callable[[], StatsOut], places: Slots) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "onrecord_requests", "Requests by route and status.", ("method", "route", "status"), registry=self.registry
        )
        self._latency = Histogram(
            "onrecord_request_seconds", "Seconds a request took.", ("route",), registry=self.registry, buckets=_SECONDS
        )
        self._answers = Counter(
            "onrecord_answers", "Answers by mode (answer, quotes, abstained).", ("mode",), registry=self.registry
        )
        self._claims = Counter("onrecord_claims", "Claims by what became of them.", ("kept",), registry=self.registry)
        self._citations = Counter("onrecord_citations", "Quotes given.", registry=self.registry)
        self._stages = Histogram(
            "onrecord_stage_seconds", "Seconds by stage.", ("stage",), registry=self.registry, buckets=_SECONDS
        )
        self._tokens = Counter(
            "onrecord_tokens", "Tokens that a model read or wrote.", ("kind",), registry=self.registry
        )
        self._ingested = Counter(
            "onrecord_ingested", "Inputs by what became of them.", ("outcome",), registry=self.registry
        )
        self._watch(stats, places)
        for mode in get_args(Mode):
            self._answers.labels(mode)
        for outcome in _OUTCOMES:
            self._ingested.labels(outcome)

    def _watch(self, stats: Callable[[], StatsOut], places: Slots) -> None:
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "articles": ("Stored articles.", lambda: stats().articles),
            "passages": ("Indexed passages of all versions.", lambda: stats().passages),
            "bytes_on_disk": ("Bytes of the library on disk.", lambda: stats().bytes_on_disk),
            "waiting": ("Questions that wait for a place.", lambda: places.waiting),
            "writing": ("Answers that a model writes now.", lambda: places.working),
        }
        for name, (text, value) in gauges.items():
            Gauge(f"onrecord_{name}", text, registry=self.registry).set_function(value)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def answer(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(answer.mode).inc()
        self._claims.labels("yes").inc(len(answer.claims))
        self._claims.labels("no").inc(len(answer.removed_claims))
        self._citations.inc(len(answer.citations))
        for stage in ("retrieve", "evidence", "generate", "verify", "first_claim", "total"):
            milliseconds = getattr(answer.timings, stage)
            if milliseconds is not None:
                self._stages.labels(stage).observe(milliseconds / 1000)

    def tokens(self, read: int, written: int) -> None:
        """Count what a model did; those read are known only where its endpoint tells."""
        self._tokens.labels("read").inc(read)
        self._tokens.labels("written").inc(written)

    def report(self, report: ReportOut) -> None:
        """Count what an ingestion did."""
        for outcome in _OUTCOMES:
            self._ingested.labels(outcome).inc(getattr(report, outcome))

    def router(self) -> APIRouter:
        """Make the route that Prometheus reads."""
        router = APIRouter(tags=["health"])

        @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
        def metrics() -> Response:
            """Give the figures in Prometheus' text format."""
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        return router
