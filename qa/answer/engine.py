"""The one way an answer is made: question -> passages -> evidence -> reading -> claims -> checked -> cited.

    standalone question | search | evidence sentences | read the short answer | sure enough? else abstain
    | the model writes (held back until a sentence is complete) | each sentence verified | cited, numbered, streamed
    | nothing survived? the best verbatim quotes | notes

Nothing is streamed before it was checked. Without a model, or when the model fails, the answer is made of quotes and
says so. Every moment, every random choice and the timer are arguments: the same question on the same library gives the
same answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle

from qa.answer.asking import Asking, read_question
from qa.answer.chat import standalone_with
from qa.answer.cite import Draft, Numbering, drafts, marked, struck
from qa.answer.confidence import confidence_signals, read_confidence, said_confidence
from qa.answer.disagree import find_conflict
from qa.answer.evidence import choose_evidence
from qa.answer.notes import notes, refusal
from qa.answer.planted import without_planted
from qa.answer.prompts import DECLINED, large_messages, small_messages
from qa.answer.reader import Hints, Reader, Reading
from qa.answer.suggest import suggest
from qa.answer.timeline import choose_events, event_line, left_out, timeline_topic
from qa.answer.verify import Quote, Verdict, Verifier
from qa.answer.weights import READ_THRESHOLD, SAID_THRESHOLD
from qa.answer.wire import answer_json
from qa.errors import ModelFailedError, ModelSilentError, QuestionError
from qa.models.encoders import Embedder
from qa.models.llm import LanguageModel
from qa.search.retrieve import NewsRetriever, to_node
from qa.settings import AnswerSettings
from qa.text import normalize
from qa.types import (
    Answer,
    AnswerDone,
    AnswerEvent,
    Claim,
    ClaimReady,
    Disagreement,
    Evidence,
    Mode,
    Question,
    RemovedClaim,
    Retrieval,
    SearchDone,
    Timings,
)

_HINTS = 200
"""Likely first tokens asked of a small model."""
_READ = 40
"""Sentences that the short answer is looked for in; a model sees only the first `sentences` of the settings."""
_QUOTES = 2
"""Sentences quoted where no claim is made."""
_LARGE_TOKENS = 220


@dataclass
class _Work:
    """One question being answered: what was found so far."""

    question: Question
    standalone: str
    asking: Asking
    retrieval: Retrieval
    read: tuple[Evidence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    readings: tuple[Reading, ...] = ()
    sure: float = 0.0
    sure_of_span: float = 0.0
    numbering: Numbering = field(default_factory=Numbering)
    claims: list[Claim] = field(default_factory=list)
    removed: list[RemovedClaim] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    quotes_from: int = 0
    mode: Mode = "abstained"
    model: str | None = None


class _Stopwatch:
    """Adds up milliseconds by step."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._start = timer()
        self._spent: dict[str, float] = {}
        self._first: float | None = None

    def measure(self, step: str, since: float) -> None:
        """Add what passed since a moment to a step."""
        self._spent[step] = self._spent.get(step, 0.0) + (self._timer() - since) * 1000

    def now(self) -> float:
        """Give the timer's present reading, in seconds."""
        return self._timer()

    def claim(self) -> None:
        """Note that a checked claim is ready."""
        self._first = self._first if self._first is not None else self.total()

    def total(self) -> float:
        """Give the milliseconds since the start."""
        return (self._timer() - self._start) * 1000

    def timings(self) -> Timings:
        """Give all steps so far."""
        return Timings(**self._spent, first_claim=self._first, total=self.total())


class NewsQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """Answers questions about the news from a library, every claim with the quote that backs it.

    A llama-index query engine: ``query`` gives a ``Response`` whose metadata is the answer object. Safe to use from
    many threads.

    Args:
        retriever: finds the passages.
        embedder: the retriever's.
        settings: how many sentences, how long a question may be, what happens to unsupported claims.
        model: writes; without it answers are made of quotes.
        now: the as-of moment of calls through llama-index's own interface, which have none of their own.
        timer: seconds, for the timings only.
    """

    def __init__(
        self,
        retriever: NewsRetriever,
        embedder: Embedder,
        settings: AnswerSettings,
        model: LanguageModel | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(callback_manager=None)
        self._retriever = retriever
        self._settings = settings
        self._model = model
        self._reader = Reader(embedder)
        self._verifier = Verifier(embedder)
        self._now = now
        self._timer = timer

    @property
    def model(self) -> LanguageModel | None:
        """The model that writes, if there is one."""
        return self._model

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
        watch = _Stopwatch(self._timer)
        work = self._begin(question, watch)
        yield SearchDone(work.retrieval)
        self._gather(work, watch)
        with closing(self._claims(work, watch)) as claims:
            for claim in claims:
                if claim.claim.supported:
                    watch.claim()
                yield claim
        yield from self._disagreeing(work)
        suggestions = self._suggestions(work)
        yield AnswerDone(replace(_answer(work, watch.timings()), suggestions=suggestions))

    # The steps

    def _begin(self, question: Question, watch: _Stopwatch) -> _Work:
        since = watch.now()
        asked = _checked(question.text, self._settings.max_question)
        model = None if question.quotes_only else self._model
        text = standalone_with(model, asked, question.history, self._settings.history)
        retrieval = self._retriever.search(replace(question, text=text), text)
        watch.measure("retrieve", since)
        return _Work(question, text, read_question(text), retrieval, notes=list(retrieval.notes))

    def _gather(self, work: _Work, watch: _Stopwatch) -> None:
        since = watch.now()
        vector = work.retrieval.query_vector
        if vector is not None and work.retrieval.passages:
            limit = max(_READ, self._settings.sentences)
            work.read = without_planted(choose_evidence(work.standalone, vector, work.retrieval.passages, limit))
            work.evidence = work.read[: self._settings.sentences]
        watch.measure("evidence", since)

    def _claims(self, work: _Work, watch: _Stopwatch) -> Generator[ClaimReady, None, None]:
        if (yield from self._timeline(work, watch)):
            return
        model = None if work.question.quotes_only else self._model
        hints = self._hints(work, model, watch)
        self._read(work, hints, watch)
        if not work.evidence or work.sure < SAID_THRESHOLD:
            return
        if model is not None and work.model is not None:
            yield from self._written(work, model, watch)
        if work.mode == "abstained":
            yield from self._quoted(work)

    def _timeline(self, work: _Work, watch: _Stopwatch) -> Generator[ClaimReady, None, bool]:
        """Tell what happened when, each line quoted, where that is asked for and anything is known of it."""
        since = watch.now()
        topic, vector = timeline_topic(work.standalone), work.retrieval.query_vector
        if topic is None or vector is None:
            return False
        events = choose_events(topic, vector, work.retrieval.passages)
        watch.measure("evidence", since)
        if events:
            work.mode, work.read, work.sure = "quotes", events, 1.0
            work.notes += left_out(topic, work.retrieval.passages)
        for event in events:
            yield _cited(work, event.text, (Quote(event, 1.0),), shown=f"\n- {event_line(event)}")
        return bool(events)

    def _hints(self, work: _Work, model: LanguageModel | None, watch: _Stopwatch) -> Hints:
        """Let a small model read the evidence, and take what it would begin its answer with."""
        if model is None or not work.evidence:
            return ()
        work.model = model.name
        if not model.small:
            return ()
        since = watch.now()
        try:
            messages = small_messages(work.standalone, work.evidence)
            with closing(model.stream_tokens(messages, max_tokens=1, alternatives=_HINTS)) as tokens:
                return tuple((each.text, each.logprob) for token in tokens for each in token.alternatives)
        except ModelSilentError:
            return ()
        except ModelFailedError as error:
            self._model_failed(work, error)
            return ()
        finally:
            watch.measure("generate", since)

    def _read(self, work: _Work, hints: Hints, watch: _Stopwatch) -> None:
        since = watch.now()
        vector = work.retrieval.query_vector
        if vector is not None and work.evidence:
            work.readings = self._reader.read(work.asking, vector, work.read, hints)
        if work.readings:
            signals = confidence_signals(work.asking, work.standalone, work.readings)
            work.sure, work.sure_of_span = said_confidence(signals), read_confidence(signals)
        watch.measure("evidence", since)

    def _written(self, work: _Work, model: LanguageModel, watch: _Stopwatch) -> Generator[ClaimReady, None, None]:
        if model.small:
            yield from self._span_said(work, watch)
            return
        since = watch.now()
        messages = large_messages(work.standalone, work.evidence, work.question.as_of)
        try:
            with closing(model.stream(messages, max_tokens=_LARGE_TOKENS)) as pieces:
                yield from self._checked_claims(work, drafts(pieces), watch)
        except ModelFailedError as error:
            self._model_failed(work, error)
        finally:
            watch.measure("generate", since)

    def _span_said(self, work: _Work, watch: _Stopwatch) -> Generator[ClaimReady, None, None]:
        """Say the span read, once checked, and beside it the sentence it stands in."""
        best = work.readings[0]
        if work.sure_of_span < READ_THRESHOLD or work.asking.type in {"prose", "truth"}:
            return
        yield from self._checked_claims(work, iter([Draft(_sentence(best.text), ())]), watch)
        if work.mode == "answer":
            yield _cited(work, best.sentences[0].text, (Quote(best.sentences[0], 1.0),), quoted=True)

    def _checked_claims(
        self, work: _Work, drafted: Iterator[Draft], watch: _Stopwatch
    ) -> Generator[ClaimReady, None, None]:
        for draft in drafted:
            if DECLINED.lower() in draft.text.lower():
                continue
            since = watch.now()
            verdict = self._verdict(work, draft)
            watch.measure("verify", since)
            if verdict.supported:
                work.mode = "answer"
                yield _cited(work, draft.text, verdict.quotes)
            else:
                why = verdict.why or "no sentence of the articles backs it"
                yield from self._refused(work, RemovedClaim(draft.text, why))

    def _refused(self, work: _Work, refused: RemovedClaim) -> Iterator[ClaimReady]:
        """Leave a claim out, or show it struck out, as the settings say."""
        if self._settings.unsupported == "remove":
            work.removed.append(refused)
            return
        claim, told = Claim(refused.text, supported=False, citations=()), struck(refused.text, refused.why)
        work.claims.append(claim)
        work.texts.append(told)
        yield ClaimReady(claim, (), told)

    def _verdict(self, work: _Work, draft: Draft) -> Verdict:
        """Check a draft against what it points to first, then against all evidence."""
        hinted = [work.evidence[number - 1] for number in draft.hints if 0 < number <= len(work.evidence)]
        if hinted:
            verdict = self._verifier.verify(draft.text, hinted, work.standalone)
            if verdict.supported:
                return verdict
        if work.readings and normalize(draft.text) == normalize(work.readings[0].text):
            return self._verifier.verify(draft.text, work.readings[0].sentences, work.standalone)
        return self._verifier.verify(draft.text, work.evidence, work.standalone)

    def _quoted(self, work: _Work) -> Generator[ClaimReady, None, None]:
        """Answer in the articles' own words: the sentences that the reading stands in, else the best."""
        chosen = work.readings[0].sentences[:1] if work.readings else ()
        best = [*chosen, *(each for each in work.evidence if each not in chosen)][:_QUOTES]
        work.mode, work.quotes_from = "quotes", len(work.texts)
        for each in best:
            yield _cited(work, each.text, (Quote(each, 1.0),), quoted=True)

    def _disagreeing(self, work: _Work) -> Generator[ClaimReady, None, None]:
        """Show what other outlets give for a number that was read, beside it."""
        if work.mode == "abstained" or not work.readings:
            return
        best = work.readings[0]
        conflict = find_conflict(work.asking, best.text, best.sentences[0], work.read)
        if conflict is None:
            return
        values = []
        for value, sentence in conflict.values:
            numbers, _ = work.numbering.cite([(sentence, 1.0)])
            values.append((value, numbers[0]))
            if not any(claim.text == sentence.text for claim in work.claims):
                yield _cited(work, sentence.text, (Quote(sentence, 1.0),), quoted=True)
        work.disagreements.append(Disagreement(conflict.about, tuple(values)))

    def _suggestions(self, work: _Work) -> tuple[str, ...]:
        history = work.question.history[-self._settings.history :] if self._settings.history else ()
        before = [turn.standalone_question or turn.question for turn in history]
        said = " ".join(claim.text for claim in work.claims)
        return suggest(work.standalone, work.retrieval.query_vector, work.retrieval.passages, before, said)

    def _model_failed(self, work: _Work, error: ModelFailedError) -> None:
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


def _checked(text: str, longest: int) -> str:
    stripped = " ".join(text.split())
    if not stripped:
        raise QuestionError("The question is empty; ask something.")
    if len(stripped) > longest:
        raise QuestionError(f"The question has {len(stripped)} characters; the most is {longest}. Ask in fewer words.")
    return stripped


def _cited(
    work: _Work, text: str, quotes: Sequence[Quote], *, quoted: bool = False, shown: str | None = None
) -> ClaimReady:
    numbers, new = work.numbering.cite([(quote.evidence, quote.support) for quote in quotes])
    claim = Claim(text=text, supported=True, citations=numbers)
    told = marked(shown or (f"“{text}”" if quoted else text), numbers)
    work.claims.append(claim)
    work.texts.append(told)
    return ClaimReady(claim, new, told)


def _sentence(text: str) -> str:
    """Make a short answer stand as a sentence of its own."""
    capital = text[:1].upper() + text[1:]
    return capital if capital.endswith((".", "!", "?")) else f"{capital}."


def _answer(work: _Work, timings: Timings) -> Answer:
    citations = tuple(work.numbering.citations)
    dates = [each.published for each in citations if each.published]
    best = work.readings[0] if work.readings else None
    said = best.text if best and work.asking.type not in {"prose", "truth"} else None
    answered = work.mode != "abstained"
    return Answer(
        question=work.question.text,
        standalone_question=work.standalone,
        mode=work.mode,
        text=_text(work),
        as_of=work.question.as_of,
        reason=None if answered else _reason(work),
        short_answer=said if answered else None,
        candidate=said,
        confidence=work.sure,
        newest_article=max(dates) if dates else work.retrieval.searched.newest,
        understood=work.retrieval.understood,
        searched=work.retrieval.searched,
        claims=tuple(work.claims),
        removed_claims=tuple(work.removed),
        citations=citations,
        sources=work.retrieval.passages,
        disagreements=tuple(work.disagreements),
        notes=_all_notes(work),
        model=work.model,
        timings=timings,
    )


def _all_notes(work: _Work) -> tuple[str, ...]:
    cited = {(each.article_id, each.version) for each in work.numbering.citations}
    articles = {
        (each.article.id, each.article.version): each.article
        for each in work.read
        if (each.article.id, each.article.version) in cited
    }
    retrieval = work.retrieval
    said = notes(tuple(articles.values()), retrieval.searched, retrieval.understood, work.question.as_of)
    return (*work.notes, *said)


def _text(work: _Work) -> str:
    if work.mode == "abstained":
        return f"The articles do not say. {_reason(work)}"
    texts = list(work.texts)
    if work.mode == "quotes":
        texts.insert(work.quotes_from, "The articles say:")
    return " ".join(texts).replace(" \n", "\n")


def _reason(work: _Work) -> str:
    return refusal(work.retrieval.searched, work.retrieval.understood, work.question.as_of)
