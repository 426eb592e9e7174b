"""A run on disk: ``config.json``, one JSON line a question in ``questions.jsonl``, and ``summary.json``.

Lines are appended and flushed one by one, so a run that was killed goes on after its last whole line. Reports and
comparisons read these files and nothing else. What a line says is decided by ``eval.run``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eval.scoring import Json, Scores, mapping
from qa.errors import HomeUnwritableError, NotFoundError, UnreadableError, UsageError

CONFIG, QUESTIONS, SUMMARY = "config.json", "questions.jsonl", "summary.json"


@dataclass(frozen=True, slots=True)
class Record:
    """One line: a question, what was answered, and every score of it.

    Args:
        answer: the answer object; ``None`` when it failed or when only passages or claims were judged.
        candidate: the best short answer before the decision to abstain.
        removed: mode, text and short answer of the same question without the articles that hold the gold answer.
        confidence: what ``right`` is ranked and calibrated by, 0..1; ``None`` where there is none.
        right: whether the candidate is right (of a claim: whether people found it supported).
        error: why the question failed, as one sentence.
        part: of the benchmark that it belongs to: tuned on or only reported on.
    """

    id: str
    question: str
    kind: str
    gold: tuple[str, ...]
    scores: Scores
    answer: Json | None = None
    candidate: str | None = None
    removed: Json | None = None
    confidence: float | None = None
    right: bool | None = None
    error: str | None = None
    part: str = "all"


class Writer(Protocol):
    """Takes the lines of a run in order."""

    def __call__(self, record: Record) -> None:
        """Append one line and flush it."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run's folder."""

    path: Path

    @property
    def name(self) -> str:
        """The run's name, which is its folder's."""
        return self.path.name

    def config(self) -> Json:
        """Read the configuration.

        Raises:
            NotFoundError: there is no run here.
        """
        file = self.path / CONFIG
        if not file.is_file():
            raise NotFoundError(f"There is no run at {self.path}; `onrecord eval run` makes one.")
        return mapping(json.loads(file.read_text("utf-8")))

    def records(self) -> tuple[Record, ...]:
        """Read the lines; a last line that was cut off by a kill is left out.

        Raises:
            UnreadableError: a line before the last is broken.
        """
        file = self.path / QUESTIONS
        text = file.read_text("utf-8") if file.is_file() else ""
        whole = text[: text.rfind("\n") + 1]
        return tuple(_record(raw, f"{file} line {n}") for n, raw in enumerate(whole.split("\n"), 1) if raw)

    def start(self, config: Json) -> tuple[Record, ...]:
        """Begin the run, or take up one that was broken off, and give the lines that are there already.

        Raises:
            UsageError: a run of this name was made in another way.
            HomeUnwritableError: its folder cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeUnwritableError(f"The run's folder {self.path} cannot be made: {error.strerror}.") from error
        file = self.path / CONFIG
        if not file.is_file():
            write_json(file, config)
            return ()
        _refuse_other(self.path, _comparable(self.config()), _comparable(config))
        done = self.records()
        self._cut_to(done)
        return done

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """Open the lines for appending."""
        with (self.path / QUESTIONS).open("a", encoding="utf-8") as file:

            def write(record: Record) -> None:
                file.write(record_line(record) + "\n")
                file.flush()

            yield write

    def _cut_to(self, records: tuple[Record, ...]) -> None:
        file = self.path / QUESTIONS
        if file.is_file():
            raw = file.read_bytes()
            whole = raw.rfind(b"\n") + 1
            if whole < len(raw):
                file.write_bytes(raw[:whole])


def record_line(record: Record) -> str:
    """Write a record as one JSON line."""
    values = {
        "id": record.id,
        "question": record.question,
        "kind": record.kind,
        "gold": list(record.gold),
        "candidate": record.candidate,
        "right": record.right,
        "confidence": record.confidence,
        "measures": record.scores,
        "answer": record.answer,
        "removed": record.removed,
        "error": record.error,
        "part": record.part,
    }
    return json.dumps(values, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def wanted_lines(config: Json, there: int) -> int:
    """Give how many lines a run was to have; as many as are there where that was not noted."""
    wanted = config.get("questions")
    return wanted if isinstance(wanted, int) else there


def write_json(path: Path, value: object) -> None:
    """Write JSON for people, whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    draft = path.with_suffix(path.suffix + ".part")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def read_run(path: Path) -> RunFolder:
    """Find a run by its folder.

    Raises:
        NotFoundError: there is none.
    """
    folder = RunFolder(path)
    folder.config()
    return folder


def _record(raw: str, source: str) -> Record:
    try:
        values = json.loads(raw)
        return Record(
            id=values["id"],
            question=values["question"],
            kind=values["kind"],
            gold=tuple(values["gold"]),
            scores=values["measures"],
            answer=values["answer"],
            candidate=values["candidate"],
            removed=values["removed"],
            confidence=values["confidence"],
            right=values["right"],
            error=values["error"],
            part=values.get("part", "all"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableError(source, "it is not a line of a run") from error


def _comparable(config: Json) -> Json:
    # When and where a run was started may differ between its two halves; what answers may not.
    return {name: value for name, value in config.items() if name not in ("started", "machine", "judge_agreement")}


def _refuse_other(path: Path, stored: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    stored = mapping(json.loads(json.dumps(stored)))
    wanted = mapping(json.loads(json.dumps(wanted)))
    other = sorted(name for name in {*stored, *wanted} if stored.get(name) != wanted.get(name))
    if other:
        raise UsageError(
            f"The run {path} was made in another way ({', '.join(other)} differ); "
            "take another --name, or delete its folder."
        )
