"""Judge what is found, without making answers: the retriever beside dense, BM25 and plain RRF on the same questions.

The plain systems see the same index under the same as-of moment; they are what the retriever has to beat.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import TypeAlias

from eval.datasets.base import Dataset, EvalQuestion
from eval.measures import answer_rank, within
from eval.records import Record
from eval.run import Places, Say, to_question
from eval.scoring import DEPTHS, Scores
from qa.compose import OnRecord
from qa.search.fuse import rrf
from qa.types import Question, ScoredPassage, SearchFilter

Searcher: TypeAlias = Callable[[Question], Sequence[ScoredPassage]]
"""Finds passages, best first."""


def retrieval_records(
    onrecord: OnRecord, dataset: Dataset, places: Places, done: Container[str], say: Say
) -> Iterator[Record]:
    """Make one line for each answerable question with the scores of every system, ``answer_in_passages@5/dense``.

    Args:
        done: ids of questions that have a line already.
    """
    systems = {"": default_searcher(onrecord), **plain_searchers(onrecord)}
    asked = [question for question in dataset.questions if question.answerable and question.needed]
    for number, question in enumerate(asked, 1):
        if question.id not in done:
            yield _record(question, to_question(question, places), systems)
        if number % 50 == 0:
            say(f"{number}/{len(asked)} questions searched")


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


def passage_scores(question: EvalQuestion, found: Sequence[ScoredPassage], system: str) -> Scores:
    """Score one system's passages: whether the answer is in the title or text of one of the first k."""
    texts = [f"{item.article.title}\n{item.passage.text}" for item in found]
    ranks = [answer_rank(texts, group) for group in question.needed]
    ending = f"/{system}" if system else ""
    return {f"answer_in_passages@{k}{ending}": min(within(rank, k) for rank in ranks) for k in DEPTHS}


def _record(question: EvalQuestion, asked: Question, systems: Mapping[str, Searcher]) -> Record:
    scores: Scores = {}
    for name, search in systems.items():
        scores |= passage_scores(question, search(asked), name)
    return Record(question.id, question.text, question.kind, question.gold, scores)


def _scope(question: Question) -> SearchFilter:
    return SearchFilter(
        articles=question.filter.articles,
        without_articles=question.filter.without_articles,
        as_of=question.as_of,
    )
