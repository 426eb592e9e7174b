"""A question while it is being answered: what was found so far, how long each step took, and the answer made of it.

Filled by the engine step by step; whatever is said goes through ``cited``, so that nothing is shown without its quote.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from qa.answer.asking import Asking, read_question
from qa.answer.cite import Numbering, marked
from qa.answer.matter import Conflict
from qa.answer.notes import moved_note, newer_note, notes, refusal
from qa.answer.overview import Overview
from qa.answer.reader import Reading
from qa.answer.told import NOTHING, Heard
from qa.answer.updates import find_update
from qa.answer.verify import Quote
from qa.search.rerank import stems
from qa.text import normalize, plain_spans
from qa.types import (
    Answer,
    Claim,
    ClaimReady,
    Disagreement,
    Evidence,
    Mode,
    Question,
    RemovedClaim,
    Retrieval,
    Timings,
    Vector,
)

_MODES: tuple[Mode, ...] = ("answer", "quotes", "abstained")


@dataclass
class Work:
    """One question being answered: what was found so far.

    Args:
        offered: every span that was read, best first; of these the best are read again, and are the ``readings``.
    """

    question: Question
    standalone: str
    asking: Asking
    retrieval: Retrieval
    overview: Overview | None = None
    read: tuple[Evidence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    heard: Heard = NOTHING
    offered: tuple[Reading, ...] = ()
    readings: tuple[Reading, ...] = ()
    moved: Conflict | None = None
    conflict: Conflict | None = None
    sure: float = 0.0
    sure_of_span: float = 0.0
    numbering: Numbering = field(default_factory=Numbering)
    claims: list[Claim] = field(default_factory=list)
    removed: list[RemovedClaim] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    mode: Mode = "abstained"
    model: str | None = None
    parts: tuple[Work, ...] = ()
    """The questions in it, where it asks several; each says what it finds through the same claims and numbers."""


class Stopwatch:
    """Adds up milliseconds by step."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._start = timer()
        self._spent: dict[str, float] = {}
        self._first: float | None = None

    def measure(self, step: str, since: float) -> None:
        """Add what passed since a moment to a step."""
        self._spent[step] = self._spent.get(step, 0.0) + (self._timer() - since) * 1000

    def now(self) -> float:
        """Give the timer's present reading, in seconds."""
        return self._timer()

    def claim(self) -> None:
        """Note that a checked claim is ready."""
        self._first = self._first if self._first is not None else self.total()

    def total(self) -> float:
        """Give the milliseconds since the start."""
        return (self._timer() - self._start) * 1000

    def timings(self) -> Timings:
        """Give all steps so far."""
        return Timings(**self._spent, first_claim=self._first, total=self.total())


def cited(
    work: Work,
    text: str,
    quotes: Sequence[Quote],
    *,
    quoted: bool = False,
    shown: str | None = None,
    first: bool = False,
) -> ClaimReady:
    """Say a text with the quotes that back it.

    Args:
        quoted: it is a quote itself, and shown as one.
        shown: what is shown in its place.
        first: it is the first of the quotes that an answer is made of, and says so.
    """
    numbers, new = work.numbering.cite([(quote.evidence, quote.support) for quote in quotes])
    claim = Claim(text=text, supported=True, citations=numbers)
    told = marked(shown or (f"“{text}”" if quoted else text), numbers)
    if first:
        told = f"The articles say:{told if told.startswith(chr(10)) else f' {told}'}"
    work.claims.append(claim)
    work.texts.append(told)
    return ClaimReady(claim, new, told)


def is_said(work: Work, sentence: Evidence) -> bool:
    """Say whether a sentence was quoted already, to another part of the question maybe."""
    return any(claim.text == sentence.text for claim in work.claims)


def part_of_work(work: Work, question: str, vector: Vector | None) -> Work:
    """Begin one of the questions in a question, on the passages found for the whole."""
    return replace(
        work,
        standalone=question,
        asking=read_question(question),
        retrieval=replace(work.retrieval, query_vector=vector),
        parts=(),
    )


def newer_number(work: Work, reading: Reading) -> Conflict | None:
    """Give what its own article, or a later one of the time asked for, puts in the place of a number that was read."""
    until, sentence = work.retrieval.understood.until, reading.sentences[0]
    told = [
        each
        for each in work.read
        if each == sentence or until is None or each.article.published is None or each.article.published <= until
    ]
    return find_update(work.asking, reading.text, sentence, told)


def moved_reading(reading: Reading, newer: Conflict) -> Reading:
    """Put what a number has moved to in its place."""
    value, sentence = newer.values[0]
    return replace(reading, text=value, sentences=(sentence,))


