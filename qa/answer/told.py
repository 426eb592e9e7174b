"""What a small model makes of the evidence, before anything is said.

One that has learnt to read gives a short answer or says that it does not stand there (`Told`); of any other only the
likely beginnings of its answer are taken. Both are weighed with everything else that is known of a span
(`qa.answer.reader`) and of the answer (`qa.answer.confidence`); nothing is shown that does not stand in a sentence.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from qa.answer.prompts import NOT_THERE, reading_messages, small_messages
from qa.models.llm import LanguageModel, Token
from qa.text import normalize
from qa.types import Evidence

_DECLINING = NOT_THERE.split()[0]
_DECLINES = tuple(f"{blank}{word}" for blank in ("", " ") for word in (_DECLINING, _DECLINING.capitalize()))
"""How a model begins to decline."""
READ_BY_MODEL = 8
"""Sentences that a model which has learnt to read is given."""
_LONGEST = 24
"""Tokens of its answer."""
_ARTICLES = frozenset({"the", "a", "an"})
_EMPTY = _ARTICLES | {""}
SELDOM = -7.0
"""Natural log of a beginning's probability below which a model that has learnt to read holds it no answer's."""
_SOONER = 0.5
_ALTERNATIVES = 200
"""Likely first tokens asked of a small model."""


@dataclass(frozen=True, slots=True)
class Told:
    """A model's short answer: what it takes for the likeliest, though it may have rather declined.

    Args:
        text: empty where it found nothing to say.
        probability: of all its tokens together (0..1).
        declined: probability that it would have declined.
    """

    text: str
    probability: float
    declined: float

    @property
    def meant(self) -> str:
        """What it would have said of itself: nothing where it would sooner have declined."""
        return "" if self.declined >= _SOONER else self.text


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a model; nothing by default.

    Args:
        told: the answer of a model that has learnt to read.
        beginnings: likely first tokens of another's answer, with their natural log probabilities.
    """

    told: Told | None = None
    beginnings: tuple[tuple[str, float], ...] = ()


NOTHING = Heard()


def ask_small(model: LanguageModel, question: str, evidence: Sequence[Evidence], as_of: datetime) -> Heard:
    """Let a small model read the evidence, best first.

    One that has learnt to read is kept from declining, and tells how likely it would have: it often knows the answer
    all the same, and whether that may be said is for others to judge.

    Raises:
        ModelFailedError: as `LanguageModel.stream_tokens`.
    """
    if model.reads:
        sheet = reading_messages(question, evidence[:READ_BY_MODEL], as_of)
        with closing(
            model.stream_tokens(sheet, max_tokens=_LONGEST, alternatives=_ALTERNATIVES, stop=["\n"], barred=_DECLINES)
        ) as tokens:
            heard = tuple(token for token in tokens if token.text)
        likely = (each for each in _beginnings(_to_first_word(heard)) if each[1] > SELDOM)
        return Heard(hear(heard), tuple(likely))
    examples = small_messages(question, evidence)
    with closing(model.stream_tokens(examples, max_tokens=1, alternatives=_ALTERNATIVES)) as tokens:
        return Heard(beginnings=tuple(_beginnings(tokens)))


def _to_first_word(heard: Sequence[Token]) -> Sequence[Token]:
    """Give the tokens up to the first that is no article and no blank."""
    first = next((row for row, token in enumerate(heard) if token.text.strip().lower() not in _EMPTY), len(heard))
    return heard[: first + 1]


def _beginnings(tokens: Iterable[Token]) -> Iterator[tuple[str, float]]:
    """Give what an answer may begin with and how likely (natural log) that is; a blank stands for any digit."""
    before = 0.0
    for token in tokens:
        for each in token.alternatives:
            goes_on = not each.text.strip() and not token.text.strip()
            if not goes_on and each.text.strip().lower() not in _ARTICLES:
                yield each.text, before + each.logprob
        before += token.logprob or 0.0


def hear(heard: Sequence[Token]) -> Told:
    """Put an answer together; the endpoint gives probabilities and likely alternatives with its tokens."""
    text = "".join(token.text for token in heard).strip()
    likely = heard[0].alternatives if heard else ()
    declined = sum(math.exp(each.logprob) for each in likely if each.text.strip() == _DECLINING)
    probability = math.exp(sum(token.logprob or 0.0 for token in heard))
    return Told("" if normalize(text) == normalize(NOT_THERE) else text, probability, declined)


def likeness(text: str, told: str) -> float:
    """Give how much a span and what was told share (0..1): their words' F1, as SQuAD counts it, 1 for the same."""
    mine, its = (normalize(each).split() for each in (text, told))
    shared = sum((Counter(mine) & Counter(its)).values())
    return 2 * shared / (len(mine) + len(its)) if shared else 0.0
