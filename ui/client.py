"""The same work through the server that owns a home: ``Client`` has ``Service``'s methods and asks over HTTP.

The only module that imports httpx in ``ui``. It turns the API's error shape back into the error that the server raised,
so that a command ends the same way whoever owns the home.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import httpx
from pydantic import ValidationError

from qa.errors import NotFoundError, OnRecordError, QuestionError, ServerError, UsageError
from ui.api import schemas
from ui.api.tending_schemas import RetiredOut
from ui.api.upkeep_schemas import DoctorOut, DoneOut
from ui.api.watch_schemas import FollowedOut

if TYPE_CHECKING:
    from ingest.readers.base import Item
    from ingest.report import Progress

T = TypeVar("T", bound=schemas.Wire)
_SECONDS = httpx.Timeout(600.0, connect=5.0)
_RAISED: dict[int, type[OnRecordError]] = {400: UsageError, 404: NotFoundError}


class Client:
    """A library of articles that another process serves.

    Args:
        url: where it is served (``http://127.0.0.1:7860``).
        key: an API key with the scopes that the work needs.
        transport: stands in for the network.
    """

    def __init__(self, url: str, key: str | None = None, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.url = url
        # The owner is this machine's own server: proxies of the environment have no business in between.
        self._http = httpx.Client(base_url=url, headers=headers, timeout=_SECONDS, transport=transport, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(self, request: schemas.AskRequest) -> schemas.AnswerOut:
        """Answer a question."""
        return self._send(schemas.AnswerOut, "POST", "/v1/ask", json=request.model_dump(exclude_defaults=True))

    def search(self, request: schemas.SearchRequest) -> schemas.SearchOut:
        """Find passages, best first."""
        return self._send(schemas.SearchOut, "GET", "/v1/search", params=_params(request))

    def articles(self, scope: schemas.Scope, after: str | None = None, limit: int = 50) -> schemas.ArticlesOut:
        """List articles, ``limit`` at a time."""
        params = {**_params(scope), "limit": limit} | ({"after": after} if after else {})
        return self._send(schemas.ArticlesOut, "GET", "/v1/articles", params=params)

    def article(self, article_id: str, version: int | None = None) -> schemas.ArticleOut:
        """Give one version of an article."""
        params = {"version": version} if version else {}
        return self._send(schemas.ArticleOut, "GET", f"/v1/articles/{_quoted(article_id)}", params=params)

    def delete(self, article_ids: Sequence[str]) -> schemas.DeletedOut:
        """Delete articles with all their versions."""
        return self._send(schemas.DeletedOut, "DELETE", "/v1/articles", params={"id": list(article_ids)})

    def publishers(self) -> schemas.PublishersOut:
        """List the outlets."""
        return self._send(schemas.PublishersOut, "GET", "/v1/publishers")

    def stats(self) -> schemas.StatsOut:
        """Give the library's size and bounds."""
        return self._send(schemas.StatsOut, "GET", "/v1/stats")

    def failed(self) -> schemas.FailedOut:
        """List what could not be ingested."""
        return self._send(schemas.FailedOut, "GET", "/v1/failed")

    def forget_failed(self, sources: Sequence[str]) -> None:
        """Forget that sources have failed."""
        self._send(DoneOut, "POST", "/v1/failed/forget", json={"sources": list(sources)})

    def retire(self, publisher: str | None, before: str | None) -> RetiredOut:
        """Delete what an outlet has published, or what was published before a day, or what is both."""
        named = {"publisher": publisher, "before": before}
        params = {name: value for name, value in named.items() if value}
        return self._send(RetiredOut, "DELETE", "/v1/publications", params=params)

    def followed(self) -> FollowedOut:
        """Give everything that is followed."""
        return self._send(FollowedOut, "GET", "/v1/watch")

    def follow(self, sources: Sequence[str], minutes: float) -> FollowedOut:
        """Follow more sources."""
        body = {"sources": list(sources), "minutes": minutes}
        return self._send(FollowedOut, "POST", "/v1/watch", json=body)

    def unfollow(self, sources: Sequence[str]) -> FollowedOut:
        """Follow sources no longer."""
        return self._send(FollowedOut, "DELETE", "/v1/watch", params={"source": list(sources)})

    def doctor(self, sample: int) -> DoctorOut:
        """Compare catalog, vectors and words."""
        return self._send(DoctorOut, "GET", "/v1/doctor", params={"sample": sample})

    def reindex(self) -> None:
        """Rebuild the indexes."""
        self._send(DoneOut, "POST", "/v1/reindex")

    def backup(self, to: Path) -> Path:
        """Copy the library into a file here, which is whole or not there at all."""
        part = to.with_name(f"{to.name}.part")
        with self._http.stream("GET", "/v1/backup") as response:
            if response.is_error:
                response.read()
                raise _error(self.url, response)
            with part.open("wb") as file:
                for piece in response.iter_bytes():
                    file.write(piece)
        return part.replace(to)

    def add(self, request: schemas.AddRequest) -> schemas.ReportOut:
        """Ingest articles by body and by address."""
        return self._send(schemas.ReportOut, "POST", "/v1/articles", json=request.model_dump(exclude_defaults=True))

    def ingest(
        self,
        items: Iterable[Item],
        *,
        progress: Progress | None = None,
        dry_run: bool = False,
        mapping: Sequence[str] = (),
    ) -> schemas.ReportOut:
        """Read here and have the owner store, a few articles at a time."""
        from ui.posting import post

        return post(self, items, progress, schemas.AddRequest(dry_run=dry_run, mapping=tuple(mapping)))

    def _send(self, shape: type[T], method: str, path: str, **parts: object) -> T:
        try:
            response = self._http.request(method, path, **parts)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            raise ServerError(
                f"The server at {self.url} that owns this home did not answer ({type(error).__name__}); "
                "stop it or wait until it does."
            ) from error
        if response.is_error:
            raise _error(self.url, response)
        return _read(shape, self.url, response)


def _read(shape: type[T], url: str, response: httpx.Response) -> T:
    try:
        return shape.model_validate_json(response.content)
    except ValidationError:
        raise ServerError(f"What answers at {url} is not this version of OnRecord; restart the server there.") from None


def _error(url: str, response: httpx.Response) -> OnRecordError:
    try:
        body = schemas.ErrorOut.model_validate_json(response.content).error
    except ValidationError:
        return ServerError(f"The server at {url} answered {response.status_code}; look at its log.")
    if body.code == "question":
        return QuestionError(body.message)
    return _RAISED.get(response.status_code, ServerError)(body.message)


def _params(request: schemas.Scope) -> dict[str, object]:
    dumped = request.model_dump(exclude_defaults=True)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in dumped.items()}


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
