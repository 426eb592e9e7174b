"""How well sentences support a claim: what it costs to write the claim by copying from them, and meaning besides.

Copying on from where one stands is free; leaving words out, going back, changing to another sentence, and writing a
word that stands nowhere cost something, and leaving out a "not" or a "may" costs more (the idea is that of extractive
fragments, Grusky et al. 2018, made into a cheapest path). A claim put together from pieces of several sentences, which
word overlap cannot tell from a true one, is dear. A good paraphrase is dear too, and only the embedder speaks for it.

Costs were found on the first 120 articles of QAGS-CNN/DM and are flat there: changing any of them by half moves the
area under the curve by less than 0.01.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.answer.numbers import quantities
from qa.answer.verbs import stem
from qa.library.lexical import STOP_WORDS
from qa.models.encoders import Embedder
from qa.text import plain
from qa.types import Matrix, Vector

_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[,;:.!?()`\"]|\s-|\s'|'\s")
_SENTENCE_INSIDE = re.compile(r"(?<=[.!?]['\"`])\s+|(?<=[a-z]{3}[.!?])\s+(?=[`'\"A-Z])")
_SPACED_NUMBER = re.compile(r"(?<=\d)(\.|,(?= \d{3}\b)) (?=\d)")
_UNIT_WORDS = {"%": " percent", "ordinal": "th", "time": "hours"}
_CUT_NUMBER = re.compile(r"\d\.$")
_JOINS = {"and", "but", "as", "after", "while", "when"}
_TURNS = frozenset(
    "not no never nor neither without deny denied denies refuse refused reject rejected failed fail could may might "
    "possibly possible allegedly alleged reportedly formerly former unless would if hope hopes hoped plan plans wants "
    "want t cannot".split()
)
"""Words without which a sentence says something else."""
_MEANING = 0.2
"""The embedder's part of the score."""

Costs1D = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """What each way of not copying costs; one word that stands nowhere is the unit.

    Args:
        gap, gap_word: leaving words of a sentence out, and each word of them.
        turn: each left-out word of those that turn a sentence's meaning.
        back: going back within a sentence.
        jump: going on in another sentence; ``joint`` less where the claim has a comma or an "and".
        word, stop_word: a word of the claim that is not copied.
        form: another form of a word.
        given: a word of the claim that is not copied and need not be, since it is the question's.
    """

    gap: float = 0.25
    gap_word: float = 0.02
    turn: float = 1.0
    back: float = 1.0
    jump: float = 2.0
    joint: float = 1.0
    word: float = 1.0
    stop_word: float = 0.2
    form: float = 0.1
    given: float = 0.25


_COSTS = Costs()


