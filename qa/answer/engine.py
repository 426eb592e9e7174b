"""The one way an answer is made: question -> passages -> evidence -> reading -> claims -> checked -> cited.

    standalone question | search | evidence sentences | read the short answer, twice | sure enough? else abstain
    | the model writes (held back until a sentence is complete) | each sentence verified | cited, numbered, streamed
    | nothing survived? the best verbatim quotes | notes

Nothing is streamed before it was checked. Without a model, or when the model fails, the answer is made of quotes and
says so. Every moment, every random choice and the timer are arguments: the same question on the same library gives the
same answer.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle

from qa.answer.accounts import SameEvent
from qa.answer.asking import read_question
from qa.answer.bars import may_answer
from qa.answer.chat import standalone_with
from qa.answer.claims import ClaimChecker, as_sentence
from qa.answer.confidence import sureness
from qa.answer.disagree import find_conflict
from qa.answer.evidence import choose_evidence
from qa.answer.fit import misfits
from qa.answer.overview import read_overview
from qa.answer.parts import part_of, split_question
from qa.answer.planted import without_planted
from qa.answer.prompts import large_messages
from qa.answer.reader import KEPT, Reader, Reading
from qa.answer.reread import AGAIN, judge_with, read_again
from qa.answer.suggest import suggest
from qa.answer.timeline import choose_lines, event_line, left_out
from qa.answer.told import NOTHING, Heard, ask_small
from qa.answer.verify import EntailmentJudge, Quote, Verifier
from qa.answer.weights import ASK_THRESHOLD, READ_THRESHOLD, SAID_THRESHOLD, YES_NO_THRESHOLD, Weighing
from qa.answer.wire import answer_json
from qa.answer.work import (
    Stopwatch,
    Work,
    answer_of,
    cited,
    is_said,
    leave_repeated,
    moved_reading,
    newer_number,
    overlap,
    part_of_work,
    put_together,
)
from qa.answer.yes_no import QUOTED, decide
from qa.errors import ModelFailedError, ModelSilentError, QuestionError
from qa.models.encoders import Embedder
from qa.models.llm import LanguageModel
from qa.models.pairs import PairScorer
from qa.search.retrieve import NewsRetriever, to_node
from qa.settings import AnswerSettings
from qa.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    ClaimReady,
    Disagreement,
    Question,
    RemovedClaim,
    SearchDone,
)

_READ = 40
"""Sentences that the short answer is looked for in; a model sees only the first `sentences` of the settings."""
_QUOTES = 2
"""Sentences quoted where no claim is made; more are where a yes or no is asked for."""
_NEWEST = 10
"""Articles looked at for the newest news of all."""
_LARGE_TOKENS = 220


class NewsQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """Answers questions about the news from a library, every claim with the quote that backs it.

    A llama-index query engine: ``query`` gives a ``Response`` whose metadata is the answer object. Safe to use from
    many threads.

    Args:
        retriever: finds the passages.
        embedder: the retriever's.
        settings: how many sentences, how long a question may be, what happens to unsupported claims.
        model: writes; without it answers are made of quotes.
        nli: judges claims besides the verifier's own checks.
        scorer: reads the likeliest answers again, each with question and sentence; without it the reader decides.
        now: the as-of moment of calls through llama-index's own interface, which have none of their own.
        timer: seconds, for the timings only.
    """

    def __init__(
        self,
        retriever: NewsRetriever,
        embedder: Embedder,
        settings: AnswerSettings,
        model: LanguageModel | None = None,
        nli: EntailmentJudge | None = None,
        scorer: PairScorer | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(callback_manager=None)
        self._retriever = retriever
        self._settings = settings
        self._model = model
        self._embedder = embedder
        self._reader = Reader(embedder)
        verifier = Verifier(embedder, nli, scorer)
        self._checker = ClaimChecker(embedder, self._reader, verifier, scorer, settings.unsupported)
        self._scorer = scorer
        self._now = now
        self._timer = timer

    @property
    def model(self) -> LanguageModel | None:
        """The model that writes, if there is one."""
        return self._model

    def weighing(self, weights: Weighing) -> NewsQueryEngine:
        """Give this engine with other weights of the reader."""
        other = copy.copy(self)
        other._reader = Reader(self._embedder, close=weights)
        return other

    def ask(self, question: Question) -> Answer:
        """Answer a question.

        Raises:
            QuestionError: the question is empty or too long.
        """
        for event in self.stream(question):
            if isinstance(event, AnswerDone):
                return event.answer
        raise AssertionError("a stream of events ends with the answer")

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        """Answer a question event by event; closing the iterator stops the model's work.

        Raises:
            QuestionError: the question is empty or too long.
        """
        watch = Stopwatch(self._timer)
        work = self._begin(question, watch)
        yield SearchDone(work.retrieval)
        with closing(self._said(work, watch)) as claims:
            for claim in claims:
                if claim.claim.supported:
                    watch.claim()
                yield claim
        suggestions = self._suggestions(work)
        yield AnswerDone(replace(answer_of(work, watch.timings()), suggestions=suggestions))

    def read(self, question: Question) -> Work:
        """Take the steps before the decision to answer: search, evidence, what the model tells, readings and how sure.

        Raises:
            QuestionError: the question is empty or too long.
        """
        watch = Stopwatch(self._timer)
        work = self._begin(question, watch)
        self._gather(work, watch)
        self._read(work, self._writer(question), watch)
        return work

    # The steps

    def _begin(self, question: Question, watch: Stopwatch) -> Work:
        since = watch.now()
        asked = _checked(question.text, self._settings.max_question)
        text = standalone_with(self._writer(question), asked, question.history, self._settings.history)
        overview = read_overview(text)
        if overview and overview.is_of_all(self._retriever.understood(question, text)):
            overview = replace(overview, topic="")
            retrieval = self._retriever.newest(question, text, _NEWEST)
        else:
            retrieval = self._retriever.search(replace(question, text=text), text)
        watch.measure("retrieve", since)
        asking = read_question(text)
        asking = replace(asking, type="prose") if overview else asking  # no span of a sentence sums up a matter
        return Work(question, text, asking, retrieval, overview=overview, notes=list(retrieval.notes))

    def _gather(self, work: Work, watch: Stopwatch) -> None:
        since = watch.now()
        vector = work.retrieval.query_vector
        if vector is not None and work.retrieval.passages:
            limit = max(_READ, self._settings.sentences)
            work.read = without_planted(choose_evidence(work.standalone, vector, work.retrieval.passages, limit))
            work.evidence = work.read[: self._settings.sentences]
        watch.measure("evidence", since)

    def _said(self, work: Work, watch: Stopwatch) -> Generator[ClaimReady, None, None]:
        """Say what is found; to each of its parts, where the question has several and no larger model writes."""
        model = self._writer(work.question)
        pieces = (work.standalone,) if model and not model.small else split_question(work.standalone)
        if len(pieces) == 1 or work.retrieval.query_vector is None:
            yield from self._claims(work, model, watch)
            return
        parts = list[Work]()
        for piece in pieces:
            parts.append(self._part(work, piece, parts[-1] if parts else None))
            if parts[-1].retrieval.query_vector is not None:
                self._gather(parts[-1], watch)
                self._read(parts[-1], model, watch)
                leave_repeated(parts)
        # In words of its own only where all parts together are as likely right as one answer must be, else in quotes.
        sure = math.prod(part.sure for part in parts) >= SAID_THRESHOLD
        whole = sure and math.prod(part.sure_of_span for part in parts) >= READ_THRESHOLD
        for part in parts:
            yield from self._told(part, model if whole else None, watch)
            yield from self._disagreeing(part)
        put_together(work, parts)

    def _part(self, work: Work, piece: str, before: Work | None) -> Work:
        """Begin a part of a question; one that leans on an answer that was not found is not asked."""
        if before is None:
            return part_of_work(work, piece, self._embedder.embed_query(piece))
        answered = before.readings[0].text if before.readings and before.sure >= SAID_THRESHOLD else ""
        part = part_of(piece, before.standalone, answered)
        lost = part.leans and not answered
        return part_of_work(work, part.question, None if lost else self._embedder.embed_query(part.search))

    def _claims(self, work: Work, model: LanguageModel | None, watch: Stopwatch) -> Generator[ClaimReady, None, None]:
        self._gather(work, watch)
        if not (yield from self._overview(work, watch)):
            self._read(work, model, watch)
            yield from self._told(work, model, watch)
        for part in work.parts or (work,):
            yield from self._disagreeing(part)

    def _told(self, work: Work, model: LanguageModel | None, watch: Stopwatch) -> Generator[ClaimReady, None, None]:
        """Say what was read, where that is sure enough: in a model's words, else in quotes."""
        if model is not None and work.model is not None and work.evidence:
            if model.small and _may_say_span(work):
                yield from self._checker.span(work, watch)
            if not model.small and work.sure >= _least_sure(work):
                yield from self._written(work, model, watch)
        if work.mode == "abstained" and work.evidence and work.sure >= _least_quoted(work):
            yield from self._quoted(work)

    def _writer(self, question: Question) -> LanguageModel | None:
        """Give the model, unless quotes alone were asked for."""
        return None if question.quotes_only else self._model

    def _overview(self, work: Work, watch: Stopwatch) -> Generator[ClaimReady, None, bool]:
        """Tell how a matter went or stands, each line quoted, where that is asked for and anything is known of it.

        Larger models are not asked either: of dated lines one summed up the older as if the newer were not there.
        """
        since = watch.now()
        wanted, vector = work.overview, work.retrieval.query_vector
        if wanted is None or vector is None:
            return False
        events = choose_lines(wanted, vector, work.retrieval.passages)
        watch.measure("evidence", since)
        if not events:
            return False
        work.mode, work.read, work.sure = "quotes", events, 1.0
        work.notes += left_out(wanted.topic, work.retrieval.passages)
        for number, event in enumerate(events):
            line = f"\n- {event_line(event)}"
            yield cited(work, event.text, (Quote(event, 1.0),), shown=line, first=not number)
        return True

    def _heard(self, work: Work, model: LanguageModel | None, watch: Stopwatch) -> Heard:
        """Let a small model read the evidence."""
        if model is None or not work.evidence:
            return NOTHING
        work.model = model.name
        if not model.small:
            return NOTHING
        since = watch.now()
        try:
            return ask_small(model, work.standalone, work.evidence, work.question.as_of)
        except ModelSilentError:
            return NOTHING
        except ModelFailedError as error:
            self._model_failed(work, error)
            return NOTHING
        finally:
            watch.measure("generate", since)

    def _read(self, work: Work, model: LanguageModel | None, watch: Stopwatch) -> None:
        if work.asking.type == "truth":
            since = watch.now()
            work.model = model.name if model and not model.small else None
            decide(work, self._scorer, self._settings.sentences)
            watch.measure("evidence", since)
            return
        work.heard = self._heard(work, model, watch)
        since, vector = watch.now(), work.retrieval.query_vector
        if vector is not None and work.evidence:
            work.offered = self._reader.read(work.asking, vector, work.read, work.heard, keep=KEPT)
            work.readings = work.offered[:AGAIN]
            if self._scorer is not None:
                work.readings = read_again(self._scorer, work.standalone, work.readings, work.read)
        if work.readings:
            if work.asking.word == "why":
                # No span is a reason; the sentence that tells it best is what is shown.
                work.readings = (replace(work.readings[0], sentences=work.read[:1]), *work.readings[1:])
            work.sure, work.sure_of_span = sureness(work.asking, work.standalone, work.readings, work.heard.told)
            self._bring_up_to_date(work)
            if (model is None or model.small) and _leave_barred(work):
                self._bring_up_to_date(work)
        watch.measure("evidence", since)

    def _bring_up_to_date(self, work: Work) -> None:
        """Put the newest number in the place of one that has moved since."""
        best = work.readings[0]
        work.moved = newer_number(work, best)
        if work.moved:
            work.readings = (moved_reading(best, work.moved), *work.readings)

    def _written(self, work: Work, model: LanguageModel, watch: Stopwatch) -> Generator[ClaimReady, None, None]:
        since = watch.now()
        messages = large_messages(work.standalone, work.evidence, work.question.as_of)
        try:
            with closing(model.stream(messages, max_tokens=_LARGE_TOKENS)) as pieces:
                yield from self._checker.written(work, pieces, watch)
        except ModelFailedError as error:
            self._model_failed(work, error)
        finally:
            watch.measure("generate", since)
        if work.mode == "abstained" and work.readings:
            _leave_barred(work)

    def _quoted(self, work: Work) -> Generator[ClaimReady, None, None]:
        """Answer in the articles' own words: the sentences that the reading stands in, else the best."""
        chosen = work.readings[0].sentences[:1] if work.readings else ()
        most = QUOTED if work.asking.type == "truth" else _QUOTES
        best = [*chosen, *(each for each in work.evidence if each not in chosen)][:most]
        work.mode = "quotes"
        for number, each in enumerate(each for each in best if not is_said(work, each)):
            yield cited(work, each.text, (Quote(each, 1.0),), quoted=True, first=not number)

    def _disagreeing(self, work: Work) -> Generator[ClaimReady, None, None]:
        """Show what other outlets give for a number that was read, beside it."""
        if work.mode == "abstained" or not work.readings or work.moved:
            return
        if work.mode == "quotes" and work.asking.type != "number":
            return
        best = work.readings[0]
        judge = judge_with(self._scorer, work.standalone) if self._scorer else None
        same_event = SameEvent(self._embedder)
        work.conflict = find_conflict(work.asking, best.text, best.sentences[0], work.read, judge, same_event)
        if work.conflict is None:
            return
        values = []
        for value, sentence in work.conflict.values:
            numbers, _ = work.numbering.cite([(sentence, 1.0)])
            values.append((value, numbers[0]))
            if not is_said(work, sentence):
                yield cited(work, sentence.text, (Quote(sentence, 1.0),), quoted=True)
        work.disagreements.append(Disagreement(work.conflict.about, tuple(values)))

    def _suggestions(self, work: Work) -> tuple[str, ...]:
        history = work.question.history[-self._settings.history :] if self._settings.history else ()
        before = [turn.standalone_question or turn.question for turn in history]
        said = " ".join(claim.text for claim in work.claims)
        return suggest(work.standalone, work.retrieval.query_vector, work.retrieval.passages, before, said)

    def _model_failed(self, work: Work, error: ModelFailedError) -> None:
        if work.mode == "answer":
            work.notes.append(f"The answer ends early, after what was checked: {error}")
            return
        work.model = None
        work.notes.append(f"The model could not answer, so this is made of quotes: {error}")

    # llama-index

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        answer = self.ask(Question(query_bundle.query_str, as_of=self._now()))
        nodes = [to_node(source) for source in answer.sources]
        return Response(response=answer.text, source_nodes=nodes, metadata=dict(answer_json(answer)))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        import asyncio

        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        """Prompts are constants: there is nothing to update."""