def overlap(one: Reading, other: Reading) -> bool:
    """Say whether two readings stand in the same place of a sentence: "High Water" and "Water last year"."""
    return any(
        mine[0] < its[1] and its[0] < mine[1]
        for sentence in one.sentences
        if sentence in other.sentences
        for mine in plain_spans(sentence.text, one.text)
        for its in plain_spans(sentence.text, other.text)
    )


def leave_repeated(parts: Sequence[Work]) -> None:
    """Take back what the last part read, where one before it read the same in the same sentence."""
    *before, last = parts
    if any(_same_place(part.readings, last.readings) for part in before):
        last.readings, last.sure, last.sure_of_span = (), 0.0, 0.0


def _same_place(one: Sequence[Reading], other: Sequence[Reading]) -> bool:
    if not one or not other or normalize(one[0].text) != normalize(other[0].text):
        return False
    mine, its = one[0].sentences[0], other[0].sentences[0]
    return (mine.article.id, mine.start) == (its.article.id, its.start)


def put_together(work: Work, parts: Sequence[Work]) -> None:
    """Make one answer of those of its parts, and note what none was found for."""
    answered = [part for part in parts if part.mode != "abstained"]
    modes = {part.mode for part in parts}
    work.parts = tuple(parts)
    work.mode = next(mode for mode in _MODES if mode in modes)
    work.model = next((part.model for part in parts if part.model), None)
    work.sure = math.prod(part.sure for part in parts)
    work.read = tuple({(each.article.id, each.start): each for part in parts for each in part.read}.values())
    if answered:
        work.notes += unsaid_notes(parts)


def unsaid_notes(parts: Sequence[Work]) -> list[str]:
    """Give what is noted of the parts of a question that nothing was found for."""
    return [f"The articles do not say: {part.standalone}" for part in parts if part.mode == "abstained"]


def answer_of(work: Work, timings: Timings) -> Answer:
    """Make the answer of what was found."""
    citations = tuple(work.numbering.citations)
    dates = [each.published for each in citations if each.published]
    answered = work.mode != "abstained"
    parts = work.parts or (work,)
    candidate = _joined([_said(part) for part in parts])
    return Answer(
        question=work.question.text,
        standalone_question=work.standalone,
        mode=work.mode,
        text=_text(work),
        as_of=work.question.as_of,
        reason=None if answered else _reason(work),
        short_answer=_joined([_said(part) for part in parts if part.mode != "abstained"]) if answered else None,
        candidate=candidate,
        confidence=work.sure,
        newest_article=max(dates) if dates else work.retrieval.searched.newest,
        understood=work.retrieval.understood,
        searched=work.retrieval.searched,
        claims=tuple(work.claims),
        removed_claims=tuple(work.removed),
        citations=citations,
        sources=work.retrieval.passages,
        disagreements=tuple(work.disagreements),
        notes=_all_notes(work),
        model=work.model,
        timings=timings,
    )


def _said(work: Work) -> str | None:
    """Give the short answer read, where one was asked for; where outlets disagree, each of the values."""
    if not work.readings or not work.asking.wants_span:
        return None
    return " or ".join(value for value, _ in work.conflict.values) if work.conflict else work.readings[0].text


def _joined(texts: Sequence[str | None]) -> str | None:
    return " and ".join(text for text in texts if text) or None


def _all_notes(work: Work) -> tuple[str, ...]:
    cited = {(each.article_id, each.version) for each in work.numbering.citations}
    articles = {
        (each.article.id, each.article.version): each.article
        for each in work.read
        if (each.article.id, each.article.version) in cited
    }
    retrieval = work.retrieval
    said = notes(tuple(articles.values()), retrieval.searched, retrieval.understood, work.question.as_of)
    moved = [_moved(part.moved) for part in (work.parts or (work,)) if part.moved and part.mode != "abstained"]
    newer = (
        newer_note(stems(work.standalone), tuple(articles.values()), retrieval.passages) if _may_be_old(work) else ()
    )
    return tuple(dict.fromkeys((*work.notes, *chain.from_iterable(moved), *newer, *said)))


def _may_be_old(work: Work) -> bool:
    """Say whether a newer article could tell more: not of a time that was named, nor of what is told in its order."""
    return work.mode != "abstained" and work.overview is None and work.retrieval.understood.until is None


def _moved(conflict: Conflict) -> tuple[str, ...]:
    (_, newer), (value, older) = conflict.values
    return moved_note(value, older, newer)


def _text(work: Work) -> str:
    if work.mode == "abstained":
        return f"The articles do not say. {_reason(work)}"
    return " ".join(work.texts).replace(" \n", "\n")


def _reason(work: Work) -> str:
    return refusal(work.retrieval.searched, work.retrieval.understood, work.question.as_of)
