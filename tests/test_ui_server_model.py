"""A model that is stopped and counted."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ui_fakes import GatedModel

from ui.stoppable import GoneError, StoppableModel


def test_what_a_model_reads_and_writes_is_counted() -> None:
    seen: list[tuple[int, int]] = []
    model = StoppableModel(
        GatedModel(SimpleNamespace(gate=None)),  # type: ignore[arg-type]
        lambda read, written: seen.append((read, written)),
    )
    assert model.complete([]) == "word"
    assert seen == [(7, 1)]
    with model.heeding(lambda: True), pytest.raises(GoneError):
        model.complete([])
    assert seen[1:] == [(0, 0)]
