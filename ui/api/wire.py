"""What all requests and responses have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from qa.errors import UsageError
from ui.moments import parse_until


def _moment(value: str) -> str:
    try:
        parse_until(value)
    except UsageError as error:
        raise ValueError(str(error)) from None
    return value


Moment = Annotated[
    str, Field(max_length=40, examples=["2025-03-01", "2025-03-01T09:30:00+00:00"]), AfterValidator(_moment)
]
Name = Annotated[str, Field(min_length=1, max_length=300)]


class Wire(BaseModel):
    """Base of everything sent: frozen."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """Base of everything received: frozen, and a field that does not exist is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
