"""A run: every question gets a line, failures count as wrong, and a killed run goes on where it stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.datasets.base import Dataset, EvalQuestion
from eval.records import QUESTIONS, RunFolder, record_line
from eval.run import Trial, ask_one, failed, holding_ids, run_questions, to_question
from eval.scoring import read_answer, score
from eval.summary import by_kind, summarize, summary_json, summary_text
from eval.systems import Reply, Speedometer
from qa.errors import HomeUnwritableError, ModelFailedError, UnreadableError, UsageError
from qa.models.llm import ModelTimings
from qa.types import Article

AS_OF = datetime(2025, 3, 1, tzinfo=UTC)
TEXT = "The ferry Grey Petrel will cost 41 million crowns. It sails in May."
ARTICLES = (
    Article(text=TEXT, title="Ferry ordered", url="https://a.example/ferry"),
    Article(text="The mayor praised the 41 million crowns ship.", title="Mayor", url="https://a.example/mayor"),
    Article(text="Rain is expected.", title="Weather", url="https://a.example/rain"),
)
PLACES = {"https://a.example/ferry": "f1", "https://a.example/mayor": "m1", "https://a.example/rain": "r1"}
COST = EvalQuestion(
    id="q1",
    text="What will the ferry cost?",
    gold=("41 million crowns",),
    as_of=AS_OF,
    articles=("https://a.example/ferry",),
    answerable=True,
    gold_articles=("https://a.example/ferry",),
    gold_quotes=("The ferry Grey Petrel will cost 41 million crowns.",),
)
NOWHERE = EvalQuestion(id="none", text="Who is the captain?", gold=(), as_of=AS_OF, kind="not_in_articles")
NOWHERE_KNOWN = replace(NOWHERE, answerable=False)


def answer(text, *, mode="answer", quote="The ferry Grey Petrel will cost 41 million crowns.", start=0, seconds=1.0):
    citation = {"article_id": "f1", "version": 1, "quote": quote, "start": start, "end": start + len(quote)}
    return {
        "mode": mode,
        "text": text,
        "short_answer": None,
        "confidence": 0.8,
        "citations": [citation] if mode == "answer" else [],
        "sources": [
            {"article_id": "r1", "title": "Weather", "text": "Rain."},
            {"article_id": "f1", "title": "Ferry ordered", "text": TEXT},
        ],
        "timings_ms": {"total": 1000 * seconds, "first_claim": None},
    }


class ScriptedSystem:
    """Answers from a table, abstains when the article it needs is left out, and may break at one question."""

    name = "scripted"
    parallel = 1

    def __init__(self, breaks_at: str | None = None, error: BaseException | None = None) -> None:
        self.asked: list[str] = []
        self._breaks_at, self._error = breaks_at, error

    def ask(self, question):
        self.asked.append(question.text)
        if question.text == self._breaks_at and self._error:
            raise self._error
        if "captain" in question.text or "f1" in question.filter.without_articles:
            return Reply(answer("The articles do not say.", mode="abstained"), None)
        return Reply(answer("It will cost 41 million crowns [1]."), "41 million crowns")

    def article(self, citation):
        return TEXT if citation.article_id == "f1" else None


class ParallelSystem(ScriptedSystem):
    parallel = 4


def dataset(*questions):
    return Dataset("tiny", ARTICLES, questions or (COST, NOWHERE))


def run(folder, system, questions=()):
    trial = Trial(dataset(*questions), system, PLACES)
    done = {record.id for record in folder.start({"dataset": "tiny"})}
    run_questions(trial, folder, done, clock=iter(range(1000)).__next__, say=lambda line: None)
    return summarize(folder.name, "tiny", folder.records())


def test_a_right_answer_scores_on_everything_that_applies():
    record = ask_one(Trial(dataset(), ScriptedSystem(), PLACES), COST)
    assert record.scores["em"] == record.scores["f1"] == record.scores["contains"] == 1
    assert record.scores["right_when_answering"] == record.scores["coverage"] == 1
    assert record.scores["wrong_unhedged"] == 0
    assert record.scores["quotes_verbatim"] == 1
    assert record.scores["citation_precision"] == record.scores["citation_recall"] == 1
    assert (record.scores["answer_in_passages@1"], record.scores["answer_in_passages@5"]) == (0, 1)
    assert record.scores["abstained_when_removed"] == 1
    assert (record.scores["RR@10"], record.scores["Hits@4"], record.scores["fact_mrr@10"]) == (0.5, 1, 0.5)
    assert record.scores["seconds_total"] == 1
    assert "seconds_first_claim" not in record.scores
    assert "multiple_choice" not in record.scores
    assert "abstained_on_unanswerable" not in record.scores
    assert record.right is True


def test_an_unanswerable_question_has_no_em_and_is_right_when_abstained_on():
    record = ask_one(Trial(dataset(), ScriptedSystem(), PLACES), NOWHERE)
    assert record.scores["abstained_on_unanswerable"] == 1
    assert {"em", "f1", "coverage", "right_when_answering", "answer_in_passages@5"}.isdisjoint(record.scores)
    assert record.right is False  # being sure of anything would have been wrong


def test_answering_the_unanswerable_is_wrong_and_unhedged():
    scores = score(NOWHERE, answer("Captain Pugwash."), "Captain Pugwash", [True])
    assert (scores["wrong_unhedged"], scores["abstained_on_unanswerable"]) == (1, 0)


def test_abstaining_is_precise_only_where_no_article_answers():
    silent = answer("The articles do not say.", mode="abstained")
    assert score(NOWHERE_KNOWN, silent, None)["abstention_precision"] == 1
    assert score(COST, silent, None)["abstention_precision"] == 0
    assert "abstention_precision" not in score(replace(COST, answerable=None), silent, None)
    assert "abstention_precision" not in score(COST, answer("It will cost 41 million crowns."), None)


def test_a_benchmarks_own_measure_is_being_right_or_keeping_quiet_where_nothing_is():
    silent = answer("The articles do not say.", mode="abstained")
    said = answer("It will cost 41 million crowns.")
    named = replace(COST, own_measure="accuracy@noise-0.2")
    assert [score(named, each, None)["accuracy@noise-0.2"] for each in (said, silent)] == [1, 0]
    rejected = replace(NOWHERE_KNOWN, own_measure="rejection_rate")
    assert [score(rejected, each, None)["rejection_rate"] for each in (said, silent)] == [0, 1]


def test_a_planted_error_is_detected_by_silence_or_by_values_side_by_side():
    planted = replace(COST, wrong_answers=("99 crowns",))
    repeated = score(planted, answer("It will cost 99 crowns."), None)
    assert (repeated["error_detection"], repeated["repeated_planted_error"]) == (0, 1)
    beside = {**answer("It will cost 99 crowns."), "disagreements": [{"about": "cost", "values": []}]}
    assert score(planted, beside, None)["error_detection"] == 1
    assert score(planted, answer("", mode="abstained"), None)["error_detection"] == 1


def test_a_question_of_a_few_passages_only_is_not_asked_again_without_them():
    system = ScriptedSystem()
    ask_one(Trial(dataset(), system, PLACES), replace(COST, restrict=True))
    assert system.asked == [COST.text]


def test_a_models_speed_is_of_its_own_timings_and_of_one_question():
    speed = Speedometer()
    assert speed.scores() == {}
    speed(ModelTimings(prompt_tokens=300, cached_tokens=9, prompt_ms=1500, written_tokens=1, written_ms=0.1))
    assert speed.scores() == {"tokens_per_s_read": 200}
    speed(ModelTimings(prompt_tokens=100, cached_tokens=0, prompt_ms=500, written_tokens=41, written_ms=800))
    assert speed.scores() == {"tokens_per_s_read": 200, "tokens_per_s_written": 50}
    speed.reset()
    assert speed.scores() == {}


def test_speeds_are_told_by_their_median():
    line = failed(Trial(dataset(), ScriptedSystem(), PLACES), COST, "x")
    lines = [replace(line, scores={**line.scores, "tokens_per_s_read": speed}) for speed in (1.0, 200.0, 300.0)]
    summary = summarize("r", "tiny", lines)
    assert summary.measures["tokens_per_s_read_p50"].value == 200
    assert "tokens_per_s_read" not in summary.measures
    assert "tokens_per_s_read_p50" in summary_text(summary)


def test_a_false_premise_is_met_by_abstaining_or_by_quoting_what_is_so():
    denied = replace(COST, gold=(), gold_quotes=("It sails in May.",), answerable=False)
    told = answer("It sails in May [1].", quote="It sails in May.")
    assert score(denied, told, None, [True])["premise_denied"] == 1
    assert score(denied, told, None, [True])["wrong_unhedged"] == 0
    assert score(denied, answer("", mode="abstained"), None)["premise_denied"] == 1
    followed = score(denied, answer("It never sailed because of rain."), None, [True])
    assert (followed["premise_denied"], followed["wrong_unhedged"]) == (0, 1)
    assert "abstained_on_unanswerable" not in followed


def test_quotes_are_an_answer_but_never_wrong_unhedged():
    scores = score(COST, answer("Rain is expected.", mode="quotes"), None)
    assert (scores["coverage"], scores["right_when_answering"], scores["wrong_unhedged"]) == (1, 0, 0)
    assert "right_in_own_words" not in scores


@pytest.mark.parametrize(("text", "right"), [("It will cost 41 million crowns.", 1), ("It will cost 9 crowns.", 0)])
def test_an_answer_in_words_of_its_own_is_judged_apart_from_quotes(text: str, right: int):
    assert score(COST, answer(text), None)["right_in_own_words"] == right


def test_a_quote_that_does_not_stand_at_its_offsets_is_not_verbatim():
    class Shifted(ScriptedSystem):
        def ask(self, question):
            return Reply(answer("It will cost 41 million crowns [1].", start=1), None)

    assert ask_one(Trial(dataset(), Shifted(), PLACES, removed=False), COST).scores["quotes_verbatim"] == 0


def test_all_parts_are_needed_where_a_question_has_parts():
    both = replace(COST, gold=("41 million crowns and May",), parts=(("41 million crowns",), ("May",)))
    half, whole = answer("41 million crowns."), answer("41 million crowns, in May.")
    assert score(both, half, "41 million crowns")["right_when_answering"] == 0
    assert score(both, whole, None)["right_when_answering"] == 1


def test_every_article_with_the_answer_is_left_out_when_asked_again_not_only_the_gold_one():
    assert set(holding_ids(Trial(dataset(), ScriptedSystem(), PLACES), COST)) == {"f1", "m1"}


def test_questions_of_a_restricted_benchmark_see_their_own_articles_only():
    assert to_question(replace(COST, restrict=True), PLACES).filter.articles == ("f1",)
    assert to_question(COST, PLACES).filter.articles == ()
    without_any = replace(COST, restrict=True, articles=())
    assert to_question(without_any, PLACES).filter.articles  # an empty filter would search everything


@pytest.mark.parametrize("error", [ModelFailedError("The model went away."), RuntimeError("odd")])
def test_a_question_that_fails_counts_as_wrong_and_the_run_goes_on(tmp_path, error):
    summary = run(RunFolder(tmp_path / "r"), ScriptedSystem(COST.text, error))
    assert summary.n == 2
    assert (summary.measures["em"].value, summary.measures["em"].n) == (0, 1)
    assert summary.measures["failed"].value == 0.5
    assert summary.measures["coverage"].value == 0
    record = RunFolder(tmp_path / "r").records()[0]
    assert str(error) in record.error


def test_a_judge_is_named_in_what_it_judged():
    spoken = {**answer("It will cost 41 million crowns [1]."), "claims": [{"text": "It costs.", "citations": [1]}]}
    spoken["citations"][0]["number"] = 1

    class Speaks(ScriptedSystem):
        def ask(self, question):
            return Reply(spoken, None)

    trial = Trial(dataset(), Speaks(), PLACES, removed=False, judge={"yes-man": lambda premise, claim: True})
    record = ask_one(trial, COST)
    assert record.scores["alce_citation_recall:yes-man"] == record.scores["alce_citation_precision:yes-man"] == 1


def test_a_killed_run_resumed_gives_the_same_lines_as_an_unbroken_one(tmp_path):
    many = (*(replace(COST, id=f"q{i}", text=f"What will ferry {i} cost?") for i in range(7)), NOWHERE)
    whole = RunFolder(tmp_path / "whole")
    run(whole, ScriptedSystem(), many)
    for stop in range(8):
        broken = RunFolder(tmp_path / f"broken{stop}")
        with pytest.raises(KeyboardInterrupt):
            run(broken, ScriptedSystem(many[stop].text, KeyboardInterrupt()), many)
        assert len(broken.records()) == stop
        with (broken.path / QUESTIONS).open("a") as file:
            file.write('{"id": "q5", "quest')  # the kill came in the middle of a line
        system = ScriptedSystem()
        run(broken, system, many)
        assert many[0].text not in system.asked or stop == 0
        assert [record_line(r) for r in broken.records()] == [record_line(r) for r in whole.records()]


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from test_eval_run import COST, NOWHERE, RunFolder, ScriptedSystem, replace, run
from pathlib import Path

class Kills(ScriptedSystem):
    def ask(self, question):
        if question.text == "What will ferry {stop} cost?":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().ask(question)

many = (*(replace(COST, id=f"q{{i}}", text=f"What will ferry {{i}} cost?") for i in range(7)), NOWHERE)
run(RunFolder(Path({folder!r})), Kills(), many)
"""


