"""How many questions a running server answers at once, and whether its memory stays flat.

Clients ask one question after another over HTTP for a stated time. This module starts no server and knows only its
address; whoever calls it starts one on the articles of the sample.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from eval.bench import BenchRow
from eval.bench.rows import centile_row

_TIMEOUT = 60.0
_SAMPLES_A_SECOND = 4
_QUESTIONS = Path(__file__).parents[1] / "sample" / "questions.jsonl"


@dataclass
class _Load:
    """What the clients saw."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    answered: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def run(
    url: str, *, seconds: float = 60.0, clients: int = 50, model: str | None = "quotes-only", pid: int | None = None
) -> list[BenchRow]:
    """Ask the sample's questions from many clients at once.

    Args:
        url: where the server is.
        seconds: how long to ask.
        clients: how many ask at once.
        model: the model asked; ``quotes-only`` measures everything but a model.
        pid: the server's process, whose memory is watched where the system tells it.
    """
    load = asyncio.run(_load(url, seconds, clients, model, pid))
    return _rows(load, seconds)


def sample_questions() -> list[str]:
    """Give the sample's questions."""
    with _QUESTIONS.open(encoding="utf-8") as lines:
        return [json.loads(line)["question"] for line in lines if line.strip()]


async def _load(url: str, seconds: float, clients: int, model: str | None, pid: int | None) -> _Load:
    load, questions = _Load(answered=[0] * clients), sample_questions()
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, timeout=_TIMEOUT, limits=limits, trust_env=False) as http:
        until = time.perf_counter() + seconds
        asking = (
            _client(http, load, number, questions[number:] + questions[:number], model, until)
            for number in range(clients)
        )
        await asyncio.gather(_watch(load, pid, until), *asking)
    return load


async def _client(
    http: httpx.AsyncClient, load: _Load, number: int, questions: Sequence[str], model: str | None, until: float
) -> None:
    asked = 0
    while (began := time.perf_counter()) < until:
        question = questions[asked % len(questions)]
        asked += 1
        try:
            response = await http.post("/v1/ask", json={"question": question, "model": model})
            response.raise_for_status()
        except httpx.HTTPError:
            load.errors += 1
        else:
            load.seconds.append(time.perf_counter() - began)
            load.answered[number] += 1


async def _watch(load: _Load, pid: int | None, until: float) -> None:
    while pid is not None and time.perf_counter() < until:
        if (found := resident_mb(pid)) is not None:
            load.memory.append(found)
        await asyncio.sleep(1 / _SAMPLES_A_SECOND)


def resident_mb(pid: int) -> float | None:
    """Give the resident memory of a process in MB; ``None`` where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), None)
    return int(line.split()[1]) / 1024 if line else None


def _rows(load: _Load, seconds: float) -> list[BenchRow]:
    n = len(load.seconds)
    milliseconds = [each * 1000 for each in load.seconds]
    rows = [
        BenchRow("requests_per_s", n / seconds, "1/s", n),
        *(centile_row(f"p{at}", milliseconds, at) for at in (50, 95, 99)),
        BenchRow("errors", load.errors, "count", n + load.errors),
        BenchRow("fewest_to_most_answers", min(load.answered) / max(1, *load.answered), "ratio", len(load.answered)),
    ]
    third = len(load.memory) // 3
    if third:
        second, last = statistics.mean(load.memory[third : 2 * third]), statistics.mean(load.memory[-third:])
        rows.append(BenchRow("memory_last_to_second_third", last / second, "ratio", len(load.memory)))
        rows.append(BenchRow("peak_rss_mb", max(load.memory), "MB", len(load.memory)))
    return rows
