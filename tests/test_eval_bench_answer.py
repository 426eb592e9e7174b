"""The answer bench: whose time is whose, told with a scripted model and clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eval.bench.answer import Timed, WatchedModel, rows, spread
from eval.datasets.base import Dataset, EvalQuestion
from qa.models.llm import ModelTimings, Token

MEASURED = ModelTimings(prompt_tokens=50, cached_tokens=0, prompt_ms=200.0, written_tokens=4, written_ms=80.0)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Slow:
    """Writes four tokens, each after so many seconds, and says at last what it measured."""

    name, llm, grammar, small, reads = "slow", None, None, True, None

    def __init__(self, clock, seconds, timings):
        self._clock, self._seconds, self._timings, self.closed = clock, seconds, timings, False

    def stream_tokens(self, messages, **options):
        try:
            for at, seconds in enumerate(self._seconds, 1):
                self._clock.now += seconds
                yield Token(f"t{at} ")
            yield Token("", timings=self._timings)
        finally:
            self.closed = True

    def close(self):
        self.closed = True


def watched(timings):
    clock = Clock()
    model = WatchedModel(Slow(clock, (2.0, 0.5, 0.25, 0.25), timings), clock)
    return model, clock


def test_only_what_is_waited_for_the_model_counts_as_waiting():
    model, clock = watched(None)
    for text in model.stream([("user", "?")]):
        clock.now += 100.0  # what others do between two tokens
        if text == "t2 ":
            assert (model.tokens, model.waited) == (2, 2500.0)
    assert (model.tokens, model.waited) == (4, 3000.0)
    model.begin()
    assert (model.tokens, model.waited, model.timings) == (0, 0.0, [])


def test_a_models_own_time_is_what_it_measured_for_its_first_tokens():
    model, _ = watched(MEASURED)
    list(model.stream_tokens([("user", "?")]))
    assert model.own(2, 2500.0) == 200.0 + 40.0
    assert model.own(9, 2500.0) == 280.0


def test_of_a_model_that_measures_nothing_it_is_what_was_waited():
    model, _ = watched(None)
    list(model.stream_tokens([("user", "?")]))
    assert model.own(2, 2500.0) == 2500.0


def test_a_model_left_in_the_middle_is_told_so():
    model, _ = watched(None)
    tokens = model.stream_tokens([("user", "?")])
    next(tokens)
    tokens.close()
    assert model.inner.closed


def timed(first_claim, own, rest):
    return Timed(first_claim, own, rest, retrieve=1.0, evidence=2.0, verify=3.0, total=rest + 4.0)


def test_the_rows_tell_medians_with_their_intervals_and_the_ratio_of_both():
    found = {row.what: row for row in rows([timed(20.0 + n, 10.0 + n / 2, 5.0 + n) for n in range(9)])}
    assert list(found) == [
        "first_claim_p50", "first_claim_p95", "model_own_p50", "model_own_p95", "first_claim_to_model",
        "questions", "answered", "without_model_p50", "without_model_p95",
        "retrieve_p50", "evidence_p50", "verify_p50", "total_p50",
    ]  # fmt: skip
    assert found["first_claim_p50"].value == 24.0
    assert (found["first_claim_p50"].low, found["first_claim_p50"].high) == (21.0, 27.0)
    assert found["first_claim_to_model"].value == 2.0
    assert found["first_claim_to_model"].low == pytest.approx(2.0)
    assert found["without_model_p95"].value == pytest.approx(12.6)


def test_questions_without_a_claim_count_in_all_but_the_models_figures():
    found = {row.what: row for row in rows([timed(20.0, 10.0, 5.0), timed(None, None, 7.0), timed(30.0, None, 9.0)])}
    assert (found["answered"].value, found["questions"].value) == (2, 3)
    assert found["first_claim_p50"].n == 1
    assert found["without_model_p50"].value == 7.0
    without = {row.what for row in rows([timed(None, None, 5.0)])}
    assert not {"first_claim_p50", "model_own_p50", "first_claim_to_model"} & without


@pytest.mark.parametrize(
    ("there", "most", "taken"),
    [(10, 5, [0, 2, 4, 6, 8]), (10, 4, [0, 2, 5, 7]), (3, 2, [0, 1]), (3, 3, [0, 1, 2]), (3, 40, [0, 1, 2])],
)
def test_questions_are_taken_at_even_distances(there, most, taken):
    asked = tuple(EvalQuestion(str(n), "?", ("g",), datetime(2025, 1, 1, tzinfo=UTC)) for n in range(there))
    assert [int(question.id) for question in spread(Dataset("d", (), asked), most)] == taken
