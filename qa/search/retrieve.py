"""NewsRetriever: from a question to the passages that answer it.

    understand the words -> what to search -> dense + lexical, side by side -> fuse -> score again -> settle on the
    window -> diversify

It reads the index and writes nothing; the moment it is asked at comes with the question. Any llama-index program can
use it as a retriever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from qa.errors import QuestionError
from qa.library.index import NewsIndex
from qa.models.encoders import Embedder, Reranker
from qa.search.diversify import diversify
from qa.search.fuse import RRF_K, rrf
from qa.search.outlets import hosts_in
from qa.search.rerank import Asked, ModelReranker, Parts, PassageReranker, SignalReranker
from qa.search.timewords import understand
from qa.search.window import Scope, scope_of, settle
from qa.settings import RetrievalSettings
from qa.types import Hit, Question, Retrieval, ScoredPassage, SearchFilter, Understood, Vector

_THREADS = 4
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """What the two indexes found, each best first: within everything, then, if there is one, within the window."""

    dense: tuple[Sequence[Hit], ...]
    lexical: tuple[Sequence[Hit], ...]

    def fused(self) -> list[list[str]]:
        """Give the passage ids of each search in the order of reciprocal rank fusion."""
        return [
            list(rrf([[hit.passage_id for hit in hits] for hits in both]))
            for both in zip(self.dense, self.lexical, strict=True)
        ]


class NewsRetriever(BaseRetriever):  # type: ignore[misc]
    """Finds passages in a ``NewsIndex``; safe to use from many threads.

    Args:
        index: an open library.
        embedder: the one that the library was indexed with.
        settings: how deep to look and how many passages to give.
        reranker: a cross-encoder to read the first passages; without one, signals that need no model decide.
        now: gives the as-of moment of calls that come through llama-index's own interface, which have none of their
            own. Without it those see every article, and no time words are read.
    """

    def __init__(
        self,
        index: NewsIndex,
        embedder: Embedder,
        settings: RetrievalSettings,
        reranker: Reranker | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self._index = index
        self._embedder = embedder
        self._settings = settings
        self._scorer: PassageReranker = ModelReranker(reranker) if reranker else SignalReranker()
        self._now = now
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="search")

    def search(self, question: Question, query: str | None = None) -> Retrieval:
        """Find the passages for a question, best first.

        Args:
            question: its filter and as-of moment always hold.
            query: what to look for instead of the question's own text (a follow-up made standalone).

        Raises:
            QuestionError: there is nothing to look for.
            ModelFailedError: the embedder or the cross-encoder failed.
        """
        text = query or question.text
        if not text.strip():
            raise QuestionError("The query is empty; say what to look for.")
        scope = self._scope(question, text)
        vector, found = self._find(text, scope)
        asked = Asked(text, vector, question.as_of, scope.understood, fused_parts(found))
        ranked, scope = settle(self._ranked(asked, self._candidates(found)), scope)
        return Retrieval(
            passages=diversify(ranked, self._settings.per_article, self._settings.top),
            understood=scope.understood,
            searched=self._index.scope(scope.window or scope.filter),
            notes=scope.notes,
            query_vector=vector,
        )

    def understood(self, question: Question, query: str) -> Understood:
        """Give how the words of a query are read, before anything is looked for."""
        return self._scope(question, query).understood

    def newest(self, question: Question, query: str, limit: int) -> Retrieval:
        """Give the first passages of the newest articles, newest first, whatever they tell of.

        Args:
            question: its filter and as-of moment always hold.
            query: whose words may name days and outlets.
            limit: the most articles to give.

        Raises:
            ModelFailedError: the embedder failed.
        """
        scope = self._scope(question, query)
        understood, wanted, notes = scope.understood, scope.window or scope.filter, (*scope.notes, *scope.stretched)
        if understood.publishers:
            wanted = replace(wanted, publishers=understood.publishers)
        # A window that is searched lets in the days around, as what happened is told later; the news of a day do not.
        named = replace(wanted, since=understood.since, until=understood.until, keep_undated=False)
        if (understood.since or understood.until) and self._index.scope(named).articles:
            wanted, notes = named, ()
        return Retrieval(
            passages=tuple(self._index.openings(wanted, limit)),
            understood=understood,
            searched=self._index.scope(wanted),
            notes=notes,
            query_vector=self._embedder.embed_query(query),
        )

    def close(self) -> None:
        """Let the search threads go; the index stays open."""
        self._pool.shutdown()

    def _scope(self, question: Question, text: str) -> Scope:
        understood = understand(text, question.as_of, self._outlets(text)) if question.infer else Understood()
        return scope_of(question, understood, lambda wanted: self._index.scope(wanted).articles)

    def _outlets(self, text: str) -> list[str]:
        """Give the outlets of the index, and the hosts that the question writes out and that have articles there."""
        hosts = [host for host in hosts_in(text) if self._index.scope(SearchFilter(domains=(host,))).articles]
        return [*(name for name, _ in self._index.publishers()), *hosts]

    def _find(self, text: str, scope: Scope) -> tuple[Vector, Found]:
        """Search both indexes side by side, within everything and, if a window was inferred, within it alone."""
        depth = self._settings.depth
        filters = [scope.filter, *([scope.window] if scope.window else [])]
        lexical = [self._pool.submit(self._index.lexical, text, depth, wanted) for wanted in filters]
        vector = self._embedder.embed_query(text)
        dense = [self._index.dense(vector, depth, wanted) for wanted in filters]
        return vector, Found(tuple(dense), tuple(each.result() for each in lexical))

    def _candidates(self, found: Found) -> list[ScoredPassage]:
        """Give the passages worth scoring again: the first of everything, and half as many of the window."""
        most = (self._settings.rerank, self._settings.rerank // 2)
        rankings = zip(found.fused(), most, strict=False)
        ids = dict.fromkeys(name for ranking, first in rankings for name in ranking[:first])
        return self._index.passages(list(ids))

    def _ranked(self, asked: Asked, passages: Sequence[ScoredPassage]) -> list[ScoredPassage]:
        scored = [
            replace(passage, score=sum(parts.values()), why=parts)
            for passage, parts in zip(passages, self._scorer.parts(asked, passages), strict=True)
        ]
        return sorted(scored, key=lambda passage: -passage.score)

    # llama-index

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [to_node(passage) for passage in self._bundled(query_bundle).passages]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)

    def _bundled(self, bundle: QueryBundle) -> Retrieval:
        if self._now is None:
            return self.search(Question(bundle.query_str, as_of=_END_OF_TIME, infer=False))
        return self.search(Question(bundle.query_str, as_of=self._now()))


def fused_parts(found: Found) -> Mapping[str, Parts]:
    """Give each passage's reciprocal ranks in the two indexes, scaled so that both first places make 1.

    What only the search within the window found ranks after all that the search within everything found.
    """
    parts: dict[str, Parts] = {}
    for name, searches in (("dense", found.dense), ("lexical", found.lexical)):
        ids = dict.fromkeys(hit.passage_id for hits in searches for hit in hits)
        for rank, passage_id in enumerate(ids):
            parts.setdefault(passage_id, {})[name] = (RRF_K + 1) / (RRF_K + 1 + rank) / 2
    return parts


def to_node(scored: ScoredPassage) -> NodeWithScore:
    """Give a passage as llama-index's node, with its place in the article and where the article is from."""
    passage, article = scored.passage, scored.article
    published = article.published.isoformat() if article.published else None
    metadata: dict[str, Any] = {
        "article_id": article.id, "version": article.version, "title": article.title, "url": article.url,
        "publisher": article.publisher, "published": published,
    }  # fmt: skip
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata=metadata,
        excluded_llm_metadata_keys=["article_id", "version", "url"],
        excluded_embed_metadata_keys=list(metadata),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)},
    )
    return NodeWithScore(node=node, score=scored.score)
