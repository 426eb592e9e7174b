"""What the API says of sources that are followed."""

from __future__ import annotations

from pydantic import Field

from ui.api.schemas import Body, Wire


class FollowIn(Body):
    """Sources to follow from now on."""

    sources: tuple[str, ...] = Field(min_length=1, max_length=1000)
    minutes: float = Field(default=15.0, ge=1, le=525_600)


class FollowedItem(Wire):
    """A source that is followed, and how the last look at it went."""

    source: str
    minutes: float
    last_run: str | None = None
    last_result: str | None = None
    next_run: str | None = None
    failures: int = 0


class FollowedOut(Wire):
    """Everything that is followed."""

    followed: tuple[FollowedItem, ...]
