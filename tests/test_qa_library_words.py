"""The words: what is found, weighed and ignored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.library.lexical import WordIndex, stem
from qa.library.rows import PassageRow

ROWS = [
    PassageRow(1, 10, "Ferry runs aground", "The vessel hit a rock near the harbour.", np.zeros(1, np.float32)),
    PassageRow(2, 11, "Council votes", "A ferry was discussed, and the budget, and parking.", np.zeros(1, np.float32)),
    PassageRow(
        3, 12, "IT failure", "The WHO said computers of the ministry stopped. Café closed.", np.zeros(1, np.float32)
    ),
]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordIndex]:
    index = WordIndex(tmp_path_factory.mktemp("words"))
    index.upsert(ROWS)
    index.commit()
    yield index
    index.close()


def best(words: WordIndex, query: str, owners: list[int] | None = None) -> list[int]:
    found: list[int] = words.best(query, 10, owners)[0].tolist()
    return found


def test_stems_accents_and_case_are_folded(words: WordIndex) -> None:
    assert best(words, "VESSELS hitting rocks") == [1]
    assert best(words, "cafe") == [3]


def test_stop_words_do_not_count_unless_nothing_else_is_asked(words: WordIndex) -> None:
    assert words.terms("What did the council say about the ferry?") == ["council", "say", "ferri"]
    assert words.terms("what is it") == ["what", "is", "it"]


def test_names_in_capitals_are_no_stop_words(words: WordIndex) -> None:
    assert best(words, "what did the WHO say") == [3]
    assert words.terms("WHO SAID THE FERRY SANK") == ["said", "ferri", "sank"]


def test_a_stem_is_the_one_that_is_searched_for(words: WordIndex) -> None:
    for one, *others in (
        ("nurse", "nurses"),
        ("close", "closed", "closing", "closes"),
        ("city", "cities"),
        ("vote", "votes"),
    ):
        assert {stem(each) for each in (one, *others)} == {stem(one)}
        assert words.terms(one) == [stem(one)]
    assert stem("closet") != stem("close")
    assert stem("is") == "is"
    assert stem("won't") == "won't"
    assert stem("") == ""


def test_a_search_within_some_articles_finds_only_theirs(words: WordIndex) -> None:
    assert set(best(words, "ferry")) == {1, 2}
    assert best(words, "ferry", [11]) == [2]
    assert best(words, "ferry", []) == []


def test_replacing_and_deleting_leave_one_copy_or_none(tmp_path: Path) -> None:
    words = WordIndex(tmp_path)
    for _ in range(2):
        words.upsert(ROWS)
        words.commit()
    assert words.keys().tolist() == [1, 2, 3]
    words.delete([2, 77])
    words.commit()
    words.close()
    reopened = WordIndex(tmp_path)
    assert reopened.keys().tolist() == [1, 3]
    assert best(reopened, "parking") == []
    reopened.close()


@pytest.mark.fuzz
@settings(deadline=None, max_examples=150)
@given(query=st.text(max_size=300))
def test_no_text_is_an_error(words: WordIndex, query: str) -> None:
    keys, scores = words.best(query, 5)
    assert len(keys) == len(scores)
