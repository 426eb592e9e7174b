"""What many tests use: real models, loaded once for the whole run, and a library to ingest into."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeEmbedder
from ingest_house import House

from qa.library.index import NewsIndex
from qa.models.encoders import Embedder, make_embedder
from qa.models.llm import LanguageModel, make_language_model
from qa.models.shelf import Shelf
from qa.settings import EmbedderSettings, LlmSettings, Settings
from ui.api.logs import LOGS

SMALL_MODEL = "smollm2-135m-onrecord"


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Put back what a command run in this process did to the logs: its stream is closed by the next test."""
    logs = [logging.getLogger(name) for name in LOGS]
    before = [(log, log.level, list(log.handlers), log.propagate) for log in logs]
    yield
    for log, level, handlers, propagate in before:
        log.setLevel(level)
        log.handlers, log.propagate = handlers, propagate


@pytest.fixture(scope="session")
def real_embedder() -> Embedder:
    """The bundled embedder."""
    return make_embedder(EmbedderSettings())


@pytest.fixture(scope="session")
def real_shelf() -> Shelf:
    """The shelf in the user's cache, where `onrecord models pull` puts models."""
    return Shelf(Settings().models)


@pytest.fixture(scope="session")
def real_model(real_shelf: Shelf) -> Iterator[LanguageModel]:
    """The default model, run by llama.cpp in this process."""
    if not real_shelf.has(SMALL_MODEL):
        pytest.skip(f"run `onrecord models pull {SMALL_MODEL}` first")
    model = make_language_model(LlmSettings(model=SMALL_MODEL, context=2048), real_shelf)
    yield model
    model.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty library with a stand-in for the embedder."""
    embedder = FakeEmbedder()
    with NewsIndex.open(tmp_path / "home", embedder=embedder.name, dim=embedder.dim) as index:
        yield House(index, embedder)