@pytest.mark.parametrize("stop", [0, 4])
def test_a_process_killed_for_good_leaves_whole_lines_to_go_on_from(tmp_path, stop):
    folder = RunFolder(tmp_path / "killed")
    code = KILLED.format(tests=str(Path(__file__).parent), stop=stop, folder=str(folder.path))
    killed = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(folder.records()) == stop
    many = (*(replace(COST, id=f"q{i}", text=f"What will ferry {i} cost?") for i in range(7)), NOWHERE)
    resumed = run(folder, ScriptedSystem(), many)
    unbroken = run(RunFolder(tmp_path / "killed2"), ScriptedSystem(), many)
    assert resumed.measures == unbroken.measures


def test_questions_asked_side_by_side_are_written_in_order(tmp_path):
    many = tuple(replace(COST, id=f"q{i}") for i in range(9))
    folder = RunFolder(tmp_path / "r")
    run(folder, ParallelSystem(), many)
    assert [record.id for record in folder.records()] == [f"q{i}" for i in range(9)]


def test_a_finished_run_asks_nothing_again(tmp_path):
    folder = RunFolder(tmp_path / "r")
    first, system = run(folder, ScriptedSystem()), ScriptedSystem()
    assert run(folder, system) == first
    assert system.asked == []


def test_a_run_made_in_another_way_is_not_gone_on_with(tmp_path):
    folder = RunFolder(tmp_path / "r")
    folder.start({"dataset": "tiny", "limit": 3, "started": "a"})
    assert folder.start({"dataset": "tiny", "limit": 3, "started": "b"}) == ()
    with pytest.raises(UsageError, match="limit"):
        folder.start({"dataset": "tiny", "limit": 4, "started": "b"})


