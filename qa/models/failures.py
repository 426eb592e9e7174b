"""What an endpoint does wrong, in one sentence: the errors of `httpx` and `openai`, and what is no answer at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from qa.errors import ModelFailedError


@contextmanager
def model_failures(name: str) -> Iterator[None]:
    """Turn whatever an endpoint does wrong into one sentence about the model.

    Raises:
        ModelFailedError: no connection, a time-out, an error, garbage, half an answer or none at all.
    """
    try:
        yield
    except ModelFailedError as error:
        raise type(error)(f"The model {name} {error}.") from error.__cause__
    except Exception as error:
        if (reason := _reason(error)) is None:
            raise
        raise ModelFailedError(f"The model {name} {reason}.") from error


def _reason(error: Exception) -> str | None:
    """Say in a clause what went wrong at the endpoint; ``None`` for an error that is not the endpoint's."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

    match error:
        case APITimeoutError() | httpx.TimeoutException():
            return "did not answer in time"
        case APIConnectionError() | httpx.ConnectError():
            return "cannot be reached; is the endpoint running?"
        case APIStatusError(status_code=401 | 403):
            return "refused the request; check ONRECORD_LLM__API_KEY"
        case APIStatusError():
            return f"answered with the error {error.status_code}"
        case httpx.HTTPError() | httpx.StreamError():
            return "broke off in the middle of an answer"
        case OpenAIError():
            return f"reported an error: {str(error)[:200].rstrip('.')}"
        case ValueError() | TypeError() | AttributeError() | KeyError() | IndexError():
            return "answered with something that is not an answer"
        case _:
            return None
