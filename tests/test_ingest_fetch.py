"""Fetching: polite to hosts, safe from them, and never a real wait."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from ingest.addresses import is_public
from ingest.fetch import RULES_KEPT, SILENCE_KEPT, Fetcher
from qa.errors import FetchError
from qa.settings import IngestSettings

PUBLIC = "93.184.215.14"
Handler = Callable[[httpx.Request], httpx.Response]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Site:
    """A scripted web: what each address answers, in order; the last answer stays."""

    def __init__(self, pages: dict[str, list[httpx.Response | Exception]], names: dict[str, str] | None = None) -> None:
        self.pages, self.names, self.requests = pages, names or {}, []
        self.clock = Clock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        address = f"{request.url.scheme}://{request.headers['host']}{request.url.raw_path.decode()}"
        self.requests.append(request)
        answers = self.pages.get(address, [httpx.Response(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fetcher(self, **settings: object) -> Fetcher:
        return Fetcher(
            IngestSettings(**settings),  # type: ignore[arg-type]
            clock=self.clock,
            sleep=self.clock.sleep,
            resolve=lambda host, port: [self.names.get(host, PUBLIC)],
            transport=httpx.MockTransport(self),
        )

    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests if request.url.path != "/robots.txt"]


def ok(text: str = "page", **headers: str) -> httpx.Response:
    return httpx.Response(200, text=text, headers=headers)


def moved(to: str) -> httpx.Response:
    return httpx.Response(302, headers={"location": to})


def refused(site: Site, url: str, **settings: object) -> str:
    with pytest.raises(FetchError) as caught:
        site.fetcher(**settings).get(url)
    return caught.value.reason


def test_page_is_fetched_at_the_checked_address_under_its_own_name() -> None:
    site = Site({"https://e.org/a?b=1": [ok()]})
    fetched = site.fetcher(user_agent="OnRecord-Test").get("https://e.org/a?b=1")
    assert (fetched.url, fetched.data) == ("https://e.org/a?b=1", b"page")
    request = site.requests[-1]
    assert request.url.host == PUBLIC
    assert request.headers["host"] == "e.org"
    assert request.extensions["sni_hostname"] == "e.org"
    assert request.headers["user-agent"] == "OnRecord-Test"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1"),
        *("fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:0001::", "64:ff9b::7f00:1"),
        *("224.0.0.1", "255.255.255.255", "::", "nonsense", "fe80::1%eth0"),
    ],
)
def test_private_addresses_are_never_connected_to(address: str) -> None:
    assert not is_public(address)
    site = Site({"http://inside.org/": [ok()]}, {"inside.org": address})
    assert "private" in refused(site, "http://inside.org/")
    assert site.requests == []


def test_public_addresses_are_public() -> None:
    assert is_public(PUBLIC)
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_setting_allows_private_addresses() -> None:
    site = Site({"http://inside.org/": [ok()]}, {"inside.org": "10.0.0.1"})
    assert site.fetcher(allow_private=True).get("http://inside.org/").data == b"page"


def test_redirect_to_a_private_address_is_refused_at_its_hop() -> None:
    pages = {"https://e.org/a": [moved("https://e.org/b")], "https://e.org/b": [moved("http://metadata.org/")]}
    site = Site({**pages, "http://metadata.org/": [ok("secret")]}, {"metadata.org": "169.254.169.254"})
    assert "private" in refused(site, "https://e.org/a")
    assert site.paths() == ["/a", "/b"]


def test_name_that_resolves_to_something_else_later_gains_nothing() -> None:
    answers = iter([[PUBLIC], [PUBLIC], ["127.0.0.1"]])
    site = Site({"http://rebind.org/": [ok()]})
    fetcher = Fetcher(
        IngestSettings(), clock=site.clock, sleep=site.clock.sleep, resolve=lambda host, port: next(answers),
        transport=httpx.MockTransport(site),
    )  # fmt: skip
    assert fetcher.get("http://rebind.org/").data == b"page"
    assert {request.url.host for request in site.requests} == {PUBLIC}


def test_host_with_one_private_address_among_others_is_refused() -> None:
    site = Site({"http://e.org/": [ok()]})
    both = [PUBLIC, "10.0.0.1"]
    fetcher = Fetcher(IngestSettings(), resolve=lambda host, port: both, transport=httpx.MockTransport(site))
    with pytest.raises(FetchError, match="private"):
        fetcher.get("http://e.org/")


@pytest.mark.parametrize(
    "url",
    ["ftp://e.org/a", "file:///etc/passwd", "gopher://e.org", "https://", "http://[bad", "http://e.org:99999/"],
)
def test_only_web_addresses_are_fetched(url: str) -> None:
    site = Site({})
    assert refused(site, url)
    assert site.requests == []


def test_address_with_what_no_address_holds_is_refused_and_a_strange_tag_is_not_sent_back() -> None:
    site = Site({"https://e.org/a": [ok()]})
    assert refused(site, "https://e.org/\x7f") == "it is no valid address"
    site.fetcher().get("https://e.org/a", etag='"é"')
    assert "if-none-match" not in site.requests[-1].headers


def test_redirect_to_another_scheme_is_refused() -> None:
    assert "http" in refused(Site({"https://e.org/a": [moved("file:///etc/passwd")]}), "https://e.org/a")


def test_endless_redirects_end() -> None:
    assert "redirects more than" in refused(Site({"https://e.org/a": [moved("/a")]}), "https://e.org/a")


def test_robots_txt_is_obeyed_and_asked_once_a_host() -> None:
    rules = "User-agent: *\nDisallow: /private/\nCrawl-delay: 7\n"
    site = Site({"https://e.org/robots.txt": [ok(rules)], "https://e.org/a": [ok()], "https://e.org/b": [ok()]})
    fetcher = site.fetcher(host_pause=1)
    fetcher.get("https://e.org/a")
    fetcher.get("https://e.org/b")
    with pytest.raises(FetchError, match="robots"):
        fetcher.get("https://e.org/private/c")
    assert [request.url.path for request in site.requests] == ["/robots.txt", "/a", "/b"]
    assert site.clock.slept[-1] == 7


def test_robots_txt_that_fails_forbids_and_one_that_is_missing_allows() -> None:
    down = Site({"https://e.org/robots.txt": [httpx.Response(503)], "https://e.org/a": [ok()]})
    assert "robots.txt cannot be read" in refused(down, "https://e.org/a")
    assert Site({"https://e.org/a": [ok()]}).fetcher().get("https://e.org/a").data == b"page"


def test_host_whose_rules_could_not_be_read_is_asked_again_after_a_while() -> None:
    site = Site(
        {
            "https://e.org/robots.txt": [httpx.ConnectError("offline")] * 3 + [httpx.Response(404)],
            "https://e.org/a": [ok()],
        }
    )
    fetcher = site.fetcher()
    for _ in range(2):
        with pytest.raises(FetchError, match="cannot be reached"):
            fetcher.get("https://e.org/a")
    assert len(site.requests) == 3  # left alone meanwhile
    site.clock.now += SILENCE_KEPT
    assert fetcher.get("https://e.org/a").data == b"page"


def test_rules_are_read_again_after_a_day() -> None:
    forbids = ok("User-agent: *\nDisallow: /")
    site = Site({"https://e.org/robots.txt": [httpx.Response(404), forbids], "https://e.org/a": [ok()]})
    fetcher = site.fetcher()
    assert fetcher.get("https://e.org/a").data == b"page"
    site.clock.now += RULES_KEPT
    with pytest.raises(FetchError, match="does not allow"):
        fetcher.get("https://e.org/a")


def test_page_that_drips_is_given_up_though_something_always_comes() -> None:
    class Dripping(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for _ in range(1000):
                site.clock.now += 29.0
                yield b"x"

    site = Site({"https://e.org/a": [httpx.Response(200, stream=Dripping())]})
    reason = refused(site, "https://e.org/a", timeout=30.0)
    assert reason == "it takes longer than 300 seconds"
    assert site.clock.now < 400


def test_requests_to_one_host_are_paced_and_to_others_are_not() -> None:
    site = Site({f"https://{host}.org/": [ok()] for host in "ab"})
    fetcher = site.fetcher(host_pause=3)
    fetcher.get("https://a.org/")
    fetcher.get("https://b.org/")
    assert site.clock.slept == [3, 3]  # each between robots.txt and the page
    fetcher.get("https://a.org/")
    assert site.clock.slept == [3, 3]  # b.org took the time that a.org had to be left alone


def test_busy_host_is_tried_again_when_it_says() -> None:
    busy = httpx.Response(429, headers={"retry-after": "11"})
    site = Site({"https://e.org/a": [busy, httpx.Response(503), ok("late")]})
    assert site.fetcher(host_pause=0).get("https://e.org/a").data == b"late"
    assert site.clock.slept == [11, 2]


def test_retry_after_may_be_a_date() -> None:
    headers = {"retry-after": "Wed, 21 Oct 2025 07:28:30 GMT", "date": "Wed, 21 Oct 2025 07:28:00 GMT"}
    site = Site({"https://e.org/a": [httpx.Response(503, headers=headers), ok()]})
    site.fetcher(host_pause=0).get("https://e.org/a")
    assert site.clock.slept == [30]


def test_host_that_asks_for_too_much_patience_is_left_alone() -> None:
    site = Site({"https://e.org/a": [httpx.Response(429, headers={"retry-after": "7200"})]})
    assert "7200 seconds" in refused(site, "https://e.org/a")
    assert site.clock.slept[-1:] != [7200]


def test_failing_network_is_tried_three_times() -> None:
    site = Site({"https://e.org/a": [httpx.ConnectError("refused")]})
    assert "cannot be reached" in refused(site, "https://e.org/a", host_pause=0)
    assert site.paths() == ["/a"] * 3
    assert site.clock.slept == [1, 2]


def test_missing_page_is_not_tried_again() -> None:
    site = Site({"https://e.org/a": [httpx.Response(404)]})
    assert "404" in refused(site, "https://e.org/a")
    assert site.paths() == ["/a"]


def test_unchanged_page_costs_one_304() -> None:
    site = Site({"https://e.org/f": [ok("feed", etag='"1"', **{"last-modified": "Wed, 21 Oct 2025 07:28:00 GMT"})]})
    first = site.fetcher().get("https://e.org/f")
    site.pages["https://e.org/f"] = [httpx.Response(304)]
    second = site.fetcher().get("https://e.org/f", etag=first.etag, last_modified=first.last_modified)
    assert second.unchanged
    assert (second.etag, second.last_modified) == ('"1"', "Wed, 21 Oct 2025 07:28:00 GMT")
    assert site.requests[-1].headers["if-none-match"] == '"1"'
    assert site.requests[-1].headers["if-modified-since"] == "Wed, 21 Oct 2025 07:28:00 GMT"


def test_page_without_end_is_cut_off_while_it_streams() -> None:
    sent = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield b"x" * 10_000

    site = Site({"https://e.org/a": [httpx.Response(200, content=endless())]})
    assert "larger than 50,000 bytes" in refused(site, "https://e.org/a", max_bytes=50_000)
    assert len(sent) < 10


def test_compressed_page_is_limited_by_its_real_size() -> None:
    packed = httpx.Response(200, content=gzip.compress(b"x" * 1_000_000), headers={"content-encoding": "gzip"})
    assert "larger than" in refused(Site({"https://e.org/a": [packed]}), "https://e.org/a", max_bytes=50_000)


def test_host_that_is_not_known_is_named() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(FetchError, match="cannot be found"):
        Fetcher(IngestSettings(), resolve=unknown).get("https://nowhere.org/")


def test_real_network_over_loopback() -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"hello" if self.path == "/a" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://localhost:{server.server_port}/a"
        fetcher = Fetcher(IngestSettings(allow_private=True, host_pause=0), resolve=lambda host, port: ["127.0.0.1"])
        try:
            assert fetcher.get(address).data == b"hello"
            with pytest.raises(FetchError, match="private"):
                Fetcher(IngestSettings()).get(address)
        finally:
            fetcher.close()
            server.shutdown()
            thread.join()
