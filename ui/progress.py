"""Progress bars on stderr; silent when stderr is no terminal, so that logs and pipes stay clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from ui.terminal import safe

if TYPE_CHECKING:
    from ingest.report import Status

_WIDTH = 40


@contextmanager
def pulling(name: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a download; what is given is called with bytes done, bytes in all and where from."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with _bar(*columns) as bar:
        task = bar.add_task(f"Pulling {name}", total=None)

        def report(done: int, total: int, origin: str) -> None:
            bar.update(task, completed=done, total=total or None, description=f"Pulling {name} from {origin}")

        yield report


@contextmanager
def ingesting() -> Iterator[IngestBar]:
    """Show how many inputs are dealt with, how fast, and which one is the present."""
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} read"), TextColumn("{task.fields[now]}"))
    with _bar(*columns) as bar:
        yield IngestBar(bar)


class IngestBar:
    """Draws what an ingestion reports of itself."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None, now="")

    def update(self, status: Status) -> None:
        """Draw how far it is."""
        speed = status.passages / status.seconds if status.seconds else 0.0
        now = f"{status.articles:,} stored · {speed:,.0f} passages/s · {safe(status.source)[-_WIDTH:]}"
        self._bar.update(self._task, completed=status.inputs, now=now)


def _bar(*columns: object) -> Progress:
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)  # type: ignore[arg-type]