def test_a_run_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HomeUnwritableError, match="cannot be made"):
        RunFolder(tmp_path / "file" / "r").start({})


def test_a_broken_line_in_the_middle_is_an_error_that_names_it(tmp_path):
    folder = RunFolder(tmp_path / "r")
    run(folder, ScriptedSystem())
    file = folder.path / QUESTIONS
    file.write_text("{}\n" + file.read_text())
    with pytest.raises(UnreadableError, match="line 1"):
        folder.records()


def test_the_summary_is_the_contracts_object(tmp_path):
    summary = run(RunFolder(tmp_path / "r"), ScriptedSystem())
    value = json.loads(json.dumps(summary_json(summary)))
    assert set(value) == {"run", "dataset", "n", "measures"}
    assert set(value["measures"]["em"]) == {"value", "low", "high", "n", "unscored"}
    assert {"auroc", "seconds_p50", "seconds_p95", "abstained_when_removed", "coverage"} <= set(value["measures"])
    assert "em" in summary_text(summary)
    assert by_kind(RunFolder(tmp_path / "r").records(), "abstained_on_unanswerable")["not_in_articles"].n == 1


def test_what_was_tuned_on_and_what_is_reported_are_summed_up_apart():
    wrong = failed(Trial(dataset(), ScriptedSystem(), PLACES), COST, "x")
    right = replace(wrong, id="right", scores={**wrong.scores, "em": 1.0})
    summary = summarize("r", "tiny", [replace(wrong, part="development"), right])
    value = json.loads(json.dumps(summary_json(summary)))
    assert value["measures"]["em"]["value"] == 0.5
    assert {part: (each["n"], each["measures"]["em"]["value"]) for part, each in value["parts"].items()} == {
        "development": (1, 0.0),
        "reporting": (1, 1.0),
    }
    assert "r (reporting): tiny, 1 questions" in summary_text(summary)
    assert summarize("r", "tiny", [wrong, right]).parts == {}


