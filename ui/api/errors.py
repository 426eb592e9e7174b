"""Errors as the API sends them: OpenAI's ``{"error": {"message", "type", "param", "code"}}`` on every path.

What a caller did wrong is a 4xx that says what to change; what went wrong here is a 5xx that tells nothing of the
inside, with the request's id to look for in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from qa.errors import (
    HomeError,
    HomeUnwritableError,
    ModelError,
    ModelMissingError,
    NotFoundError,
    OnRecordError,
    QuestionError,
    SourceError,
    UsageError,
)
from ui.api.schemas import ErrorBody, ErrorOut

log = logging.getLogger("onrecord.server")

_STATUS: tuple[tuple[type[OnRecordError], int, str, str | None], ...] = (
    (QuestionError, 400, "invalid_request_error", "question"),
    (UsageError, 400, "invalid_request_error", None),
    (NotFoundError, 404, "not_found_error", "not_found"),
    (ModelMissingError, 404, "not_found_error", "model_not_found"),
    (SourceError, 422, "invalid_request_error", "unreadable_source"),
    (HomeUnwritableError, 507, "server_error", "home_unwritable"),
    (HomeError, 503, "server_error", "home"),
    (ModelError, 502, "server_error", "model_failed"),
    (OnRecordError, 500, "server_error", None),
)
"""The first line whose type fits decides; the order is from leaf to root."""

RESPONSES: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorOut, "description": text}
    for status, text in {
        400: "The request is wrong; the message says what to change.",
        401: "A key is needed, or this one is not known.",
        403: "This key may only read.",
        404: "There is no such thing.",
        413: "The request is too large.",
        422: "The request does not have the right shape.",
        429: "Too many requests; try again after `Retry-After` seconds.",
        500: "Something went wrong here.",
        502: "A model failed.",
        503: "The library cannot be used now.",
    }.items()
}
"""What every route of the API may answer besides its result, for its documentation."""

_KINDS = {401: "authentication_error", 503: "server_error"}
_RETRY_AFTER = "Retry-After"


class BusyError(OnRecordError):
    """Every place to answer at is taken, and so is every place to wait in.

    Args:
        retry_after: seconds after which it is worth trying again.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedError(OnRecordError):
    """The caller may not do this, or the request is larger than allowed.

    Args:
        status: the HTTP status that says so.
        code: a word for programs.
    """

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def error_json(message: str, kind: str, param: str | None = None, code: str | None = None) -> dict[str, object]:
    """Give the one shape of every error."""
    return ErrorOut(error=ErrorBody(message=message, type=kind, param=param, code=code)).model_dump()


def error_response(error: OnRecordError) -> JSONResponse:
    """Answer a request that ended in one of our own errors."""
    if isinstance(error, BusyError):
        body = error_json(str(error), "rate_limit_error", code="busy")
        return JSONResponse(body, 429, headers={_RETRY_AFTER: str(error.retry_after)})
    if isinstance(error, RefusedError):
        kind = _KINDS.get(error.status, "invalid_request_error")
        challenge = {"sign_in": 'Basic realm="OnRecord"', "invalid_api_key": "Bearer"}.get(error.code)
        headers = {"WWW-Authenticate": challenge} if challenge else None
        return JSONResponse(error_json(str(error), kind, code=error.code), error.status, headers=headers)
    status, kind, code = described(error)
    return JSONResponse(error_json(str(error), kind, code=code), status)


def described(error: OnRecordError) -> tuple[int, str, str | None]:
    """Give the status, type and code of one of our own errors."""
    return next((status, kind, code) for cls, status, kind, code in _STATUS if isinstance(error, cls))


def add_error_handlers(app: FastAPI) -> None:
    """Have every error of the app sent in the one shape."""
    app.add_exception_handler(OnRecordError, _on_own)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _on_http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _on_bug)


def share_error_shape(app: FastAPI) -> None:
    """Have an application beside the API say in the same shape that a path is not there or takes no such method."""
    for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        app.add_exception_handler(status, _on_http)  # type: ignore[arg-type]


async def _on_own(request: Request, error: OnRecordError) -> JSONResponse:
    return error_response(error)


async def _on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    first: Mapping[str, object] = error.errors()[0]
    where = first.get("loc")
    names = [str(part) for part in where if part not in {"body", "query", "path"}] if isinstance(where, tuple) else []
    message = str(first["msg"]).removeprefix("Value error, ")
    if where == ("body",) and first["type"] != "missing":
        message = "The body is no JSON object; send one with `Content-Type: application/json`."
        return JSONResponse(error_json(message, "invalid_request_error", code="json"), 422)
    if first["type"] == "json_invalid":
        return JSONResponse(error_json("The body is not valid JSON.", "invalid_request_error", code="json"), 422)
    param = ".".join(names) or None
    text = f"{param}: {message}" if param else message
    return JSONResponse(error_json(text, "invalid_request_error", param, "invalid"), 422)


async def _on_http(request: Request, error: HTTPException) -> JSONResponse:
    message = f"{request.method} {request.url.path}: {error.detail}. The paths are listed at /docs."
    kind = "server_error" if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return JSONResponse(error_json(message, kind), error.status_code, headers=error.headers)


async def _on_bug(request: Request, error: Exception) -> JSONResponse:
    # The outermost loop of a request; Starlette logs the traceback, the caller learns nothing of the inside.
    return JSONResponse(error_json("Something went wrong here; the server's log says what.", "server_error"), 500)
