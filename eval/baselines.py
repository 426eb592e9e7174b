"""The predictions that RealTime QA published of its own systems, scored by the code that scores ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.datasets import realtimeqa
from eval.datasets.base import EvalQuestion
from eval.datasets.realtimeqa import Prediction
from eval.measures import exact_match, token_f1
from eval.records import Record
from eval.scoring import Scores, has_contained
from qa.errors import NotFoundError, UnreadableError


def baseline_records(
    data: Path | None, questions: tuple[EvalQuestion, ...], *, none_of_the_above: bool = False
) -> tuple[Record, ...]:
    """Make one line a question with each system's scores, ``em/SYSTEM`` and so on.

    A question that a system made no prediction for has no score of that system: the benchmark published none for
    some weeks, which is not the system's failure.

    Args:
        none_of_the_above: the questions are of the quizzes whose choices have *none of the above*.

    Raises:
        NotFoundError, UnreadableError: there are no predictions, or one is of an unknown question.
    """
    known = {question.id: question for question in realtimeqa.load(data, none_of_the_above=none_of_the_above).questions}
    scores: dict[str, Scores] = {question.id: {} for question in questions}
    for system in realtimeqa.BASELINES:
        _add(scores, known, system, _predictions(data, system, none_of_the_above))
    scored = [(question, scores[question.id]) for question in questions if scores[question.id]]
    return tuple(Record(q.id, q.text, q.kind, q.gold, values, part=q.part) for q, values in scored)


def score_prediction(question: EvalQuestion, prediction: Prediction) -> Scores:
    """Score one published prediction: a text by EM, F1 and containment, choices by whether they are the right ones."""
    if prediction.choices is not None:
        return {"multiple_choice": float(sorted(prediction.choices) == sorted(question.correct))}
    em, f1 = exact_match(prediction.text, question.gold), token_f1(prediction.text, question.gold)
    scores: Scores = {"em": em, "f1": f1, "contains": float(has_contained(question, prediction.text))}
    if question.answerable:
        scores |= {"em_answerable": em, "f1_answerable": f1}
    return scores


def _predictions(data: Path | None, system: str, none_of_the_above: bool) -> tuple[Prediction, ...]:
    try:
        return realtimeqa.load_predictions(data, system, none_of_the_above=none_of_the_above)
    except NotFoundError:
        if system in realtimeqa.BASELINES[:2]:
            raise
        return ()


def _add(
    scores: dict[str, Scores], known: Mapping[str, EvalQuestion], system: str, predictions: Sequence[Prediction]
) -> None:
    for prediction in predictions:
        question = known.get(prediction.question_id)
        if question is None:
            raise UnreadableError(system, f"it predicts an unknown question {prediction.question_id}")
        if question.id in scores:
            named = {f"{name}/{system}": value for name, value in score_prediction(question, prediction).items()}
            scores[question.id] |= named
