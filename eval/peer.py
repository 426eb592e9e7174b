"""The naive starter that anyone writes with llama-index, as a peer: same articles, embedder and model, none of ours.

A folder of text files read by ``SimpleDirectoryReader``, ``SentenceSplitter`` with its defaults, ``ChromaVectorStore``
and ``CitationQueryEngine``. It knows no as-of moment and no conversation: it sees every article and the question alone,
as the starter does. It cannot abstain, but may say that it does not know (``eval.silence``). Being somebody else's
program, it opens Chroma by itself and not through ours.
"""

from __future__ import annotations

import re
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings as ChromaSettings
from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from eval.datasets.base import article_key
from eval.scoring import SeenCitation
from eval.silence import says_nothing
from eval.systems import Reply
from qa.errors import ModelFailedError
from qa.models.encoders import Embedder
from qa.models.llm import LanguageModel
from qa.types import Article, Question

NAME = "llama-index-starter"
TOP = 3
"""Chunks that ``CitationQueryEngine`` is given: more do not fit a small model's context."""
_MARKER = re.compile(r"\[(\d+)\]")


class _Embedding(BaseEmbedding):  # type: ignore[misc]
    """Our embedder behind llama-index's interface."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.name)
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in self._embedder.embed_query(query)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in self._embedder.embed_texts(texts)]


class StarterSystem:
    """Answers with ``CitationQueryEngine`` over chunks of the articles.

    Args:
        articles: all that it may use.
        clock: seconds, for timings.
    """

    parallel = 1

    def __init__(
        self,
        articles: Sequence[Article],
        embedder: Embedder,
        model: LanguageModel,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = NAME
        self._clock = clock
        self._places = {f"{number}.txt": place for number, place in enumerate(_numbered(articles))}
        self._pages = dict(zip(self._places.values(), map(page, articles), strict=True))
        self._engine = make_engine({name: self._pages[at] for name, at in self._places.items()}, embedder, model)

    def ask(self, question: Question) -> Reply:
        """Ask the engine; its markers name the chunks it was given, which are its citations.

        Raises:
            ModelFailedError: the engine failed.
        """
        began = self._clock()
        try:
            response = self._engine.query(question.text)
        except Exception as error:  # whatever a stranger's engine raises is its failure, not ours
            raise ModelFailedError(f"The starter failed: {error}") from error
        text = str(response).strip()
        nodes: list[NodeWithScore] = list(response.source_nodes)
        answer = {
            "mode": "abstained" if says_nothing(text) else "answer",
            "text": text,
            "citations": [self._citation(int(n), nodes[int(n) - 1]) for n in _cited(text) if int(n) <= len(nodes)],
            "sources": [self._source(node) for node in nodes],
            "timings_ms": {"total": 1000 * (self._clock() - began)},
        }
        return Reply(answer, _MARKER.sub("", text).strip() or None)

    def article(self, citation: SeenCitation) -> str | None:
        """Give the page, title and text, that a chunk is said to come from."""
        return self._pages.get((citation.article_id, citation.version))

    def _citation(self, number: int, node: NodeWithScore) -> dict[str, object]:
        chunk: Any = node.node
        quote = re.sub(r"\ASource \d+:\n", "", chunk.get_content(MetadataMode.NONE)).rstrip("\n")
        key, version = self._place(chunk)
        # llama-index says of no chunk where it begins; one that does not stand in the page fails the check from 0.
        start = max(0, self._pages[key, version].find(quote))
        place = {"article_id": key, "version": version, "start": start, "end": start + len(quote)}
        return {"number": number, "quote": quote, **place}

    def _source(self, node: NodeWithScore) -> dict[str, object]:
        chunk: Any = node.node
        return {"article_id": self._place(chunk)[0], "title": "", "text": chunk.get_content(MetadataMode.NONE)}

    def _place(self, chunk: Any) -> tuple[str, int]:
        return self._places[str(chunk.metadata["file_name"])]


def make_engine(pages: Mapping[str, str], embedder: Embedder, model: LanguageModel) -> CitationQueryEngine:
    """Build the starter over text files by name, everything left at llama-index's defaults but the number of chunks."""
    documents = _read(pages)
    embedding = _Embedding(embedder)
    client = chromadb.EphemeralClient(ChromaSettings(anonymized_telemetry=False))
    store = ChromaVectorStore(chroma_collection=client.create_collection(f"starter-{uuid.uuid4().hex}"))
    index = VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=store),
        transformations=[SentenceSplitter()],
        embed_model=embedding,
    )
    return CitationQueryEngine.from_args(index, llm=model.llm, embed_model=embedding, similarity_top_k=TOP)


def page(article: Article) -> str:
    """Write an article as one would save it: its title, an empty line, its text."""
    return f"{article.title}\n\n{article.text}" if article.title else article.text


def _numbered(articles: Sequence[Article]) -> Iterator[tuple[str, int]]:
    """Give each article's key and which text of that key it is, from 1: a corrected article has two."""
    seen: Counter[str] = Counter()
    for key in map(article_key, articles):
        seen[key] += 1
        yield key, seen[key]


def _read(pages: Mapping[str, str]) -> list[Any]:
    with tempfile.TemporaryDirectory(prefix="onrecord-starter-") as folder:
        for name, text in pages.items():
            Path(folder, name).write_text(text, "utf-8")
        return list(SimpleDirectoryReader(folder).load_data())


def _cited(text: str) -> list[str]:
    return list(dict.fromkeys(number for number in _MARKER.findall(text) if number != "0"))
