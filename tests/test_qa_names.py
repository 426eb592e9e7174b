"""What ``from qa import ...`` gives, and that it costs nothing before it is used."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

import qa
from qa.compose import OnRecord


def test_every_public_name_is_there_and_no_other() -> None:
    assert dir(qa) == sorted(qa.__all__)
    for name in qa.__all__:
        assert getattr(qa, name).__name__ == name
    with pytest.raises(AttributeError, match="'qa' has no attribute 'nothing'"):
        qa.nothing  # noqa: B018


def test_importing_qa_loads_nothing_heavy() -> None:
    program = "import qa, sys; print([n for n in ('torch', 'chromadb', 'llama_index', 'pydantic') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_library_is_asked_as_of_now_unless_told_otherwise() -> None:
    asked = []
    library = SimpleNamespace(engine=SimpleNamespace(ask=asked.append))
    before = datetime.now(UTC)
    OnRecord.ask(library, "When?")  # type: ignore[arg-type]
    OnRecord.ask(library, "When?", datetime(2025, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]
    assert before <= asked[0].as_of <= datetime.now(UTC)
    assert asked[1].as_of == datetime(2025, 1, 1, tzinfo=UTC)
