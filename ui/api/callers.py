"""Who calls: a key's holder or a person who signed in, and whether they may change anything.

A program sends a key as ``Authorization: Bearer KEY``. A browser asks a person for a name and a password (Basic): those
of ``ONRECORD_SERVER__USERS``, or any name with a key. Nobody is asked for anything while there are neither keys nor
users.

Secrets cannot be tried without end: each that is sent costs its address a try before it is looked at. Only what was
right before, sent in the same way from the same address, costs none, so that guessing keeps nobody out who is in.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address, IPv6Network

from fastapi import Request

from qa.settings import ServerSettings
from ui.api.errors import RefusedError
from ui.api.keys import WRITE, ApiKey, find_key, read_keys
from ui.api.pace import Pace
from ui.api.users import Users

_TRIES = 30
"""Keys and passwords that one address may try in a minute."""
_REMEMBERED = 1000
_HOUSEHOLD_BITS = 64
"""Of an IPv6 address: whoever has one has every other that begins as it does."""


class Callers:
    """Knows the callers of one server. For one event loop.

    Args:
        settings: their keys and users.
        clock: seconds.
        own_key: the key of this machine's own commands, if the server has given them one.
    """

    def __init__(self, settings: ServerSettings, clock: Callable[[], float], own_key: str | None = None) -> None:
        self._keys = read_keys(settings.api_keys)
        self._users = Users(settings.users)
        self._own = (ApiKey("owner", WRITE, own_key),) if own_key else ()
        self._tries = Pace(_TRIES, clock)
        self._salt = secrets.token_bytes(32)
        self._right: dict[bytes, ApiKey] = {}

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
            BusyError: too many keys and passwords were tried.
        """
        if self.open:
            return None
        name, secret = _name_and_secret(request.headers.get("authorization", ""))
        found = await self._known(_address(request), name, secret) if secret else None
        if found is None:
            raise self._refusal(for_programs)
        return found

    async def _known(self, address: str, name: str, secret: str) -> ApiKey | None:
        """Find whose secret it is, at the price of a try; the machine's own key is random and cannot be guessed."""
        mark = hmac.digest(self._salt, f"{address}\0{name}\0{secret}".encode("utf-8", "surrogatepass"), "sha256")
        if known := find_key(self._own, secret) or self._right.get(mark):
            return known
        self._tries.spend(address)
        found = find_key(self._keys, secret) or await self._by_password(name, secret)
        if found:
            self._right[mark] = found
            if len(self._right) > _REMEMBERED:
                del self._right[next(iter(self._right))]
        return found

    async def _by_password(self, name: str, password: str) -> ApiKey | None:
        fits = name and self._users and await self._users.check(name, password)
        return ApiKey(name, WRITE, password) if fits else None

    def _refusal(self, for_programs: bool) -> RefusedError:
        if for_programs:
            return RefusedError("Send a key that is known here as `Authorization: Bearer KEY`.", 401, "invalid_api_key")
        how = "with your name and password" if self._users else "with any name and a key as the password"
        return RefusedError(f"Sign in {how}.", 401, "sign_in")


def _name_and_secret(authorization: str) -> tuple[str, str]:
    """Read the header; a key comes without a name, and what cannot be read has no secret."""
    kind, _, given = authorization.partition(" ")
    if kind.lower() == "bearer":
        return "", given.strip()
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(given, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return name, secret


def _address(request: Request) -> str:
    """Give where a request comes from, as far as tries are counted."""
    host = request.client.host if request.client else "-"
    try:
        address = IPv6Address(host)
    except AddressValueError:
        return host
    return str(address.ipv4_mapped or IPv6Network((address.packed, _HOUSEHOLD_BITS), strict=False))
