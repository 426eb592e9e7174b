"""Tending the library over HTTP: retire an outlet's articles or old ones, forget failures that are settled."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from ui.api.errors import RESPONSES
from ui.api.schemas import Moment, Name
from ui.api.tending_schemas import ForgetIn, RetiredOut
from ui.api.upkeep_schemas import DoneOut
from ui.service import Service


def make_router(service: Service) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/v1", tags=["library"], responses=RESPONSES)

    @router.delete("/publications", response_model=RetiredOut)
    def retire(
        publisher: Annotated[Name | None, Query()] = None, before: Annotated[Moment | None, Query()] = None
    ) -> RetiredOut:
        """Delete what an outlet has published, or what was published before a day, or what is both.

        A story that another outlet carries too stays, under the earliest of those left.
        """
        return service.retire(publisher, before)

    @router.post("/failed/forget", response_model=DoneOut)
    def forget(body: ForgetIn) -> DoneOut:
        """Forget that these sources have failed."""
        service.forget_failed(body.sources)
        return DoneOut(done="forget")

    return router
