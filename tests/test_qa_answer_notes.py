"""Notes say what a reader should know beside an answer, each in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fakes import FakeEmbedder, make_article, whole

from qa.answer.notes import newer_note, notes, refusal
from qa.search.rerank import stems
from qa.types import Article, Carrier, ScoredPassage, Searched, Understood

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FRESH = datetime(2025, 5, 30, tzinfo=UTC)
OLD = datetime(2023, 1, 5, tzinfo=UTC)


def test_an_answer_built_on_old_articles_says_so() -> None:
    said = notes([make_article("A.", published=OLD)], Searched(), Understood(), NOW)
    assert said == ("The newest article behind this answer is of 5 January 2023, 2 years earlier.",)


def test_a_fresh_answer_needs_no_note() -> None:
    assert notes([make_article("A.", published=FRESH)], Searched(), Understood(), NOW) == ()


def test_the_latest_leads_with_the_newest_date() -> None:
    said = notes([make_article("A.", published=OLD)], Searched(), Understood(recency=7.0), NOW)
    assert said == ("As of 5 January 2023, the newest article behind this answer.",)


def test_carriers_of_one_text_are_one_source() -> None:
    carriers = tuple(Carrier(name, None, FRESH) for name in ("Herald", "Gull", "Radio"))
    said = notes([make_article("A.", title="Fire", published=FRESH, carriers=carriers)], Searched(), Understood(), NOW)
    assert said == ("Herald, Gull and Radio carry the same text of “Fire”; that is one source.",)


def test_unknown_date_is_said_to_be_unknown() -> None:
    said = notes([make_article("A.", title="Fire", published=None)], Searched(), Understood(), NOW)
    assert said == ("It is not known when “Fire” was published.",)


def test_a_correction_is_shown() -> None:
    article = make_article("A.", title="Fire", published=FRESH, correction="Correction: it was 12, not 14.")
    said = notes([article], Searched(), Understood(), NOW)
    assert said == ("“Fire” was corrected: Correction: it was 12, not 14.",)


def test_sample_news_is_labelled() -> None:
    said = notes([make_article("A.", published=FRESH, fictional=True)], Searched(), Understood(), NOW)
    assert said == ("This is fictional sample news.",)


def test_a_refusal_says_what_was_searched() -> None:
    window = Understood(since=datetime(2025, 3, 1, tzinfo=UTC), until=datetime(2025, 4, 1, tzinfo=UTC))
    said = refusal(Searched(1200, 0, FRESH), window, NOW)
    assert said == "Searched 1,200 articles (1 March 2025 to 31 March 2025); the newest is of 30 May 2025."


def test_a_refusal_without_articles_says_what_to_do() -> None:
    assert refusal(Searched(), Understood(), NOW).startswith("No article is in scope")


def found(*articles: Article) -> list[ScoredPassage]:
    embedder = FakeEmbedder()
    indexed = (whole(article, embedder) for article in articles)
    return [ScoredPassage(each.passages[0], each.article, 1.0, {}, each.vectors[0].sentences) for each in indexed]


WON = make_article("Anko Brill won the tour.", id="won", title="Brill wins", published=OLD)
LOST = make_article("Anko Brill was banned.", id="lost", title="Brill banned", publisher="The Gull", published=FRESH)
RAIN = make_article("It rained on the roofs.", id="rain", title="Rain", published=FRESH)


def test_a_newer_article_that_fits_better_than_what_is_cited_is_named() -> None:
    said = newer_note(stems("Who is Anko Brill?"), [WON], found(LOST, WON))
    assert said == ("There is a newer article on this: “Brill banned” (The Gull, 30 May 2025).",)


@pytest.mark.parametrize(
    ("cited", "ranked"),
    [
        ([WON], [WON, LOST]),  # it fits less well
        ([WON], [RAIN, WON]),  # it does not speak of this
        ([LOST], [WON, LOST]),  # it is older
        ([LOST, WON], [LOST, WON]),  # it is cited
        ([make_article("A bell.", published=None)], [LOST]),  # nobody knows which is newer
    ],
)
def test_another_article_is_not_named(cited: list[Article], ranked: list[Article]) -> None:
    assert newer_note(stems("Who is Anko Brill?"), cited, found(*ranked)) == ()
