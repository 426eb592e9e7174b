"""Where a command's work is done: in this process, or by the server that already owns the home.

A home has one owner. When nothing owns it the command opens it itself; when a server does, the command goes through
that server's API without its user noticing; when another command does, there is nothing to go through and the command
ends with ``HomeLockedError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Protocol

from qa.errors import HomeLockedError, ModelFailedError, ModelMissingError
from qa.settings import Settings
from ui.api import schemas
from ui.terminal import hint

if TYPE_CHECKING:
    from ingest.readers.base import Item
    from ingest.report import Progress
    from qa.compose import OnRecord
    from ui.api.tending_schemas import RetiredOut
    from ui.api.upkeep_schemas import DoctorOut
    from ui.api.watch_schemas import FollowedOut
    from ui.client import Client


_UNTIL_THEN = "Until then answers are made of quotes only."


class Desk(Protocol):
    """What a command can have done; ``ui.service.Service`` and ``ui.client.Client`` both do it."""

    def ask(self, request: schemas.AskRequest) -> schemas.AnswerOut:
        """Answer a question."""

    def search(self, request: schemas.SearchRequest) -> schemas.SearchOut:
        """Find passages, best first."""

    def articles(self, scope: schemas.Scope, after: str | None = None, limit: int = 50) -> schemas.ArticlesOut:
        """List articles."""

    def article(self, article_id: str, version: int | None = None) -> schemas.ArticleOut:
        """Give one version of an article."""

    def delete(self, article_ids: Sequence[str]) -> schemas.DeletedOut:
        """Delete articles."""

    def failed(self) -> schemas.FailedOut:
        """List what could not be ingested."""

    def forget_failed(self, sources: Sequence[str]) -> None:
        """Forget that sources have failed."""

    def retire(self, publisher: str | None, before: str | None) -> RetiredOut:
        """Delete what an outlet has published, or what was published before a day, or what is both."""

    def followed(self) -> FollowedOut:
        """Give everything that is followed."""

    def follow(self, sources: Sequence[str], minutes: float) -> FollowedOut:
        """Follow more sources."""

    def unfollow(self, sources: Sequence[str]) -> FollowedOut:
        """Follow sources no longer."""

    def add(self, request: schemas.AddRequest) -> schemas.ReportOut:
        """Ingest articles by body and by address."""

    def doctor(self, sample: int) -> DoctorOut:
        """Compare catalog, vectors and words."""

    def ingest(
        self,
        items: Iterable[Item],
        *,
        progress: Progress | None = None,
        dry_run: bool = False,
        mapping: Sequence[str] = (),
    ) -> schemas.ReportOut:
        """Ingest articles as they are read."""


def serving_owner(settings: Settings) -> str | None:
    """Give the address of the server that owns the home; ``None`` when nothing owns it.

    Raises:
        HomeLockedError: a process owns it that serves nothing.
    """
    from qa.library.home import owner

    found = owner(settings.home)
    if found is None:
        return None
    if not found.url:
        raise HomeLockedError(str(settings.home), f"pid {found.pid}")
    return found.url


def own_key(settings: Settings, scope: str = "write") -> str | None:
    """Give a key with the scope, for calling one's own server: the one it left here, else one of these settings."""
    from ui.api.keys import read_keys
    from ui.ownkey import left_key

    keys = read_keys(settings.server.api_keys)
    return left_key(settings.home) or next((key.secret for key in keys if scope in key.scopes), None)


def own_client(settings: Settings, url: str) -> closing[Client]:
    """Reach the server that owns this home, with a key of these settings."""
    from ui.client import Client

    return closing(Client(url, own_key(settings)))


@contextmanager
def open_desk(settings: Settings, *, with_model: bool = False, reading: bool = True) -> Iterator[Desk]:
    """Open the home, or reach the server that owns it.

    Args:
        settings: the settings of this process.
        with_model: whether answers are to be written by a model. One that has not been pulled, or cannot be loaded,
            is no error: a hint says so on stderr, and answers are made of quotes.
        reading: whether text is to be searched for or added, which needs the embedder; what only looks at stored
            articles starts many times sooner without it.

    Raises:
        HomeLockedError: another command owns the home.
    """
    url = serving_owner(settings)
    if url is not None:
        with own_client(settings, url) as client:
            yield client
        return
    from ui.service import Service

    with closing(_opened(settings, with_model, reading)) as onrecord:
        yield Service(onrecord)


def _opened(settings: Settings, with_model: bool, reading: bool) -> OnRecord:
    from qa.compose import open_library
    from ui.shelved import open_shelved

    shelved = None if reading else open_shelved(settings)
    return shelved or (open_answering(settings) if with_model else open_library(settings, with_model=False))


def open_answering(settings: Settings, *, owner_url: str | None = None) -> OnRecord:
    """Open the library with the model of the settings; without one, after a hint, when it is missing or broken.

    Args:
        settings: the settings of this process.
        owner_url: where this process will serve, if it will.

    Raises:
        HomeError: the home is owned by another process, unwritable, of another embedder, or damaged.
        ModelMissingError: the model's name is on no shelf at all.
    """
    from qa.compose import open_library

    with_model = model_is_there(settings)
    try:
        return open_library(settings, owner_url=owner_url, with_model=with_model)
    except ModelFailedError as error:
        if not with_model:
            raise
        hint(f"{error} {_UNTIL_THEN}")
        return open_library(settings, owner_url=owner_url, with_model=False)


def model_is_there(settings: Settings) -> bool:
    """Say whether the model of the settings can be used; hint at what to do when it was not pulled or is damaged.

    Raises:
        ModelMissingError: the name is on no shelf at all.
    """
    if settings.llm.base_url:
        return True
    from qa.models.shelf import Shelf

    shelf = Shelf(settings.models)
    try:
        shelf.path(settings.llm.model)
    except ModelMissingError as error:
        if settings.llm.model not in {entry.name for entry in shelf.entries()}:
            raise
        hint(f"{error} {_UNTIL_THEN}")
        return False
    return True
