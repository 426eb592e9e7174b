"""Judge what is found, without making answers: the retriever beside dense, BM25 and plain RRF on the same questions.

The plain systems see the same index under the same as-of moment; they are what the retriever has to beat.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from eval.datasets.base import Dataset, EvalQuestion
from eval.measures import answer_rank, within
from eval.ranking import fact_scores, ranking_scores
from eval.records import Record
from eval.run import Places, Say, guarded, to_question
from eval.scoring import DEPTHS, Scores
from qa.compose import OnRecord
from qa.search.fuse import rrf
from qa.types import Question, ScoredPassage, SearchFilter

Searcher: TypeAlias = Callable[[Question], Sequence[ScoredPassage]]
"""Finds passages, best first."""


def retrieval_records(
    onrecord: OnRecord, dataset: Dataset, places: Places, done: Container[str], say: Say
) -> Iterator[Record]:
    """Make one line for each question that something can be found for, with the scores of every system.

    Where it is known what holds the answer, ``answer_in_passages@5/dense``; where gold articles or facts are known, the
    ranking measures, ``nDCG@10/dense``.

    Args:
        done: ids of questions that have a line already.
    """
    systems = {"": default_searcher(onrecord), **plain_searchers(onrecord)}
    asked = searchable(dataset)
    for number, question in enumerate(asked, 1):
        if question.id not in done:
            yield _searched(question, to_question(question, places), systems, places)
        if number % 50 == 0:
            say(f"{number}/{len(asked)} questions searched")


def searchable(dataset: Dataset) -> tuple[EvalQuestion, ...]:
    """Give the questions that something can be found for: the answer, a gold article or a fact."""
    return tuple(
        question
        for question in dataset.questions
        if (question.answerable and question.needed) or question.gold_articles or question.gold_quotes
    )


def default_searcher(onrecord: OnRecord) -> Searcher:
    """Give the retriever that answers are made with."""
    return lambda question: onrecord.retriever.search(question).passages


def plain_searchers(onrecord: OnRecord) -> Mapping[str, Searcher]:
    """Give dense, BM25 and their reciprocal rank fusion as they are without anything of ours."""
    index, depth, top = onrecord.index, onrecord.settings.retrieval.depth, max(DEPTHS)

    def dense(question: Question) -> list[str]:
        hits = index.dense(onrecord.embedder.embed_query(question.text), depth, _scope(question))
        return [hit.passage_id for hit in hits]

    def bm25(question: Question) -> list[str]:
        return [hit.passage_id for hit in index.lexical(question.text, depth, _scope(question))]

    return {
        "dense": lambda question: index.passages(dense(question)[:top]),
        "bm25": lambda question: index.passages(bm25(question)[:top]),
        "rrf": lambda question: index.passages(list(rrf([dense(question), bm25(question)]))[:top]),
    }


def passage_scores(
    question: EvalQuestion, found: Sequence[ScoredPassage], system: str, places: Places | None = None
) -> Scores:
    """Score one system's passages: whether the answer is in title or text of one of the first k, and their order."""
    places = places or {}
    texts = [f"{item.article.title}\n{item.passage.text}" for item in found]
    ranks = [answer_rank(texts, group) for group in question.needed] if question.answerable else []
    scores: Scores = {f"answer_in_passages@{k}": min(within(rank, k) for rank in ranks) for k in DEPTHS if ranks}
    scores |= ranking_scores(
        [item.article.id for item in found], {places.get(key, key) for key in question.gold_articles}
    )
    scores |= fact_scores([item.passage.text for item in found], question.gold_quotes)
    return {f"{name}/{system}" if system else name: value for name, value in scores.items()}


def _searched(question: EvalQuestion, asked: Question, systems: Mapping[str, Searcher], places: Places) -> Record:
    made = partial(Record, question.id, question.text, question.kind, question.gold, part=question.part)

    def scored(found: Callable[[Searcher], Sequence[ScoredPassage]]) -> Scores:
        each = (passage_scores(question, found(search), name, places) for name, search in systems.items())
        return {name: score for scores in each for name, score in scores.items()}

    return guarded(
        question.id,
        lambda: made(scored(lambda search: search(asked))),
        # Wrong for every system alike: one question that only some are judged by would tilt their difference.
        lambda reason: made(scored(lambda search: ()), error=reason),
    )


def _scope(question: Question) -> SearchFilter:
    return SearchFilter(
        articles=question.filter.articles,
        without_articles=question.filter.without_articles,
        as_of=question.as_of,
    )
