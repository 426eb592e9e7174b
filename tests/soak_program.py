"""Loads a served library for a stated time and prints one JSON object of what it saw; run as a program.

Usage: ``python soak_program.py HOME SECONDS [real]``. The number of articles stays about the same throughout, so that
what grows is a leak. With ``real`` the server has the real embedder, the default model where it has been pulled, and
the chat's page, which is visited too.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from served_library import pulled_model, served

_MOST = 150
"""Articles that each writer keeps."""
Work = Callable[[httpx.Client, random.Random], str]


class Writer:
    """Adds, edits and deletes articles of one host."""

    def __init__(self, host: str) -> None:
        self._host, self._stored = host, list[str]()

    def work(self, http: httpx.Client, chance: random.Random) -> str:
        if len(self._stored) >= _MOST or (len(self._stored) > 20 and chance.random() < 0.2):
            return self._delete(http, chance)
        what = "edited" if self._stored and chance.random() < 0.4 else "added"
        url = chance.choice(self._stored) if what == "edited" else f"https://{self._host}/{chance.randrange(10**9)}"
        number = chance.randrange(10**6)
        text = f"Ship {number} of the Quillan Line has reached berth {number % 89} at Port Ellery. " * 4
        sent = http.post("/v1/articles", json={"articles": [{"url": url, "title": "A ship", "text": text}]})
        if sent.raise_for_status().json()["failed"]:
            raise ValueError(sent.text)
        if what == "added":
            self._stored.append(url)
        return what

    def _delete(self, http: httpx.Client, chance: random.Random) -> str:
        rows = http.get("/v1/articles", params={"limit": 200}).raise_for_status().json()["articles"]
        mine = [row for row in rows if row["url"] in self._stored]
        if not mine:
            return "looked"
        row = chance.choice(mine)
        http.delete(f"/v1/articles/{row['id']}").raise_for_status()
        self._stored.remove(row["url"])
        return "deleted"


def ask(http: httpx.Client, chance: random.Random) -> str:
    question = f"Which ship has reached berth {chance.randrange(89)} at Port Ellery?"
    answer = http.post("/v1/ask", json={"question": question}).raise_for_status().json()
    for citation in answer["citations"]:
        stored = http.get(f"/v1/articles/{citation['article_id']}", params={"version": citation["version"]})
        if (
            stored.status_code != 404
            and stored.json()["text"][citation["start"] : citation["end"]] != citation["quote"]
        ):
            raise ValueError(f"{citation['quote']} is not verbatim")
    return "asked"


def visit(http: httpx.Client, chance: random.Random) -> str:
    """Open the chat's page and ask there, by the requests that the page itself makes; each time as a new visitor."""
    http.get("/").raise_for_status()
    events = http.get("/config").raise_for_status().json()["dependencies"]
    session = {"session_hash": f"{chance.randrange(16**10):010x}"}
    opening = {"fn_index": _event(events, "load"), "data": [""], **session}
    http.post("/gradio_api/run/predict", json=opening).raise_for_status()
    question = f"Which ship has reached berth {chance.randrange(89)} at Port Ellery?"
    asking = {"fn_index": _event(events, "submit"), "data": [question, None, None], **session}
    http.post("/gradio_api/queue/join", json=asking).raise_for_status()
    with http.stream("GET", "/gradio_api/queue/data", params=session) as told:
        for line in told.raise_for_status().iter_lines():
            message = json.loads(line.removeprefix("data: ") or "{}")
            if message.get("msg") == "process_completed":
                if not message["success"]:
                    raise ValueError(f"the page answered {message}")
                return "visited"
    raise ValueError("the page gave no answer")


def _event(events: list[dict[str, Any]], name: str) -> int:
    """Give the number of the page's first event of a name."""
    return next(int(event["id"]) for event in events if name in [kind for _, kind in event["targets"]])


def figures(pid: int) -> dict[str, float]:
    """Give what a process uses: memory in megabytes, open files, threads."""
    status = Path(f"/proc/{pid}/status").read_text()
    values = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if len(line.split()) > 1}
    files = len(os.listdir(f"/proc/{pid}/fd"))
    return {"rss_mb": int(values["VmRSS"]) / 1024, "files": float(files), "threads": float(values["Threads"])}


def run(home: Path, seconds: float, real: bool) -> dict[str, object]:
    done, errors, samples = Counter[str](), list[str](), list[dict[str, float]]()

    def repeat(url: str, work: Work, seed: int, until: float) -> None:
        chance = random.Random(seed)
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as http:
            while time.monotonic() < until:
                try:
                    done[work(http, chance)] += 1
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    errors.append(f"{type(error).__name__}: {error}"[:300])
                    return

    with served(home, real=real) as (url, pid):
        works: list[Work] = [Writer("a.example").work, Writer("b.example").work, ask, visit if real else ask]
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=repeat, args=(url, work, seed, until)) for seed, work in enumerate(works)]
        for thread in threads:
            thread.start()
        while running := [thread for thread in threads if thread.is_alive()]:
            samples.append(figures(pid))
            running[0].join(max(0.5, seconds / 600))
        with httpx.Client(base_url=url, timeout=120, trust_env=False) as http:
            doctor = http.get("/v1/doctor").json()
    rows = {name: [round(sample[name], 1) for sample in samples] for name in samples[0]}
    healthy = doctor["passages"] == doctor["vectors"] == doctor["words"] and doctor["catalog"] is None
    model = (pulled_model() or "quotes-only") if real else "stand-in"
    return {"seconds": seconds, "model": model, "done": done, "errors": errors, "healthy": healthy, "samples": rows}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), float(sys.argv[2]), real="real" in sys.argv[3:])))
