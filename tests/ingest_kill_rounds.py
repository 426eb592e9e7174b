"""Kills an ingesting process, ingests again and prints what the library holds; run as a program.

Each round is forked from this process, which has imported everything, what is loaded when it is first needed as well,
and opened nothing. Usage:
``python ingest_kill_rounds.py FOLDER MOMENT...`` where a moment is a step of writing with the number of times it is
passed first (``catalog:written@2``), or seconds (``0.15``), halved until they end before the ingestion does. One JSON
line a moment goes to stdout: what is there after the kill, and once all is ingested again, with the steps of that.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import chromadb.api.rust  # noqa: F401  the slowest of what every round would load anew
from fakes import FakeEmbedder
from kill_rounds import forked

from ingest.pipeline import IngestPipeline
from qa.library.index import NewsIndex
from qa.settings import IngestSettings
from qa.types import Article

NEVER_REACHED = 3
"""The exit status of an ingestion that ended before it was to be killed."""
EMBEDDER = FakeEmbedder()
NOW = datetime(2025, 6, 1, tzinfo=UTC)
WIRE = " ".join(f"The council of Port Ellery heard speaker number {n} on the plan for a wall." for n in range(8))


def articles() -> list[Article]:
    """Twenty stories, a wire story with three carriers, a near-duplicate, and a story that changes halfway."""
    made = [_article(number, f"Ship {number} of the Quillan Line has reached berth {number}.") for number in range(20)]
    made[10:10] = [_article(number, WIRE) for number in (100, 101, 102)]
    made[15:15] = [_article(103, WIRE.replace("on the plan", "about the plan", 1))]
    made[18:18] = [replace(_article(5, "Ship 5 has sunk."), modified=datetime(2025, 2, 1, tzinfo=UTC))]
    return made


def _article(number: int, text: str) -> Article:
    published = datetime(2025, 1, 1 + number % 28, tzinfo=UTC)
    return Article(f"{text} " * 3, f"Story {number}", url=f"https://e{number}.org/a", published=published)


def ingest(home: Path, on_step: Callable[[str], None]) -> None:
    with opened(home, on_step) as index:
        take(index)


def opened(home: Path, on_step: Callable[[str], None]) -> NewsIndex:
    return NewsIndex.open(home, embedder=EMBEDDER.name, dim=EMBEDDER.dim, on_step=on_step)


def take(index: NewsIndex) -> None:
    IngestPipeline(index, EMBEDDER, IngestSettings(batch=8)).ingest_articles(articles(), now=NOW)


def killed(home: Path, moment: str) -> None:
    step, at, count = moment.partition("@")
    if not at:
        threading.Timer(float(moment), os.kill, (os.getpid(), signal.SIGKILL)).start()
    passed = 0

    def stop(reached: str) -> None:
        nonlocal passed
        passed += reached == step
        if at and passed == int(count):
            os.kill(os.getpid(), signal.SIGKILL)

    ingest(home, stop)
    os._exit(NEVER_REACHED)


def kill(home: Path, moment: str) -> bool:
    """Kill an ingestion at a moment; seconds that came too late are halved and tried on a new home."""
    status = forked(lambda: killed(home, moment))
    if os.WIFSIGNALED(status) or "@" in moment:
        return os.WIFSIGNALED(status)
    assert os.WEXITSTATUS(status) == NEVER_REACHED
    shutil.rmtree(home)
    return kill(home, str(float(moment) / 2))


def look(home: Path, out: Path) -> None:
    steps: set[str] = set()
    with opened(home, steps.add) as index:
        steps.clear()
        after = state(index)
        take(index)
        again = state(index)
    out.write_text(json.dumps({"after": after, "again": again, "steps": sorted(steps)}))


def state(index: NewsIndex) -> dict[str, object]:
    report = index.doctor()
    found = {
        article.id: [article.version, article.text, article.published.isoformat() if article.published else None,
                     sorted(carrier.url or "" for carrier in article.carriers)]
        for article in index.articles(limit=1000)
    }  # fmt: skip
    sets = [report.passages, report.vectors, report.words]
    return {"sets": sets, "advice": report.advice, "articles": found}


def round_of(folder: Path, moment: str) -> dict[str, object]:
    home, out = folder / moment.replace(":", "-"), folder / "state.json"
    hit = moment != "never" and kill(home, moment)
    assert forked(lambda: look(home, out)) == 0
    return {"moment": moment, "killed": hit, **json.loads(out.read_text())}


if __name__ == "__main__":
    for name in sys.argv[2:]:
        print(json.dumps(round_of(Path(sys.argv[1]), name)), flush=True)
