"""How much memory an ingestion takes, in a process of its own: ``python -m eval.bench.memory FILE`` prints its peak.

The first batches are embedded by the bundled encoder, which so takes the memory that it takes in any ingestion; after
them a vector is drawn from each text's hash, so that thousands of articles take a minute and not an hour. With
``--drawn`` all are.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from eval.bench.peak import own_peak_mb
from ingest.pipeline import IngestPipeline
from qa.library.index import NewsIndex
from qa.models.encoders import Embedder, make_embedder
from qa.settings import EmbedderSettings, IngestSettings
from qa.types import Matrix, Passage, PassageVectors, Vector

_NOW = datetime(2100, 1, 1, tzinfo=UTC)
_TRUE_BATCHES = 4
_PIECE = 4
# Characters of an English word piece, about.


class Drawn:
    """Draws a vector of unit length from a text's hash: the same text, the same vector.

    Args:
        encoder: embeds the first batches in its stead.
    """

    name, dim, window = "drawn", 384, 256

    def count(self, text: str) -> int:
        """Count word pieces by their usual length."""
        return len(text) // _PIECE + 1

    def __init__(self, encoder: Embedder | None = None) -> None:
        self._encoder, self._left = encoder, _TRUE_BATCHES

    def embed_passages(self, titles: Sequence[str], passages: Sequence[Passage]) -> list[PassageVectors]:
        """Draw a vector for each passage and each of its sentences, after the encoder has had its batches."""
        if self._encoder is not None and self._left:
            self._left -= 1
            return self._encoder.embed_passages(titles, passages)
        return [
            PassageVectors(self.embed_query(passage.text), self.embed_texts(_sentences(passage)))
            for passage in passages
        ]

    def embed_query(self, text: str) -> Vector:
        """Draw one vector."""
        seed = int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big")
        drawn = np.random.default_rng(seed).standard_normal(self.dim, dtype=np.float32)
        return drawn / np.linalg.norm(drawn)

    def embed_texts(self, texts: Sequence[str]) -> Matrix:
        """Draw a vector for each text."""
        rows = [self.embed_query(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dim), dtype=np.float32)


def peak_mb(path: Path, encoder: bool) -> float:
    """Ingest a file into a new library in a process of its own; give that process's greatest memory in MB.

    Args:
        encoder: whether the bundled encoder embeds the first batches.
    """
    command = [sys.executable, "-m", "eval.bench.memory", str(path), *(() if encoder else ("--drawn",))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (this interpreter, our file)
    return float(json.loads(done.stdout)["peak_mb"])


def _sentences(passage: Passage) -> list[str]:
    return [passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences]


def _main(path: str, *flags: str) -> None:
    encoder = Drawn(None if "--drawn" in flags else make_embedder(EmbedderSettings()))
    with (
        tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder,
        NewsIndex.open(Path(folder, "home"), embedder=encoder.name, dim=encoder.dim) as index,
    ):
        IngestPipeline(index, encoder, IngestSettings()).run([path], now=_NOW)
    sys.stdout.write(json.dumps({"peak_mb": own_peak_mb()}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
