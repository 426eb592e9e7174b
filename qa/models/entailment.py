"""Entailment models (NLI): does a premise entail a claim? A cross-encoder of the user's choice, from a folder or hub.

None comes with OnRecord; where one is set (`ONRECORD_VERIFIER__NLI`), the verifier asks it besides its own checks.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelFailedError, ModelMissingError
from qa.models.encoders import hush, load_cross_encoder
from qa.settings import VerifierSettings

_LABELS = 3


class EntailmentModel:
    """A cross-encoder that tells entailment from neutrality and contradiction.

    Args:
        name: a folder, or a hub name.
        device: where it runs.

    Raises:
        ModelMissingError: it is not there, or has other labels.
    """

    def __init__(self, name: str, device: str = "cpu") -> None:
        hush()
        self.name = name
        try:
            self._model = load_cross_encoder(name, device)
        except ModelMissingError as error:
            raise ModelMissingError(
                f"The entailment model {name} cannot be loaded; name the folder or the hub name of a cross-encoder "
                "with safetensors weights, such as cross-encoder/nli-deberta-v3-small."
            ) from error
        self._entails = entailment_label(name, self._model.model.config.id2label)

    def score(self, premise: str, claim: str) -> float | None:
        """Give the probability (0..1) that the premise entails the claim; ``None`` where both together are longer than
        the model's window.

        Raises:
            ModelFailedError: the model ran out of memory or failed otherwise.
        """
        scores = self._scores(premise, claim)
        if scores is None:
            return None
        shares = np.exp(scores - scores.max())
        return float(shares[self._entails] / shares.sum())

    def entails(self, premise: str, claim: str) -> bool | None:
        """Tell whether entailment is the likeliest of the three; ``None``, and raises, as `score`."""
        scores = self._scores(premise, claim)
        return None if scores is None else int(np.argmax(scores)) == self._entails

    def _scores(self, premise: str, claim: str) -> NDArray[np.float64] | None:
        if len(self._model.tokenizer(premise, claim)["input_ids"]) > (self._model.max_seq_length or np.inf):
            return None
        try:
            return np.asarray(self._model.predict([(premise, claim)], show_progress_bar=False)[0], dtype=np.float64)
        except (RuntimeError, ValueError) as error:
            raise ModelFailedError(f"The entailment model {self.name} failed: {str(error).splitlines()[0]}.") from error


def make_entailment(settings: VerifierSettings) -> EntailmentModel | None:
    """Load the entailment model that the settings name; ``None`` when they name none. Raises as `EntailmentModel`."""
    return EntailmentModel(settings.nli, settings.device) if settings.nli else None


def entailment_label(name: str, labels: Mapping[int, str]) -> int:
    """Find which of a model's three outputs is entailment.

    Raises:
        ModelMissingError: it has more or fewer, or does not name them.
    """
    found = [index for index, label in labels.items() if label.lower().startswith("entail")]
    if len(labels) != _LABELS or len(found) != 1:
        raise ModelMissingError(
            f"The model {name} has the labels {', '.join(labels.values())}; an entailment model needs three, one of "
            "them named entailment."
        )
    return int(found[0])
