"""How soon an answer can be read: the first checked claim beside the model's own time, and all that is not the model.

Questions are asked one after the other of the library that the benchmark keeps. A model's own time is what the endpoint
itself measured for reading the prompt and writing the tokens that came before the first claim (llama.cpp says so); of
an endpoint that measures nothing, it is the time spent waiting for these tokens. Without a model only the rest is
measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np

from eval.bench import BenchRow
from eval.bench.rows import centile_row, measure_row
from eval.datasets import realtimeqa, sample
from eval.datasets.base import Dataset, EvalQuestion
from eval.home import eval_settings, fill
from eval.intervals import measure_of
from qa.answer.engine import NewsQueryEngine
from qa.compose import open_library
from qa.models.llm import LanguageModel, Message, ModelTimings, Token, make_language_model
from qa.models.shelf import Shelf
from qa.settings import LlmSettings, Settings
from qa.types import AnswerDone, ClaimReady, Question

QUOTES_ONLY = "quotes-only"
_NOW = datetime(2100, 1, 1, tzinfo=UTC)
_WARM_UP = 2


def run(settings: Settings, data: Path | None = None, model: str | None = None, questions: int = 40) -> list[BenchRow]:
    """Ask questions and give the figures.

    Args:
        settings: of this process; the library is the benchmark's own.
        data: a RealTimeQA folder; the sample where none is given.
        model: a model of the shelf, or ``quotes-only``; the settings' own unless named.
        questions: how many to ask, spread over the set.

    Raises:
        ModelMissingError: the model was not pulled.
    """
    dataset = realtimeqa.load(data) if data is not None else sample.load()
    chosen = settings if model is None else settings.model_copy(update={"llm": _named(settings, model)})
    with ExitStack() as opened:
        writer = None if model == QUOTES_ONLY else opened.enter_context(_started(chosen))
        library = opened.enter_context(open_library(eval_settings(settings, dataset), with_model=False))
        fill(library.index, library.embedder, library.settings, dataset, now=_NOW, say=_silent)
        engine = library.engine_with(cast("LanguageModel | None", writer))
        asked = spread(dataset, questions)
        for question in asked[:_WARM_UP]:
            _timed(engine, writer, question)
        return rows([_timed(engine, writer, question) for question in asked])


@dataclass(frozen=True, slots=True)
class Timed:
    """One question, in milliseconds.

    Args:
        first_claim: until the first checked claim; ``None`` where there was none.
        own: the model's own time before it; ``None`` without a model.
        rest: the whole answer without waiting for the model.
    """

    first_claim: float | None
    own: float | None
    rest: float
    retrieve: float
    evidence: float
    verify: float
    total: float


def rows(timed: Sequence[Timed]) -> list[BenchRow]:
    """Make the figures of what was measured."""
    claimed = [(one.first_claim, one.own) for one in timed if one.first_claim is not None and one.own]
    found = [
        BenchRow("questions", len(timed), "count", len(timed)),
        BenchRow("answered", sum(one.first_claim is not None for one in timed), "count", len(timed)),
        *_centiles("without_model", [one.rest for one in timed]),
        *(
            centile_row(f"{name}_p50", [getattr(one, name) for one in timed], 50)
            for name in ("retrieve", "evidence", "verify", "total")
        ),
    ]
    if not claimed:
        return found
    first, own = np.array(claimed).T
    ratio = measure_of(len(claimed), lambda rows: float(np.median(first[rows]) / np.median(own[rows])))
    return [
        *_centiles("first_claim", list(first)),
        *_centiles("model_own", list(own)),
        measure_row("first_claim_to_model", ratio),
        *found,
    ]


def spread(dataset: Dataset, most: int) -> list[EvalQuestion]:
    """Give so many questions at even distances, or all."""
    asked = len(dataset.questions)
    return [dataset.questions[at * asked // most] for at in range(most)] if most < asked else list(dataset.questions)


class WatchedModel:
    """A language model whose own time is kept; it has what the engine asks of one.

    Args:
        clock: seconds that only go up.
    """

    def __init__(self, inner: LanguageModel, clock: Callable[[], float] = time.perf_counter) -> None:
        self.inner = inner
        self._clock = clock
        self.name, self.llm, self.grammar = inner.name, inner.llm, inner.grammar
        self.small, self.reads = inner.small, inner.reads
        self.begin()

    def begin(self) -> None:
        """Forget what was measured before."""
        self.waited = 0.0
        self.tokens = 0
        self.timings: list[ModelTimings] = []

    def stream(self, messages: Sequence[Message], **options: Any) -> Generator[str, None, None]:
        """Write piece by piece, as ``LanguageModel.stream``."""
        yield from (token.text for token in self.stream_tokens(messages, **options) if token.text)

    def stream_tokens(self, messages: Sequence[Message], **options: Any) -> Generator[Token, None, None]:
        """Write token by token, as ``LanguageModel.stream_tokens``, and count what is waited for."""
        with closing(self.inner.stream_tokens(messages, **options)) as tokens:
            while True:
                began = self._clock()
                token = next(tokens, None)
                self.waited += (self._clock() - began) * 1000
                if token is None:
                    return
                self.tokens += bool(token.text)
                self.timings += [token.timings] if token.timings else []
                yield token

    def own(self, tokens: int, waited: float) -> float:
        """Give the milliseconds that the endpoint itself needed for its first so many tokens."""
        if not self.timings:
            return waited
        written = sum(each.written_tokens for each in self.timings)
        share = min(1.0, tokens / written) if written else 1.0
        return sum(each.prompt_ms + share * each.written_ms for each in self.timings)

    def close(self) -> None:
        """Free what the model holds."""
        self.inner.close()


def _timed(engine: NewsQueryEngine, model: WatchedModel | None, asked: EvalQuestion) -> Timed:
    at_first: tuple[int, float] | None = None
    if model is not None:
        model.begin()
    question = Question(asked.text, as_of=asked.as_of, history=asked.history, quotes_only=model is None)
    for event in engine.stream(question):
        if isinstance(event, ClaimReady) and event.claim.supported and model is not None and at_first is None:
            at_first = (model.tokens, model.waited)
        if isinstance(event, AnswerDone):
            spent = event.answer.timings
    return Timed(
        first_claim=spent.first_claim,
        own=model.own(*at_first) if model is not None and at_first is not None else None,
        rest=spent.total - (model.waited if model is not None else 0.0),
        retrieve=spent.retrieve,
        evidence=spent.evidence,
        verify=spent.verify,
        total=spent.total,
    )


def _centiles(name: str, values: Sequence[float]) -> list[BenchRow]:
    return [centile_row(f"{name}_p{percent}", values, percent) for percent in (50, 95)]


def _started(settings: Settings) -> closing[WatchedModel]:
    return closing(WatchedModel(make_language_model(settings.llm, Shelf(settings.models))))


def _named(settings: Settings, model: str) -> LlmSettings:
    return settings.llm.model_copy(update={"model": model})


def _silent(message: str) -> None:
    return None
