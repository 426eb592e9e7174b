"""Pairs drawn from stories, as `eval.tune.pairs` draws them from frames.

What a question's sentence is told apart from are the story's other sentences and those of the stories it could be
mistaken for; a claim is false by one thing, or stands beside a sentence that does not say it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from eval.tune.frames import Question, holds
from eval.tune.pairs import PairSet, as_claim, as_typed, span_set
from eval.tune.stories import Story, kin_of
from qa.models.pairs import shown

_OWN, _KIN, _STRANGE = 4, 4, 2
"""Sentences of the story itself, of its kin and of others that an answer's sentence is told apart from."""
_TELLING = re.compile(r"(?<=\s)[A-Z][\w'’-]+|\d[\d,.]*\d|\d")


def make_story_pairs(stories: Sequence[Story], seed: int, rounds: int) -> Iterator[PairSet]:
    """Draw ``rounds`` times a set for each question and task, in an order of chance that the seed fixes."""
    chance = random.Random(seed)  # noqa: S311
    kin = kin_of(stories)
    for _ in range(rounds):
        for story in chance.sample(stories, len(stories)):
            near = [shown(each.title, text) for each in kin[story.id] for text in each.sentences]
            for question in story.questions:
                other = chance.choice(stories)
                far = [shown(other.title, text) for text in other.sentences] if other.group != story.group else []
                yield _asked(story, question, near, far, chance)
                yield _claimed(story, question, near, chance)
                yield span_set(story.title, story.sentences, question, chance)
            yield from (_absent(story, asked, near, chance) for asked in story.absent)


def _asked(story: Story, question: Question, near: Sequence[str], far: Sequence[str], chance: random.Random) -> PairSet:
    wording = as_typed(chance.choice(question.ask), chance)
    told, rest = _parted(story, question)
    others = [*_drawn(rest, _OWN, chance), *_drawn(near, _KIN, chance), *_drawn(far, _STRANGE, chance)]
    sentences = [*told, *(text for text in others if not holds(text, question.answer))]
    right = [row < len(told) for row in range(len(sentences))]
    return PairSet("answers", tuple((wording, each) for each in sentences), tuple(right), ranked=True)


def _absent(story: Story, asked: str, near: Sequence[str], chance: random.Random) -> PairSet:
    own = [shown(story.title, text) for text in story.sentences]
    pairs = tuple((as_typed(asked, chance), each) for each in (*own, *_drawn(near, _KIN, chance)))
    return PairSet("answers", pairs, (False,) * len(pairs))


def _claimed(story: Story, question: Question, near: Sequence[str], chance: random.Random) -> PairSet:
    (told, *_), rest = _parted(story, question)
    written = (as_claim(ask, question.answer) for ask in question.ask)
    true = [each for each in (question.claim, *written) if each and _names_all(each, told)]
    other = chance.choice(story.questions)
    apart = other.answer not in question.answer and question.answer not in other.answer
    exchanged = as_claim(chance.choice(question.ask), other.answer) if apart else None
    wrong = [*question.wrong, *([exchanged] if exchanged else [])]
    pairs = [
        *((each, told, True) for each in true),
        *((each, told, False) for each in wrong),
        *(
            (question.claim, each, False)
            for each in _drawn([*rest, *near], 2, chance)
            if not holds(each, question.answer)
        ),
    ]
    return PairSet("supports", tuple((claim, text) for claim, text, _ in pairs), tuple(right for *_, right in pairs))


def _parted(story: Story, question: Question) -> tuple[list[str], list[str]]:
    """Give a story's sentences that answer a question, and its others, each under its title."""
    told = [shown(story.title, story.sentences[number]) for number in question.told_in]
    rest = [shown(story.title, text) for row, text in enumerate(story.sentences) if row not in question.told_in]
    return told, rest


def _drawn(texts: Sequence[str], most: int, chance: random.Random) -> list[str]:
    return chance.sample(texts, min(most, len(texts)))


def _names_all(claim: str, told: str) -> bool:
    """Tell whether the names and figures of a claim stand in what is told; a claim may name what only the rest does."""
    return all(holds(told, each.removesuffix("'s")) for each in _TELLING.findall(claim))
