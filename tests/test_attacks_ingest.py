"""Hostile sources: lists that point inside the network, archives with names that are paths, files asked for by URL."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from ui_fakes import make_onrecord

from ingest.fetch import Fetcher
from ingest.sources import ReadOptions, read_sources, read_stream
from qa.errors import SourceError
from qa.settings import IngestSettings
from qa.types import Article
from ui.server import make_app

NAMES = {"news.example": "93.184.215.14", "inside.example": "10.0.0.7"}
INSIDE = ["http://127.0.0.1/a", "http://inside.example/b", "http://169.254.169.254/latest/meta-data/", "http://[::1]/c"]
FEED = "<rss version='2.0'><channel><title>T</title>{}</channel></rss>".format(
    "".join(f"<item><title>Item {n}</title><link>{link}</link></item>" for n, link in enumerate(INSIDE))
)
SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{}</urlset>".format(
    "".join(f"<url><loc>{link}</loc></url>" for link in INSIDE)
)


class Web:
    """Answers every request that reaches it and keeps whom it was meant for."""

    def __init__(self, page: str) -> None:
        self.page, self.hosts = page, set[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.hosts.add(request.url.host)
        return httpx.Response(404) if request.url.path == "/robots.txt" else httpx.Response(200, text=self.page)

    def fetcher(self) -> Fetcher:
        return Fetcher(
            IngestSettings(host_pause=0),
            sleep=lambda seconds: None,
            resolve=lambda host, port: [NAMES.get(host, host)],
            transport=httpx.MockTransport(self),
        )


@pytest.mark.parametrize("page", [FEED, SITEMAP], ids=["feed", "sitemap"])
def test_list_that_points_inside_the_network_reaches_nothing(page: str) -> None:
    web = Web(page)
    items = list(read_sources(["https://news.example/list.xml"], ReadOptions(getter=web.fetcher())))
    refused = [item for item in items if isinstance(item, SourceError)]
    assert len(refused) == len(INSIDE)
    assert all("private" in item.reason for item in refused), [item.reason for item in refused]
    assert web.hosts == {NAMES["news.example"]}


@pytest.mark.parametrize("name", ["../../evil.jsonl", "/tmp/evil.jsonl", "..\\..\\evil.jsonl", "a/../../../evil.jsonl"])
def test_names_in_an_archive_write_nothing_anywhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, '{"text": "The council of Port Ellery met."}')
    items = list(read_stream(io.BytesIO(stream.getvalue()), "a.zip", ReadOptions()))
    assert {item.text for item in items if isinstance(item, Article)} <= {"The council of Port Ellery met."}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_tar_with_a_link_to_a_file_gives_nothing_of_that_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret words of this machine. " * 5)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        link = tarfile.TarInfo("news.txt")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        archive.addfile(link)
    items = list(read_stream(io.BytesIO(stream.getvalue()), "a.tar.gz", ReadOptions()))
    assert not any("secret words" in item.text for item in items if isinstance(item, Article))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/etc/passwd", "ftp://e.org/a", "gopher://e.org/", "-"])
def test_api_reads_no_file_of_the_server(url: str, tmp_path: Path) -> None:
    with TestClient(make_app(make_onrecord(tmp_path), chat=False)) as http:  # type: ignore[arg-type]
        for path in ("/v1/articles", "/v1/jobs"):
            refused = http.post(path, json={"urls": [url]})
            assert refused.status_code == 422, refused.text
            assert "root:" not in refused.text
