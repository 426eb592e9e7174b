"""Polite and safe HTTP: robots.txt, a pace for each host, retries, conditional requests, limits, public addresses only.

Every hop of a redirect is checked anew, and the connection goes to the very address that was checked. Proxies and other
settings of the environment are not used. This is the only module that imports httpx and protego.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx
from protego import Protego

from ingest.addresses import Resolve, checked_address, resolve
from ingest.dates import parse_date
from ingest.readers.base import charset_of
from qa.errors import FetchError
from qa.settings import IngestSettings

HOPS = 5
"""Redirects followed."""
TRIES = 3
"""Requests made for one page before it is given up."""
PATIENCE = 60.0
"""The longest that a host may ask to be left alone before the page is given up, in seconds."""

RULES_KEPT = 24 * 3600.0
"""Seconds that a host's robots.txt is gone by before it is read again (RFC 9309, 2.4)."""
SILENCE_KEPT = 600.0
"""Seconds that a host whose robots.txt could not be read is left alone."""
LONGEST = 10
"""How many times the timeout a whole page may take, however little comes at a time."""

_RETRIED = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.8"
_ROBOTS_BYTES = 512_000
_SLOWEST = 30.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave.

    Args:
        url: where it was found in the end, after redirects.
        data: the bytes, decompressed; empty when ``unchanged``.
        etag, last_modified: to be sent back next time.
        unchanged: the host says that nothing changed since (304).
        charset: the encoding that the host states.
    """

    url: str
    data: bytes
    etag: str | None = None
    last_modified: str | None = None
    unchanged: bool = False
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class _Robots:
    """What a host's robots.txt says, or why it could not be read, and until when that is gone by."""

    rules: Protego | None
    refusal: str
    until: float


@dataclass(frozen=True, slots=True)
class _Reply:
    url: str
    status: int
    headers: httpx.Headers
    data: bytes


