"""Made-up requests to every endpoint of ``openapi.json``: never a 5xx, never an answer that the schema does not allow.

In the long form (``FUZZ=1``) they are 2,000 requests and more, counted beside the file that ``FUZZ_OUT`` names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import schemathesis
from fakes import FakeEmbedder, whole
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from ui_fakes import BRIDGE, FERRY, ScriptedEngine, ScriptedRetriever, ScriptedShelf

from eval.bench import BenchRow
from eval.bench.file import save_bench
from qa.library.index import NewsIndex
from qa.settings import Settings
from ui.server import make_app

LONG = "FUZZ" in os.environ
CASES = 120 if LONG else 4
"""Requests for each endpoint, at most: one that can be asked in few ways gets few."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[BaseSchema]:
    chosen, embedder = Settings(home=tmp_path / "home", models=tmp_path / "m"), FakeEmbedder()
    with NewsIndex.open(chosen.home, embedder=embedder.name, dim=embedder.dim) as index:
        index.add([whole(BRIDGE), whole(FERRY)])
        library = SimpleNamespace(
            settings=chosen, embedder=embedder, index=index, engine=ScriptedEngine(), shelf=ScriptedShelf("other"),
            retriever=ScriptedRetriever(index), close=lambda: None,
        )  # fmt: skip
        app = make_app(library, chat=False)
        yield schemathesis.openapi.from_asgi("/openapi.json", app)
        app.state.answers.close()


@pytest.mark.fuzz
@pytest.mark.timeout(3600 if LONG else 240)
def test_no_request_breaks_the_server_or_its_promises(api: BaseSchema) -> None:
    tried, sent, broken = 0, 0, []
    for found in api.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def holds(case: schemathesis.Case) -> None:
            nonlocal sent
            sent += 1
            case.call_and_validate(checks=CHECKS)

        try:
            holds()
        except BaseExceptionGroup as failures:
            broken.append(f"{operation.label}: {failures}")
        tried += 1
    if out := os.environ.get("FUZZ_OUT"):
        rows = [BenchRow("requests", sent, "count", sent), BenchRow("broken", len(broken), "count", tried)]
        save_bench(Path(out).with_name("fuzz-api.json"), "fuzz-api", rows, {"cases": CASES}, datetime.now(UTC))
    assert not broken, "\n".join(broken)
    assert tried > 20
    assert sent >= (2000 if LONG else tried)
