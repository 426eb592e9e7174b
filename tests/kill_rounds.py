"""Kills a writing process at a named step, opens the library again and prints what it finds; run as a program.

Each round is forked from this process, which has imported everything and opened nothing: usage is
``python kill_rounds.py FOLDER SCENARIO STEP...`` and one JSON line a step goes to stdout.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from fakes import FakeEmbedder, make_article, whole

from qa.library.index import NewsIndex
from qa.types import IndexedArticle

EMBEDDER = FakeEmbedder()
OLD = [make_article(f"Story {number} is about harbours and bridges.", id=f"old{number}") for number in range(6)]
EDITED = replace(OLD[0], text="Story 0 was corrected and is about tunnels.", modified=datetime(2025, 4, 1, tzinfo=UTC))
NEW = make_article("A wholly new story about a comet.", id="new")


def batch() -> list[IndexedArticle]:
    return [whole(NEW), whole(EDITED)]


def opened(home: Path, on_step: Callable[[str], None] = lambda step: None) -> NewsIndex:
    return NewsIndex.open(home, embedder=EMBEDDER.name, dim=EMBEDDER.dim, on_step=on_step)


def add(index: NewsIndex) -> None:
    index.add(batch())


def delete(index: NewsIndex) -> None:
    index.delete(["old1", "old2"])


SCENARIOS: dict[str, Callable[[NewsIndex], object]] = {"add": add, "delete": delete, "reindex": NewsIndex.reindex}


def killed_at(home: Path, scenario: str, step: str) -> None:
    armed = []

    def stop(reached: str) -> None:
        if armed and reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    index = opened(home, stop)
    armed.append(True)
    SCENARIOS[scenario](index)
    os._exit(3)  # the step was never reached


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 - a forked child must never return into its parent's code
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
    return os.waitpid(child, 0)[1]


def state(index: NewsIndex) -> dict[str, object]:
    report = index.doctor()
    articles = {article.id: article.text for article in index.articles()}
    return {
        "articles": articles,
        "versions": index.stats().versions,
        "sets": [report.passages, report.vectors, report.words],
        "advice": report.advice,
        "found": sorted(
            {hit.passage_id for text in articles.values() for hit in index.lexical(text, 20)}
            & {hit.passage_id for text in articles.values() for hit in index.dense(EMBEDDER.embed_query(text), 20)}
        ),
        "passages": sorted(f"{article.id}.{article.version}.0" for article in index.articles()),
    }


def look(home: Path, scenario: str, out: Path) -> None:
    with opened(home) as index:
        after = state(index)
        SCENARIOS[scenario](index)
        again = state(index)
    out.write_text(json.dumps({"after": after, "again": again}))


def prepare(home: Path) -> None:
    with opened(home) as index:
        index.add([whole(article) for article in OLD])


def round_of(folder: Path, scenario: str, step: str) -> dict[str, object]:
    home, out = folder / f"{scenario}-{step}".replace(":", "-"), folder / "state.json"
    assert forked(lambda: prepare(home)) == 0
    status = forked(lambda: killed_at(home, scenario, step))
    assert forked(lambda: look(home, scenario, out)) == 0
    return {"step": step, "killed": os.WIFSIGNALED(status), **json.loads(out.read_text())}


if __name__ == "__main__":
    for name in sys.argv[3:]:
        print(json.dumps(round_of(Path(sys.argv[1]), sys.argv[2], name)), flush=True)
