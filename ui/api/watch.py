"""Following sources over HTTP: what is followed, more of it, less of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from ingest.entries import is_address
from qa.errors import UsageError
from ui.api.errors import RESPONSES
from ui.api.watch_schemas import FollowedOut, FollowIn
from ui.following import Follower


def make_router(follower: Follower, *, folders: bool) -> APIRouter:
    """Make the routes.

    Args:
        follower: looks at what is followed.
        folders: whether folders of this machine may be followed; not where callers come from elsewhere.
    """
    router = APIRouter(prefix="/v1", tags=["watch"], responses=RESPONSES)

    @router.get("/watch", response_model=FollowedOut)
    def followed() -> FollowedOut:
        """List the sources that are followed, with how the last look at each went."""
        return follower.followed()

    @router.post("/watch", response_model=FollowedOut)
    def follow(body: FollowIn) -> FollowedOut:
        """Follow feeds, pages and sitemaps from now on; one that is followed already gets the new interval."""
        local = [source for source in body.sources if not is_address(source)]
        if local and not folders:
            raise UsageError(f"{local[0]} is no http(s) address, and a server with keys follows nothing else.")
        return follower.follow(body.sources, body.minutes)

    @router.delete("/watch", response_model=FollowedOut)
    def unfollow(source: Annotated[list[str], Query(min_length=1, max_length=1000)]) -> FollowedOut:
        """Follow these sources no longer; what was read from them stays."""
        return follower.unfollow(source)

    return router
