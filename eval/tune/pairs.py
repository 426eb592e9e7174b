"""Pairs of a question or a claim and a sentence, drawn from frames: does the sentence answer it, does it support it?

Questions come in sets, one a question: the sentences that give the answer among those of the same story, of what
stands beside it, of the same story of others, and of any other; and the answer among other words of its sentence.
Claims come as careless writers make them wrong: another value in the answer's place, a near claim that nobody made, a
true claim beside a sentence that does not say it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from eval.tune.frames import Frame, Question, fill, holds
from qa.answer.candidates import find_candidates
from qa.models.pairs import Task, bare_claim, shown

Told: TypeAlias = tuple[str, str]
"""An article's title and one of its sentences."""

_OWN = 5
"""Sentences of the story itself that an answer is told from."""
_WHO = re.compile(r"^(?:Who |Which [a-z]+ |What )(?P<rest>.+)\?$")
_WHO_IS = re.compile(r"^Who (?P<rest>(?:is|was|were) (?:the|a|an) .+)\?$")
_HOW_MANY = re.compile(r"^How many (?P<noun>[a-z]+(?: [a-z]+)??) (?P<rest>(?:were|are|was|have been|had been) .+)\?$")
_INVERTED = re.compile(
    r"^(?:\w+ )?(?:did|do|does|is|are|was|were|has|had|have|will|would|can|could|should|may|might|must|else|of|in|by)\b"
)


@dataclass(frozen=True, slots=True)
class PairSet:
    """Some texts with sentences, and which pairs are right.

    Args:
        pairs: text and sentence.
        right: of each pair, whether the sentence answers or supports the text.
        ranked: whether the pairs are alternatives to one another.
    """

    task: Task
    pairs: tuple[tuple[str, str], ...]
    right: tuple[bool, ...]
    ranked: bool = False


def make_pairs(frames: Sequence[Frame], seed: int, rounds: int) -> Iterator[PairSet]:
    """Draw ``rounds`` fillings a frame, in an order of chance that the seed fixes; a set for each question and task."""
    chance = random.Random(seed)  # noqa: S311
    for _ in range(rounds):
        for frame in chance.sample(frames, len(frames)):
            story, twin = fill(frame, chance), fill(frame, chance)
            for number, question in enumerate(story.questions):
                strangers = _strangers(frames, frame, chance)
                yield _asked(story, question, (*_near(story, twin, number), *strangers), chance)
                yield _claimed(story, twin, number, chance)
                yield span_set(story.title, story.sentences, question, chance)
            yield _absent(story, chance)


def as_claim(question: str, answer: str) -> str | None:
    """Write a question and its answer as a statement in the question's words; ``None`` where that takes more grammar.

    "Who scored the goal that won the cup?" and "Ada Lind": "Ada Lind scored the goal that won the cup."
    """
    if many := _HOW_MANY.match(question):
        noun = "" if answer.endswith(many["noun"]) else f" {many['noun']}"
        return f"{_capital(answer)}{noun} {many['rest']}."
    if who := _WHO_IS.match(question):
        return f"{_capital(answer)} {who['rest']}."
    who = _WHO.match(question)
    if who is None or _INVERTED.match(who["rest"].strip()):
        return None
    return f"{_capital(answer)} {who['rest'].strip()}."


def _asked(story: Frame, question: Question, others: Sequence[Told], chance: random.Random) -> PairSet:
    wording = as_typed(chance.choice(question.ask), chance)
    told = [(story.title, story.sentences[number]) for number in question.told_in]
    rest = [(story.title, text) for number, text in enumerate(story.sentences) if number not in question.told_in]
    own = chance.sample(rest, min(_OWN, len(rest)))
    sentences = [*told, *own, *(each for each in others if not holds(" ".join(each), question.answer))]
    right = [True] * len(told) + [False] * (len(sentences) - len(told))
    return PairSet("answers", tuple((wording, shown(*each)) for each in sentences), tuple(right), ranked=True)


def _absent(story: Frame, chance: random.Random) -> PairSet:
    wording = as_typed(chance.choice(story.absent), chance)
    sentences = [*((story.title, text) for text in story.sentences), *_beside(story)]
    return PairSet("answers", tuple((wording, shown(*each)) for each in sentences), (False,) * len(sentences))


def _near(story: Frame, twin: Frame, number: int) -> list[Told]:
    """Give the sentences that look most like the answer's: what stands beside, and the twin's where it differs."""
    mine, its = story.questions[number], twin.questions[number]
    names = {str(value) for name, value in story.slots.items() if str(value)[:1].isupper() and name in twin.slots}
    told = [name for name in names if any(holds(ask, name) for ask in mine.ask)]
    apart = any(all(not holds(ask, name) for ask in its.ask) for name in told) and mine.answer != its.answer
    return [*_beside(story), *((twin.title, twin.sentences[row]) for row in its.told_in[:1] if apart)]


def _beside(story: Frame) -> list[Told]:
    return [(story.beside.title, text) for text in story.beside.sentences] if story.beside else []


