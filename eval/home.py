"""A library of its own for each benchmark, kept in the cache so that it is embedded once.

Its folder's name is a fingerprint of everything that its content follows from: the articles, the splitter, the
embedder and the code of both. It lies beside the pulled models and never in the user's home.
"""

from __future__ import annotations

import ast
import glob
import hashlib
import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import ModuleType

import ingest.clean
import ingest.decide
import ingest.dedupe
import ingest.prepare
import ingest.split
import qa.dateline
import qa.models.encoders
import qa.text
from eval.datasets.base import Dataset, article_key
from eval.run import Places, Say
from ingest.dedupe import same_address
from ingest.pipeline import IngestPipeline
from ingest.report import Status
from qa.errors import HomeLockedError
from qa.library.home import HomeLock
from qa.library.index import NewsIndex
from qa.models.encoders import Embedder
from qa.settings import Settings
from qa.types import Article

_CODE: tuple[ModuleType, ...] = (
    ingest.clean,
    ingest.decide,
    ingest.dedupe,
    ingest.prepare,
    ingest.split,
    qa.dateline,
    qa.models.encoders,
    qa.text,
)
_CONTENT = frozenset({"window", "overlap", "near_duplicate"})
_DONE = "eval.json"


def fingerprint(dataset: Dataset, settings: Settings) -> str:
    """Give what changes with anything the library's content follows from: digits of the content, digits of the code."""
    digest = hashlib.sha256()
    for article in dataset.articles:
        digest.update(_facts(article).encode())
    kept = {name: value for name, value in settings.ingest.model_dump().items() if name in _CONTENT}
    embedder = settings.embedder.model_dump(exclude={"batch", "device"})
    digest.update(json.dumps([kept, embedder], sort_keys=True).encode())
    return f"{digest.hexdigest()[:16]}-{code_hash(Path(str(module.__file__)) for module in _CODE)[:8]}"


def drop_stale(home: Path) -> None:
    """Delete libraries of the same content made by other code, which nothing can use any more, unless one is open."""
    content, _, _ = home.name.rpartition("-")
    for other in home.parent.glob(f"{glob.escape(content)}-*"):
        if other == home:
            continue
        with suppress(HomeLockedError):
            HomeLock.acquire(other).release()
            shutil.rmtree(other, ignore_errors=True)


def eval_settings(settings: Settings, dataset: Dataset) -> Settings:
    """Turn the settings to the benchmark's own library and whatever the benchmark needs of ingestion."""
    if dataset.near_duplicate is not None:
        ingest_settings = settings.ingest.model_copy(update={"near_duplicate": dataset.near_duplicate})
        settings = settings.model_copy(update={"ingest": ingest_settings})
    home = settings.models.parent / "eval" / f"{dataset.name}-{fingerprint(dataset, settings)}"
    return settings.model_copy(update={"home": home})


def fill(
    index: NewsIndex, embedder: Embedder, settings: Settings, dataset: Dataset, *, now: datetime, say: Say
) -> Places:
    """Ingest the benchmark's articles unless that was done, and tell where each is kept.

    Args:
        settings: as ``eval_settings`` gave them.
        now: the moment of ingestion; dates after it are not believed.
    """
    marker = settings.home / _DONE
    if not marker.is_file():
        drop_stale(settings.home)
        say(f"indexing {len(dataset.articles)} articles once, in {settings.home}")
        report = IngestPipeline(index, embedder, settings.ingest).ingest_articles(
            dataset.articles, now=now, progress=_Sayer(say, len(dataset.articles))
        )
        say(f"indexed {report.added} articles, {report.duplicates} copies; {report.failed} could not be used")
        marker.write_text(json.dumps({"dataset": dataset.name, "articles": len(dataset.articles)}) + "\n", "utf-8")
    return places(dataset, stored_articles(index))


def places(dataset: Dataset, stored: Iterable[Article]) -> Places:
    """Map each article of the benchmark to the stored one with its address, a carrier's address included."""
    by_address: dict[str, str] = {}
    for article in stored:
        for url in (article.url, *(carrier.url for carrier in article.carriers)):
            if url:
                by_address.setdefault(same_address(url), article.id)
    addresses = {key: same_address(key) for key in map(article_key, dataset.articles)}
    return {key: by_address[address] for key, address in addresses.items() if address in by_address}


def code_hash(paths: Iterable[Path]) -> str:
    """Give 16 hexadecimal digits of the SHA-256 of what some Python files do; comments and docstrings do not count."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(ast.dump(_bare(ast.parse(path.read_text("utf-8")))).encode())
    return digest.hexdigest()[:16]


class _Sayer:
    """Says how far ingestion is."""

    def __init__(self, say: Say, articles: int) -> None:
        self._say, self._articles = say, articles

    def update(self, status: Status) -> None:
        self._say(f"{status.inputs}/{self._articles} articles, {status.passages} passages, {status.seconds:.0f} s")


def _bare(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return tree


def _facts(article: Article) -> str:
    dates = [moment.isoformat() if moment else None for moment in (article.published, article.modified)]
    return json.dumps([article_key(article), article.title, article.text, article.publisher, *dates])


def stored_articles(index: NewsIndex) -> Iterable[Article]:
    """Give every article of a library, page by page, the newest first."""
    after: str | None = None
    while page := index.articles(after=after, limit=500):
        yield from page
        after = page[-1].id
