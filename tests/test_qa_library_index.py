"""The index as a whole, on the real stores with a fake embedder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import FakeEmbedder, make_article, whole

from qa.errors import EmbedderMismatchError, HomeLockedError, NotFoundError, UsageError
from qa.library.index import NewsIndex
from qa.library.rows import text_hash
from qa.types import Article, Carrier, SearchFilter

EMBEDDER = FakeEmbedder()


def open_index(home: Path) -> NewsIndex:
    return NewsIndex.open(home, embedder=EMBEDDER.name, dim=EMBEDDER.dim)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[NewsIndex]:
    with open_index(tmp_path / "home") as opened:
        yield opened


def day(number: int, month: int = 3) -> datetime:
    return datetime(2025, month, number, tzinfo=UTC)


FERRY = make_article("The ferry to Corvo sank near the harbour. Nobody was hurt.", id="ferry")
BUDGET = make_article(
    "The council passed the budget. Taxes will rise.", id="budget", published=day(9), publisher="Daily Echo",
    url="https://www.echo.example/budget", language="en",
)  # fmt: skip
UNDATED = make_article("A lighthouse keeper retired.", id="lighthouse", published=None)


def found(index: NewsIndex, query: str, wanted: SearchFilter | None = None) -> tuple[set[str], set[str]]:
    wanted = wanted or SearchFilter()
    dense = index.dense(EMBEDDER.embed_query(query), 10, wanted)
    lexical = index.lexical(query, 10, wanted)
    return {hit.passage_id for hit in dense}, {hit.passage_id for hit in lexical}


def test_both_indexes_find_what_was_added_and_hydration_gives_it_whole(index: NewsIndex) -> None:
    index.add([whole(FERRY), whole(BUDGET)])
    assert index.dense(EMBEDDER.embed_query(FERRY.title + "\n" + FERRY.text), 5)[0].passage_id == "ferry.1.0"
    assert [hit.passage_id for hit in index.lexical("Which ferries sank?", 5)] == ["ferry.1.0"]
    passage = index.passages(["budget.1.0", "gone.1.0", "ferry.1.0"])[1]
    assert passage.article.text == FERRY.text
    assert passage.passage.text == FERRY.text
    assert passage.sentence_vectors.shape == (len(passage.passage.sentences), EMBEDDER.dim)
    assert passage.article.carriers == (Carrier("The Herald", None, day(1), FERRY.title),)


@pytest.mark.parametrize(
    "query", ["", "   ", "?!*", '"unclosed', "a AND (b OR", "title:x^2~", "\x00", "[1 TO", "the of"]
)
def test_odd_queries_are_no_error(index: NewsIndex, query: str) -> None:
    index.add([whole(FERRY)])
    assert index.lexical(query, 5) in ([], index.lexical("the", 5))


def test_reopening_finds_the_same(tmp_path: Path) -> None:
    with open_index(tmp_path) as index:
        index.add([whole(FERRY), whole(BUDGET)])
        before = found(index, "ferry budget council")
    with open_index(tmp_path) as index:
        assert found(index, "ferry budget council") == before


def test_deleting_leaves_nothing_to_find(index: NewsIndex) -> None:
    index.add([whole(FERRY), whole(BUDGET)])
    assert index.delete(["ferry", "unknown"]) == 1
    assert found(index, "ferry") == ({"budget.1.0"}, set())
    assert index.passages(["ferry.1.0"]) == []
    with pytest.raises(NotFoundError):
        index.article("ferry")
    assert index.stats().passages == 1


def test_superseded_versions_are_found_only_as_of_their_time(index: NewsIndex) -> None:
    index.add([whole(FERRY)])
    corrected = replace(FERRY, text="The ferry to Corvo ran aground. Two people were hurt.", modified=day(5))
    index.add([whole(corrected)])
    assert found(index, "ferry Corvo")[1] == {"ferry.2.0"}
    assert found(index, "ferry Corvo", SearchFilter(as_of=day(4))) == ({"ferry.1.0"}, {"ferry.1.0"})
    assert found(index, "ferry Corvo", SearchFilter(as_of=day(5))) == ({"ferry.2.0"}, {"ferry.2.0"})
    assert index.article("ferry").version == 2
    assert index.article("ferry", 1).text == FERRY.text
    assert (index.article("ferry", 1).valid_from, index.article("ferry", 1).valid_to) == (day(1), day(5))


def test_an_older_copy_read_later_goes_into_the_history(index: NewsIndex) -> None:
    index.add([whole(replace(FERRY, valid_from=day(5)))])
    index.add([whole(replace(FERRY, text="An early report of a ferry.", valid_from=day(2)))])
    assert index.article("ferry").text == FERRY.text
    assert found(index, "ferry", SearchFilter(as_of=day(3)))[1] == {"ferry.2.0"}


def test_an_undated_article_that_changes_keeps_its_history_and_one_text(index: NewsIndex) -> None:
    index.add([whole(UNDATED)])
    index.add([whole(replace(UNDATED, text="A lighthouse keeper retired at last."))])
    assert (index.article("lighthouse").version, index.article("lighthouse", 1).text) == (2, UNDATED.text)
    assert found(index, "lighthouse keeper", SearchFilter(as_of=day(1)))[1] == {"lighthouse.2.0"}


def test_the_same_text_again_only_refreshes_facts(index: NewsIndex) -> None:
    index.add([whole(FERRY)])
    index.add([whole(replace(FERRY, section="Sea"))])
    assert (index.article("ferry").version, index.article("ferry").section) == (1, "Sea")
    assert index.stats().versions == 1


def test_nothing_published_after_as_of_is_found_but_undated_articles_are(index: NewsIndex) -> None:
    index.add([whole(FERRY), whole(BUDGET), whole(UNDATED)])
    dense, _ = found(index, "anything", SearchFilter(as_of=day(3)))
    assert dense == {"ferry.1.0", "lighthouse.1.0"}


def test_explicit_dates_leave_undated_articles_out_and_count_them(index: NewsIndex) -> None:
    index.add([whole(FERRY), whole(BUDGET), whole(UNDATED)])
    explicit = SearchFilter(since=day(2))
    assert found(index, "anything", explicit)[0] == {"budget.1.0"}
    assert (index.scope(explicit).articles, index.scope(explicit).undated_left_out) == (1, 1)
    inferred = replace(explicit, keep_undated=True)
    assert found(index, "anything", inferred)[0] == {"budget.1.0", "lighthouse.1.0"}
    assert index.scope(inferred).undated_left_out == 0
    assert index.scope().newest == day(9)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (SearchFilter(publishers=("daily ECHO",)), {"budget"}),
        (SearchFilter(publishers=("nobody",)), set()),
        (SearchFilter(domains=("echo.example",)), {"budget"}),
        (SearchFilter(domains=("-echo.example",)), {"ferry", "lighthouse"}),
        (SearchFilter(languages=("en",)), {"budget"}),
        (SearchFilter(articles=("ferry", "nothing")), {"ferry"}),
        (SearchFilter(without_articles=("ferry",)), {"budget", "lighthouse"}),
        (SearchFilter(until=day(9)), {"ferry"}),
        (SearchFilter(since=day(9), until=day(10)), {"budget"}),
    ],
)
def test_filters(index: NewsIndex, wanted: SearchFilter, expected: set[str]) -> None:
    index.add([whole(FERRY), whole(BUDGET), whole(UNDATED)])
    assert {article.id for article in index.articles(wanted)} == expected
    assert found(index, "anything", wanted)[0] == {f"{name}.1.0" for name in expected}


def test_filters_match_any_outlet_that_carried_a_story(index: NewsIndex) -> None:
    index.add([whole(FERRY)])
    index.carry("ferry", Carrier("Evening Post", "https://post.example/f", day(4)))
    for wanted in (
        SearchFilter(publishers=("Evening Post",)),
        SearchFilter(domains=("post.example",)),
        SearchFilter(since=day(3)),
    ):
        assert found(index, "ferry", wanted)[1] == {"ferry.1.0"}
    assert found(index, "ferry", SearchFilter(publishers=("Evening Post",), until=day(3)))[1] == set()
    assert dict(index.publishers()) == {"The Herald": 1, "Evening Post": 1}


def test_the_earliest_outlet_leads_and_the_next_takes_its_place(index: NewsIndex) -> None:
    index.add([whole(replace(FERRY, url="https://herald.example/f"))])
    index.carry("ferry", Carrier("Wire", "https://wire.example/f", datetime(2025, 2, 28, tzinfo=UTC), "Ferry sinks"))
    assert (index.article("ferry").publisher, index.article("ferry").title) == ("Wire", "Ferry sinks")
    assert [carrier.publisher for carrier in index.article("ferry").carriers] == ["Wire", "The Herald"]
    index.add([], leaves=[("ferry", "https://wire.example/f")])
    assert index.article("ferry").publisher == "The Herald"
    index.add([], leaves=[("ferry", "https://herald.example/f")])
    assert index.articles() == ()


def test_pages_of_articles_follow_each_other(index: NewsIndex) -> None:
    articles = [
        make_article(f"Story number {number}.", id=f"s{number}", published=day(number)) for number in range(1, 8)
    ]
    index.add([whole(article) for article in articles])
    first = index.articles(limit=3)
    second = index.articles(limit=10, after=first[-1].id)
    assert [article.id for article in (*first, *second)] == [f"s{number}" for number in range(7, 0, -1)]
    with pytest.raises(NotFoundError):
        index.articles(after="nothing")


def test_what_is_stored_is_known_by_id_address_and_text(index: NewsIndex) -> None:
    index.add([whole(FERRY), whole(BUDGET)])
    index.carry("ferry", Carrier("Post", "https://post.example/f", day(4)))
    assert [stored.article_id for stored in index.known(ids=["ferry", "nothing"])] == ["ferry"]
    assert [stored.article_id for stored in index.known(urls=["https://post.example/f"])] == ["ferry"]
    assert [stored.article_id for stored in index.known(hashes=[text_hash(BUDGET.text.upper())])] == ["budget"]


def test_passages_that_are_not_the_text_are_refused_and_nothing_is_stored(index: NewsIndex) -> None:
    item = whole(FERRY)
    wrong = replace(item, passages=(replace(item.passages[0], text="something else"),))
    with pytest.raises(UsageError):
        index.add([whole(BUDGET), wrong])
    assert index.stats().articles == 0


def test_neighbours_are_of_the_same_article(index: NewsIndex) -> None:
    index.add([whole(FERRY), _split(BUDGET)])
    assert [near.passage.id for near in index.neighbours("budget.1.1")] == ["budget.1.0"]
    assert index.neighbours("ferry.1.0") == []


def test_another_embedder_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    open_index(tmp_path).close()
    with pytest.raises(EmbedderMismatchError, match="reindex"):
        NewsIndex.open(tmp_path, embedder="other", dim=64)


def test_a_second_owner_is_refused(tmp_path: Path) -> None:
    with open_index(tmp_path), pytest.raises(HomeLockedError, match="pid"):
        open_index(tmp_path)
    open_index(tmp_path).close()


def _split(article: Article) -> object:
    item = whole(article)
    passage = item.passages[0]
    parts = tuple(
        replace(
            passage,
            id=f"{article.id}.1.{number}",
            ordinal=number,
            start=start,
            end=end,
            text=article.text[start:end],
            sentences=((start, end),),
        )
        for number, (start, end) in enumerate(passage.sentences)
    )
    return replace(item, passages=parts, vectors=tuple(EMBEDDER.embed_passages([article.title] * len(parts), parts)))
