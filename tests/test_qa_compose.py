"""The composition root hands on what the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.compose import open_library
from qa.errors import ModelMissingError
from qa.models import entailment
from qa.settings import Settings, VerifierSettings


class Loaded:
    def __init__(self, name: str, device: str) -> None:
        self.name, self.device = name, device


def test_entailment_model_of_the_settings_is_asked_by_every_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entailment, "EntailmentModel", Loaded)
    settings = Settings(home=tmp_path, verifier=VerifierSettings(nli="some/model", device="cuda"))
    with open_library(settings, with_model=False) as onrecord:
        nli = onrecord.nli
        assert isinstance(nli, Loaded)
        assert (nli.name, nli.device) == ("some/model", "cuda")
        assert onrecord.engine._checker._verifier._nli is nli
        assert onrecord.engine_with(None)._checker._verifier._nli is nli


def test_entailment_model_that_is_missing_is_said_plainly_and_the_home_is_given_back(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", verifier=VerifierSettings(nli=str(tmp_path / "none")))
    with pytest.raises(ModelMissingError, match=r"entailment model .* cannot be loaded"):
        open_library(settings, with_model=False)
    with open_library(settings.model_copy(update={"verifier": VerifierSettings()}), with_model=False) as onrecord:
        assert onrecord.nli is None
