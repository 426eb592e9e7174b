"""Real models, loaded once for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from qa.models.encoders import Embedder, make_embedder
from qa.models.llm import LanguageModel, make_language_model
from qa.models.shelf import Shelf
from qa.settings import EmbedderSettings, LlmSettings, Settings

SMALL_MODEL = "smollm2-135m-onrecord"


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
