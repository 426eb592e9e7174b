"""API keys: who may call, and whether only to read.

A key is written ``SECRET`` (reads and writes), ``NAME:SECRET`` or ``NAME:read:SECRET`` / ``NAME:write:SECRET``.
Secrets are compared in constant time and never shown or logged; names are.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.errors import SettingsError

READ = frozenset({"read"})
WRITE = frozenset({"read", "write"})


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key: its name for logs and limits, what it may do, and the secret itself."""

    name: str
    scopes: frozenset[str]
    secret: str = field(repr=False)


def read_keys(written: Sequence[str]) -> tuple[ApiKey, ...]:
    """Read the keys of the settings.

    Raises:
        SettingsError: a key has an unknown scope or no secret.
    """
    return tuple(_read_key(text, number) for number, text in enumerate(written, 1))


def find_key(keys: Sequence[ApiKey], secret: str) -> ApiKey | None:
    """Find the key with this secret; every key is compared, each in constant time."""
    found = None
    for key in keys:
        if hmac.compare_digest(key.secret.encode(), secret.encode("utf-8", "surrogatepass")):
            found = key
    return found


def _read_key(text: str, number: int) -> ApiKey:
    *names, secret = text.split(":", 2)
    scope = names[1] if len(names) > 1 else "write"
    if not secret or scope not in {"read", "write"}:
        raise SettingsError(
            f"Key {number} of ONRECORD_SERVER__API_KEYS is wrong; write SECRET, NAME:SECRET or NAME:read:SECRET."
        )
    return ApiKey(names[0] if names else f"key{number}", READ if scope == "read" else WRITE, secret)
