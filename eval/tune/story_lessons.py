"""Lessons drawn from stories: sentences of a story, of those it could be mistaken for and of strangers, and questions.

Unlike frames, stories are read as they are: what changes from one lesson to the next is which sentences are there, what
stands beside them, and which wording asks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

from eval.tune.frames import holds
from eval.tune.lessons import Asked, Lesson, Report, Shares, balanced
from eval.tune.stories import Story, kin_of

SHARES = Shares(near_miss=0.6, kept=0.66, absent=0.5, questions=8)
_KEPT_OF_KIN = 0.5


def make_story_lessons(stories: Sequence[Story], seed: int, rounds: int, shares: Shares = SHARES) -> Iterator[Lesson]:
    """Draw ``rounds`` lessons a story, in an order of chance that the seed fixes."""
    chance = random.Random(seed)  # noqa: S311
    kin = kin_of(stories)
    for _ in range(rounds):
        for story in chance.sample(stories, len(stories)):
            lesson = _lesson(story, kin[story.id], stories, chance, shares)
            if lesson.asked:
                yield lesson


def _lesson(
    story: Story, kin: Sequence[Story], stories: Sequence[Story], chance: random.Random, shares: Shares
) -> Lesson:
    told = [(story, _report(story, shares.kept, chance))]
    told += [(each, _report(each, _KEPT_OF_KIN, chance)) for each in kin if chance.random() < shares.near_miss]
    reports = [report for _, report in told]
    least, most = shares.sentences
    wanted = chance.randint(least, most)
    strangers = any(each.group != story.group for each in stories)
    while strangers and sum(len(each.sentences) for each in reports) < wanted:
        other = chance.choice(stories)
        if other.group != story.group:
            few = chance.sample(other.sentences, min(len(other.sentences), chance.randint(1, 3)))
            reports.append(Report(other.title, story.day + timedelta(days=chance.randint(-700, 5)), tuple(few)))
    chance.shuffle(reports)
    today = max(each.day for each in reports) + timedelta(days=chance.randint(0, 12))
    asked = [each for source, report in told for each in _questions(source, report, reports, chance)]
    return Lesson(today, tuple(reports), balanced(asked, chance, shares))


def _report(story: Story, kept: float, chance: random.Random) -> Report:
    told = tuple(sentence for sentence in story.sentences if chance.random() < kept)
    return Report(story.title, story.day, told or (chance.choice(story.sentences),))


def _questions(story: Story, mine: Report, reports: Sequence[Report], chance: random.Random) -> Iterator[Asked]:
    told = [text for report in reports for text in (report.title, *report.sentences)]
    for question in story.questions:
        wording = chance.choice(question.ask)
        sentence = story.sentences[question.told_in[0]]
        if sentence in mine.sentences:
            yield Asked(wording, question.answer, "told", sentence)
        elif not any(holds(text, question.answer) for text in told):
            yield Asked(wording, None, "taken_out", sentence)
    yield from (Asked(text, None, "absent") for text in story.absent)
