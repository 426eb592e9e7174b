"""Keep a ranking of passages from saying one thing many times.

Of each set of near-duplicate passages the best one stays; passages that stand side by side in their article are joined
into one, which frees places for other articles; of one article at most a few stay. A joined passage is again a verbatim
run of its article with exact offsets. This module knows no index and no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from qa.types import Matrix, Passage, ScoredPassage

_MARKS = " .,;:!?\"'“”‘’-–—"
NEAR_DUPLICATE = 0.7
"""Share of a passage, in characters of whole sentences, that makes it a copy of what stands above it."""
LONGEST_RUN = 3
"""Most passages joined into one."""


def diversify(ranked: Sequence[ScoredPassage], per_article: int, top: int) -> tuple[ScoredPassage, ...]:
    """Choose the best passages of which no two say the same.

    Args:
        ranked: best first.
        per_article: most passages of one article, joined ones counting as one.
        top: most passages in all.

    Returns:
        best first; a joined passage has the score, the parts and the id of its best member.
    """
    runs = neighbours_joined(list(_distinct(ranked)))
    return tuple(each for each, _ in zip(_capped(runs, per_article), range(top), strict=False))


def neighbours_joined(ranked: Sequence[ScoredPassage]) -> list[ScoredPassage]:
    """Join passages that follow each other in one article version, at most ``LONGEST_RUN``, at the best one's place."""
    places = {_place(scored.passage): scored for scored in ranked}
    joined: list[ScoredPassage] = []
    for scored in ranked:
        if _place(scored.passage) in places:
            joined.append(_join(_run(places, scored)))
    return joined


def _run(places: dict[tuple[str, int, int], ScoredPassage], best: ScoredPassage) -> list[ScoredPassage]:
    """Take a passage and its neighbours out of ``places``, the better neighbour first; the best member comes first."""
    article, version, first = _place(best.passage)
    last = first
    run = [places.pop((article, version, first))]
    while len(run) < LONGEST_RUN:
        beside = [places[at] for at in ((article, version, first - 1), (article, version, last + 1)) if at in places]
        if not beside:
            break
        taken = max(beside, key=lambda scored: scored.score)
        run.append(places.pop(_place(taken.passage)))
        first, last = min(first, taken.passage.ordinal), max(last, taken.passage.ordinal)
    return run


def _join(run: Sequence[ScoredPassage]) -> ScoredPassage:
    best = run[0]
    if len(run) == 1:
        return best
    start, end = min(each.passage.start for each in run), max(each.passage.end for each in run)
    spans = {span: row for each in run for span, row in zip(each.passage.sentences, _rows(each), strict=True)}
    passage = replace(
        best.passage, start=start, end=end, text=best.article.text[start:end], sentences=tuple(sorted(spans))
    )
    return replace(best, passage=passage, sentence_vectors=_stacked([spans[span] for span in sorted(spans)]))


def _rows(scored: ScoredPassage) -> Sequence[Matrix | None]:
    """Give a vector for each sentence, or ``None`` for each where not all were kept."""
    vectors, sentences = scored.sentence_vectors, scored.passage.sentences
    return list(vectors) if len(vectors) == len(sentences) else [None] * len(sentences)


def _stacked(rows: Sequence[Matrix | None]) -> Matrix:
    known = [row for row in rows if row is not None]
    return np.stack(known) if known and len(known) == len(rows) else np.zeros((0, 0), dtype=np.float32)


def _place(passage: Passage) -> tuple[str, int, int]:
    return passage.article_id, passage.version, passage.ordinal


def _capped(ranked: Sequence[ScoredPassage], per_article: int) -> Iterator[ScoredPassage]:
    taken: dict[str, int] = {}
    for scored in ranked:
        article = scored.passage.article_id
        taken[article] = taken.get(article, 0) + 1
        if taken[article] <= per_article:
            yield scored


def _distinct(ranked: Sequence[ScoredPassage]) -> Iterator[ScoredPassage]:
    """Drop passages that another article has already said in the same sentences."""
    seen: dict[str, set[str]] = {}
    for scored in ranked:
        said = _sentences(scored)
        mine = scored.passage.article_id
        shared = sum(len(sentence) for sentence in said if seen.get(sentence, set()) - {mine})
        if said and shared >= NEAR_DUPLICATE * sum(map(len, said)):
            continue
        for sentence in said:
            seen.setdefault(sentence, set()).add(mine)
        yield scored


def _sentences(scored: ScoredPassage) -> set[str]:
    """Give a passage's sentences without what copies differ in: case, spaces and the marks at either end."""
    text = scored.article.text
    return {" ".join(text[start:end].casefold().split()).strip(_MARKS) for start, end in scored.passage.sentences}
