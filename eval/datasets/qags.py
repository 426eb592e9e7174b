"""QAGS (Wang et al. 2020): summary sentences and three votes each on whether the article supports them.

Reads ``qags-cnndm.jsonl`` (``mturk_cnndm.jsonl`` as published). A sentence is supported where most votes say yes. The
sentences of the first 120 articles are for development, the others for reporting.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.datasets.base import ClaimSet, LabelledClaim, Line, json_lines, matching_files, need_folder
from qa.types import Article

NAME = "qags"
DEVELOPMENT_ARTICLES = 120


def load(data: Path | None) -> ClaimSet:
    """Read the sentences of one file or of every ``*cnndm.jsonl`` in a folder.

    Raises:
        UsageError, NotFoundError, UnreadableError: no folder given, nothing there, or a broken line.
    """
    paths = matching_files(need_folder(NAME, data), "*cnndm.jsonl")
    lines = [line for path in paths for line in json_lines(path.read_text("utf-8"), path.name)]
    return ClaimSet(NAME, tuple(claim for number, line in enumerate(lines) for claim in _claims(number, line)))


def _claims(number: int, line: Line) -> Iterator[LabelledClaim]:
    article = Article(text=line.text("article"), id=f"qags-{number}", source=line.source)
    for at, sentence in enumerate(line.lines("summary_sentences")):
        votes = [vote.text("response") == "yes" for vote in sentence.lines("responses")]
        yield LabelledClaim(
            id=f"{number}.{at}",
            article=article,
            claim=sentence.text("sentence"),
            supported=2 * sum(votes) > len(votes),
            part="development" if number < DEVELOPMENT_ARTICLES else "reporting",
        )