def test_a_failed_question_is_wrong_in_every_figure_that_it_would_have_been_part_of():
    trial = Trial(dataset(), ScriptedSystem(), PLACES)
    lines = [ask_one(trial, COST), failed(trial, replace(COST, id="broken"), "The model is gone.")]
    figures = summarize("r", "tiny", lines).measures
    assert (figures["abstained_when_removed"].value, figures["abstained_when_removed"].n) == (0.5, 2)
    assert figures["auroc"].n == 2
    assert (figures["seconds_p50"].n, figures["seconds_p50"].unscored) == (1, 1)


def test_judging_that_breaks_is_a_failed_question_and_not_the_end_of_the_run():
    class Unreadable(ScriptedSystem):
        def article(self, citation):
            raise ModelFailedError("The article cannot be read.")

    record = ask_one(Trial(dataset(), Unreadable(), PLACES), COST)
    assert record.error == "The article cannot be read."
    assert record.scores["em"] == 0


def test_progress_tells_how_long_the_rest_will_take(tmp_path):
    many = tuple(replace(COST, id=f"q{i}") for i in range(20))
    said = []
    trial = Trial(dataset(*many), ScriptedSystem(COST.text, ModelFailedError("gone")), PLACES)
    run_questions(trial, RunFolder(tmp_path), (), clock=iter((0.0, 300.0, 600.0)).__next__, say=said.append)
    assert said == [
        "10/20 questions, 10 failed, 30.0 s each, 5 min left",
        "20/20 questions, 20 failed, 30.0 s each, 0 s left",
    ]


