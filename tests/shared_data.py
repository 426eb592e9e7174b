"""Where benchmark files lie for the tests that use real data; they skip where it is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
DATA: Path | None = next(
    (folder for folder in (Path(os.environ.get("TEST_DATA", "")), _BESIDE) if folder.name and folder.is_dir()),
    None,
)


def data_folder(name: str) -> Path:
    """Give the folder ``name`` of the benchmark data, or skip the test, saying so."""
    if DATA is None or not (DATA / name).is_dir():
        pytest.skip(f"the benchmark data {name} is not on this machine")
    return DATA / name
