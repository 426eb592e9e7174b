"""Which network addresses may be connected to: never private, loopback or link-local ones, unless a setting says so.

The check is on resolved addresses, and what was checked is what is connected to, so that a name which resolves to
something else a moment later gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import TypeAlias

from qa.errors import FetchError

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""Gives the numeric addresses of a host and port; raises ``OSError`` where there are none."""
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_address(url: str, host: str, port: int, resolve: Resolve, allow_private: bool) -> str:
    """Give the address to connect to for a host.

    Raises:
        FetchError: the host is not known, or one of its addresses is not public.
    """
    try:
        addresses = list(resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise FetchError(url, f"the host {host} cannot be found") from error
    if not addresses:
        raise FetchError(url, f"the host {host} cannot be found")
    for address in addresses:
        if not allow_private and not is_public(address):
            raise FetchError(url, f"{host} is a private address; allow those with ONRECORD_INGEST__ALLOW_PRIVATE")
    return addresses[0]


def is_public(address: str) -> bool:
    """Say whether an address belongs to the public internet, also where it wraps another one."""
    try:
        parsed: Address = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    return all(part.is_global and not part.is_multicast for part in (parsed, *_wrapped(parsed)))


def _wrapped(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inside: list[Address] = [part for part in (address.ipv4_mapped, address.sixtofour) if part is not None]
    if address.teredo is not None:
        inside.extend(address.teredo)
    if address in _NAT64:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return inside


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
