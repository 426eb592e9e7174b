"""What is wrong with a library, and what to run about it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa.library import reading
from qa.library.arrays import Scores
from qa.library.catalog import Catalog
from qa.library.following import Derived
from qa.library.reading import Integers
from qa.library.roster import Roster
from qa.library.vectors import worth_approximating
from qa.types import Vector

_DEPTH = 10
_USUAL = 200
# As deep as a question is searched for unless the settings say otherwise.
_GOOD_RECALL = 0.95
_FEW_LOST = 0.005
_EQUAL = 1e-4


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What was found.

    Args:
        articles, passages: what the catalog holds.
        vectors, words: what the two indexes hold.
        missing_vectors, extra_vectors, missing_words, extra_words: passages that an index lacks, or has too many.
        without_embedding: passages whose vector the catalog itself has lost.
        sample: how many passages were searched for by their own vector.
        recall: share of the exact ten nearest that the approximate index gives; ``None`` for an empty library.
        lost: ids of sampled passages that their own vector does not find there; small libraries are searched exactly,
            so for them this is no cause for advice.
        catalog: what SQLite finds wrong with the catalog; ``None`` when nothing is.
        advice: what to run, in sentences; empty when all is well.
    """

    articles: int
    passages: int
    vectors: int
    words: int
    missing_vectors: int
    extra_vectors: int
    missing_words: int
    extra_words: int
    without_embedding: int
    sample: int
    recall: float | None
    lost: tuple[str, ...]
    catalog: str | None
    advice: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """Whether there is nothing to do."""
        return not self.advice


@dataclass(frozen=True, slots=True)
class _Difference:
    held: int
    missing: int
    extra: int


@dataclass(frozen=True, slots=True)
class _Sampled:
    n: int
    recall: float | None
    lost: tuple[str, ...]
    matters: bool
    """Whether searches of this library go by the approximate index at all."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the approximate index gave, how near that is, and its share of the exact ones."""

    keys: Integers
    scores: Scores
    recall: float


def examine(catalog: Catalog, derived: Derived, roster: Roster, sample: int) -> DoctorReport:
    """Examine an open library.

    Args:
        catalog, derived, roster: its parts.
        sample: how many passages, spread evenly, are searched for by their own vector.
    """
    with catalog.reading() as connection:
        stored = np.sort(reading.passage_keys(connection)[:, 0])
        articles = sum(row.current for row in reading.version_rows(connection))
        without = reading.count_without_embedding(connection)
    vectors, words = _difference(stored, derived.vectors.keys()), _difference(stored, derived.words.keys())
    sampled = _sampled(derived, roster, sample)
    unsound = catalog.sound()
    return DoctorReport(
        articles=articles,
        passages=len(stored),
        vectors=vectors.held,
        words=words.held,
        missing_vectors=vectors.missing,
        extra_vectors=vectors.extra,
        missing_words=words.missing,
        extra_words=words.extra,
        without_embedding=without,
        sample=sampled.n,
        recall=sampled.recall,
        lost=sampled.lost,
        catalog=unsound,
        advice=tuple(_advice(vectors, words, sampled, without, unsound)),
    )


def _advice(
    vectors: _Difference, words: _Difference, sampled: _Sampled, without: int, unsound: str | None
) -> list[str]:
    found = []
    if unsound:
        found.append(f"The catalog is damaged ({unsound}); run `onrecord restore` with a backup.")
    if without:
        found.append(f"{without} passages have no vector; run `onrecord reindex --embed`.")
    for name, difference in (("vectors", vectors), ("words", words)):
        if difference.missing or difference.extra:
            found.append(
                f"The {name} lack {difference.missing} passages and hold {difference.extra} too many; "
                "run `onrecord reindex`."
            )
    if (
        sampled.matters
        and sampled.recall is not None
        and (sampled.recall < _GOOD_RECALL or len(sampled.lost) > _FEW_LOST * sampled.n)
    ):
        found.append(
            f"The vectors find {sampled.recall:.1%} of the nearest passages "
            f"and lose {len(sampled.lost)} of {sampled.n}; "
            "run `onrecord reindex`."
        )
    return found


def _difference(stored: Integers, held: Integers) -> _Difference:
    return _Difference(
        held=len(held),
        missing=len(np.setdiff1d(stored, held)),
        extra=len(held) - len(np.intersect1d(stored, held)),
    )


def _sampled(derived: Derived, roster: Roster, sample: int) -> _Sampled:
    keys = roster.p_key[:: max(1, len(roster.p_key) // max(1, sample))][:sample]
    if not len(keys):
        return _Sampled(0, None, (), matters=False)
    depth = min(_DEPTH, len(roster.p_key))
    looked = [_look(derived, roster.p_key, vector, depth) for vector in derived.arrays.rows(keys)]
    shared = [found.recall for found in looked]
    # A passage that its equals crowd out (the same text several times) is not lost.
    lost = [
        key for key, found in zip(keys, looked, strict=True)
        if key not in found.keys and found.scores.min(initial=1.0) < 1 - _EQUAL
    ]  # fmt: skip
    return _Sampled(
        len(keys),
        float(np.mean(shared)),
        tuple(roster.ids(np.array(lost, dtype=np.int64))),
        matters=worth_approximating(_USUAL, len(roster.p_key)),
    )


def _look(derived: Derived, keys: Integers, vector: Vector, depth: int) -> _Looked:
    exact, exact_scores = derived.arrays.nearest(vector, keys, depth)
    found, _ = derived.vectors.nearest(vector, depth)
    scores = derived.arrays.rows(found) @ vector
    # Which of several equally near passages comes last is chance, so any of them will do.
    must = exact[exact_scores > exact_scores[-1] + _EQUAL]
    equal = int(np.sum(np.abs(scores - exact_scores[-1]) <= _EQUAL))
    hits = len(np.intersect1d(must, found)) + min(equal, depth - len(must))
    return _Looked(found, scores, hits / depth)
