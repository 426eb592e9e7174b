"""The words, in Tantivy: BM25 with English stemming, the title weighted. Only this module imports ``tantivy``.

It keeps postings and keys, no text. A question is cut into words here and never parsed as a query language, so that
nothing a person types can be an error. Derived: it can be rebuilt from the catalog.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from qa.library.home import using, writing
from qa.library.reading import Integers
from qa.library.rows import PassageRow

_ANALYZER = "english"
_HEAP = 50_000_000
_LONGEST = 40
_MOST_TERMS = 64
TITLE_WEIGHT = 0.5
"""Weight of a match in the title beside one in the body."""
_STOP_WORDS = """
    a about after all also am an and any are as at be been before being but by can could did do does for from had
    has have he her here him his how i if in into is it its just many me more most much my no nor not of on or our
    out over s she should so some such t than that the their them then there these they this those to too under
    until up upon very was we were what when where which while who whom whose why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that a question is cleared of, unless nothing else is left. They are indexed all the same."""
Scores = NDArray[np.float32]


class WordIndex:
    """A Tantivy index under a folder.

    Args:
        folder: where it lies; made when missing.

    Raises:
        CorruptIndexError: it cannot be opened.
        HomeUnwritableError: the folder cannot be written.
    """

    name = "words"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._splitter = _analyzer(stemmed=False)
        with writing(folder), self._translated():
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(folder))
            self._index.register_tokenizer(_ANALYZER, _STEMMER)
            self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)

    def close(self) -> None:
        """Wait for merges and free the folder; a second call does nothing."""
        if self._writer is not None:
            with self._translated():
                self._writer.wait_merging_threads()
            self._writer = None

    def upsert(self, rows: Sequence[PassageRow]) -> None:
        """Add or replace the words of passages; searched only after ``commit``."""
        self.delete([row.key for row in rows])
        with self._translated():
            for row in rows:
                self._writer.add_document(_document(row))

    def delete(self, keys: Sequence[int]) -> None:
        """Delete the words of passages; unknown ones are no error."""
        # ``delete_documents_by_term`` makes signed terms and so deletes nothing by an unsigned field, without a word.
        with self._translated():
            self._writer.delete_documents_by_query(tantivy.Query.term_set_query(self._schema, "key", list(keys)))

    def commit(self) -> None:
        """Have the disk hold what was written, and search it from now on."""
        with self._translated():
            self._writer.commit()
            self._index.reload()

    def count(self) -> int:
        """Give how many passages there are."""
        return int(self._index.searcher().num_docs)

    def best(self, query: str, k: int, owners: Sequence[int] | None = None) -> tuple[Integers, Scores]:
        """Give the keys and BM25 scores of the ``k`` best passages, best first.

        Args:
            query: anything a person may type.
            k: how many.
            owners: only passages of these version keys; ``None`` for all.
        """
        wanted = self._query(self.terms(query))
        if wanted is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if owners is not None:
            within = tantivy.Query.term_set_query(self._schema, "owner", list(owners))
            wanted = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, wanted), (tantivy.Occur.Must, tantivy.Query.const_score_query(within, 0.0))]
            )
        return self._search(wanted, k)

    def keys(self) -> Integers:
        """Give the keys of all passages, ascending."""
        found, _ = self._search(tantivy.Query.all_query(), max(1, self.count()))
        return np.sort(found)

    def terms(self, query: str) -> list[str]:
        """Cut a question into the distinct stems that are searched for."""
        found = list(dict.fromkeys(self._splitter.analyze(query)))
        shouted = query.isupper()
        telling = [word for word in found if not _is_stop_word(word, shouted)] or found
        stems = (part for word in telling[:_MOST_TERMS] for part in _STEMMER.analyze(word))
        return list(dict.fromkeys(stems))

    def _query(self, terms: Sequence[str]) -> tantivy.Query | None:
        clauses = []
        for term in terms:
            title = tantivy.Query.term_query(self._schema, "title", term, index_option="freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(title, TITLE_WEIGHT)))
            body = tantivy.Query.term_query(self._schema, "body", term, index_option="freq")
            clauses.append((tantivy.Occur.Should, body))
        return tantivy.Query.boolean_query(clauses) if clauses else None

    def _search(self, query: tantivy.Query, k: int) -> tuple[Integers, Scores]:
        with self._translated():
            searcher = self._index.searcher()
            hits = searcher.search(query, limit=k, count=False).hits
            keys = np.array(searcher.fast_field_values("key", [address for _, address in hits]), dtype=np.int64)
        return keys, np.array([score for score, _ in hits], dtype=np.float32)

    def _translated(self) -> AbstractContextManager[None]:
        # A damaged column gives None for a key: a TypeError.
        return using(self._folder, "words", ValueError, RuntimeError, TypeError)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Give the stem of a lower-case English word, the one that is indexed (Snowball's English stemmer, Porter 2001)."""
    found: list[str] = _STEMMER.analyze(word)
    return found[0] if len(found) == 1 else word


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("owner", indexed=True, fast=True)
    builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("body", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


def _analyzer(stemmed: bool) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST)).filter(tantivy.Filter.ascii_fold())
    if stemmed:
        builder = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.stemmer("english"))
    return builder.build()


_STEMMER = _analyzer(stemmed=True)


def _is_stop_word(word: str, shouted: bool) -> bool:
    # "IT" and "WHO" written in capitals among lower-case words are names.
    return word.lower() in STOP_WORDS and (shouted or len(word) == 1 or not word.isupper())


def _document(row: PassageRow) -> tantivy.Document:
    # Keyword arguments would make the numbers signed, which kills the writer's thread.
    document = tantivy.Document()
    document.add_unsigned("key", row.key)
    document.add_unsigned("owner", row.version_key)
    document.add_text("title", row.title)
    document.add_text("body", row.text)
    return document
