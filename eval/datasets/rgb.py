"""RGB (Chen et al. 2024): short passages that hold the answer, a planted false one, or neither.

Reads the benchmark's files as published, one JSON object a line: ``positive`` passages, ``positive_wrong`` ones that
say ``fakeanswer`` instead, and ``negative`` ones. Five passages a question; the *variant* says which:

- ``noise-0.4`` (any share below 1): that share of them is noise;
- ``rejection``: noise only, so the right answer is none;
- ``integration``: each part of the answer lies in another passage (``en_int``);
- ``counterfactual``: the planted falsehood among noise; right is not to repeat it as true (``en_fact``).

Without a variant every question is asked in all of them, side by side, and a figure is given for each:
``accuracy@noise-0`` to ``accuracy@noise-0.8``, ``rejection_rate``, ``error_detection`` and, where ``en_int`` is there,
``accuracy@integration``. A question is asked of its own passages only. The first half of the questions is for
development.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

from eval.datasets.base import Dataset, EvalQuestion, Line, article_key, json_lines, matching_files, need_folder
from qa.errors import UsageError
from qa.types import Article

NAME = "rgb"
PASSAGES = 5
NOISE = (0, 0.2, 0.4, 0.6, 0.8)
"""The shares of noise that the benchmark's own table has."""
VARIANTS = (*(f"noise-{share:g}" for share in NOISE), "rejection", "counterfactual", "integration")
_MIDDLE = 0.4
"""The share of noise among the passages of the variants that are not about noise."""
AS_OF = datetime(2024, 1, 1, tzinfo=UTC)
"""The passages carry no dates; the benchmark's paper was published in the month before."""


def load(data: Path | None, variant: str | None = None) -> Dataset:
    """Read the questions of one variant, or of every one, with the passages it gives each.

    Raises:
        UsageError, NotFoundError, UnreadableError: no such variant, no folder, nothing there, or a broken line.
    """
    folder = need_folder(NAME, data)
    wanted = (variant,) if variant else tuple(name for name in VARIANTS if name != "integration" or _has_parts(folder))
    loaded = [_one(folder, name) for name in wanted]
    articles = {article_key(article): article for given, _ in loaded for article in given}
    # Side by side, so that the first so many questions are of every variant alike.
    mixed = (question for row in zip_longest(*(asked for _, asked in loaded)) for question in row if question)
    name = f"{NAME}-{variant}" if variant else NAME
    return Dataset(name, tuple(articles.values()), tuple(mixed), near_duplicate=1.0)


def _one(folder: Path, variant: str) -> tuple[list[Article], list[EvalQuestion]]:
    path = _file(folder, variant)
    lines = list(json_lines(path.read_text("utf-8"), path.name))
    given = [_given(line, path.stem, variant) for line in lines]
    questions = [
        _question(line, articles, variant, development=at < len(lines) / 2)
        for at, (line, articles) in enumerate(zip(lines, given, strict=True))
    ]
    return [article for group in given for article in group], questions


def _has_parts(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("en_int.json*"))


def noise_share(variant: str) -> float:
    """Read the share of noise out of a variant's name.

    Raises:
        UsageError: it is none of the variants.
    """
    try:
        share = float(variant.removeprefix("noise-")) if variant.startswith("noise-") else math.nan
    except ValueError:
        share = math.nan
    if not 0 <= share < 1:
        known = "noise-0.4 (0 to below 1), rejection, integration or counterfactual"
        raise UsageError(f"RGB has no variant {variant}; take {known}.")
    return share


def _file(folder: Path, variant: str) -> Path:
    wanted = {"integration": ["en_int"], "counterfactual": ["en_fact"]}.get(variant, ["en_refine", "en", "en_fact"])
    found = matching_files(folder, *(f"{stem}.json{ending}" for stem in wanted for ending in ("", "l")))
    return min(found, key=lambda path: wanted.index(path.stem) if path.stem in wanted else len(wanted))


def _given(line: Line, file: str, variant: str) -> tuple[Article, ...]:
    negative = list(_passages(line, file, "negative"))
    if variant == "rejection":
        return tuple(negative[:PASSAGES])
    if variant == "integration":
        return tuple(_mixed(list(_across(line, file)), negative, math.ceil(PASSAGES * _MIDDLE)))
    field = "positive_wrong" if variant == "counterfactual" else "positive"
    share = _MIDDLE if variant == "counterfactual" else noise_share(variant)
    return tuple(_mixed(list(_passages(line, file, field)), negative, math.ceil(PASSAGES * share)))


def _mixed(wanted: Sequence[Article], noise: Sequence[Article], noisy: int) -> list[Article]:
    # Where one kind runs short the other fills up, as in the benchmark's own script.
    kept = list(wanted[: max(PASSAGES - noisy, PASSAGES - len(noise))])
    return [*kept, *noise[: PASSAGES - len(kept)]]


def _passages(line: Line, file: str, field: str) -> Iterator[Article]:
    for at, text in enumerate(line.texts(field)):
        yield _article(line, f"{file}/{line.text('id')}/{field}/{at}", text)


def _across(line: Line, file: str) -> Iterator[Article]:
    # One passage of each part before a second of any.
    value = line.values.get("positive")
    groups = [Line(line.source, {"part": group}).texts("part") for group in value] if isinstance(value, list) else []
    for depth in range(max(map(len, groups), default=0)):
        for part, group in enumerate(groups):
            if depth < len(group):
                yield _article(line, f"{file}/{line.text('id')}/positive/{part}/{depth}", group[depth])


def _article(line: Line, place: str, text: str) -> Article:
    # The file is part of the address: the benchmark's files number their questions alike.
    return Article(text=text, url=f"https://rgb.invalid/{place}", source=line.source)


def _question(line: Line, articles: Sequence[Article], variant: str, *, development: bool) -> EvalQuestion:
    parts = _parts(line) if variant != "rejection" else ()
    together = len(parts) > 1
    gold = (" and ".join(part[0] for part in parts),) if together else tuple(text for part in parts for text in part)
    return EvalQuestion(
        id=f"{variant}-{line.text('id')}",
        text=line.text("query"),
        gold=gold,
        parts=parts if together else (),
        as_of=AS_OF,
        part="development" if development else "reporting",
        kind=variant,
        articles=tuple(article_key(article) for article in articles),
        answerable=bool(gold) and variant != "counterfactual",
        restrict=True,
        own_measure="rejection_rate" if variant == "rejection" else f"accuracy@{variant}",
        wrong_answers=line.texts("fakeanswer") if variant == "counterfactual" else (),
    )


def _parts(line: Line) -> tuple[tuple[str, ...], ...]:
    # A list within the list holds alternatives; every member of the list itself is needed.
    value = line.values.get("answer")
    members = value if isinstance(value, list) else [value]
    return tuple(Line(line.source, {"part": member}).texts("part") for member in members)
