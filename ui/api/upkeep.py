"""Looking after the library while it is served: its state, new indexes, a copy."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from ui.api.errors import RESPONSES
from ui.api.upkeep_schemas import DoctorOut, DoneOut
from ui.service import Service

_PIECE = 1 << 20


def make_router(service: Service) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/v1", tags=["upkeep"], responses=RESPONSES)

    @router.get("/doctor", response_model=DoctorOut)
    def doctor(sample: Annotated[int, Query(ge=1, le=2000)] = 200) -> DoctorOut:
        """Compare catalog, vectors and words, and measure what the approximate index misses."""
        return service.doctor(sample)

    @router.post("/reindex", response_model=DoneOut)
    def reindex() -> DoneOut:
        """Rebuild the indexes beside the live ones and swap them in; questions are answered meanwhile."""
        service.reindex()
        return DoneOut(done="reindex")

    @router.get(
        "/backup",
        response_class=StreamingResponse,
        responses={200: {"content": {"application/octet-stream": {}}, "description": "The copy."}},
    )
    def backup() -> StreamingResponse:
        """Give a consistent copy of the library in one file; `onrecord restore` makes a library of it."""
        folder = tempfile.TemporaryDirectory(prefix="onrecord-backup-")
        try:
            copy = service.backup(Path(folder.name) / "copy.db")
        except BaseException:
            folder.cleanup()
            raise
        return StreamingResponse(_pieces(copy, folder), media_type="application/octet-stream")

    return router


def _pieces(copy: Path, folder: tempfile.TemporaryDirectory[str]) -> Iterator[bytes]:
    with folder, copy.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece
