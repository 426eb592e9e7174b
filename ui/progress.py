"""Progress bars on stderr; silent when stderr is no terminal, so that logs and pipes stay clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from ui.terminal import safe

if TYPE_CHECKING:
    from ingest.gauge import Gauge
    from ingest.report import Status

_WIDTH = 30


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
def ingesting(gauge: Gauge) -> Iterator[IngestBar]:
    """Show how much of the files is dealt with, how fast, how long it will take, and which one is the present.

    Args:
        gauge: how far the reading is.
    """
    with _bar(SpinnerColumn(), BarColumn(20), TextColumn("{task.fields[now]}"), TimeRemainingColumn()) as bar:
        yield IngestBar(bar, gauge)


class IngestBar:
    """Draws what an ingestion reports of itself."""

    def __init__(self, bar: Progress, gauge: Gauge) -> None:
        self._bar, self._gauge = bar, gauge
        self._task = bar.add_task("", total=gauge.size, now="reading")

    def update(self, status: Status) -> None:
        """Draw how far it is."""
        size, files = self._gauge.place(status.inputs)
        self._bar.update(self._task, completed=size, now=ingest_line(status, files, self._gauge.files))


def ingest_line(status: Status, files: int, of: int | None) -> str:
    """Say how far an ingestion is, on one line; ``files`` are read to their end, ``of`` are there in all."""
    speed = status.passages / status.seconds if status.seconds else 0.0
    read = "" if of is None else f"{files:,}/{of:,} files · "
    done = f"{status.inputs:,} articles read, {status.articles:,} stored"
    return f"{read}{done} · {speed:,.0f} passages/s · {safe(status.source)[-_WIDTH:]}"


def _bar(*columns: object) -> Progress:
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)  # type: ignore[arg-type]
