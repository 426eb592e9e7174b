"""The vectors, in Chroma: approximate nearest neighbours by cosine. Only this module imports ``chromadb``.

It keeps ids and vectors, nothing else: text and metadata come from the catalog, which is several times faster. A
passage's id is its catalog key. Derived: it can be rebuilt from the catalog.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from qa.library.home import using, writing
from qa.library.reading import Integers
from qa.library.rows import PassageRow
from qa.types import Vector

_COLLECTION = "passages"
_PAGE = 20_000
_COMPARISONS = 30
# How many exact comparisons cost as much as one more result from the approximate index (measured).


def worth_approximating(want: int, among: int) -> bool:
    """Say whether ``want`` approximate neighbours come cheaper than comparing ``among`` passages one by one."""
    return want * _COMPARISONS < among


class VectorIndex:
    """A Chroma collection under a folder.

    Args:
        folder: where it lies; made when missing.

    Raises:
        CorruptIndexError: it cannot be opened.
        HomeUnwritableError: the folder cannot be written.
    """

    name = "vectors"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with writing(folder), self._translated():
            folder.mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
            self._passages = self._client.get_or_create_collection(
                _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
            self._batch = self._client.get_max_batch_size()

    def close(self) -> None:
        """Close the store; a second call does nothing."""
        self._client.close()

    def upsert(self, rows: Sequence[PassageRow]) -> None:
        """Add or replace the vectors of passages."""
        with self._translated():
            for start in range(0, len(rows), self._batch):
                part = rows[start : start + self._batch]
                self._passages.upsert(
                    ids=[str(row.key) for row in part], embeddings=np.stack([row.dense for row in part])
                )

    def delete(self, keys: Sequence[int]) -> None:
        """Delete the vectors of passages; unknown ones are no error."""
        with self._translated():
            for start in range(0, len(keys), self._batch):
                self._passages.delete(ids=[str(key) for key in keys[start : start + self._batch]])

    def commit(self) -> None:
        """Do nothing: Chroma commits each call."""

    def count(self) -> int:
        """Give how many vectors there are."""
        with self._translated():
            return int(self._passages.count())

    def nearest(self, vector: Vector, k: int) -> tuple[Integers, NDArray[np.float32]]:
        """Give the keys and cosine similarities of about the ``k`` nearest vectors, best first."""
        with self._translated():
            found = self._passages.query(query_embeddings=[vector], n_results=k, include=["distances"])
        keys = np.array(found["ids"][0], dtype=np.int64)
        return keys, 1.0 - np.array((found["distances"] or [[]])[0], dtype=np.float32)

    def keys(self) -> Integers:
        """Give the keys of all vectors, ascending."""
        pages: list[list[str]] = []
        with self._translated():
            while not pages or pages[-1]:
                pages.append(self._passages.get(include=[], limit=_PAGE, offset=_PAGE * len(pages))["ids"])
        return np.sort(np.array([key for page in pages for key in page], dtype=np.int64))

    def _translated(self) -> AbstractContextManager[None]:
        return using(self._folder, "vectors", ChromaError, ValueError, RuntimeError, KeyError)
