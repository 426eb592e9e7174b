"""llama.cpp's server inside this process: xllamacpp, and only here.

It listens on a free port of the loopback interface and takes only requests that carry the key it was given, since any
page in a browser can reach such a port. This module knows no prompts and no shelf.
"""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import ModelFailedError

_BATCH = 2048
"""Tokens read in one go: a prompt that is cut elsewhere rounds differently (see `qa.models.reuse`)."""
_SILENT = -1


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """How to run a model.

    Args:
        file: the GGUF file.
        key: what requests must carry as a bearer token.
        context: tokens of context for each answer.
        parallel: answers written side by side.
        threads: 0 reads prompts on every processor that this process may use, and writes as `small` says. Measured on
            two idle ones: 455 tokens/s read instead of 233 on one, and a 1.5B model 83 instead of 44.
        small: a small model writes on one thread. That costs a quarter where nothing else runs (93 tokens/s instead of
            125), and keeps answers coming where something does (50 instead of 3 to 10): threads wait for each other
            after every layer, and one that must wait for its processor holds up the other.
        lora: a LoRA adapter in GGUF.
    """

    file: Path
    key: str
    context: int = 4096
    parallel: int = 1
    threads: int = 0
    small: bool = False
    lora: Path | None = None


class EmbeddedServer:
    """A running llama.cpp server; closed by `close`, or else when the interpreter ends.

    Raises:
        ModelFailedError: llama.cpp cannot load the model or the adapter.
    """

    def __init__(self, plan: ServerPlan) -> None:
        import xllamacpp

        try:
            server = xllamacpp.Server(_parameters(plan))
        except RuntimeError as error:
            raise ModelFailedError(
                f"llama.cpp cannot load {_what(plan)}; the file may be broken, too new, or too big for the memory."
            ) from error
        self.url = f"{server.listening_address}/v1"
        held = [server]
        self._close = weakref.finalize(self, held.clear)

    def close(self) -> None:
        """Stop the server and free its memory; closing twice does nothing."""
        self._close()


def _parameters(plan: ServerPlan) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(plan.file)
    parameters.n_ctx = plan.context * plan.parallel
    parameters.n_parallel = plan.parallel
    parameters.cpuparams.n_threads = plan.threads or (1 if plan.small else _processors())
    parameters.cpuparams_batch.n_threads = plan.threads or _processors()
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [plan.key]
    parameters.cors_origins = ""
    parameters.ui = False
    parameters.endpoint_slots = True
    parameters.n_batch = parameters.n_ubatch = _BATCH
    parameters.cache_ram_mib = 0
    parameters.verbosity = _SILENT
    parameters.fit_params = False
    parameters.lora_adapters = _adapters(plan.lora)
    return parameters


def _adapters(lora: Path | None) -> list[Any]:
    import xllamacpp

    if lora is None:
        return []
    adapter = xllamacpp.CommonAdapterLoraInfo()
    adapter.path = str(lora)
    adapter.scale = 1.0
    return [adapter]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _what(plan: ServerPlan) -> str:
    return f"{plan.file} with the adapter {plan.lora}" if plan.lora else str(plan.file)
