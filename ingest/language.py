"""Tell the language of a text. This is the only module that imports py3langid.

A page's own statement is often the template's and not the story's; a confident reading of the text goes before it.
"""

from __future__ import annotations

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

WELL_SUPPORTED = frozenset({"en"})
"""Languages that the default embedder was trained on; others are found by words, and by meaning only roughly."""

_SAMPLE = 3000
_LEAST = 200
_SURE = 0.99
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}


def language_of(text: str, stated: str | None) -> str | None:
    """Give the ISO 639-1 code of a text's language; what is stated where the text itself does not tell.

    Args:
        stated: what the source says, as a code.
    """
    if len(text) < _LEAST:
        return stated
    found, certainty = _identifier().classify(text[:_SAMPLE])
    if stated is not None and (certainty < _SURE or _SAME.get(stated, stated) == _SAME.get(found, found)):
        return stated
    return str(found) if certainty >= _SURE or stated is None else stated


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
