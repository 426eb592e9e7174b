"""The benchmark's own published predictions, scored by our code, give the published figures."""

from __future__ import annotations

import pytest
from shared_data import data_folder

from eval.baselines import baseline_records
from eval.datasets import realtimeqa
from eval.summary import summarize


@pytest.fixture(scope="module")
def figures():
    folder = data_folder("realtimeqa-2023")
    questions = realtimeqa.load(folder).questions
    return summarize("b", "realtimeqa", baseline_records(folder, questions)).measures


@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("em/open_gpt3_gcs", 33.3),
        ("f1/open_gpt3_gcs", 40.7),
        ("em/closed_gpt3", 19.3),
        ("f1/closed_gpt3", 26.0),
        ("multiple_choice/open_gpt3_gcs", 63.0),
        ("multiple_choice/closed_gpt3", 45.9),
    ],
)
def test_published_predictions_score_as_published(figures, name, percent):
    assert round(100 * figures[name].value, 1) == percent
    assert figures[name].n == 270
    assert figures[name].unscored == 0


def test_published_predictions_on_answerable_questions(figures):
    assert round(100 * figures["em_answerable/open_gpt3_gcs"].value, 1) == 51.7
    assert round(100 * figures["f1_answerable/open_gpt3_gcs"].value, 1) == 59.3
    assert round(100 * figures["em_answerable/closed_gpt3"].value, 1) == 27.6


def test_answerable_questions_are_those_whose_returned_articles_hold_the_answer():
    questions = realtimeqa.load(data_folder("realtimeqa-2023")).questions
    assert len(questions) == 299
    assert sum(bool(question.answerable) for question in questions) == 157


def test_parts_split_by_week():
    questions = realtimeqa.load(data_folder("realtimeqa-2023")).questions
    assert {q.part for q in questions if q.id.startswith("20230804")} == {"development"}
    assert {q.part for q in questions if q.id.startswith("20230908")} == {"reporting"}