def _strangers(frames: Sequence[Frame], frame: Frame, chance: random.Random) -> list[Told]:
    other = fill(chance.choice(frames), chance)
    return [(other.title, text) for text in chance.sample(other.sentences, 2)] if other.id != frame.id else []


def _claimed(story: Frame, twin: Frame, number: int, chance: random.Random) -> PairSet:
    question = story.questions[number]
    told = shown(story.title, story.sentences[chance.choice(question.told_in)])
    apart = [shown(story.title, text) for row, text in enumerate(story.sentences) if row not in question.told_in]
    apart += [shown(*each) for each in _beside(story)]
    true = [question.claim, *(claim for ask in question.ask if (claim := as_claim(ask, question.answer)))]
    # A claim may name what only the rest of the article names.
    right = [(claim, told) for claim in true if _names_all(claim, told, story)]
    others = (_other_value(story, twin, number, chance) for _ in question.ask)
    wrong = [
        *(
            (str(as_claim(ask, other)), told)
            for ask, other in zip(question.ask, others, strict=True)
            if other and as_claim(ask, other)
        ),
        *(
            (claim, told)
            for claim in (*question.wrong, _swapped(story, twin, number, chance))
            if claim and claim not in true
        ),
        *((claim, chance.choice(apart)) for claim in (question.claim, *question.wrong[:1])),
    ]
    return PairSet("supports", (*right, *wrong), (*[True] * len(right), *[False] * len(wrong)))


def span_set(title: str, sentences: Sequence[str], question: Question, chance: random.Random) -> PairSet:
    """Give a question with its answer, and with other words of the same sentence and of others that might be one."""
    wording = as_typed(chance.choice(question.ask), chance)
    told = sentences[chance.choice(question.told_in)]
    apart = [text for number, text in enumerate(sentences) if number not in question.told_in]
    wrong = [
        *((span, told) for span in _other_spans(told, question.answer, chance, 4)),
        *((span, text) for text in chance.sample(apart, 2) for span in _other_spans(text, question.answer, chance, 1)),
    ]
    pairs = [(bare_claim(wording, span), shown(title, text)) for span, text in ((question.answer, told), *wrong)]
    return PairSet("supports", tuple(pairs), (True, *[False] * len(wrong)), ranked=True)


def _other_spans(sentence: str, answer: str, chance: random.Random, most: int) -> list[str]:
    """Draw some spans of a sentence that share no word with the answer, most of them such as answers are made of."""
    own = set(answer.lower().split())
    spans = {each.text: each.kind for each in find_candidates(sentence) if not own & set(each.text.lower().split())}
    likely = [text for text, kind in spans.items() if kind not in {"words", "piece"}]
    drawn = chance.sample(likely, min(max(1, most - 1), len(likely)))
    rest = [text for text in spans if text not in drawn]
    return [*drawn, *chance.sample(rest, min(most - len(drawn), len(rest)))]


def _names_all(claim: str, told: str, story: Frame) -> bool:
    """Tell whether the names and numbers of a claim stand in what is told, of a person at least the surname."""
    values = [str(value) for value in story.slots.values() if holds(claim, str(value)) and _kind(str(value)) != "thing"]
    return all(holds(told, value) or holds(told, value.rsplit(" ", 1)[-1]) for value in values)


def _other_value(story: Frame, twin: Frame, number: int, chance: random.Random) -> str | None:
    """Give a wrong answer of the right kind: another question's of the story, or the twin's."""
    answer, its = story.questions[number].answer, twin.questions[number].answer
    alike = [
        each.answer
        for each in story.questions
        if _kind(each.answer) == _kind(answer) != "thing"
        and not holds(each.answer, answer)
        and not holds(answer, each.answer)
    ]
    choices = [*alike, *([its] if its != answer else [])]
    return chance.choice(choices) if choices else None


def _swapped(story: Frame, twin: Frame, number: int, chance: random.Random) -> str | None:
    """Give the question's claim with one of its values exchanged for one that stands elsewhere in the story, or not."""
    claim = story.questions[number].claim
    values = [(name, str(value)) for name, value in story.slots.items() if holds(claim, str(value))]
    if not values:
        return None
    name, value = chance.choice(values)
    same = [
        str(other)
        for key, other in story.slots.items()
        if key != name and _kind(str(other)) == _kind(value) != "thing" and not holds(claim, str(other))
    ]
    other = chance.choice(same) if same and chance.random() < 0.6 else str(twin.slots[name])
    return None if other == value else re.sub(rf"\b{re.escape(value)}\b", lambda _: other, claim)


def _kind(value: str) -> str:
    if value[:1].isupper():
        return "name" if " " in value else "word"
    return "number" if any(char.isdigit() for char in value) else "thing"


def as_typed(question: str, chance: random.Random) -> str:
    """Write a question as people do, now and then without its mark."""
    return question.rstrip("?") if chance.random() < 0.08 else question


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