@dataclass(frozen=True, slots=True)
class _Source:
    """The words of some sentences in one row.

    Args:
        starts, ends: for each word, where its sentence starts and ends.
        places: where each stem stands.
        turns: ``(n + 1,)``: how many words before each place turn a meaning that the claim does not turn.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    places: Mapping[str, Sequence[int]]
    turns: Costs1D


def support_score(claim: str, sentences: Sequence[str], embedder: Embedder) -> float:
    """Give how well the sentences (those of a whole article, or a few quotes) support a claim: 0..1.

    Raises:
        ModelFailedError: the embedder failed.
    """
    if not sentences or not claim.strip():
        return 0.0
    vectors = embedder.embed_texts([claim, *sentences])
    return support(claim, sentences, vectors[0], vectors[1:])


def support(claim: str, sentences: Sequence[str], vector: Vector, vectors: Matrix) -> float:
    """Give the same with the vectors at hand: the claim's, and the sentences' ``(n, dim)``."""
    meaning = float(np.clip((vectors @ vector).max(), 0.0, 1.0))
    return (1 - _MEANING) * copied(claim, sentences) + _MEANING * meaning


def copied(claim: str, sentences: Sequence[str], given: Set[str] = frozenset()) -> float:
    """Give how far a claim can be copied from sentences: 1 for a verbatim run, near 0 for nothing in common.

    Args:
        given: stems of the words that the claim has from its question.
    """
    count = len(_WORD.findall(claim))
    return math.exp(-copy_cost(claim, sentences, given) / math.sqrt(count)) if count else 0.0


def copy_cost(claim: str, sentences: Sequence[str], given: Set[str] = frozenset(), costs: Costs = _COSTS) -> float:
    """Give the cost of the cheapest way to write a claim by copying from sentences; ``given`` as in `copied`."""
    said = _said(claim)
    source = _source(sentences, {word for word, _ in said})
    path = np.full(len(source.words) + 1, np.inf)  # by the word copied last; the end of the row: none yet
    path[-1] = 0.0
    for word, joint in said:
        fresh = costs.given if stem(word) in given else costs.word
        path = _write(path, word, source, costs, fresh, costs.jump - costs.joint * joint)
    return float(path.min())


def stemmed(text: str) -> list[str]:
    """Give the words of a text in order, without the commonest English endings."""
    return [stem(word) for word in _WORD.findall(plain(text).lower())]


def telling(text: str) -> set[str]:
    """Give the stems of a text that say what it is about."""
    return {word for word in stemmed(text) if word not in _STOP_STEMS}


def is_stop_word(word: str) -> bool:
    """Tell whether a lower-case word says nothing by itself."""
    return stem(word) in _STOP_STEMS


_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS) | STOP_WORDS | {"s", "t"}


def _write(path: Costs1D, word: str, source: _Source, costs: Costs, fresh: float, jump: float) -> Costs1D:
    """Write one more word of the claim: uncopied at the cost ``fresh``, or copied from each place where it stands."""
    root = stem(word)
    written = path + (costs.stop_word if root in _STOP_STEMS else fresh)
    elsewhere = min(float(path[:-1].min(initial=np.inf)) + jump, float(path[-1]))
    for place in source.places.get(root, ()):
        form = costs.form if source.words[place] != word else 0.0
        written[place] = min(written[place], form + min(elsewhere, _within(path, place, source, costs)))
    return written


def _within(path: Costs1D, place: int, source: _Source, costs: Costs) -> float:
    """Give the least cost of reaching a place from its own sentence: on from a word before it, or back."""
    start, end = source.starts[place], source.ends[place]
    back = float(path[place:end].min()) + costs.back
    if place == start:
        return back
    left_out = np.arange(place - start - 1, -1, -1)
    turned = source.turns[place] - source.turns[start + 1 : place + 1]
    gaps = np.where(left_out > 0, costs.gap + costs.gap_word * left_out, 0.0) + costs.turn * turned
    return min(back, float((path[start:place] + gaps).min()))


def _said(claim: str) -> list[tuple[str, bool]]:
    """Give the claim's words, and whether it may well go on with something else there."""
    text = _counted(claim)
    found = list(_WORD.finditer(text))
    befores = [0, *(match.end() for match in found)]
    words = [match.group() for match in found]
    return [
        (word, bool(_JOINS & {word, before}) or bool(_BREAK.search(text, end, match.start())))
        for word, before, end, match in zip(words, ["", *words], befores, found, strict=False)
    ]


def _counted(text: str) -> str:
    """Write every number one way, so that "twelve per cent" is copied from "12%"."""
    folded, parts, at = _SPACED_NUMBER.sub(r"\1", plain(text).lower()), [], 0
    for number in quantities(folded):
        unit = _UNIT_WORDS.get(number.unit, f" {number.unit}")
        parts += [folded[at : number.span[0]], f"{number.value:.12g}{unit}"]
        at = number.span[1]
    return "".join([*parts, folded[at:]])


def _source(sentences: Sequence[str], said: set[str]) -> _Source:
    rows = [_WORD.findall(_counted(sentence)) for sentence in _whole_sentences(sentences)]
    words = tuple(word for row in rows for word in row)
    bounds = np.cumsum([0, *map(len, rows)])
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(stem(word), []).append(place)
    turns = np.cumsum([0.0, *(float(word in _TURNS and word not in said) for word in words)])
    starts = tuple(int(start) for start, row in zip(bounds, rows, strict=False) for _ in row)
    ends = tuple(int(end) for end, row in zip(bounds[1:], rows, strict=True) for _ in row)
    return _Source(words, starts, ends, places, turns)


def _whole_sentences(sentences: Sequence[str]) -> list[str]:
    """Part what quotation marks held together, and join a number that a full stop was taken to end ("2. 4 miles")."""
    found: list[str] = []
    for part in (part for sentence in sentences for part in _SENTENCE_INSIDE.split(plain(sentence)) if part.strip()):
        if found and _CUT_NUMBER.search(found[-1]) and part[0].isdigit():
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found
