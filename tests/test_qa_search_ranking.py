"""Fusing, weighing and diversifying rankings: pure arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fakes import FakeEmbedder, make_article
from hypothesis import given
from hypothesis import strategies as st

from qa.search.diversify import LONGEST_RUN, diversify
from qa.search.fuse import recency, rrf, spread
from qa.search.rerank import Asked, ModelReranker, SignalReranker, coverage, newness, rarities, stems
from qa.types import Article, Passage, ScoredPassage, Understood

NOON = datetime(2025, 5, 14, 12, tzinfo=UTC)
TEXT = " ".join(f"Sentence {n} tells of thing {n} and of person {n * 7}." for n in range(12))
ARTICLE = make_article(TEXT)
EMBEDDER = FakeEmbedder()


def cut(article: Article, ordinal: int, score: float, size: int = 3) -> ScoredPassage:
    """Cut sentences ``size * ordinal`` on, as the splitter would, with their vectors."""
    ends = [at + 1 for at, char in enumerate(article.text) if char == "."]
    spans = [(start and start + 1, end) for start, end in zip([0, *ends], ends, strict=False)]
    spans = spans[size * ordinal : size * (ordinal + 1)]
    start, end = spans[0][0], spans[-1][1]
    passage = Passage(
        f"{article.id}.1.{ordinal}", article.id, 1, ordinal, start, end, article.text[start:end], tuple(spans)
    )
    return ScoredPassage(
        passage, article, score, {"dense": score}, EMBEDDER.embed_texts([article.text[a:b] for a, b in spans])
    )


def test_first_in_both_rankings_is_first() -> None:
    assert list(rrf([["a", "b", "c"], ["b", "a", "d"], ["a"]])) == ["a", "b", "c", "d"]


def test_reciprocal_ranks_are_those_of_the_paper() -> None:
    assert rrf([["a", "b"], ["b"]], k=60) == {"b": 1 / 62 + 1 / 61, "a": 1 / 61}


def test_a_heavier_ranking_counts_more() -> None:
    assert next(iter(rrf([["a"], ["b"]], weights=[1.0, 2.0]))) == "b"


@pytest.mark.fuzz
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), min_size=1, max_size=4))
def test_fusing_keeps_every_id_once_and_best_first(rankings: list[list[str]]) -> None:
    fused = rrf(rankings)
    assert set(fused) == {name for ranking in rankings for name in ranking}
    assert list(fused.values()) == sorted(fused.values(), reverse=True)


def test_spread_scores_lie_between_nought_and_one() -> None:
    assert spread({"a": 5.0, "b": 3.0, "c": 4.0}) == {"a": 1.0, "b": 0.0, "c": 0.5}
    assert spread({"a": 2.0}) == {"a": 1.0}
    assert spread({}) == {}


def test_recency_halves_at_the_half_life_and_ignores_the_undated() -> None:
    assert recency(NOON - timedelta(days=7), NOON, 7) == pytest.approx(0.5)
    assert recency(NOON + timedelta(days=1), NOON, 7) == 1.0
    assert recency(None, NOON, 7) == 0.0


def test_newness_falls_slowly_and_the_undated_count_as_a_year_old() -> None:
    ages = [newness(NOON - timedelta(days=days), NOON) for days in (0, 1, 7, 30, 365, 3650, 9000)]
    assert ages == sorted(ages, reverse=True)
    assert (ages[0], ages[-1]) == (1.0, 0.0)
    assert newness(None, NOON) == ages[4]


def test_a_rare_word_covers_more_than_a_common_one() -> None:
    rarity = rarities({"council", "orle"}, [{"council"}, {"council"}, {"council", "orle"}])
    assert coverage(rarity, {"orle"}) > coverage(rarity, {"council"})
    assert coverage(rarity, {"orle", "council"}) == pytest.approx(1.0)
    assert coverage({}, {"orle"}) == 0.0


def test_stop_words_tell_nothing() -> None:
    assert stems("Who is the mayor of the town?") == {"mayor", "town"}


def test_the_nearest_sentence_and_the_words_lift_a_passage() -> None:
    question = "Which person 49 and thing 7?"
    asked = Asked(question, EMBEDDER.embed_query(question), NOON, Understood())
    right, wrong = SignalReranker().parts(asked, [cut(ARTICLE, 2, 0), cut(ARTICLE, 1, 0)])
    assert right["sentence"] > wrong["sentence"]
    assert right["words"] > wrong["words"]


def test_passages_without_sentence_vectors_are_still_scored() -> None:
    bare = ScoredPassage(cut(ARTICLE, 0, 0).passage, ARTICLE, 0.0)
    asked = Asked("thing", EMBEDDER.embed_query("thing"), NOON, Understood())
    assert SignalReranker().parts(asked, [bare])[0]["sentence"] == 0.0


def test_a_window_and_an_outlet_favour_and_are_named() -> None:
    inside = make_article("A.", published=NOON - timedelta(days=1), publisher="The Herald")
    outside = make_article("B.", published=NOON - timedelta(days=9), publisher="Radio North")
    understood = Understood(since=NOON - timedelta(days=2), until=NOON, publishers=("The Herald",), from_words="x")
    asked = Asked("x", EMBEDDER.embed_query("x"), NOON, understood)
    one, other = SignalReranker().parts(asked, [cut(inside, 0, 0, size=1), cut(outside, 0, 0, size=1)])
    assert one["window"] > other["window"] == 0.0
    assert one["publisher"] > other["publisher"] == 0.0


def test_a_cross_encoder_outweighs_the_signals() -> None:
    class Likes:
        name = "likes"

        def score(self, query: str, texts: list[str]) -> list[float]:
            return [-4.0, 9.0]

    asked = Asked("What tells of thing 0?", EMBEDDER.embed_query("thing 0"), NOON, Understood())
    first, second = ModelReranker(Likes()).parts(asked, [cut(ARTICLE, 0, 0), cut(ARTICLE, 2, 0)])
    assert sum(second.values()) > sum(first.values())


def test_neighbours_are_joined_into_one_verbatim_run() -> None:
    ranked = [cut(ARTICLE, 1, 0.9), cut(ARTICLE, 3, 0.8), cut(ARTICLE, 0, 0.7)]
    joined, alone = diversify(ranked, per_article=3, top=5)
    assert joined.passage.text == TEXT[joined.passage.start : joined.passage.end]
    assert (joined.passage.start, joined.passage.end) == (ranked[2].passage.start, ranked[0].passage.end)
    assert (joined.passage.id, joined.score) == (ranked[0].passage.id, 0.9)
    assert joined.passage.sentences == ranked[2].passage.sentences + ranked[0].passage.sentences
    assert joined.sentence_vectors.shape == (6, EMBEDDER.dim)
    np.testing.assert_array_equal(joined.sentence_vectors[3:], ranked[0].sentence_vectors)
    assert alone.passage == ranked[1].passage


def test_sentences_that_two_neighbours_share_are_kept_once() -> None:
    one, other = cut(ARTICLE, 0, 0.9), cut(ARTICLE, 1, 0.8)
    overlapping = ScoredPassage(
        Passage(
            other.passage.id, ARTICLE.id, 1, 1, one.passage.sentences[-1][0], other.passage.end,
            TEXT[one.passage.sentences[-1][0] : other.passage.end],
            (one.passage.sentences[-1], *other.passage.sentences),
        ),
        ARTICLE, 0.8, {}, np.vstack([one.sentence_vectors[-1:], other.sentence_vectors]),
    )  # fmt: skip
    (joined,) = diversify([one, overlapping], per_article=3, top=5)
    assert joined.passage.sentences == one.passage.sentences + other.passage.sentences
    assert len(joined.sentence_vectors) == len(joined.passage.sentences)


def test_vectors_are_dropped_where_not_all_sentences_have_one() -> None:
    bare = ScoredPassage(cut(ARTICLE, 1, 0).passage, ARTICLE, 0.5)
    (joined,) = diversify([cut(ARTICLE, 0, 0.9), bare], per_article=3, top=5)
    assert len(joined.passage.sentences) == 6
    assert len(joined.sentence_vectors) == 0


def test_a_run_does_not_grow_beyond_its_limit() -> None:
    joined, rest = diversify([cut(ARTICLE, n, 1 - n / 10) for n in range(4)], per_article=3, top=5)
    assert len(joined.passage.sentences) == 3 * LONGEST_RUN
    assert rest.passage.ordinal == 3


def test_of_one_article_only_a_few_passages_stay() -> None:
    other = make_article("Another story of a fair. It was held in town. It rained.")
    ranked = [cut(ARTICLE, 0, 0.9), cut(ARTICLE, 2, 0.8), cut(other, 0, 0.7)]
    assert [each.article.id for each in diversify(ranked, per_article=1, top=5)] == [ARTICLE.id, other.id]


def test_of_near_duplicates_the_best_stays() -> None:
    copied = make_article(TEXT.replace("person 0", "Person 0"), id="copy", publisher="Another")
    ranked = [cut(ARTICLE, 0, 0.9), cut(copied, 0, 0.8)]
    assert [each.article.id for each in diversify(ranked, per_article=3, top=5)] == [ARTICLE.id]


def test_no_more_than_asked_for_and_best_first() -> None:
    ranked = [cut(make_article(f"Story {n} of town {n} on day {n}."), 0, 1 - n / 10, size=1) for n in range(6)]
    assert diversify(ranked, per_article=3, top=4) == tuple(ranked[:4])
    assert diversify([], per_article=3, top=4) == ()
