"""What the API says of articles that are retired and of failures that are forgotten."""

from __future__ import annotations

from pydantic import Field

from ui.api.schemas import Body, Wire


class RetiredOut(Wire):
    """How many articles were deleted, and how many stayed because another outlet carries their text too."""

    deleted: int
    kept: int


class ForgetIn(Body):
    """Sources whose failures are to be forgotten."""

    sources: tuple[str, ...] = Field(max_length=100_000)
