"""Reports, comparisons and gates read a run's files and nothing else."""

from __future__ import annotations

import json
import random
import re
from html.parser import HTMLParser

import pytest

from eval.compare import compare_runs, comparison_json, comparison_text
from eval.gate import gate_run, parse_bound
from eval.page import html_page
from eval.plots import Bar, Series, bar_chart, line_chart
from eval.records import Record, RunFolder
from eval.report import blame, load_report, markdown, terminal_table, worst_answers
from qa.errors import NotFoundError, UsageError


def make_run(path, outcomes, *, wrong_unhedged=0.0, text="said", dataset="tiny", parts=("all",), **config):
    folder = RunFolder(path)
    made = {"dataset": dataset, "part": "all", "settings": {"llm": {"model": "m"}}, "started": "2026-01-02T00:00"}
    folder.start({**made, **config})
    with folder.writer() as write:
        for at, right in enumerate(outcomes):
            scores = {
                "contains": float(right),
                "f1": float(right),
                "wrong_unhedged": wrong_unhedged,
                "seconds_total": 1.5,
            }
            write(
                Record(
                    id=f"q{at}",
                    question=f"Question {at}?",
                    kind="single_fact" if at % 2 else "latest",
                    gold=("gold",),
                    scores=scores,
                    answer={"text": text},
                    confidence=0.8 if right else 0.3,
                    right=bool(right),
                    part=parts[at % len(parts)],
                )
            )
    return path


@pytest.fixture
def outcomes():
    rng = random.Random(5)
    return [rng.random() < 0.5 for _ in range(300)]


def test_a_run_compared_with_itself_finds_nothing(tmp_path, outcomes):
    one = make_run(tmp_path / "a", outcomes)
    comparison = compare_runs(one, one)
    assert comparison.found == ()
    assert comparison.flips == ()
    assert all(item.mcnemar_p in (None, 1.0) for item in comparison.measures)
    assert "differs by more than chance: nothing" in comparison_text(comparison)


def test_a_planted_difference_of_ten_points_is_found_and_the_questions_named(tmp_path, outcomes):
    better = [right or at % 5 == 0 for at, right in enumerate(outcomes)]
    gained = sum(better) - sum(outcomes)
    assert 25 <= gained <= 35
    comparison = compare_runs(make_run(tmp_path / "a", outcomes), make_run(tmp_path / "b", better))
    found = {item.name: item for item in comparison.found}
    assert found["contains"].difference.value == pytest.approx(gained / 300)
    assert found["contains"].mcnemar_p < 0.001
    assert "seconds_total" not in found
    assert len(comparison.flips) == gained
    assert {flip.better for flip in comparison.flips} == {str(tmp_path / "b")}
    value = json.loads(json.dumps(comparison_json(comparison)))
    assert value["measures"]["contains"]["found"] is True
    assert value["pairs"] == 300


def test_questions_that_one_run_lacks_are_counted_and_left_out(tmp_path):
    comparison = compare_runs(make_run(tmp_path / "a", [1, 0, 1]), make_run(tmp_path / "b", [1, 0]))
    assert (comparison.pairs, comparison.unpaired) == (2, 1)
    with pytest.raises(UsageError, match="in common"):
        compare_runs(make_run(tmp_path / "c", [1]), make_run(tmp_path / "d", []))


def test_a_gate_holds_a_run_to_bounds_and_shows_the_figures(tmp_path):
    run = make_run(tmp_path / "a", [1, 1, 1, 0])
    passed = gate_run(run, {"contains": 0.75}, {"wrong_unhedged": 0.0})
    assert passed.passed
    failed = gate_run(run, {"contains": 0.76}, {})
    assert not failed.passed
    assert re.search(r"FAIL\s+contains 75\.0 .*n=4.*at least 0\.76", failed.lines[0])
    with pytest.raises(UsageError, match="no measure nonsense"):
        gate_run(run, {"nonsense": 1}, {})
    with pytest.raises(UsageError, match="needs a bound"):
        gate_run(run, {}, {})
    assert parse_bound("f1=0.5") == ("f1", 0.5)
    with pytest.raises(UsageError, match=r"f1=0\.5"):
        parse_bound("f1>0.5")


@pytest.mark.parametrize(("pairs", "flips", "found"), [(1, 1, False), (9, 9, False), (20, 4, False), (20, 6, True)])
def test_a_difference_is_found_only_where_both_tests_leave_chance_out(tmp_path, pairs, flips, found):
    before = [0] * pairs
    after = [int(at < flips) for at in range(pairs)]
    comparison = compare_runs(make_run(tmp_path / "a", before), make_run(tmp_path / "b", after))
    gap = next(item for item in comparison.measures if item.name == "contains")
    assert gap.found is found
    assert gap.difference.p > 0
    assert "no correction was made" in comparison_text(comparison)


