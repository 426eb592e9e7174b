"""The benchmark's own published predictions, scored by our code, give the published figures."""

from __future__ import annotations

import json

import pytest
from shared_data import data_folder

from eval.baselines import baseline_records
from eval.datasets import realtimeqa
from eval.summary import summarize
from qa.errors import NotFoundError


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


@pytest.fixture
def nota(tmp_path):
    lines = {
        "20230106_qa_nota.jsonl": {
            "question_id": "20230106_0_nota", "question_date": "2023/01/05", "question_sentence": "Who won?",
            "choices": ["Steelers", "None of the above"], "answer": ["1"],
        },
        "20230106_gcs.jsonl": {"question_id": "20230106_0", "search_result": []},
        "baselines/20230106_qa_nota_open_gpt3_gcs.jsonl": {"question_id": "20230106_0_nota", "prediction": ["1"]},
        "baselines/20230106_qa_nota_closed_gpt3.jsonl": {"question_id": "20230106_0_nota", "prediction": ["0"]},
    }  # fmt: skip
    (tmp_path / "baselines").mkdir()
    for name, line in lines.items():
        (tmp_path / name).write_text(json.dumps(line))
    return tmp_path


def test_predictions_of_none_of_the_above_quizzes_are_scored_by_choice(nota):
    questions = realtimeqa.load(nota, none_of_the_above=True).questions
    (record,) = baseline_records(nota, questions, none_of_the_above=True)
    assert record.scores == {"multiple_choice/open_gpt3_gcs": 1, "multiple_choice/closed_gpt3": 0}


def test_quizzes_without_such_predictions_are_refused_by_the_name_of_the_missing_files(nota):
    (nota / "baselines" / "20230106_qa_nota_closed_gpt3.jsonl").unlink()
    questions = realtimeqa.load(nota, none_of_the_above=True).questions
    with pytest.raises(NotFoundError, match=r"_qa_nota_closed_gpt3\.jsonl"):
        baseline_records(nota, questions, none_of_the_above=True)
