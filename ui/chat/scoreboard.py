"""The Scores view: evaluation runs, read from their folders and shown side by side. Wiring only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from eval.compare import Comparison, compare_runs
from eval.report import load_report
from qa.errors import OnRecordError
from ui.chat.figures import no_runs, run_choice, scores
from ui.chat.render import failure

_MOST_RUNS = 200
_AT_ONCE = 4
_DESK = """
window.onrecord.attachScores(trigger, ["look", "latest"]);
"""


def scores_view(board: Scoreboard) -> None:
    """Lay out the view's components and wire their events; called inside the page's blocks."""
    drawn = partial(gr.HTML, apply_default_css=False)
    with gr.Column(elem_id="view-scores", elem_classes="view"):
        drawn("<h2>Scores</h2>")
        choice, shown = drawn("", elem_id="runs"), drawn("", elem_id="figures")
    desk = gr.HTML("", elem_id="scores-desk", js_on_load=_DESK)
    hear = {"api_visibility": "private", "concurrency_limit": None, "show_progress": "hidden"}
    desk.look(board.look, None, [choice, shown], **hear)
    desk.latest(board.latest, None, [choice, shown], **hear)


class Scoreboard:
    """What the view's events do.

    Args:
        runs: the folder that runs are kept in.
    """

    def __init__(self, runs: Path) -> None:
        self._runs = runs

    def names(self) -> list[str]:
        """Give the names of the runs, the latest first."""
        if not self._runs.is_dir():
            return []
        found = [path for path in self._runs.iterdir() if (path / "config.json").is_file()]
        return [path.name for path in sorted(found, key=lambda path: -path.stat().st_mtime)][:_MOST_RUNS]

    def latest(self) -> tuple[Any, ...]:
        """Show the latest run."""
        return self._show(self.names()[:1])

    def look(self, event: gr.EventData) -> tuple[Any, ...]:
        """Show the chosen runs; a name that is none of the folder's is left out."""
        given = event._data.get("runs") if isinstance(event._data, dict) else None
        wanted = [str(one) for one in given] if isinstance(given, list) else []
        return self._show([name for name in self.names() if name in wanted][:_AT_ONCE])

    def _show(self, chosen: Sequence[str]) -> tuple[str, str]:
        names = self.names()
        if not names:
            return "", no_runs()
        return run_choice(names, chosen), self._scores(chosen)

    def _scores(self, chosen: Sequence[str]) -> str:
        if not chosen:
            return '<p class="hint">Choose a run.</p>'
        try:
            return scores([load_report(self._runs / name) for name in chosen], self._comparison(chosen))
        except OnRecordError as error:
            return failure(str(error))

    def _comparison(self, chosen: Sequence[str]) -> Comparison | None:
        if len(chosen) != 2:
            return None
        # The later run is compared with the earlier one, so a rise is a gain.
        later, earlier = chosen
        return compare_runs(self._runs / earlier, self._runs / later)