def test_a_run_that_was_broken_off_says_so_and_passes_no_gate(tmp_path):
    run = make_run(tmp_path / "a", [1, 1, 1], questions=165)
    assert "3 of 165 questions" in terminal_table([load_report(run)])
    gate = gate_run(run, {"contains": 0.5}, {})
    assert not gate.passed
    assert gate.lines[0] == "FAIL  3 of 165 questions"
    comparison = compare_runs(run, run)
    assert comparison_json(comparison)["broken_off"] == [f"{run} was broken off: it has 3 of 165 questions"] * 2
    assert "has 3 of 165 questions" in comparison_text(comparison)
    assert gate_run(make_run(tmp_path / "b", [1, 1], questions=2), {"contains": 0.5}, {}).passed


def test_parts_stand_apart_and_a_judges_agreement_beside_its_figures(tmp_path):
    agreed = {"judge_agreement:llm": {"value": 0.75, "low": 0.6, "high": 0.9, "n": 40, "unscored": 2}}
    run = make_run(tmp_path / "a", [1, 0] * 6, parts=("development", "reporting"), judge_agreement=agreed)
    report = load_report(run)
    text = markdown([report])
    assert "By part: a" in html_page([report])
    assert re.search(r"a by part\n.*\n.measure +. development +. reporting", terminal_table([report]))
    assert "| measure | development | reporting |" in text
    assert re.search(r"\| contains \| 100\.0 .*n=6 \| 0\.0 .*n=6 \|", text)
    assert "| judge_agreement:llm | 75.0 [60.0, 90.0] n=40, 2 unscored |" in text


def test_a_report_of_a_missing_run_says_so(tmp_path):
    with pytest.raises(NotFoundError, match="eval run"):
        load_report(tmp_path / "nothing")


def test_the_terminal_and_markdown_show_every_figure_with_n(tmp_path, outcomes):
    reports = [load_report(make_run(tmp_path / "a", outcomes)), load_report(make_run(tmp_path / "b", outcomes))]
    for shown in (terminal_table(reports), markdown(reports)):
        assert "contains" in shown
        assert "n=300" in shown
        assert "seconds_p95" in shown
    assert "single_fact" in markdown(reports)


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.addresses = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action")]


def test_the_page_needs_no_network_and_escapes_what_was_said(tmp_path, outcomes):
    evil = '<script>alert(1)</script><img src="https://evil.example/x">'
    page = html_page([load_report(make_run(tmp_path / "a", outcomes, text=evil, wrong_unhedged=1.0))])
    parser = Page()
    parser.feed(page)
    assert parser.addresses == []
    assert {"script", "img", "link", "iframe"}.isdisjoint(parser.tags)
    assert parser.tags.count("svg") == 3
    assert "&lt;script&gt;" in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_surest_wrong_answers_come_first_after_failures():
    def line(name, **fields):
        return Record(name, "?", "k", ("g",), fields.pop("scores"), **fields)

    records = [
        line("mild", scores={"wrong_unhedged": 1.0}, confidence=0.2),
        line("fine", scores={"wrong_unhedged": 0.0, "f1": 1.0}, confidence=0.9),
        line("sure", scores={"wrong_unhedged": 1.0}, confidence=0.9),
        line("broken", scores={"f1": 0.0}, error="The model went away."),
    ]
    assert [record.id for record in worst_answers(records)] == ["broken", "sure", "mild"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"error": "gone"}, "failure"),
        ({"gold": ()}, "abstaining"),
        ({"right": True}, "checking"),
        ({"scores": {"answer_in_passages@20": 0.0}}, "retrieval"),
        ({"scores": {"answer_in_passages@20": 1.0}}, "reading"),
        ({}, ""),
    ],
)
def test_a_wrong_answer_is_blamed_on_one_step(fields, place):
    values = {"id": "1", "question": "?", "kind": "k", "gold": ("g",), "scores": {}, "right": False}
    assert blame(Record(**{**values, **fields})) == place


def test_plots_escape_their_labels_and_stay_in_their_frame():
    chart = bar_chart([Bar("<b>", 1.0, 0.9, 1.0, 0)], "t<")
    assert "<b>" not in chart
    line = line_chart([Series("x", ((0.0, 0.0), (1.0, 1.0)), 7)], "t", "x", "y")
    numbers = [float(number) for number in re.findall(r"[ML](\d+\.\d)", line)]
    assert all(0 <= number <= 420 for number in numbers)
    assert "run1" in line
