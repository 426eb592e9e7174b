"""The retriever over a real index, with a deterministic embedder."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import FakeEmbedder, make_article, whole
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine

from qa.errors import QuestionError
from qa.library.index import NewsIndex
from qa.search.retrieve import NewsRetriever
from qa.settings import RetrievalSettings
from qa.types import Article, Question, SearchFilter

THREADS = 16
SECONDS = 60.0 if os.environ.get("SOAK") else 5.0
WEDNESDAY = datetime(2025, 5, 14, 15, 30, tzinfo=UTC)


def on(month: int, day: int, year: int = 2025) -> datetime:
    return datetime(year, month, day, 9, tzinfo=UTC)


def news(text: str, published: datetime | None, **fields: object) -> Article:
    return make_article(text, published=published, **fields)


OLD_BRIDGE = news("The bridge over the Orle was closed for repairs after a crack was found.", on(3, 4, 2023))
NEW_BRIDGE = news(
    "The bridge over the Orle was closed to lorries after a new crack.", on(5, 7), publisher="Radio North"
)
LATE_BRIDGE = news("The bridge over the Orle was reopened for all.", on(5, 20))
UNDATED = news("The bridge over the Orle has a toll of two crowns.", None)
BAKERY = news("A bakery in Mirefield sold its last loaf.", on(5, 8), publisher="The Herald")
FILLER = [news(f"Number {n} of the choir sang song {n} in hall {n}.", on(5, 5 + n % 6)) for n in range(8)]


class Scripted:
    """A cross-encoder that likes one word."""

    name = "scripted"

    def __init__(self, liked: str) -> None:
        self.liked = liked

    def score(self, query: str, texts: list[str]) -> list[float]:
        return [float(self.liked in text) for text in texts]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[NewsIndex]:
    embedder = FakeEmbedder()
    with NewsIndex.open(tmp_path, embedder=embedder.name, dim=embedder.dim) as opened:
        opened.add([whole(article) for article in (OLD_BRIDGE, NEW_BRIDGE, LATE_BRIDGE, UNDATED, BAKERY, *FILLER)])
        yield opened


@pytest.fixture
def retriever(index: NewsIndex) -> Iterator[NewsRetriever]:
    made = NewsRetriever(index, FakeEmbedder(), RetrievalSettings())
    yield made
    made.close()


def ask(text: str, **fields: object) -> Question:
    return Question(text, as_of=WEDNESDAY, **fields)  # type: ignore[arg-type]


def ids(retriever: NewsRetriever, question: Question) -> list[str]:
    return [scored.article.id for scored in retriever.search(question).passages]


def test_the_passage_that_answers_comes_first(retriever: NewsRetriever) -> None:
    assert ids(retriever, ask("Which bakery sold its last loaf?"))[0] == BAKERY.id


def test_the_newest_articles_are_given_newest_first_and_none_of_later_days(retriever: NewsRetriever) -> None:
    found = retriever.newest(ask("latest news"), "latest news", 3).passages
    days = [scored.article.published for scored in found]
    assert days == sorted(days, reverse=True)
    assert len(found) == 3
    assert LATE_BRIDGE.id not in [scored.article.id for scored in found]


def test_the_newest_of_an_outlet_are_its_own(retriever: NewsRetriever) -> None:
    asked = "latest news from Radio North"
    assert [each.article.id for each in retriever.newest(ask(asked), asked, 3).passages] == [NEW_BRIDGE.id]


@pytest.mark.parametrize("asked", ["What happened on 8 May 2025?", "news of 8 May"])
def test_the_news_of_a_day_are_of_that_day_alone(retriever: NewsRetriever, asked: str) -> None:
    found = retriever.newest(ask(asked), asked, 9)
    assert {each.article.published for each in found.passages} == {on(5, 8)}
    assert found.notes == ()


def test_where_a_day_has_no_news_those_of_other_days_are_given_and_it_is_said(retriever: NewsRetriever) -> None:
    found = retriever.newest(ask("news of today"), "news of today", 2)
    assert len(found.passages) == 2
    assert "Too few articles of “today”" in found.notes[0]


def test_the_parts_of_a_score_add_up_to_it(retriever: NewsRetriever) -> None:
    for scored in retriever.search(ask("Why was the bridge closed?")).passages:
        assert sum(scored.why.values()) == pytest.approx(scored.score)


def test_news_after_the_as_of_moment_does_not_exist(retriever: NewsRetriever) -> None:
    found = retriever.search(ask("Was the bridge over the Orle reopened?"))
    assert LATE_BRIDGE.id not in [scored.article.id for scored in found.passages]
    assert found.searched.newest is not None
    assert found.searched.newest <= WEDNESDAY


def test_an_inferred_window_leaves_old_news_out_and_keeps_undated(retriever: NewsRetriever) -> None:
    found = ids(retriever, ask("Why was the bridge closed last week?"))
    assert found[0] == NEW_BRIDGE.id
    assert OLD_BRIDGE.id not in found
    assert UNDATED.id in found


def test_a_window_that_leaves_too_little_is_given_up_and_said_to_be(retriever: NewsRetriever) -> None:
    found = retriever.search(ask("Why was the bridge closed in November?"))
    assert OLD_BRIDGE.id in [scored.article.id for scored in found.passages]
    assert any("November" in note for note in found.notes)
    assert found.understood.since == datetime(2024, 11, 1, tzinfo=UTC)


def test_dates_that_are_set_win_over_words(retriever: NewsRetriever) -> None:
    wanted = SearchFilter(since=on(1, 1, 2023), until=on(1, 1, 2024))
    found = retriever.search(ask("Why was the bridge closed last week?", filter=wanted))
    assert [scored.article.id for scored in found.passages] == [OLD_BRIDGE.id]
    assert found.understood.since is None
    assert found.searched.undated_left_out == 1
    assert any("dates that were set" in note for note in found.notes)


def test_nothing_is_inferred_when_that_is_not_wanted(retriever: NewsRetriever) -> None:
    found = retriever.search(ask("Why was the bridge closed last week?", infer=False))
    assert OLD_BRIDGE.id in [scored.article.id for scored in found.passages]
    assert found.understood.from_words is None


def test_the_latest_news_comes_first_when_asked_for(retriever: NewsRetriever) -> None:
    found = retriever.search(ask("What is the latest on the bridge over the Orle?")).passages
    order = [scored.article.id for scored in found]
    assert order.index(NEW_BRIDGE.id) < order.index(OLD_BRIDGE.id)
    assert found[0].why["recency"] > 0


def test_an_outlet_in_the_question_is_favoured_and_none_is_left_out(retriever: NewsRetriever) -> None:
    found = retriever.search(ask("What did Radio North report on the bridge?"))
    assert found.understood.publishers == ("Radio North",)
    assert found.passages[0].article.id == NEW_BRIDGE.id
    assert OLD_BRIDGE.id in [scored.article.id for scored in found.passages]


def test_a_host_in_the_question_is_favoured_where_the_index_has_it(index: NewsIndex, retriever: NewsRetriever) -> None:
    index.add([whole(news("The bridge opened late.", on(5, 6), url="https://www.example.org/bridge", publisher="Ex"))])
    found = retriever.search(ask("What is on example.org about the bridge, and on example.net?"))
    assert found.understood.publishers == ("example.org",)
    assert [scored.article.publisher for scored in found.passages if scored.why["publisher"]] == ["Ex"]


def test_a_follow_up_is_searched_by_its_standalone_form(retriever: NewsRetriever) -> None:
    found = retriever.search(ask("And who sold it?"), query="Which bakery sold its last loaf?")
    assert found.passages[0].article.id == BAKERY.id


def test_a_cross_encoder_decides_when_there_is_one(index: NewsIndex) -> None:
    retriever = NewsRetriever(index, FakeEmbedder(), RetrievalSettings(), reranker=Scripted("toll"))
    found = retriever.search(ask("Why was the bridge over the Orle closed?"))
    assert found.passages[0].article.id == UNDATED.id
    assert found.passages[0].why["cross_encoder"] > 0


def test_nothing_is_found_in_an_empty_library(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    with NewsIndex.open(tmp_path, embedder=embedder.name, dim=embedder.dim) as empty:
        found = NewsRetriever(empty, embedder, RetrievalSettings()).search(ask("Why was the bridge closed last week?"))
    assert found.passages == ()
    assert found.searched.articles == 0


def test_an_empty_query_is_refused_in_one_sentence(retriever: NewsRetriever) -> None:
    with pytest.raises(QuestionError, match="empty"):
        retriever.search(ask(" "))


@pytest.mark.parametrize("text", ["?", "the", "\x00", "AND OR (", "ø" * 3000, "“”"])
def test_any_question_can_be_searched(retriever: NewsRetriever, text: str) -> None:
    retriever.search(ask(text))


def test_nodes_carry_their_place_and_source(retriever: NewsRetriever) -> None:
    node = retriever.retrieve("Which bakery sold its last loaf?")[0]
    assert BAKERY.text[node.node.start_char_idx : node.node.end_char_idx] == node.node.get_content()
    assert node.node.metadata["publisher"] == "The Herald"
    assert node.node.metadata["published"] == "2025-05-08T09:00:00+00:00"
    assert node.score is not None


def test_nodes_come_the_same_by_await(retriever: NewsRetriever) -> None:
    question = "Which bakery sold its last loaf?"
    awaited = asyncio.run(retriever.aretrieve(question))
    assert [node.node_id for node in awaited] == [node.node_id for node in retriever.retrieve(question)]


def test_through_llama_index_every_date_is_seen_unless_a_moment_is_given(index: NewsIndex) -> None:
    free = NewsRetriever(index, FakeEmbedder(), RetrievalSettings()).retrieve("Was the bridge over the Orle reopened?")
    bound = NewsRetriever(index, FakeEmbedder(), RetrievalSettings(), now=lambda: WEDNESDAY).retrieve(
        "Was the bridge over the Orle reopened?"
    )
    assert LATE_BRIDGE.id in [node.node.metadata["article_id"] for node in free]
    assert LATE_BRIDGE.id not in [node.node.metadata["article_id"] for node in bound]


def test_a_query_engine_of_llama_index_runs_on_it(retriever: NewsRetriever) -> None:
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())
    response = engine.query("Which bakery sold its last loaf?")
    assert response.source_nodes[0].node.metadata["article_id"] == BAKERY.id
    assert "last loaf" in str(response)


def test_searches_go_on_while_articles_come_and_go(index: NewsIndex, retriever: NewsRetriever) -> None:
    gone: set[str] = set()
    stop = threading.Event()

    def search() -> int:
        count = 0
        while not stop.is_set():
            before = frozenset(gone)
            for scored in retriever.search(ask("Why was the bridge closed?")).passages:
                assert scored.article.id not in before
                assert scored.article.text[scored.passage.start : scored.passage.end] == scored.passage.text
            count += 1
        return count

    def change(number: int) -> None:
        article = news(f"The bridge number {number} was closed.", on(5, 9))
        index.add([whole(article)])
        index.delete([article.id])
        gone.add(article.id)

    with ThreadPoolExecutor(THREADS) as pool:
        searching = [pool.submit(search) for _ in range(THREADS)]
        until = time.monotonic() + SECONDS
        try:
            for number in itertools.takewhile(lambda _: time.monotonic() < until, itertools.count()):
                change(number)
        finally:
            stop.set()
        assert all(each.result() for each in searching)
    assert gone
