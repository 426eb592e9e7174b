"""QAGS (Wang et al. 2020): summary sentences and three votes each on whether the article supports them.

Reads ``qags-cnndm.jsonl`` (``mturk_cnndm.jsonl`` as published) or, as the variant ``xsum``, ``mturk_xsum.jsonl``. A
sentence is supported where most votes say yes. The sentences of the first 120 CNN/DM articles are for development, the
others for reporting; nothing was tuned on XSum. No figure is of both: their summaries go wrong in ways of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.datasets.base import ClaimSet, LabelledClaim, Line, json_lines, matching_files, need_folder
from qa.errors import UsageError
from qa.types import Article

NAME = "qags"
DEVELOPMENT_ARTICLES = 120
VARIANTS = ("cnndm", "xsum")


def load(data: Path | None, variant: str | None = None) -> ClaimSet:
    """Read the sentences of one file, or of every ``*cnndm.jsonl`` in a folder.

    Args:
        variant: one of ``VARIANTS``: the files ``*VARIANT.jsonl`` instead.

    Raises:
        UsageError, NotFoundError, UnreadableError: no folder given, no such variant, nothing there, or a broken line.
    """
    if variant is not None and variant not in VARIANTS:
        raise UsageError(f"QAGS has no variant {variant}; take {' or '.join(VARIANTS)}.")
    paths = matching_files(need_folder(NAME, data), f"*{variant or VARIANTS[0]}.jsonl")
    lines = [line for path in paths for line in json_lines(path.read_text("utf-8"), path.name)]
    xsum = paths[0].stem.endswith("xsum")
    each = (_claims(number, line, xsum=xsum) for number, line in enumerate(lines))
    return ClaimSet(NAME, tuple(claim for claims in each for claim in claims))


def _claims(number: int, line: Line, *, xsum: bool) -> Iterator[LabelledClaim]:
    name = f"xsum-{number}" if xsum else str(number)
    article = Article(text=line.text("article"), id=f"{NAME}-{name}", source=line.source)
    for at, sentence in enumerate(line.lines("summary_sentences")):
        votes = [vote.text("response") == "yes" for vote in sentence.lines("responses")]
        yield LabelledClaim(
            id=f"{name}.{at}",
            article=article,
            claim=sentence.text("sentence"),
            supported=2 * sum(votes) > len(votes),
            part="development" if not xsum and number < DEVELOPMENT_ARTICLES else "reporting",
        )
