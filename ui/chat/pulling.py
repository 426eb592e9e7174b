"""The default model on its way to this machine: started from the page, shown while it comes, whoever pulls it.

Answers are made of quotes meanwhile; once the file is whole, ``ui.engines`` starts it for the next question.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from qa.errors import OnRecordError
from qa.settings import LlmSettings

if TYPE_CHECKING:
    from qa.models.shelf import Shelf, ShelfEntry

log = logging.getLogger(__name__)
State: TypeAlias = Literal["here", "missing", "coming", "failed", "elsewhere"]
_FRESH = 15.0
"""Seconds since an unfinished file grew, within which another process is taken to be pulling it."""


@dataclass(frozen=True, slots=True)
class Pull:
    """How far a model is.

    Args:
        state: ``elsewhere`` where another server runs the model or none can be pulled by its name.
        done, total: bytes; the total is 0 while it is not known.
        problem: why it failed, as a sentence.
    """

    state: State
    name: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""

    def told(self) -> dict[str, object]:
        """Give it as the page's script reads it."""
        return {"state": self.state, "said": self.said(), "done": self.done, "total": self.total}

    def said(self) -> str:
        """Say it to a reader."""
        size = f" ({self.total / 1e6:,.0f} MB)" if self.total else ""
        match self.state:
            case "coming":
                far = f": {100 * self.done // self.total} %{size}" if self.total else ""
                return f"The model {self.name} is being pulled{far}. Answers are made of quotes meanwhile."
            case "failed":
                return self.problem
            case "missing":
                return f"Answers are made of quotes. The model {self.name}{size} could write them."
            case _:
                return ""


class Puller:
    """Pulls the default model in the background; safe to use from several threads.

    Args:
        shelf: where it is pulled to.
        settings: which model is the default, and whether it runs elsewhere.
        now: gives the present moment.
    """

    def __init__(self, shelf: Shelf, settings: LlmSettings, now: Callable[[], datetime]) -> None:
        self._shelf, self._settings, self._now = shelf, settings, now
        self._lock = threading.Lock()
        self._own: Pull | None = None

    def look(self) -> Pull:
        """Tell how far the model is."""
        entry = self._entry()
        if self._settings.base_url or entry is None:
            return Pull("elsewhere")
        if self._shelf.has(entry.name):
            return Pull("here", entry.name)
        return self._own or self._by_another(entry) or Pull("missing", entry.name, total=entry.size)

    def start(self) -> Pull:
        """Begin to pull the model, unless it is here or coming already."""
        with self._lock:
            found = self.look()
            if found.state in {"missing", "failed"}:
                self._own = Pull("coming", found.name or self._settings.model, total=found.total)
                threading.Thread(target=self._pull, name="pull", daemon=True).start()
        return self.look()

    def _entry(self) -> ShelfEntry | None:
        return next((entry for entry in self._shelf.entries() if entry.name == self._settings.model), None)

    def _pull(self) -> None:
        try:
            self._shelf.pull(self._settings.model, self._tell)
            self._own = None
        except OnRecordError as error:
            self._own = Pull("failed", self._settings.model, problem=str(error))
        except Exception:
            self._own = Pull("failed", self._settings.model, problem="The model could not be pulled; the log says why.")
            log.exception("pulling %s failed", self._settings.model)

    def _tell(self, done: int, total: int, origin: str) -> None:
        if self._own:
            self._own = replace(self._own, done=done, total=total or self._own.total)

    def _by_another(self, entry: ShelfEntry) -> Pull | None:
        try:
            part = (self._shelf.folder / f"{entry.stem}.part").stat()
        except OSError:
            return None
        fresh = self._now().timestamp() - part.st_mtime < _FRESH
        return Pull("coming", entry.name, part.st_size, entry.size) if fresh else None


def asked_by_script(puller: Puller) -> list[Callable[[object], dict[str, object]]]:
    """Give what the page's script calls, by these names; what it sends along does not matter."""

    def pulled(given: object) -> dict[str, object]:
        return puller.look().told()

    def pull(given: object) -> dict[str, object]:
        return puller.start().told()

    return [pulled, pull]
