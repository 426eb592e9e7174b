"""People who may sign in: a name and the scrypt hash of a password (RFC 7914).

A person is written ``NAME:scrypt.LOG2N.R.P.SALT.HASH`` with salt and hash in hexadecimal; ``hashed`` makes the second
part and ``onrecord serve --add-user NAME`` prints the whole. Passwords are never kept, shown or logged.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.errors import SettingsError

_LOG2N, _R, _P = 14, 8, 1
_KIND = "scrypt"
_MOST_MEMORY = 64 << 20


@dataclass(frozen=True, slots=True)
class User:
    """A person: the name, and what the hash of the right password is."""

    name: str
    cost: tuple[int, int, int] = field(repr=False)
    salt: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    def fits(self, password: str) -> bool:
        """Tell whether a password is this person's; takes tens of milliseconds on purpose."""
        return hmac.compare_digest(_scrypt(password, self.salt, self.cost), self.hash)


_NOBODY = User("", (_LOG2N, _R, _P), bytes(16), bytes(32))
"""Stands in for an unknown name, which must cost as much time as a known one."""


class Users:
    """Everybody who may sign in. For one event loop.

    Args:
        written: the pairs of the settings.

    Raises:
        SettingsError: one of them is not a name and a hash.
    """

    def __init__(self, written: Sequence[str]) -> None:
        read = (_read_user(text, number) for number, text in enumerate(written, 1))
        self._users = {user.name: user for user in read}

    def __bool__(self) -> bool:
        return bool(self._users)

    async def check(self, name: str, password: str) -> bool:
        """Tell whether a name and a password fit, without holding up other requests."""
        return await asyncio.to_thread(self._users.get(name, _NOBODY).fits, password)


def hashed(password: str, salt: bytes) -> str:
    """Give the hash to be written behind a name and a colon."""
    digest = _scrypt(password, salt, (_LOG2N, _R, _P))
    return f"{_KIND}.{_LOG2N}.{_R}.{_P}.{salt.hex()}.{digest.hex()}"


def _scrypt(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    log2n, r, p = cost
    given = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(given, salt=salt, n=1 << log2n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=32)


def _read_user(text: str, number: int) -> User:
    name, _, written = text.partition(":")
    try:
        kind, log2n, r, p, salt, digest = written.split(".")
        user = User(name, (int(log2n), int(r), int(p)), bytes.fromhex(salt), bytes.fromhex(digest))
        if name and kind == _KIND and len(user.hash) == len(_NOBODY.hash):
            _scrypt("", user.salt, user.cost)
            return user
    except ValueError:
        pass
    raise SettingsError(
        f"User {number} of ONRECORD_SERVER__USERS is wrong; write NAME:HASH as "
        "`onrecord serve --add-user NAME` prints it."
    )
