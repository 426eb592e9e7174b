"""Frames of fictional news: short articles with blanks, and questions on them, that training examples are made from.

A frame is one JSON object a line of ``eval/tune/frames/*.jsonl``:

    {"id": "harbour-wall", "genre": "local politics",
     "slots": {"town": "town", "mayor": "person", "cost": "£<3-90> million", "bird": ["osprey", "red kite", "…", "…"]},
     "title": "{town} votes for a sea wall",
     "sentences": ["{mayor}, mayor of {town}, said …", "… will cost {cost}, …"],
     "questions": [{"ask": ["How much will the sea wall in {town} cost?", "…"], "answer": "{cost}", "in": [1],
                    "claim": "The sea wall in {town} will cost {cost}.",
                    "wrong": ["{mayor} will pay {cost} for the sea wall."]}],
     "absent": ["Who designed the sea wall in {town}?"],
     "beside": {"title": "{town} mends its pier", "sentences": ["Repairs to the pier in {town} cost …", "…"]}}

``wrong`` are claims that the sentences do not support though they speak with their words. ``beside`` is an article that
looks as if it answered some of the questions, and answers none.

A slot's value is drawn from a pool of `pools.json` (``person``, ``town``, ``country`` …), from a list of its own, or
from a text with ranges: ``<3-90>`` a whole number (with thousands commas), ``<2.1-7.9>`` with one decimal,
``<1890-1975y>`` a year. ``{mayor.last}`` is a person's surname, ``{land.adj}`` a country's adjective.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from qa.errors import OnRecordError
from qa.text import whole_span

Values: TypeAlias = dict[str, str]
Made = TypeVar("Made")

_SLOT = re.compile(r"\{([a-z_]+(?:\.[a-z]+)?)\}")
_RANGE = re.compile(r"<(\d+(?:\.\d)?)-(\d+(?:\.\d)?)(y?)>")
_LEAST_CHOICES = 4


class FrameError(OnRecordError):
    """A frame that no example can be made from."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a frame answers.

    Args:
        ask: ways to ask it.
        answer: as it stands in each of the sentences `told_in`.
        told_in: numbers of the sentences that give the answer.
        claim: the answer as a statement in other words.
        wrong: statements near it that the sentences do not support.
    """

    ask: tuple[str, ...]
    answer: str
    told_in: tuple[int, ...]
    claim: str
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """A part of another article, on something near, that answers none of a frame's questions."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A short fictional article with blanks; or, once its `slots` are filled, one without (see `fill`)."""

    id: str
    genre: str
    slots: Mapping[str, str | tuple[str, ...]]
    title: str
    sentences: tuple[str, ...]
    questions: tuple[Question, ...]
    absent: tuple[str, ...]
    beside: Beside | None = None


def load_frames(folder: Path | None = None) -> tuple[Frame, ...]:
    """Read every frame, ours or those of a folder.

    Raises:
        FrameError: a line is no frame; the message names its file and line.
    """
    return tuple(read_lines(folder or Path(str(resources.files("eval.tune") / "frames")), _checked_frame))


def read_lines(folder: Path, make: Callable[[Mapping[str, Any]], Made]) -> Iterator[Made]:
    """Make something of every line of a folder's ``*.jsonl`` files.

    Raises:
        FrameError: nothing can be made of a line; the message names its file and line.
    """
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                made = make(json.loads(line))
            except (ValueError, KeyError, TypeError, IndexError, FrameError) as error:
                raise FrameError(f"{file.name}, line {number}: {error!s}") from error
            yield made


def read_question(row: Mapping[str, Any]) -> Question:
    """Read a question of a frame's or a story's object."""
    return Question(tuple(row["ask"]), row["answer"], tuple(row["in"]), row["claim"], tuple(row.get("wrong", ())))


def check_question(question: Question, sentences: Sequence[str]) -> None:
    """Refuse a question whose answer does not stand in its sentences, or whose claim is among the wrong ones.

    Raises:
        FrameError: it is so.
    """
    for number in question.told_in:
        if question.answer not in sentences[number]:
            raise FrameError(f"{question.answer!r} does not stand in sentence {number} for {question.ask[0]!r}")
    if question.claim in question.wrong:
        raise FrameError(f"the claim is among the wrong ones: {question.claim!r}")


def fill(frame: Frame, chance: random.Random, fixed: Mapping[str, str] | None = None) -> Frame:
    """Fill a frame's blanks.

    Args:
        fixed: values for some slots, as an earlier filling gave them in its `slots`.
    """
    values: Values = {}
    for name, kind in frame.slots.items():
        values[name] = (fixed or {}).get(name) or _draw(kind, chance, taken=set(values.values()))

    def filled(text: str) -> str:
        return _SLOT.sub(lambda match: _value(values, match.group(1), frame.slots), text)

    return Frame(
        id=frame.id,
        genre=frame.genre,
        slots=values,
        title=filled(frame.title),
        sentences=tuple(map(filled, frame.sentences)),
        questions=tuple(
            Question(
                tuple(map(filled, each.ask)),
                filled(each.answer),
                each.told_in,
                filled(each.claim),
                tuple(map(filled, each.wrong)),
            )
            for each in frame.questions
        ),
        absent=tuple(map(filled, frame.absent)),
        beside=frame.beside and Beside(filled(frame.beside.title), tuple(map(filled, frame.beside.sentences))),
    )


