"""A user's own labelled sentences for the verifier, one JSON object a line.

A line has ``text`` (what the sentence is judged by), ``claim`` (the sentence) and ``label``, whether the text supports
it: ``true`` or ``false``, 1 or 0, "yes" or "no". It may have an ``id``; without one it has the number of its line.
"""

from __future__ import annotations

from pathlib import Path

from eval.datasets.base import ClaimSet, LabelledClaim, Line, json_lines, matching_files, need_folder
from qa.errors import UnreadableError
from qa.types import Article

NAME = "claims"
_LABELS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def load(data: Path | None) -> ClaimSet:
    """Read the sentences of a file, or of ``claims.jsonl`` in a folder.

    Raises:
        UsageError, NotFoundError, UnreadableError: nothing given, nothing there, a broken line, or two of one id.
    """
    (path,) = matching_files(need_folder(NAME, data), "claims.jsonl")
    lines = json_lines(path.read_text("utf-8"), path.name)
    return ClaimSet(NAME, tuple(_claim(at, line) for at, line in enumerate(lines, 1)))


def _claim(at: int, line: Line) -> LabelledClaim:
    name = line.text("id", str(at))
    article = Article(text=line.text("text"), id=f"{NAME}-{name}", source=line.source)
    return LabelledClaim(name, article, line.text("claim"), _label(line))


def _label(line: Line) -> bool:
    label = _LABELS.get(str(line.values.get("label")).strip().lower())
    if label is None:
        raise UnreadableError(line.source, 'the field "label" is none of true, false, 1, 0, "yes" and "no"')
    return label
