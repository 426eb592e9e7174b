"""Lessons: dated sentences of a few made-up articles, and questions that they answer or do not, drawn from frames.

One lesson holds one set of sentences and several questions on it, so that the sentences need to be read once. What is
in it follows the stated `Shares`: another filling of the same story beside the one asked about (a near miss), an older
report of the same story with other values, sentences of other stories, the answering sentence taken out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from eval.tune.frames import Frame, Question, fill, holds

_OPENERS = frozenset({"How", "What", "Which", "Who", "Where", "When", "Why"})
_FIRST_DAY = date(2019, 1, 1)
_LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True, slots=True)
class Report:
    """Some sentences of one article."""

    title: str
    day: date
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its short answer, ``None`` where the reports do not hold it.

    Args:
        kind: ``told``, ``newest``, ``in_year``, ``taken_out``, ``near_miss``, ``wrong_year`` or ``absent``.
        sentence: one that gives the answer; the one left out where it was taken out.
    """

    question: str
    answer: str | None
    kind: str
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """Reports, in the order in which they are read, and the questions on them."""

    today: date
    reports: tuple[Report, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each thing is in a lesson.

    Args:
        near_miss: the same story of other people and places stands beside it.
        older: an older report of the same story gives other values.
        beside: what looks as if it answered, and answers nothing, stands beside it.
        kept: a sentence of the story is among those read.
        claimed: a sentence is told in the other words of its claim.
        absent: a lesson asks something that the story never told.
        wrong_year: a question is asked for a year of which nothing is told.
        unanswered: of the questions, at most.
    """

    near_miss: float = 0.45
    older: float = 0.3
    beside: float = 0.5
    kept: float = 0.66
    claimed: float = 0.15
    absent: float = 0.75
    wrong_year: float = 0.1
    unanswered: float = 0.36
    questions: int = 6
    sentences: tuple[int, int] = (5, 11)


def make_lessons(frames: Sequence[Frame], seed: int, rounds: int, shares: Shares | None = None) -> Iterator[Lesson]:
    """Draw ``rounds`` lessons a frame, in an order of chance that the seed fixes."""
    chance = random.Random(seed)  # noqa: S311
    for _ in range(rounds):
        for frame in chance.sample(frames, len(frames)):
            lesson = _lesson(frame, frames, chance, shares or Shares())
            if lesson.asked:
                yield lesson


def _lesson(frame: Frame, frames: Sequence[Frame], chance: random.Random, shares: Shares) -> Lesson:
    day = _FIRST_DAY + timedelta(days=chance.randrange((_LAST_DAY - _FIRST_DAY).days))
    story = fill(frame, chance)
    main = _report(story, day, chance, shares)
    reports = [main]
    twin = older = then = None
    drawn = chance.random()
    if drawn < shares.near_miss:
        twin = fill(frame, chance)
        reports.append(_report(twin, day - timedelta(days=chance.randint(-20, 500)), chance, shares))
    elif drawn < shares.near_miss + shares.older:
        older = fill(frame, chance, _entities(story))
        then = _report(older, day - timedelta(days=chance.randint(60, 1100)), chance, shares)
        reports.append(then)
    if story.beside and chance.random() < shares.beside:
        near = day - timedelta(days=chance.randint(-20, 700))
        reports.append(Report(story.beside.title, near, story.beside.sentences))
    least, most = shares.sentences
    wanted = chance.randint(least, most)
    strangers = any(each.id != frame.id for each in frames)
    while strangers and sum(len(each.sentences) for each in reports) < wanted:
        other = fill(chance.choice(frames), chance)
        if other.id != frame.id:
            few = tuple(chance.sample(other.sentences, min(len(other.sentences), chance.randint(1, 3))))
            reports.append(Report(other.title, day - timedelta(days=chance.randint(-5, 700)), few))
    chance.shuffle(reports)
    today = max(each.day for each in reports) + timedelta(days=chance.randint(0, 12))
    asked = [
        _for_another_year(each, reports, chance) if chance.random() < shares.wrong_year else each
        for each in _questions(story, main, twin, (older, then) if older and then else None, reports, chance)
    ]
    return Lesson(today, tuple(reports), balanced(asked, chance, shares))


def _report(story: Frame, day: date, chance: random.Random, shares: Shares) -> Report:
    """Give a report of some of a story's sentences, a few of them in other words."""
    claims = {number: each for each in story.questions for number in each.told_in}
    told = []
    for number, sentence in enumerate(story.sentences):
        if chance.random() < shares.kept:
            claim = claims.get(number)
            other = claim and chance.random() < shares.claimed and holds(claim.claim, claim.answer)
            told.append(claim.claim if claim and other else sentence)
    return Report(story.title, day, tuple(told or story.sentences[:1]))


def _entities(story: Frame) -> dict[str, str]:
    """Give the people and places that a story keeps when it is told again: those that its questions name."""
    return {name: str(value) for name, value in story.slots.items() if _named(str(value), story)}


def _named(value: str, story: Frame) -> bool:
    last = value.rsplit(" ", 1)[-1]
    return value[:1].isupper() and any(holds(ask, last) for each in story.questions for ask in each.ask)


def _questions(
    story: Frame,
    main: Report,
    twin: Frame | None,
    earlier: tuple[Frame, Report] | None,
    reports: Sequence[Report],
    chance: random.Random,
) -> Iterator[Asked]:
    told = [sentence for report in reports for sentence in report.sentences]
    titles = [report.title for report in reports]
    for number, question in enumerate(story.questions):
        wording = chance.choice(question.ask)
        mine = _telling(story, question, main.sentences)
        other = twin and _telling(twin, twin.questions[number], told)
        if twin and not _tells_apart(wording, story, twin, question) and (other or mine):
            continue
        if earlier and earlier[0].questions[number].answer != question.answer:
            yield from _over_time(wording, number, (story, main), earlier)
            continue
        if mine:
            yield Asked(wording, question.answer, "told", mine)
        elif not any(holds(text, question.answer) for text in (*told, *titles)):
            kind = "near_miss" if other else "taken_out"
            yield Asked(wording, None, kind, story.sentences[question.told_in[0]])
    yield from (Asked(text, None, "absent") for text in story.absent)


def _over_time(
    wording: str, number: int, later: tuple[Frame, Report], earlier: tuple[Frame, Report]
) -> Iterator[Asked]:
    """Ask about what an older report told otherwise: now the newest is right, and for an earlier year the older."""
    (story, main), (older, then) = later, earlier
    if not any(holds(wording, value) for value in _entities(story).values()):
        return
    now, before = story.questions[number], older.questions[number]
    mine, its = _telling(story, now, main.sentences), _telling(older, before, then.sentences)
    if mine:
        yield Asked(wording, now.answer, "newest", mine)
    if its and then.day.year < main.day.year and wording[:1].isupper() and wording.split()[0] in _OPENERS:
        yield Asked(_in_year(then.day.year, wording), before.answer, "in_year", its)


def _for_another_year(asked: Asked, reports: Sequence[Report], chance: random.Random) -> Asked:
    """Ask for a year in which nothing was reported, where a question can be asked so."""
    year = min(each.day.year for each in reports) - chance.randint(1, 4)
    told = [text for each in reports for text in (each.title, *each.sentences)]
    opener = asked.question.split()[0]
    if asked.kind != "told" or opener not in _OPENERS or any(holds(text, str(year)) for text in told):
        return asked
    return Asked(_in_year(year, asked.question), None, "wrong_year", asked.sentence)


def _in_year(year: int, question: str) -> str:
    return f"In {year}, {question[:1].lower()}{question[1:]}"


def _telling(story: Frame, question: Question, sentences: Sequence[str]) -> str | None:
    ways = {*(story.sentences[number] for number in question.told_in), question.claim}
    return next((each for each in sentences if each in ways and holds(each, question.answer)), None)


def _tells_apart(wording: str, story: Frame, twin: Frame, question: Question) -> bool:
    """Say whether a question names something that is other in the twin story."""
    values = [str(value) for name, value in story.slots.items() if str(value) != str(twin.slots[name])]
    return any(
        holds(wording, value) or (len(value) > 3 and value[:1].isupper() and holds(wording, value.rsplit(" ", 1)[-1]))
        for value in values
        if not holds(question.answer, value)
    )


def balanced(asked: Sequence[Asked], chance: random.Random, shares: Shares) -> tuple[Asked, ...]:
    """Draw the questions of a lesson, those that are not answered in their share, and write them as people do."""
    held = [each for each in asked if each.answer is not None]
    gone = [each for each in asked if each.kind in {"taken_out", "near_miss", "wrong_year"}]
    absent = [each for each in asked if each.kind == "absent"]
    for each in (held, gone, absent):
        chance.shuffle(each)
    # What was taken out is harder to tell than what was never there.
    most = max(1, round(shares.unanswered * shares.questions))
    missing = [*gone, *absent[: chance.random() < shares.absent]][:most]
    kept = [*held[: shares.questions - len(missing)], *missing]
    chance.shuffle(kept)
    return tuple(replace(each, question=_as_typed(each.question, chance)) for each in kept)


def _as_typed(question: str, chance: random.Random) -> str:
    """Write a question as people do: now and then without capitals or the question mark."""
    drawn = chance.random()
    if drawn < 0.04:
        return question.lower()
    return question.rstrip("?") if drawn < 0.08 else question