class Fetcher:
    """Fetches pages, one at a time; used by one thread.

    Args:
        settings: user agent, limits, pace, and whether private addresses are allowed.
        clock, sleep: seconds; injected so that tests need not wait.
        resolve: names to addresses.
        transport: what carries the requests; the network by default.
    """

    def __init__(
        self,
        settings: IngestSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolve = resolve,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._clock, self._sleep, self._resolve = clock, sleep, resolve
        self._robots: dict[str, _Robots] = {}
        self._free_at: dict[str, float] = {}
        # A kept connection belongs to an address, not to a name: another host there could be given its certificate.
        limits = httpx.Limits(max_keepalive_connections=0)
        carried = transport or httpx.HTTPTransport(verify=ssl.create_default_context(), limits=limits, trust_env=False)
        self._client = httpx.Client(transport=carried, timeout=settings.timeout, trust_env=False)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetch an address.

        Args:
            etag, last_modified: what the host said last time, so that it may answer that nothing changed.

        Raises:
            FetchError: it may not or cannot be fetched; the reason says which.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value and value.isascii()}
        reply = self._follow(url, headers, robots=True)
        if reply.status == httpx.codes.NOT_MODIFIED:
            return Fetched(reply.url, b"", etag, last_modified, unchanged=True)
        if reply.status != httpx.codes.OK:
            phrase = httpx.codes.get_reason_phrase(reply.status)
            raise FetchError(url, f"the host answered {reply.status} {phrase}".strip())
        return Fetched(
            reply.url,
            reply.data,
            reply.headers.get("etag"),
            reply.headers.get("last-modified"),
            charset=charset_of(reply.headers.get("content-type")),
        )

    def _follow(self, url: str, headers: dict[str, str], *, robots: bool) -> _Reply:
        current = url
        for _ in range(HOPS + 1):
            _host_and_port(current)
            if robots:
                self._ask_robots(current)
            reply = self._insist(current, headers)
            target = reply.headers.get("location")
            if reply.status not in _REDIRECTS or not target:
                return reply
            current = _joined(current, target)
        raise FetchError(url, f"it redirects more than {HOPS} times")

    def _insist(self, url: str, headers: dict[str, str]) -> _Reply:
        """Try again, later each time, what may work later."""
        for attempt in range(1, TRIES + 1):
            wait = 2.0 ** (attempt - 1)
            try:
                reply = self._once(url, headers)
            except (httpx.TimeoutException, httpx.TransportError) as error:
                if attempt == TRIES:
                    raise FetchError(url, f"it cannot be reached ({_why(error)})") from error
            except httpx.HTTPError as error:
                raise FetchError(url, f"it cannot be read ({_why(error)})") from error
            except httpx.InvalidURL as error:
                raise FetchError(url, "it is no valid address") from error
            else:
                if reply.status not in _RETRIED or attempt == TRIES:
                    return reply
                wait = _asked_wait(reply.headers, wait)
                if wait > PATIENCE:
                    raise FetchError(url, f"the host asks to come back in {wait:.0f} seconds")
            self._sleep(wait)
        raise FetchError(url, "it cannot be reached")

    def _once(self, url: str, headers: dict[str, str]) -> _Reply:
        host, target = _target(url, self._resolve, self._settings.allow_private)
        self._pace(host)
        sent = {"Host": _authority(url), "User-Agent": self._settings.user_agent, "Accept": _ACCEPT, **headers}
        sent["Accept-Encoding"] = "gzip, deflate"
        request = self._client.build_request("GET", target, headers=sent, extensions={"sni_hostname": host})
        request.extensions.setdefault("timeout", httpx.Timeout(self._settings.timeout).as_dict())
        response = self._client.send(request, stream=True)
        try:
            return _Reply(url, response.status_code, response.headers, self._body(url, response))
        finally:
            response.close()

    def _body(self, url: str, response: httpx.Response) -> bytes:
        limit, longest = self._settings.max_bytes, self._settings.timeout * LONGEST
        parts, size, began = [], 0, self._clock()
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > limit:
                raise FetchError(url, f"it is larger than {limit:,} bytes")
            if self._clock() - began > longest:
                raise FetchError(url, f"it takes longer than {longest:.0f} seconds")
        return b"".join(parts)

    def _pace(self, host: str) -> None:
        wait = self._free_at.get(host, 0.0) - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._free_at[host] = self._clock() + self._pause(host)

    def _pause(self, host: str) -> float:
        found = next((said for origin, said in self._robots.items() if urlsplit(origin).hostname == host), None)
        asked = found.rules.crawl_delay(self._settings.user_agent) if found and found.rules is not None else None
        return max(self._settings.host_pause, min(float(asked or 0.0), _SLOWEST))

    def _ask_robots(self, url: str) -> None:
        origin = _origin(url)
        said = self._robots.get(origin)
        if said is None or self._clock() >= said.until:
            said = self._robots[origin] = self._asked_robots(origin, url)
        if said.refusal:
            raise FetchError(url, said.refusal)
        if said.rules is not None and not said.rules.can_fetch(url, self._settings.user_agent):
            raise FetchError(url, "the host's robots.txt does not allow it")

    def _asked_robots(self, origin: str, url: str) -> _Robots:
        try:
            return _Robots(self._read_robots(origin, url), "", self._clock() + RULES_KEPT)
        except FetchError as error:
            return _Robots(None, error.reason, self._clock() + SILENCE_KEPT)

    def _read_robots(self, origin: str, url: str) -> Protego | None:
        """Give a host's rules; no rules where it has none, and a refusal where it fails to say (RFC 9309)."""
        reply = self._follow(f"{origin}/robots.txt", {}, robots=False)
        if reply.status >= httpx.codes.INTERNAL_SERVER_ERROR or reply.status == httpx.codes.TOO_MANY_REQUESTS:
            raise FetchError(url, "the host's robots.txt cannot be read now")
        if reply.status != httpx.codes.OK:
            return None
        return Protego.parse(reply.data[:_ROBOTS_BYTES].decode("utf-8", "replace"))


def _host_and_port(url: str) -> tuple[str, int]:
    """Give where an address leads.

    Raises:
        FetchError: it is no valid address, or not one of the web.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        _authority(url)
    except (ValueError, UnicodeError) as error:
        raise FetchError(url, "it is no valid address") from error
    if parts.scheme not in ("http", "https"):
        raise FetchError(url, "only http and https addresses are fetched")
    if not host:
        raise FetchError(url, "it is no valid address")
    return host, port


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise FetchError(url, "it redirects to what is no valid address") from error


def _target(url: str, resolve: Resolve, allow_private: bool) -> tuple[str, str]:
    """Give the host, and the address with the checked number in place of the name."""
    parts, (host, port) = urlsplit(url), _host_and_port(url)
    number = checked_address(url, host, port, resolve, allow_private)
    netloc = f"[{number}]:{port}" if ":" in number else f"{number}:{port}"
    return host, urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _authority(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode()
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{parts.port}" if parts.port else shown


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{_authority(url)}"


def _asked_wait(headers: httpx.Headers, default: float) -> float:
    """Give the seconds that ``Retry-After`` asks for, as a number or as a date compared with the host's own."""
    value = headers.get("retry-after", "")
    if value.isdigit():
        return float(value)
    until, now = parse_date(value), parse_date(headers.get("date"))
    return max((until - now).total_seconds(), default) if until and now else default


def _why(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
