"""Deterministic stand-ins: an embedder that needs no model, and articles made in one line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from qa.types import Article, Evidence, IndexedArticle, Matrix, Passage, PassageVectors, Span, Vector

_WORD = re.compile(r"\w+")


class FakeEmbedder:
    """Bag-of-words vectors by hashing: texts that share words are near, always the same for the same text."""

    name = "fake-embedder"
    window = 256

    def __init__(self, dim: int = 64) -> None:
        self.dim = dim
        self.calls = 0

    def count(self, text: str) -> int:
        return len(_WORD.findall(text))

    def embed_passages(self, titles: Sequence[str], passages: Sequence[Passage]) -> list[PassageVectors]:
        self.calls += 1
        return [
            PassageVectors(
                passage=self.embed_query(f"{title}\n{passage.text}"),
                sentences=self.embed_texts(
                    [passage.text[a - passage.start : b - passage.start] for a, b in passage.sentences]
                ),
            )
            for title, passage in zip(titles, passages, strict=True)
        ]

    def embed_query(self, text: str) -> Vector:
        return self.embed_texts([text])[0]

    def embed_texts(self, texts: Sequence[str]) -> Matrix:
        rows = [self._row(text) for text in texts]
        return np.asarray(rows, dtype=np.float32).reshape(len(rows), self.dim)

    def _row(self, text: str) -> Vector:
        row = np.full(self.dim, 1e-3, dtype=np.float32)
        for word in _WORD.findall(text.lower()):
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            row[int.from_bytes(digest[:4], "big") % self.dim] += 1.0 if digest[4] % 2 else -1.0
        return row / np.float32(np.linalg.norm(row))


def make_article(text: str, **fields: object) -> Article:
    """Make an article with an id from its text and a fixed date unless given."""
    values: dict[str, object] = {
        "id": "a" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest(),
        "title": text.split(".")[0][:60],
        "publisher": "The Herald",
        "published": datetime(2025, 3, 1, tzinfo=UTC),
    }
    return Article(text=text, **{**values, **fields})  # type: ignore[arg-type]


def make_evidence(text: str, **fields: object) -> Evidence:
    """Make the one sentence of an article, with the article's fields as for ``make_article``."""
    return Evidence(make_article(text, **fields), "p", 0, len(text), text, 1.0)


def whole(article: Article, embedder: FakeEmbedder | None = None) -> IndexedArticle:
    """Index an article as one passage whose sentences end at full stops."""
    spans: list[Span] = [match.span() for match in re.finditer(r"[^.\s][^.]*\.?", article.text)]
    passage = Passage(
        id=f"{article.id}.{article.version}.0",
        article_id=article.id,
        version=article.version,
        ordinal=0,
        start=0,
        end=len(article.text),
        text=article.text,
        sentences=tuple(spans),
    )
    vectors = (embedder or FakeEmbedder()).embed_passages([article.title], [passage])
    return IndexedArticle(article=article, passages=(passage,), vectors=tuple(vectors))
