"""What a run was made with, so that its figures can be made again: settings, models, code, versions, machine.

Secrets are left out. Of these only the moment and the machine may differ between two halves of one run.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from eval.datasets.base import EvalQuestion, LabelledClaim
from eval.home import code_hash
from eval.request import RunRequest
from qa.models.shelf import Shelf, ShelfEntry
from qa.settings import Settings

QUOTES_ONLY = "quotes-only"
"""Named instead of a model where answers are to be made of quotes."""
_PRIVATE = {"server", "home", "models"}
_LIBRARIES = ("onrecord", "chromadb", "tantivy", "sentence-transformers", "torch", "llama-index-core", "xllamacpp")
_SCORING = Path(__file__).resolve().parent
_CODE = tuple(Path(__file__).resolve().parent.parent / name for name in ("qa", "ingest"))


def run_config(
    settings: Settings | None,
    request: RunRequest,
    asked_of: Sequence[EvalQuestion] | Sequence[LabelledClaim],
    index: str | None,
    now: datetime,
) -> dict[str, object]:
    """Describe a run.

    Args:
        settings: ``None`` where nothing was asked (published predictions).
        asked_of: the questions or claims that get a line; a run is only ever taken up with the same ones.
        index: the fingerprint of the library, ``None`` where there is none.
        now: when the run starts.
    """
    asked = (
        "dataset",
        "part",
        "limit",
        "variant",
        "removed",
        "retrieval_only",
        "baselines",
        "endpoint",
        "judge",
        "system",
    )
    return {
        **{name: getattr(request, name) for name in asked},
        "settings": _open_settings(settings, request) if settings else None,
        "model_sha256": model_checksum(settings) if settings else None,
        "adapter_sha256": adapter_checksum(settings) if settings else None,
        "index": index,
        "questions": len(asked_of),
        "questions_sha256": hashlib.sha256("\n".join(map(repr, asked_of)).encode()).hexdigest(),
        "scoring": code_hash(_SCORING.rglob("*.py")),
        "code": code_hash(path for folder in _CODE for path in folder.rglob("*.py")),
        "versions": versions(),
        "started": now.isoformat(),
        "machine": machine(),
    }


def served_model(settings: Settings) -> str | None:
    """Give the model that a server is asked to answer with; ``None`` where none was named, and it takes its own."""
    return settings.llm.model if "model" in settings.llm.model_fields_set else None


def _open_settings(settings: Settings, request: RunRequest) -> dict[str, object]:
    if request.asks_server:
        return {"llm": {"model": served_model(settings)}}
    values = settings.model_dump(mode="json", exclude=_PRIVATE)
    return {**values, "llm": {name: value for name, value in values["llm"].items() if name != "api_key"}}


def versions() -> dict[str, str]:
    """Give Python's version and those of the libraries that figures depend on."""
    installed = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    return {"python": platform.python_version(), **installed}


def machine() -> dict[str, object]:
    """Describe the machine without naming it."""
    return {"system": platform.system(), "processor": _processor(), "cores": os.cpu_count()}


def model_checksum(settings: Settings) -> str | None:
    """Give the SHA-256 that the shelf holds a model to; ``None`` for an endpoint's model, or where none is asked."""
    entry = _shelf_entry(settings)
    return entry.sha256 if entry else None


def adapter_checksum(settings: Settings) -> str | None:
    """Give the SHA-256 of the LoRA adapter beside the model; ``None`` where there is none."""
    entry = _shelf_entry(settings)
    file = (settings.llm.lora or entry.adapter) if entry else None
    return hashlib.sha256(file.read_bytes()).hexdigest() if file else None


def _shelf_entry(settings: Settings) -> ShelfEntry | None:
    if settings.llm.base_url or settings.llm.model == QUOTES_ONLY:
        return None
    return Shelf(settings.models).entry(settings.llm.model)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.is_file() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