def test_a_system_without_a_confidence_has_no_figures_of_it():
    class Unsure(ScriptedSystem):
        def ask(self, question):
            reply = super().ask(question)
            return replace(reply, answer={**reply.answer, "confidence": None})

    trial = Trial(dataset(), Unsure(), PLACES)
    figures = summarize("r", "tiny", [ask_one(trial, COST), failed(trial, replace(COST, id="b"), "x")]).measures
    assert {"auroc", "calibration_error", "risk_coverage_area"}.isdisjoint(figures)


def test_a_gold_article_that_is_not_in_the_library_is_one_that_was_not_found():
    asked = replace(COST, gold_articles=("https://a.example/ferry", "https://a.example/gone"))
    assert ask_one(Trial(dataset(), ScriptedSystem(), PLACES), asked).scores["R@10"] == 0.5


def test_denying_a_false_premise_does_not_count_in_the_precision_of_abstaining():
    asked = replace(NOWHERE_KNOWN, gold_quotes=("There is no captain.",))
    assert "abstention_precision" not in score(asked, answer("", mode="abstained"), None)
    assert score(NOWHERE_KNOWN, answer("", mode="abstained"), None)["abstention_precision"] == 1


def test_a_planted_error_kept_quiet_about_does_not_count_in_the_precision_of_abstaining():
    planted = replace(COST, answerable=False, wrong_answers=("99 crowns",))
    assert "abstention_precision" not in score(planted, answer("", mode="abstained"), None)


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        (("answerable", "unanswerable"), ("squad_em", "squad_f1")),
        (("inference_query", "null_query"), ("multihop_rag_accuracy",)),
    ],
)
def test_a_benchmarks_overall_figure_has_all_its_questions_and_silence_is_right_where_nothing_answers(kinds, names):
    known, unknown = replace(COST, kind=kinds[0]), replace(NOWHERE_KNOWN, kind=kinds[1])
    silent, said = answer("The articles do not say.", mode="abstained"), answer("It will cost 41 million crowns.")
    for name in names:
        given = [
            score(question, each, "41 million crowns")[name] for question in (known, unknown) for each in (said, silent)
        ]
        assert given == [1, 0, 0, 1]
        assert failed(Trial(dataset(), ScriptedSystem(), PLACES), unknown, "gone").scores[name] == 0
        assert name not in score(COST, said, "41 million crowns")


def test_the_interval_of_a_calibration_error_is_around_it():
    sure = [0.05 * at for at in range(20)] * 5
    lines = [replace(ask_one(Trial(dataset(), ScriptedSystem(), PLACES), COST), id=str(at), confidence=value,
             right=(at * 7) % 20 < 20 * value) for at, value in enumerate(sure)]  # fmt: skip
    error = summarize("r", "tiny", lines).measures["calibration_error"]
    assert error.low < error.value - 0.01
    assert error.low <= error.value <= error.high


def test_the_answer_is_read_from_the_contracts_object_alone():
    seen = read_answer({"mode": "answer", "text": "Yes [1].", "short_answer": "yes"})
    assert (seen.text, seen.answered, seen.citations, seen.sources) == ("Yes.", True, (), ())
