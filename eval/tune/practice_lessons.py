"""Lessons drawn from the sets of practice: what OnRecord finds for a question, whole and without its answer.

Frames and stories are sentences put together by chance; here a question stands under the very sentences that retrieval
and evidence chose for it, in their order, so that the model learns to read what it will be given. The answer is taken
out in two ways: with every article that holds it, which leaves other stories, and with its sentences alone, which
leaves the same one. Beside the question stand others that the same sentences answer, or almost.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from eval.run import Trial, holding_ids, to_question
from eval.tune.confidence import Reads
from eval.tune.lessons import Asked, Lesson, Report
from qa.answer.prompts import by_article
from qa.answer.support import telling
from qa.answer.told import READ_BY_MODEL
from qa.text import normalize, whole_span
from qa.types import Evidence

_TOP = 3
"""Sentences of another question's own evidence that say whether it is asked about these."""
_BESIDE = 3
"""Questions of the same set beside one that its sentences answer."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A question and what it is to be answered from.

    Args:
        group: the set.
        gold: acceptable answers; empty where the articles do not say.
        taken_out: whether every article, or every sentence, that holds the answer was left out.
        evidence: best first.
    """

    group: str
    question: str
    gold: tuple[str, ...]
    taken_out: bool
    today: date
    evidence: tuple[Evidence, ...]


def read_sheets(trial: Trial, engine: Reads, say: Callable[[str], None]) -> Iterator[Sheet]:
    """Find the evidence of every question that a span answers, and again without what holds the answer."""
    for question in trial.dataset.questions:
        holding = holding_ids(trial, question) if question.gold else ()
        for without in ((), holding) if holding else ((),):
            asked = replace(to_question(question, trial.places, without), quotes_only=True)
            work = engine.read(asked)
            if work.asking.wants_span and work.evidence:
                group, today = trial.dataset.name, asked.as_of.date()
                evidence = work.evidence[:READ_BY_MODEL]
                sheet = Sheet(group, work.standalone, question.gold, bool(without), today, evidence)
                yield sheet
                if question.gold and not without and (left := _without_sentences(work.evidence, question.gold)):
                    yield replace(sheet, taken_out=True, evidence=left[:READ_BY_MODEL])
    say(f"the evidence of {len(trial.dataset.questions)} questions of {trial.dataset.name}")


def _without_sentences(evidence: Sequence[Evidence], gold: Sequence[str]) -> tuple[Evidence, ...]:
    """Leave out each sentence with a word of an answer, or under a title with one: it may tell it in other words."""
    told = {word for answer in gold for word in telling(answer)}
    return tuple(each for each in evidence if not told & telling(f"{each.article.title} {each.text}"))


def make_practice_lessons(sheets: Sequence[Sheet], seed: int, rounds: int, taken_out: float) -> list[Lesson]:
    """Give the lessons of several rounds in the order in which they are learnt.

    Args:
        taken_out: lessons whose own question is not answered, for each that is.
    """
    chance = random.Random(seed)  # noqa: S311
    told, gone = list[Lesson](), list[Lesson]()
    for sheet in sheets:
        if asked := _asked(sheet, sheets, chance):
            lesson = Lesson(sheet.today, _reports(sheet), tuple(asked))
            (told if asked[0].answer else gone).append(lesson)
    drawn = list[Lesson]()
    for _ in range(rounds):
        a_round = [*told, *chance.sample(gone, min(len(gone), round(len(told) * taken_out)))]
        drawn += chance.sample(a_round, len(a_round))
    return drawn


def _reports(sheet: Sheet) -> tuple[Report, ...]:
    told = by_article(sheet.evidence)
    return tuple(Report(title, day or sheet.today, tuple(sentences)) for title, day, sentences in told)


def _asked(sheet: Sheet, sheets: Sequence[Sheet], chance: random.Random) -> list[Asked]:
    """Give the sheet's question and others beside it; nothing where its answer stands there in other words alone."""
    own = _as_asked(sheet, sheet.evidence)
    if own is None:
        return []
    mine = {_place(each) for each in sheet.evidence}
    others = [each for each in sheets if each.group == sheet.group and each.gold and not each.taken_out]
    told, missing = list[Asked](), list[Asked]()
    for other in chance.sample(others, len(others)):
        shared = len(mine & {_place(each) for each in other.evidence[:_TOP]})
        found = _as_asked(other, sheet.evidence) if shared and other.question != sheet.question else None
        if found and found.answer and shared > 1:
            told.append(found)
        elif found and not found.answer and shared == 1:
            missing.append(found)
    return [own, *told[:_BESIDE], *missing[:1]]


def _as_asked(sheet: Sheet, evidence: Sequence[Evidence]) -> Asked | None:
    """Ask a question of some sentences: its answer as it stands there, ``None`` of it where it does not."""
    sentences = [each.text for each in evidence]
    words = f" {normalize(' '.join([*sentences, *(each.article.title for each in evidence)]))} "
    if not any(f" {normalize(answer)} " in words for answer in sheet.gold):
        return Asked(sheet.question, None, "taken_out" if sheet.gold else "absent")
    told = _verbatim(sheet.gold, sentences)
    return Asked(sheet.question, told[0], "told", told[1]) if told else None


def _verbatim(gold: Sequence[str], sentences: Sequence[str]) -> tuple[str, str] | None:
    """Give the longest answer that a sentence holds, as it is written there, and the sentence."""
    for answer in sorted(gold, key=len, reverse=True):
        for sentence in sentences:
            if found := whole_span(sentence, answer, any_case=True):
                return sentence[slice(*found)], sentence
    return None


def _place(each: Evidence) -> tuple[str, int, int]:
    return each.article.id, each.article.version, each.start
