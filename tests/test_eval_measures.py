"""Measures against hand-worked cases and against independent implementations."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from eval.curves import auroc, auroc_measure, calibration_error, reliability, risk_coverage, risk_coverage_area
from eval.intervals import bootstrap, mcnemar, mean_measure, paired_difference, percentile_measure, wilson
from eval.measures import (
    answer_rank,
    citation_precision,
    citation_recall,
    contains,
    exact_match,
    pick_choice,
    recall_at,
    same_quote,
    shares_a_word,
    states,
    token_f1,
    within,
    without_markers,
    word_overlap,
)


@pytest.mark.parametrize(
    ("prediction", "golds", "em", "f1"),
    [
        ("The Eiffel Tower!", ["eiffel tower"], 1, 1),
        ("Paris, France", ["Paris"], 0, 2 / 3),
        ("70,000", ["70000"], 1, 1),
        ("a cat sat", ["the dog", "cat"], 0, 2 / 3),
        ("b b c", ["b c c"], 0, 2 / 3),
        (None, ["x"], 0, 0),
        ("", ["x"], 0, 0),
        ("the", ["a"], 1, 1),
        ("x", [], 0, 0),
    ],
)
def test_exact_match_and_f1_follow_the_squad_script(prediction, golds, em, f1):
    assert exact_match(prediction, golds) == em
    assert token_f1(prediction, golds) == pytest.approx(f1)


def test_contains_compares_normalised_characters_and_never_finds_an_empty_gold():
    assert contains("He pays $70,000 a year.", ["70000"])
    assert contains("It was the Buffalo Bills.", ["x", "buffalo bills"])
    assert not contains("anything", ["the", ""])
    assert not contains(None, ["x"])


def test_a_number_is_not_found_inside_another_number():
    assert contains("in 2018", ["18"])
    assert not states("in 2018", ["18"])
    assert states("All 18 turbines", ["18"])
    assert states("He pays $70,000 a year.", ["70,000"])


def test_quotes_and_dashes_set_another_way_are_the_same_answer_to_who_reads_it():
    assert states("McDonald's and “The Little Mermaid”", ["McDonald’s"])
    assert states("Little Mermaid", ["“The Little Mermaid”"])
    assert not contains("Little Mermaid", ["“The Little Mermaid”"])


def test_sharing_a_word_is_as_mild_as_the_benchmark_has_it():
    assert shares_a_word("the answer is Yes", ["yes"]) == 1
    assert shares_a_word("Yes.", ["yes"]) == 0
    assert shares_a_word(None, ["yes"]) == 0


def test_markers_are_taken_out_with_the_space_before_them():
    assert without_markers("It rose [1]. Then fell [2, 3].[4]") == "It rose. Then fell."


def test_a_free_answer_picks_the_nearest_choice_or_the_only_one_named():
    choices = ["Pittsburgh Steelers", "Buffalo Bills", "Cleveland Browns"]
    assert pick_choice("the Bills", "", choices) == 1
    assert pick_choice(None, "Officials of the Cleveland Browns said so.", choices) == 2
    assert pick_choice(None, "The Buffalo Bills met the Cleveland Browns.", choices) is None
    assert pick_choice("nobody", "", choices) is None


def test_who_names_no_choice_picks_none_of_the_above_but_who_says_nothing_picks_none():
    choices = ["Pittsburgh Steelers", "Buffalo Bills", "None of the Above"]
    assert pick_choice("the Browns", "The Browns won.", choices) == 2
    assert pick_choice(None, "The articles do not say.", choices) == 2
    assert pick_choice("the Bills", "The Bills won.", choices) == 1
    assert pick_choice(None, "The Buffalo Bills met the Pittsburgh Steelers.", choices) is None
    assert pick_choice(None, "", choices) is None


def test_answer_rank_counts_from_one():
    assert answer_rank(["no", "it is 42", "42"], ["42"]) == 2
    assert answer_rank(["no"], ["42"]) is None
    assert [within(2, k) for k in (1, 2, 5)] == [0, 1, 1]
    assert within(None, 20) == 0


def test_recall_of_nothing_relevant_is_not_a_number():
    assert recall_at(["a", "b", "c"], ["b", "z"], 2) == 0.5
    assert recall_at(["a"], [], 5) is None


def test_citations_are_judged_by_gold_quotes():
    gold = ["The ferry will cost 41 million crowns.", "It enters service in May 2025."]
    cited = ["The ferry will cost 41 million crowns.", "The weather was fine."]
    assert citation_precision(cited, gold) == 0.5
    assert citation_recall(cited, gold) == 0.5
    assert citation_precision([], gold) is None
    assert citation_recall(cited, []) is None
    assert citation_precision(["A price of 41 million crowns was named."], gold, ["41 million crowns"]) == 1


def test_a_quote_cut_at_other_bounds_is_the_same_quote():
    assert same_quote("will cost 41 million crowns", "The ferry will cost 41 million crowns.")
    assert not same_quote("The ferry was late.", "The ferry will cost 41 million crowns and sail in May.")
    assert not same_quote("", "x")


def test_word_overlap_is_the_share_of_the_claims_words():
    assert word_overlap("The cat sat down", "a cat sat") == pytest.approx(2 / 3)
    assert word_overlap("", "x") == 0


@pytest.mark.parametrize(("k", "n"), [(0, 10), (5, 10), (10, 10), (33, 270), (1, 1)])
def test_wilson_agrees_with_scipy(k, n):
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_measure_counts_what_could_not_be_scored_apart():
    measure = mean_measure([1.0, 0.0, None, 1.0])
    assert (measure.value, measure.n, measure.unscored) == (pytest.approx(2 / 3), 3, 1)
    empty = mean_measure([None])
    assert (empty.value, empty.low, empty.n, empty.unscored) == (None, None, 0, 1)


def test_the_same_values_give_the_same_interval():
    values = [0.1, 0.5, 0.9, 0.4] * 5
    assert mean_measure(values) == mean_measure(values)
    low, high = mean_measure(values).low, mean_measure(values).high
    assert low < np.mean(values) < high


def test_the_bootstrap_covers_the_normal_interval_of_a_mean():
    rng = random.Random(1)
    values = np.array([rng.gauss(5, 2) for _ in range(400)])
    low, high = bootstrap(len(values), lambda rows: float(values[rows].mean()))
    half = 1.96 * values.std(ddof=1) / math.sqrt(len(values))
    assert low == pytest.approx(values.mean() - half, abs=0.05)
    assert high == pytest.approx(values.mean() + half, abs=0.05)


def test_percentiles_have_intervals_around_them():
    measure = percentile_measure([float(i) for i in range(101)], 95)
    assert measure.value == 95
    assert measure.low < 95 <= measure.high


def test_auroc_agrees_with_sklearn_ties_included():
    rng = random.Random(3)
    labels = [rng.random() < 0.4 for _ in range(200)]
    scores = [round(rng.random() + 0.3 * label, 1) for label in labels]
    assert auroc(scores, labels) == pytest.approx(metrics.roc_auc_score(labels, scores))


def test_auroc_of_one_kind_has_no_value_and_counts_as_unscored():
    measure = auroc_measure([0.1, 0.2], [True, True])
    assert (measure.value, measure.n, measure.unscored) == (None, 0, 2)


def test_risk_coverage_by_hand():
    points = risk_coverage([0.9, 0.8, 0.8, 0.1], [True, False, True, False])
    assert [(p.coverage, round(p.risk, 3), p.threshold) for p in points] == [
        (0.25, 0, 0.9),
        (0.75, 0.333, 0.8),
        (1, 0.5, 0.1),
    ]
    assert risk_coverage([], []) == ()


def test_risk_coverage_area_by_hand_and_free_of_the_order_of_ties():
    # Ranks: right, then two tied of which one is wrong, then wrong: risks 0, .25, .3333, .5.
    expected = (0 + 0.5 / 2 + 1 / 3 + 2 / 4) / 4
    assert risk_coverage_area([0.9, 0.8, 0.8, 0.1], [True, False, True, False]) == pytest.approx(expected)
    assert risk_coverage_area([0.9, 0.8, 0.8, 0.1], [True, True, False, False]) == pytest.approx(expected)
    assert math.isnan(risk_coverage_area([], []))


def test_calibration_error_by_hand():
    # Bin .9-1: two of confidence 1, one right (gap .5); bin .2-.3: one of .25, wrong (gap .25).
    assert calibration_error([1.0, 1.0, 0.25], [True, False, False]) == pytest.approx((2 * 0.5 + 0.25) / 3)
    assert [b.n for b in reliability([1.0, 1.0, 0.25], [True, False, False])] == [1, 2]


def test_mcnemar_agrees_with_the_binomial_test():
    assert mcnemar(3, 12) == pytest.approx(stats.binomtest(3, 15).pvalue)
    assert mcnemar(0, 0) == 1


def test_a_paired_difference_of_nothing_is_not_found():
    same = paired_difference([0, 1, 1, 0] * 10, [0, 1, 1, 0] * 10)
    assert (same.value, same.found, same.p) == (0, False, 1)


def test_a_planted_difference_of_ten_points_is_found():
    first = [float(i % 2) for i in range(300)]
    second = [1.0 if i % 10 == 0 else value for i, value in enumerate(first)]
    planted = paired_difference(first, second)
    assert planted.value == pytest.approx(0.1)
    assert planted.found
    assert planted.p < 0.01
