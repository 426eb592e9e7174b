"""Figures of a bench on disk, with what they were made with, so that `eval results` may tell them.

A file is one JSON object: ``bench``, ``rows`` as ``bench --json`` prints them, ``options``, ``started``, ``machine``,
``versions``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from eval.bench import BenchRow, row_json
from eval.config import machine, versions
from eval.records import write_json
from eval.scoring import Json, mapping
from qa.errors import NotFoundError, UnreadableError


@dataclass(frozen=True, slots=True)
class BenchFile:
    """One bench as it was kept.

    Args:
        name: of the bench; ``soak`` for the load test.
        rows: its figures.
        options: what it was asked to do.
        made: ``started``, ``machine`` and ``versions``.
    """

    name: str
    rows: tuple[BenchRow, ...]
    options: Json
    made: Json


def save_bench(file: Path, name: str, rows: Sequence[BenchRow], options: Mapping[str, object], now: datetime) -> None:
    """Keep a bench's figures; a file of that name is replaced. Of a folder among the options its name is kept.

    Raises:
        HomeUnwritableError: the file cannot be written.
    """
    made = {"started": now.isoformat(), "machine": machine(), "versions": versions()}
    named = {key: value.name if isinstance(value, Path) else value for key, value in options.items()}
    told = {key: value for key, value in named.items() if isinstance(value, str | int | float)}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, {"bench": name, "rows": [row_json(row) for row in rows], "options": told, **made})


def load_bench(file: Path) -> BenchFile:
    """Read a kept bench.

    Raises:
        NotFoundError: there is no such file.
        UnreadableError: it is not a bench's.
    """
    if not file.is_file():
        raise NotFoundError(f"There is no file {file}; `onrecord bench NAME --out {file}` makes it.")
    try:
        read = mapping(json.loads(file.read_text("utf-8")))
        rows = tuple(BenchRow(**row) for row in cast(list[dict[str, Any]], read["rows"]))
        made = {key: read[key] for key in ("started", "machine", "versions")}
        return BenchFile(str(read["bench"]), rows, mapping(read["options"]), made)
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableError(str(file), "it is not a file that `onrecord bench --out` made") from error
