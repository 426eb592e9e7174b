"""Who calls: a key's holder or a person who signed in, and whether they may change anything.

A program sends a key as ``Authorization: Bearer KEY``. A browser asks a person for a name and a password (Basic): those
of ``ONRECORD_SERVER__USERS``, or any name with a key. Nobody is asked for anything while there are neither keys nor
users.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from fastapi import Request

from qa.settings import ServerSettings
from ui.api.errors import RefusedError
from ui.api.keys import WRITE, ApiKey, find_key, read_keys
from ui.api.pace import Pace
from ui.api.users import Users

_TRIES = 30
"""Passwords that one address may try in a minute."""


class Callers:
    """Knows the callers of one server. For one event loop.

    Args:
        settings: their keys and users.
        clock: seconds.
        own_key: the key of this machine's own commands, if the server has given them one.
    """

    def __init__(self, settings: ServerSettings, clock: Callable[[], float], own_key: str | None = None) -> None:
        own = (ApiKey("owner", WRITE, own_key),) if own_key else ()
        written = read_keys(settings.api_keys)
        self._users = Users(settings.users)
        self._keys = (*written, *own) if written or self._users else ()
        self._tries = Pace(_TRIES, clock)

    @property
    def open(self) -> bool:
        """Whether anybody may call."""
        return not self._keys and not self._users

    async def find(self, request: Request, for_programs: bool) -> ApiKey | None:
        """Find out who calls; ``None`` where anybody may.

        Args:
            request: of which only the headers are read.
            for_programs: whether the path is one that programs call, which decides how they are told.

        Raises:
            RefusedError: it is nobody that is known here.
            BusyError: too many passwords were tried.
        """
        if self.open:
            return None
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        found = self._by_key(given.strip()) if kind.lower() == "bearer" else None
        if kind.lower() == "basic":
            name, password = _name_and_password(given)
            found = self._by_key(password) or await self._by_password(request, name, password)
        if found is None:
            raise self._refusal(for_programs)
        return found

    def _by_key(self, secret: str) -> ApiKey | None:
        return find_key(self._keys, secret) if secret else None

    async def _by_password(self, request: Request, name: str, password: str) -> ApiKey | None:
        if not self._users or not password:
            return None
        if not self._users.remembers(name, password):
            self._tries.spend(request.client.host if request.client else "-")
            if not await self._users.check(name, password):
                return None
        return ApiKey(name, WRITE, password)

    def _refusal(self, for_programs: bool) -> RefusedError:
        if for_programs:
            return RefusedError("Send a key that is known here as `Authorization: Bearer KEY`.", 401, "invalid_api_key")
        how = "with your name and password" if self._users else "with any name and a key as the password"
        return RefusedError(f"Sign in {how}.", 401, "sign_in")


def _name_and_password(encoded: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return name, password
