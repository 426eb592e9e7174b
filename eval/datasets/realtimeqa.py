"""RealTime QA (Kasai et al. 2023): weekly news quizzes, the articles a search returned, the systems' own predictions.

Reads the benchmark's own layout: ``WEEK_qa.jsonl`` (or ``WEEK_qa_nota.jsonl``, with *none of the above* among the
choices), ``WEEK_gcs.jsonl`` with the articles nested (gzipped or not) and ``baselines/WEEK_qa_SYSTEM[_gen].jsonl`` (or
``WEEK_qa_nota_SYSTEM.jsonl``). Weeks up to 4 August 2023 are for development, later ones for reporting.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from urllib.parse import urlsplit

from eval.datasets.base import (
    Dataset,
    EvalQuestion,
    Line,
    Part,
    article_key,
    holds_answer,
    json_lines,
    matching_files,
    need_folder,
)
from eval.measures import none_of_the_above
from qa.errors import UnreadableError
from qa.types import Article

NAME = "realtimeqa"
LAST_DEVELOPMENT_WEEK = "20230804"
BASELINES = ("open_gpt3_gcs", "closed_gpt3", "open_gpt3_dpr", "open_rag_gcs", "open_rag_dpr", "closed_t5")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one of the benchmark's own systems said: a text, or the indices of choices."""

    question_id: str
    text: str | None = None
    choices: tuple[int, ...] | None = None


def load(data: Path | None, *, none_of_the_above: bool = False) -> Dataset:
    """Read the questions and articles of all weeks in a folder.

    Args:
        none_of_the_above: take the quizzes whose choices have *none of the above*.

    Raises:
        UsageError, NotFoundError, UnreadableError: no folder given, nothing there, or a broken line.
    """
    folder = need_folder(NAME, data)
    returned = _returned(folder)
    suffix = "_qa_nota.jsonl" if none_of_the_above else "_qa.jsonl"
    questions = [
        _question(line, path.name[:8], returned)
        for path in matching_files(folder, f"*{suffix}")
        for line in json_lines(path.read_text("utf-8"), path.name)
    ]
    return Dataset(NAME, _first_fetched(returned.values()), tuple(questions))


def load_predictions(data: Path | None, system: str, *, none_of_the_above: bool = False) -> tuple[Prediction, ...]:
    """Read what one of the benchmark's systems (``BASELINES``) predicted, as text and as choices, in file order.

    Args:
        none_of_the_above: take those of the quizzes whose choices have *none of the above*, which are choices only.

    Raises:
        UsageError, NotFoundError, UnreadableError: no folder given, no such predictions, or a broken line.
    """
    folder = need_folder(NAME, data) / "baselines"
    names = [f"*_qa_nota_{system}.jsonl"] if none_of_the_above else [f"*_qa_{system}_gen.jsonl", f"*_qa_{system}.jsonl"]
    paths = [path for name in names for path in matching_files(folder, name)]
    return tuple(
        _prediction(line, generated=path.stem.endswith("_gen"))
        for path in paths
        for line in json_lines(path.read_text("utf-8"), path.name)
    )


def part_of(week: str) -> Part:
    """Give the part that a week (``YYYYMMDD``) belongs to."""
    return "development" if week <= LAST_DEVELOPMENT_WEEK else "reporting"


def _returned(folder: Path) -> Mapping[str, tuple[Article, ...]]:
    return {
        line.text("question_id"): tuple(_articles(line))
        for path in matching_files(folder, "*_gcs.jsonl", "*_gcs.jsonl.gz")
        for line in json_lines(_text(path), path.name)
    }


def _first_fetched(groups: Iterable[Sequence[Article]]) -> tuple[Article, ...]:
    # The same page fetched in two weeks may differ; the first fetch goes into the index, so that no question is
    # answered from a text that was changed after it was asked, while each question is judged by what it was given.
    kept: dict[str, Article] = {}
    for article in (article for group in groups for article in group):
        kept.setdefault(article_key(article), article)
    return tuple(kept.values())


def _text(path: Path) -> str:
    if path.suffix != ".gz":
        return path.read_text("utf-8")
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError) as error:
        raise UnreadableError(str(path), f"it is not a gzip file ({error})") from error


def _articles(line: Line) -> Iterator[Article]:
    for found in line.lines("search_result"):
        text = found.text("text", "")
        if text.strip():
            yield Article(
                text=text,
                title=found.text("title", ""),
                url=found.text("url"),
                publisher=(urlsplit(found.text("url")).hostname or "").removeprefix("www.") or None,
                published=_day(found, "publish_date"),
                authors=found.texts("authors"),
                source=f"{line.source} {line.text('question_id')}",
            )


def _question(line: Line, week: str, returned: Mapping[str, Sequence[Article]]) -> EvalQuestion:
    choices = line.texts("choices")
    correct = tuple(_index(line, value, len(choices)) for value in line.texts("answer"))
    # Where none of the choices is right the articles hold no answer that is asked for.
    gold = tuple(choices[i] for i in correct if i != none_of_the_above(choices))
    given = returned.get(line.text("question_id").removesuffix("_nota"), ())
    asked = _day(line, "question_date")
    if asked is None:
        raise UnreadableError(line.source, "it has no question_date")
    return EvalQuestion(
        id=line.text("question_id"),
        text=line.text("question_sentence"),
        gold=gold,
        as_of=datetime.combine(asked, time(23, 59, 59), UTC),
        part=part_of(week),
        kind="news_quiz",
        choices=choices,
        correct=correct,
        articles=tuple(dict.fromkeys(article_key(a) for a in given)),
        answerable=any(holds_answer(a, gold) for a in given),
    )


def _prediction(line: Line, *, generated: bool) -> Prediction:
    question_id = line.text("question_id")
    if generated:
        return Prediction(question_id, text=line.text("prediction"))
    return Prediction(question_id, choices=tuple(_index(line, value) for value in line.texts("prediction")))


def _index(line: Line, value: str, count: int | None = None) -> int:
    if not value.isdigit() or (count is not None and int(value) >= count):
        raise UnreadableError(line.source, f'"{value}" is not the index of a choice')
    return int(value)


def _day(line: Line, name: str) -> datetime | None:
    value = line.optional(name)
    try:
        return datetime.strptime(value, "%Y/%m/%d").replace(tzinfo=UTC) if value else None
    except ValueError as error:
        raise UnreadableError(line.source, f'the field "{name}" is no date like 2023/01/05') from error