def _least_sure(work: Work) -> float:
    """Give how sure one must be for a larger model to be asked: less where it can be told whether it answers."""
    return ASK_THRESHOLD if work.asking.wants_span else _least_quoted(work)


def _least_quoted(work: Work) -> float:
    return YES_NO_THRESHOLD if work.asking.type == "truth" else SAID_THRESHOLD


def _may_say_span(work: Work) -> bool:
    sure = work.sure >= SAID_THRESHOLD and work.sure_of_span >= READ_THRESHOLD
    return sure and work.asking.wants_span and not misfits(work.readings[0].signals)


def _leave_barred(work: Work) -> bool:
    """Leave a reading of another year or kind than was asked for, and tell why; tell whether another took its place.

    Another does if it is sure enough to be said by itself; else nothing is sure at all.
    """
    best = work.readings[0]
    if not work.asking.wants_span or not (why := _barred(work, best)):
        return False
    if work.sure >= SAID_THRESHOLD:
        work.removed.append(RemovedClaim(as_sentence(best.text), why))
    work.sure = work.sure_of_span = 0.0
    others = (each for each in work.readings[1:] if not overlap(best, each))
    left = [each for each in others if not (misfits(each.signals) or _barred(work, each))]
    if not left:
        return False
    share = sum(each.probability for each in left) / sum(each.probability for each in work.readings)
    readings = tuple(replace(each, probability=each.probability / share) for each in left)
    sure, sure_of_span = sureness(work.asking, work.standalone, readings, work.heard.told)
    if sure < SAID_THRESHOLD or sure_of_span < READ_THRESHOLD:
        return False
    work.readings, work.sure, work.sure_of_span = readings, sure, sure_of_span
    return True


def _barred(work: Work, reading: Reading) -> str | None:
    return may_answer(work.asking, work.standalone, reading.text, reading.sentences)[1]


def _checked(text: str, longest: int) -> str:
    stripped = " ".join(text.split())
    if not stripped:
        raise QuestionError("The question is empty; ask something.")
    if len(stripped) > longest:
        raise QuestionError(f"The question has {len(stripped)} characters; the most is {longest}. Ask in fewer words.")
    return stripped
