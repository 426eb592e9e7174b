"""Kills a server while clients add, edit and delete articles, and looks at what is left; run as a program.

Usage: ``python served_kill_rounds.py HOME ROUNDS SEED``. All rounds share one home, so each also takes over what the
one before left. One JSON line a round goes to stdout: whether the stores are equal and sound, whether a change was
under way when the server was killed, and every article whose acknowledged state is not the one found.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from kill_rounds import forked
from served_library import open_library, served
from ui_started import wait_for

_WRITERS = 2


@dataclass
class Writer:
    """One client: what it was told is stored, and what it had asked for when the server died.

    Args:
        name: the host of its articles' addresses, so that no two writers touch the same article.
    """

    name: str
    chance: random.Random
    stored: dict[str, str] = field(default_factory=dict)
    pending: dict[str, str | None] = field(default_factory=dict)
    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)

    def run(self, url: str) -> None:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
            try:
                while True:
                    self._change(http)
            except httpx.HTTPError:
                return  # the server is gone

    def _change(self, http: httpx.Client) -> None:
        if len(self.stored) > 6 and self.chance.random() < 0.2:
            address = self.chance.choice(sorted(self.stored))
            self.pending = {address: None}
            answer = http.delete("/v1/articles", params={"id": _ids(http)[address]})
        else:
            self.pending = {self._address(): self._text() for _ in range(self.chance.randint(1, 4))}
            answer = http.post("/v1/articles", json={"articles": [_body(*one) for one in self.pending.items()]})
        if not answer.is_success or (answer.json().get("failed") or 0):
            self.refused.append(answer.text)
            self.pending = {}
        else:
            self._take()

    def _take(self) -> None:
        for address, text in self.pending.items():
            self.stored.pop(address, None)
            if text is not None:
                self.stored[address] = text
        self.acknowledged += 1
        self.pending = {}

    def _address(self) -> str:
        if self.stored and self.chance.random() < 0.3:
            return self.chance.choice(sorted(self.stored))
        return f"https://{self.name}.example/story-{self.chance.randrange(10**9)}"

    def _text(self) -> str:
        number = self.chance.randrange(10**9)
        return f"Ship {number} of the Quillan Line has reached berth {number % 97} at Port Ellery. " * 3

    def settle(self, found: dict[str, str]) -> list[str]:
        """Give what is not as acknowledged, and take what is found for the state to go on from."""
        wrong = [
            address
            for address in {*self.stored, *found} - set(self.pending)
            if found.get(address) != self.stored.get(address)
        ]
        for address, text in self.pending.items():
            if found.get(address) not in {self.stored.get(address), text}:
                wrong.append(address)
        self.stored, self.pending = dict(found), {}
        return wrong


def _body(address: str, text: str | None) -> dict[str, object]:
    return {"url": address, "title": "A ship", "text": text, "published": "2025-01-01T00:00:00Z"}


def _ids(http: httpx.Client) -> dict[str, str]:
    """Give the id of every stored article by its address."""
    ids: dict[str, str] = {}
    after: dict[str, str] = {}
    while True:
        page = http.get("/v1/articles", params={"limit": 200, **after}).raise_for_status().json()
        ids |= {row["url"]: row["id"] for row in page["articles"]}
        if not page["next"]:
            return ids
        after = {"after": page["next"]}


def look(home: Path, out: Path) -> None:
    with open_library(home) as library:
        report = library.index.doctor()
        texts = {article.url: article.text for article in library.index.articles(limit=10**6)}
    sets = [report.passages, report.vectors, report.words]
    out.write_text(json.dumps({"sets": sets, "advice": report.advice, "texts": texts}))


def round_of(home: Path, writers: list[Writer], chance: random.Random) -> dict[str, object]:
    with served(home) as (url, child):
        threads = [threading.Thread(target=writer.run, args=(url,)) for writer in writers]
        for thread in threads:
            thread.start()
        before = _acknowledged(writers)
        wait_for(lambda: _acknowledged(writers) > before, 60)
        threading.Event().wait(chance.uniform(0.0, 0.9))
        os.kill(child, signal.SIGKILL)
        for thread in threads:
            thread.join()
    return settled(home, writers)


def _acknowledged(writers: list[Writer]) -> int:
    return sum(writer.acknowledged for writer in writers)


def settled(home: Path, writers: list[Writer]) -> dict[str, object]:
    out = home.parent / "state.json"
    assert forked(lambda: look(home, out)) == 0
    state = json.loads(out.read_text())
    texts = {address: text.strip() for address, text in state["texts"].items()}
    hit, wrong = any(writer.pending for writer in writers), []
    for writer in writers:
        mine = {address: text for address, text in texts.items() if address.startswith(f"https://{writer.name}.")}
        writer.stored = {address: text.strip() for address, text in writer.stored.items()}
        writer.pending = {address: text and text.strip() for address, text in writer.pending.items()}
        wrong += writer.settle(mine)
    told = {"acknowledged": _acknowledged(writers), "stored": len(texts), "hit": hit, "wrong": wrong}
    refused = [text for writer in writers for text in writer.refused]
    return {"sets": state["sets"], "advice": state["advice"], "refused": refused, **told}


if __name__ == "__main__":
    rounds, seed = int(sys.argv[2]), int(sys.argv[3])
    clients = [Writer(f"w{number}", random.Random(seed + number)) for number in range(_WRITERS)]
    moments = random.Random(seed)
    for _ in range(rounds):
        print(json.dumps(round_of(Path(sys.argv[1]), clients, moments)), flush=True)
