from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chat_fakes import HOSTILE, ScriptedIndex, abstained, answered

from eval.compare import compare_records
from eval.intervals import Measure
from eval.records import Record
from eval.report import RunReport
from eval.summary import RunSummary
from qa.errors import UsageError
from ui.chat.export import conversation_json, conversation_markdown, exported, plain, read_views, view_json
from ui.chat.figures import grid, no_runs, run_choice, scores, stage_rows
from ui.chat.scoreboard import Scoreboard
from ui.chat.stopping import Running
from ui.chat.view import TurnView, answered_view

NOW = datetime(2025, 7, 1, tzinfo=UTC)
VIEW = answered_view(TurnView("What does the ferry cost?", NOW), answered(), ScriptedIndex().article)


def test_a_view_survives_the_browser() -> None:
    assert read_views([json.loads(view_json(VIEW))]) == (VIEW,)


@pytest.mark.parametrize("given", [None, "x", [1], [{"question": "q"}], {"a": 1}])
def test_what_is_no_conversation_is_refused(given: object) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        read_views(given)


def test_markdown_holds_answers_sources_and_quotes() -> None:
    text = conversation_markdown("Ferries", (VIEW,))
    assert text.startswith("# Ferries\n")
    assert "costs 41 million crowns. [1]" in text
    assert (
        "1. [Line orders first new ferry in 37 years](<https://courier.example/ferry>) – The Courier, 1 March 2025"
        in text
    )
    assert "> The price of the ferry rose to 46 million crowns in September." in text
    assert "(fictional sample)" in text


def test_markdown_says_why_there_is_no_answer() -> None:
    view = answered_view(TurnView("Who paid?", NOW), abstained(), ScriptedIndex().article)
    assert "None of the closest passages names a sponsor." in conversation_markdown("x", (view,))


def test_hostile_words_are_plain_in_markdown() -> None:
    assert plain("# a\n[b](javascript:c) *d* <e>") == r"\# a \[b\](javascript:c) \*d\* \<e\>"
    assert "<script" not in conversation_markdown(HOSTILE, (VIEW,)).replace(r"\<", "")


def test_the_pages_script_is_given_either_form() -> None:
    turns = [json.loads(view_json(VIEW))]
    assert exported({"name": "x", "turns": turns, "form": "markdown"}).startswith("# x")
    assert json.loads(exported({"turns": turns, "form": "json"}))[0]["citations"][0]["number"] == 1
    assert json.loads(conversation_json((VIEW,)))[0]["question"] == VIEW.question


def record(name: str, right: float, milliseconds: float = 100.0) -> Record:
    answer = {"text": HOSTILE, "timings_ms": {"total": milliseconds, "verify": None}}
    return Record(name, f"{name} {HOSTILE}", "single_fact", ("gold",), {"contains": right}, answer, confidence=0.5)


def report(run: str, *records: Record) -> RunReport:
    measure = Measure(0.5, 0.4, 0.6, len(records))
    return RunReport(RunSummary(run, "sample", len(records), {"contains": measure}), {"dataset": "sample"}, records)


def test_scores_show_figures_intervals_and_stages() -> None:
    html = scores([report("one", record("a", 1.0, 100), record("b", 0.0, 300))], None)
    assert "contains" in html
    assert "<svg" in html
    assert "Where the time goes" in html
    assert stage_rows([report("one", record("a", 1.0, 100), record("b", 0.0, 300))])[-1] == ["total", "200"]


def test_two_runs_are_compared_down_to_the_questions_that_changed() -> None:
    ones, others = [record("a", 1.0), record("b", 0.0)], [record("a", 1.0), record("b", 1.0)]
    comparison = compare_records("one", "two", ones, others)
    html = scores([report("one", *ones), report("two", *others)], comparison)
    assert "Questions that changed (1)" in html
    assert "better in two" in html
    assert "<script" not in html
    assert "<img" not in html


def test_names_of_runs_are_escaped() -> None:
    html = run_choice([HOSTILE], [HOSTILE]) + grid([HOSTILE], [[HOSTILE, HOSTILE]]) + no_runs()
    assert "<script" not in html
    assert "checked" in html


def test_a_folder_without_runs_says_how_to_measure(tmp_path: Path) -> None:
    choice, shown = Scoreboard(tmp_path / "none").latest()
    assert choice == ""
    assert "onrecord eval run sample" in shown


def test_a_broken_run_is_told_and_not_raised(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "config.json").write_text("{}", "utf-8")
    choice, shown = Scoreboard(tmp_path).latest()
    assert "broken" in choice
    assert shown


class Steps:
    """Steps of an answer that stands still after the first."""

    def __init__(self) -> None:
        self.closed = False
        self.begun = asyncio.Event()

    async def run(self) -> AsyncGenerator[int, None]:
        try:
            yield 1
            self.begun.set()
            await asyncio.Event().wait()
        finally:
            self.closed = True


def test_stopping_ends_a_wait_at_once_and_closes_the_answer() -> None:
    async def run() -> tuple[list[int], bool]:
        running, steps = Running(), Steps()

        async def read() -> list[int]:
            return [step async for step in running.watch("me", steps.run())]

        reading = asyncio.ensure_future(read())
        await steps.begun.wait()
        assert running.busy("me")
        running.stop("nobody")
        running.stop("me")
        got = await reading
        assert not running.busy("me")
        return got, steps.closed

    assert asyncio.run(run()) == ([1], True)


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    async def run() -> bool:
        running, first, second = Running(), Steps(), Steps()

        async def read(steps: Steps) -> list[int]:
            return [step async for step in running.watch("me", steps.run())]

        one = asyncio.ensure_future(read(first))
        await first.begun.wait()
        two = asyncio.ensure_future(read(second))
        await one
        busy = running.busy("me")
        await second.begun.wait()
        running.stop("me")
        await two
        return busy and first.closed and second.closed

    assert asyncio.run(run())


def test_an_answer_that_fails_raises_what_failed() -> None:
    async def broken() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("broken")

    async def run() -> None:
        async for _ in Running().watch("me", broken()):
            pass

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(run())
