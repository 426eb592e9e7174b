"""A user's own labelled sentences are put to the verifier from end to end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from eval.commands import RunRequest, run_dataset
from qa.settings import make_settings


def test_own_claims_score_the_verifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.commands.make_embedder", lambda settings: FakeEmbedder())
    text = "The ferry will cost 41 million crowns."
    claims = [(text, True), ("The ferry will cost 14 million crowns.", False)]
    lines = [json.dumps({"text": text, "claim": claim, "label": label}) for claim, label in claims]
    (tmp_path / "mine.jsonl").write_text("\n".join(lines))
    request = RunRequest("claims", tmp_path / "mine.jsonl", "r", runs=tmp_path / "runs")
    settings = make_settings({}, home=tmp_path / "home", models=tmp_path / "models")
    now = datetime(2026, 1, 2, tzinfo=UTC)
    summary = run_dataset(settings, request, now=now, clock=count().__next__, say=lambda line: None)
    figures = {name: summary.measures[name].value for name in ("auroc", "accepted_supported", "accepted_unsupported")}
    assert figures == {"auroc": 1, "accepted_supported": 1, "accepted_unsupported": 0}
