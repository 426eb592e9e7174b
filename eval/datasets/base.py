"""What a benchmark is made of: questions with their gold, the articles they are asked of, and claims with labels.

Frozen values only; each loader in this folder makes them from one benchmark's own files. Articles are named by their
*key* (``article_key``): the benchmark's own address for them, from which the library's id follows only at ingestion.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from eval.measures import contains
from qa.errors import NotFoundError, UnreadableError, UsageError
from qa.types import Article, Turn

Part: TypeAlias = Literal["development", "reporting"]
"""Which part of a benchmark a question belongs to: tuned on, or only reported on."""
PartWish: TypeAlias = Literal["development", "reporting", "all"]


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """One question of a benchmark with everything needed to judge its answer.

    Args:
        gold: acceptable short answers; empty where the articles do not answer it and abstaining is right.
        parts: where an answer needs all of several things, each with its alternatives; empty where ``gold`` is enough.
        as_of: the moment at which it is asked, aware UTC.
        choices, correct: the options of a multiple-choice question and the indices of the right ones.
        articles: keys of the articles that the benchmark gives for the question.
        answerable: whether those articles hold the answer; ``None`` where the benchmark cannot tell.
        gold_articles, gold_quotes: keys of, and verbatim text from, the articles that hold the answer.
        restrict: search the question's own ``articles`` only.
        wrong_answers: planted false answers (RGB's counterfactual ones).
        own_measure: the benchmark's own name for whether what is shown is right: it gives the answer, or, where there
            is none, gives nothing; empty where the benchmark has no such name.
    """

    id: str
    text: str
    gold: tuple[str, ...]
    as_of: datetime
    part: Part = "reporting"
    kind: str = "single_fact"
    history: tuple[Turn, ...] = ()
    choices: tuple[str, ...] = ()
    correct: tuple[int, ...] = ()
    articles: tuple[str, ...] = ()
    answerable: bool | None = None
    gold_articles: tuple[str, ...] = ()
    gold_quotes: tuple[str, ...] = ()
    restrict: bool = False
    wrong_answers: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    own_measure: str = ""

    @property
    def needed(self) -> tuple[tuple[str, ...], ...]:
        """What a right answer must hold: at least one of each group; empty where nothing answers the question."""
        return self.parts or ((self.gold,) if self.gold else ())

    @property
    def denied(self) -> bool:
        """Whether the question assumes what its gold quotes deny."""
        return not self.gold and bool(self.gold_quotes)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions and the articles they are asked of.

    Args:
        near_duplicate: the similarity from which two articles are one story, where the benchmark needs another one than
            the settings give (1.0 keeps planted near-copies apart).
    """

    name: str
    articles: tuple[Article, ...]
    questions: tuple[EvalQuestion, ...]
    near_duplicate: float | None = None

    def __post_init__(self) -> None:
        """Refuse two questions of one id: a resumed run would take the second for done."""
        _refuse_twice(self.name, "questions", (question.id for question in self.questions))

    def select(self, part: PartWish = "all", limit: int | None = None) -> Dataset:
        """Keep the questions of one part, and of those the first ``limit``; the articles stay all."""
        kept = [question for question in self.questions if part in ("all", question.part)]
        return replace(self, questions=tuple(kept[:limit]))


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A sentence that people judged to be supported, or not, by an article."""

    id: str
    article: Article
    claim: str
    supported: bool
    part: Part = "reporting"


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """Claims to try a verifier on."""

    name: str
    claims: tuple[LabelledClaim, ...]

    def __post_init__(self) -> None:
        """Refuse two claims of one id, as of questions."""
        _refuse_twice(self.name, "claims", (claim.id for claim in self.claims))

    def select(self, part: PartWish = "all", limit: int | None = None) -> ClaimSet:
        """Keep the claims of one part, and of those the first ``limit``."""
        return replace(self, claims=tuple([c for c in self.claims if part in ("all", c.part)][:limit]))


@dataclass(frozen=True, slots=True)
class Line:
    """One JSON object of a benchmark's file, read strictly: a missing or misshapen field names file and line."""

    source: str
    values: dict[str, object] = field(repr=False)

    def text(self, name: str, default: str | None = None) -> str:
        """Give a string field; numbers are written out.

        Raises:
            UnreadableError: it is missing and there is no default, or is no string.
        """
        value = self.values.get(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise UnreadableError(self.source, f'the field "{name}" is missing or not text')
        return value

    def optional(self, name: str) -> str | None:
        """Give a string field, ``None`` where it is missing, null or blank."""
        return self.text(name, "") if self.values.get(name) not in (None, "") else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of strings; a lone string is a list of one, a missing field an empty one."""
        value = self.values.get(name)
        if value is None:
            return ()
        values = value if isinstance(value, list) else [value]
        return tuple(Line(self.source, {name: item}).text(name) for item in values)

    def lines(self, name: str) -> tuple[Line, ...]:
        """Give a list of objects; a missing field is an empty one."""
        value = self.values.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise UnreadableError(self.source, f'the field "{name}" is not a list of objects')
        return tuple(Line(self.source, item) for item in value)


def article_key(article: Article) -> str:
    """Give the name by which a benchmark's questions speak of an article."""
    return article.url or article.provider_id or article.source


def holds_answer(article: Article, gold: Sequence[str]) -> bool:
    """Tell whether a gold answer, normalised as SQuAD does, occurs in the normalised title or text."""
    return contains(article.title, gold) or contains(article.text, gold)


def need_folder(dataset: str, data: Path | None) -> Path:
    """Give the folder (or file) a benchmark lies in.

    Raises:
        UsageError: none was given.
        NotFoundError: it is not there.
    """
    if data is None:
        raise UsageError(f"The benchmark {dataset} is not part of OnRecord; say where it lies with --data FOLDER.")
    if not data.exists():
        raise NotFoundError(f"There is nothing at {data}; say where the benchmark {dataset} lies with --data FOLDER.")
    return data


def matching_files(folder: Path, *patterns: str) -> list[Path]:
    """Give the files under a folder that match any pattern, sorted; a file stands for itself.

    Raises:
        NotFoundError: none matches.
    """
    if folder.is_file():
        return [folder]
    found = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    if not found:
        raise NotFoundError(f"{folder} holds no {' or '.join(patterns)}; is it the benchmark's folder?")
    return found


def json_lines(text: str, source: str) -> Iterator[Line]:
    """Read one JSON object a line, blank lines left out.

    Raises:
        UnreadableError: a line is no JSON object.
    """
    for number, raw in enumerate(text.split("\n"), 1):  # not splitlines: news holds U+2028
        if raw.strip():
            yield _object(raw, f"{source} line {number}")


def json_list(text: str, source: str) -> list[Line]:
    """Read a file that is one JSON list of objects.

    Raises:
        UnreadableError: it is not.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(source, f"it is not JSON ({error})") from error
    return list(Line(source, {"items": values}).lines("items"))


def parse_part(value: str) -> PartWish:
    """Read the name of a part.

    Raises:
        UsageError: there is no such part.
    """
    found = next((part for part in get_args(PartWish) if part == value), None)
    if found is None:
        raise UsageError(f"There is no part {value}; take development, reporting or all.")
    return found  # type: ignore[no-any-return]


def _refuse_twice(source: str, things: str, ids: Iterable[str]) -> None:
    twice = next((name for name, count in Counter(ids).items() if count > 1), None)
    if twice is not None:
        raise UnreadableError(source, f"two {things} have the id {twice}")


def _object(raw: str, source: str) -> Line:
    try:
        value = json.loads(raw)
    except json.JSONDecodeError as error:
        raise UnreadableError(source, f"it is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise UnreadableError(source, "it is not a JSON object")
    return Line(source, value)
