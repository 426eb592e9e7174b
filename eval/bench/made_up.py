"""A made-up library of any size: real sentences re-arranged, and vectors drawn, by a stated rule.

The rule: an article has five passages; a passage is five sentences drawn at random from the given articles, in which
every eighth word is replaced by a made-up one, drawn by Zipf's law, so that the vocabulary grows as in real news.
Articles are spread evenly over ten years and over sixty outlets whose sizes follow Zipf's law.

The vectors: text embeddings fill few of their dimensions, so a vector is a point of a 32-dimensional mixture (one topic
for 250 passages, a part shared by an article's passages, a part of its own) turned into 384 dimensions by a fixed
random map, with a little noise in all of them, scaled to unit length. A question's vector is a passage's, moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from qa.types import Article, IndexedArticle, Matrix, Passage, PassageVectors, Span, Vector

DIM = 384
PER_ARTICLE = 5
START = datetime(2015, 1, 1, tzinfo=UTC)
DAYS = 3652
_LATENT = 32
_TOPIC_PASSAGES = 250
_SENTENCES = 5
_OUTLETS = 60
_NOISE = 0.02
_MOVED = np.float32(0.5 / DIM**0.5)
_SWAP = 8
_MADE_UP_WORDS = 200_000


@dataclass(frozen=True, slots=True)
class Outlet:
    """A made-up publisher and its share of all articles."""

    name: str
    share: float


def outlets() -> tuple[Outlet, ...]:
    """Give the made-up publishers, the biggest first."""
    weights = 1.0 / np.arange(1, _OUTLETS + 1)
    return tuple(Outlet(f"Outlet {rank}", float(w / weights.sum())) for rank, w in enumerate(weights, 1))


class World:
    """Draws the articles and questions of one made-up library; the same every time.

    Args:
        sentences: real sentences to draw from.
        passages: how many passages the library will have.
        seed: of the random numbers.
    """

    def __init__(self, sentences: Sequence[str], passages: int, seed: int = 7) -> None:
        self._sentences = sentences
        self._rng = np.random.default_rng(seed)
        self._turn = self._rng.normal(size=(_LATENT, DIM)).astype(np.float32)
        self._topics = self._rng.normal(size=(max(1, passages // _TOPIC_PASSAGES), _LATENT)).astype(np.float32)
        self._articles = max(1, passages // PER_ARTICLE)
        self._shares = np.array([outlet.share for outlet in outlets()])

    def articles(self) -> Iterator[IndexedArticle]:
        """Give the articles, ready to be stored, in no order of time."""
        return (self._article(number) for number in range(self._articles))

    def questions(self, vectors: Matrix) -> Matrix:
        """Move vectors of passages a little, as a question lies beside what answers it."""
        moved = vectors + self._rng.normal(size=vectors.shape).astype(np.float32) * _MOVED
        return moved / np.linalg.norm(moved, axis=1, keepdims=True)  # type: ignore[no-any-return]

    def _article(self, number: int) -> IndexedArticle:
        texts = [" ".join(self._swapped(sentence) for sentence in self._draw()) for _ in range(PER_ARTICLE)]
        outlet = int(self._rng.choice(_OUTLETS, p=self._shares))
        article = Article(
            id=f"m{number}", title=self._swapped(self._draw()[0])[:80], text="\n\n".join(texts), language="en",
            url=f"https://outlet{outlet + 1}.example/{number}", publisher=f"Outlet {outlet + 1}",
            published=START + timedelta(days=float(self._rng.uniform(0, DAYS))),
        )  # fmt: skip
        vectors = self._vectors()
        passages = tuple(_passages(article, texts))
        return IndexedArticle(
            article, passages, tuple(PassageVectors(row, np.repeat(row[None], 5, axis=0)) for row in vectors)
        )

    def _draw(self) -> list[str]:
        return [self._sentences[index] for index in self._rng.integers(0, len(self._sentences), _SENTENCES).tolist()]

    def _swapped(self, sentence: str) -> str:
        words = sentence.split()
        for place in range(int(self._rng.integers(0, _SWAP)), len(words), _SWAP):
            words[place] = f"zw{min(int(self._rng.zipf(1.3)), _MADE_UP_WORDS)}"
        return " ".join(words)

    def _vectors(self) -> list[Vector]:
        topic = self._topics[self._rng.integers(0, len(self._topics))]
        own = self._rng.normal(size=(PER_ARTICLE + 1, _LATENT)).astype(np.float32)
        points = (topic + 0.6 * own[0] + 0.6 * own[1:]) @ self._turn
        points += (
            self._rng.normal(size=points.shape).astype(np.float32) * _NOISE * np.linalg.norm(points, axis=1)[:, None]
        )
        return list((points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32))


def _passages(article: Article, texts: Sequence[str]) -> Iterator[Passage]:
    start = 0
    for ordinal, text in enumerate(texts):
        end = start + len(text)
        yield Passage(f"{article.id}.1.{ordinal}", article.id, 1, ordinal, start, end, text, tuple(_fifths(start, end)))
        start = end + 2


def _fifths(start: int, end: int) -> Iterator[Span]:
    bounds = np.linspace(start, end, _SENTENCES + 1).astype(int).tolist()
    return pairwise(bounds)