def _checked_frame(row: Mapping[str, Any]) -> Frame:
    frame = _frame(row)
    for seed in range(3):
        _check(fill(frame, random.Random(seed)))  # noqa: S311
    return frame


def _frame(row: Mapping[str, Any]) -> Frame:
    if unknown := set(row) - {"id", "genre", "slots", "title", "sentences", "questions", "absent", "beside"}:
        raise FrameError(f"unknown fields {sorted(unknown)}")
    slots = {name: kind if isinstance(kind, str) else tuple(kind) for name, kind in row["slots"].items()}
    frame = Frame(
        id=row["id"],
        genre=row["genre"],
        slots=slots,
        title=row["title"],
        sentences=tuple(row["sentences"]),
        questions=tuple(map(read_question, row["questions"])),
        absent=tuple(row["absent"]),
        beside=_beside(row.get("beside")),
    )
    for name, kind in slots.items():
        _check_slot(name, kind)
    if not 4 <= len(frame.sentences) <= 10 or not frame.questions or not frame.absent:
        raise FrameError("a frame has 4 to 10 sentences, questions, and questions that are not answered")
    return frame


def _beside(row: Mapping[str, Any] | None) -> Beside | None:
    return Beside(row["title"], tuple(row["sentences"])) if row else None


def _check_slot(name: str, kind: str | tuple[str, ...]) -> None:
    if isinstance(kind, tuple):
        if len(set(kind)) < _LEAST_CHOICES:
            raise FrameError(f"slot {name}: fewer than {_LEAST_CHOICES} choices")
    elif kind not in _pools() and not _RANGE.search(kind):
        raise FrameError(f"slot {name}: no pool {kind!r} ({', '.join(sorted(_pools()))}) and no range in it")


def _check(filled: Frame) -> None:
    texts = [filled.title, *filled.sentences, *filled.absent]
    texts += [text for each in filled.questions for text in (*each.ask, each.answer, each.claim, *each.wrong)]
    beside = (filled.beside.title, *filled.beside.sentences) if filled.beside else ()
    texts += beside
    if broken := [text for text in texts if re.search(r"[{}<>]", text)]:
        raise FrameError(f"a blank is left or written wrongly: {broken[0]!r}")
    for question in filled.questions:
        if not question.ask or not question.told_in:
            raise FrameError(f"a question has no wording or no sentence: {question.claim!r}")
        check_question(question, filled.sentences)
        others = [row for row, text in enumerate(filled.sentences) if holds(text, question.answer)]
        if extra := set(others) - set(question.told_in):
            raise FrameError(
                f"sentence {min(extra)} holds the answer {question.answer!r} of {question.ask[0]!r} too: "
                "name it in `in` if it gives the answer, or write it without"
            )
        if told := next((text for text in beside if holds(text, question.answer)), None):
            raise FrameError(
                f"what stands beside holds the answer {question.answer!r} of {question.ask[0]!r}: {told!r}"
            )


def holds(text: str, answer: str) -> bool:
    """Say whether a text holds an answer as whole words, whatever its case."""
    return whole_span(text, answer, any_case=True) is not None


def _draw(kind: str | Sequence[str], chance: random.Random, taken: set[str]) -> str:
    pool = kind if not isinstance(kind, str) else _pools().get(kind)
    if pool is None:
        return _RANGE.sub(lambda match: _number(match, chance), str(kind))
    free = [each for each in pool if each not in taken]
    return chance.choice(free or list(pool))


def _number(match: re.Match[str], chance: random.Random) -> str:
    low, high, year = match.groups()
    if "." in low:
        return f"{chance.uniform(float(low), float(high)):.1f}"
    number = chance.randint(int(low), int(high))
    return str(number) if year else f"{number:,}"


def _value(values: Values, name: str, kinds: Mapping[str, object]) -> str:
    slot, _, part = name.partition(".")
    value = values[slot]
    if part == "last":
        return value.rsplit(" ", 1)[-1]
    if part == "adj":
        return _adjectives()[value]
    if part:
        raise FrameError(f"{{{name}}}: only .last of a person and .adj of a country are known")
    return value


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((resources.files("eval.tune") / "pools.json").read_text(encoding="utf-8"))
    return found


@cache
def _adjectives() -> dict[str, str]:
    return dict(_file()["adjectives"])


@cache
def _pools() -> dict[str, tuple[str, ...]]:
    pools = {name: tuple(values) for name, values in _file()["pools"].items()}
    people = tuple(f"{first} {last}" for first in _file()["first"] for last in _file()["last"])
    return {**pools, "person": people, "country": tuple(_adjectives())}
