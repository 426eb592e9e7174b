"""What a model writes, made claims of: checked sentence by sentence, and held back until one answers the question.

A sentence is shown whole where the articles say all of it. Where they back only the span in it that answers, that is
shown, with its quote, and the sentence is removed. What is true and answers nothing waits for something that does, and
is removed if nothing comes. Whether a span answers is decided as it is for a small model (`qa.answer.confidence`),
except that what a larger one wrote counts as told.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from qa.answer.bars import may_answer
from qa.answer.cite import Draft, drafts, struck
from qa.answer.confidence import sureness
from qa.answer.fit import misfits
from qa.answer.parts import split_question
from qa.answer.prompts import DECLINED
from qa.answer.reader import KEPT, Reader, Reading
from qa.answer.reread import AGAIN, read_again
from qa.answer.told import Heard, Told
from qa.answer.verify import Quote, Verdict, Verifier
from qa.answer.weights import READ_THRESHOLD, SAID_THRESHOLD
from qa.answer.work import Stopwatch, Work, cited, is_said, moved_reading, newer_number, part_of_work, unsaid_notes
from qa.models.encoders import Embedder
from qa.models.pairs import PairScorer
from qa.text import normalize, plain, plain_span
from qa.types import Claim, ClaimReady, Evidence, RemovedClaim, Span

_TRUST = 0.8
"""Probability that a larger model is taken to give what it writes; endpoints seldom tell their own."""
_LATER = 1.0
"""Natural log of how much less likely a span is for each other one that the same text has before it."""
_JOINTS = (", ", " and ", " & ")
_NO_QUOTE = "no sentence of the articles backs it"


@dataclass(frozen=True, slots=True)
class _Found:
    """A span of a draft that answers a question, or would but for something, and what backs the span alone."""

    reading: Reading
    sure: float
    sure_of_span: float
    barred: str | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass
class _Asked:
    """One of the questions in a question, and every span that the evidence offers for it."""

    work: Work
    pool: Sequence[Reading] = ()


@dataclass
class _Waiting:
    """Sentences that are true and were written before any that answers, and what is known of the others.

    Args:
        declined: the model wrote that the articles do not hold the answer.
        more: what is true was shown beside what answers; it may answer another part of the question.
    """

    claims: list[tuple[Draft, Verdict]] = field(default_factory=list)
    declined: bool = False
    more: bool = False


class ClaimChecker:
    """Makes claims of what a model writes; safe to use from many threads.

    Args:
        embedder: the reader's and the verifier's.
        reader: offers the spans that could be the answer.
        verifier: checks sentences and spans.
        scorer: reads the likeliest spans again.
        unsupported: whether what nothing backs is removed, or shown struck out.
    """

    def __init__(
        self,
        embedder: Embedder,
        reader: Reader,
        verifier: Verifier,
        scorer: PairScorer | None,
        unsupported: Literal["remove", "strike"],
    ) -> None:
        self._embedder = embedder
        self._reader = reader
        self._verifier = verifier
        self._scorer = scorer
        self._unsupported = unsupported

    def span(self, work: Work, watch: Stopwatch) -> Generator[ClaimReady, None, None]:
        """Say the span that was read, once checked, and beside it the sentence it stands in."""
        best = work.readings[0]
        since = watch.now()
        verdict = self._verifier.verify(as_sentence(best.text), best.sentences, work.standalone, weighed=True)
        watch.measure("verify", since)
        if not verdict.supported:
            yield from self._refused(work, as_sentence(best.text), verdict.why)
            return
        work.mode = "answer"
        yield from _span_said(work, best, verdict.quotes)

    def written(self, work: Work, pieces: Iterable[str], watch: Stopwatch) -> Generator[ClaimReady, None, None]:
        """Say what a larger model writes, as far as it is backed and answers; how sure that is stands in the work.

        Args:
            pieces: of the model's text, as it writes them.

        Raises:
            ModelFailedError: the model failed, or what checks did.
        """
        asked = self._asked(work)
        waiting = _Waiting()
        for draft in drafts(pieces):
            if DECLINED.lower() in draft.text.lower():
                waiting.declined = True
                continue
            since = watch.now()
            verdict = self._verdict(work, draft)
            found = self._answer(asked, draft, verdict)
            watch.measure("verify", since)
            yield from self._told(work, draft, verdict, found, waiting)
        work.removed += [RemovedClaim(draft.text, "it does not answer the question") for draft, _ in waiting.claims]
        if waiting.declined and work.mode == "abstained" and work.readings:
            _heed(work)
        if work.mode == "answer" and len(asked) > 1:
            _put_parts(work, [each.work for each in asked], waiting.more)

    def _asked(self, work: Work) -> list[_Asked]:
        if not work.asking.wants_span or work.retrieval.query_vector is None:
            return [_Asked(work)]
        pieces = split_question(work.standalone)
        if len(pieces) == 1:
            return [_Asked(work, _fit(work, work.offered))]
        parts = [part_of_work(work, piece, self._embedder.embed_query(piece)) for piece in pieces]
        # What was read is of the first of them.
        parts[1:] = [replace(part, readings=(), moved=None) for part in parts[1:]]
        return [_Asked(part, _fit(part, self._offered(part))) for part in parts]

    def _offered(self, part: Work) -> Sequence[Reading]:
        vector = part.retrieval.query_vector
        return () if vector is None else self._reader.read(part.asking, vector, part.read, keep=KEPT)

    def _told(
        self, work: Work, draft: Draft, verdict: Verdict, found: _Found | None, waiting: _Waiting
    ) -> Iterator[ClaimReady]:
        if found and found.barred:
            yield from self._refused(work, draft.text, found.barred)
            return
        if verdict.supported and not (found or work.mode == "answer" or not work.asking.wants_span):
            waiting.claims.append((draft, verdict))
            return
        if not verdict.supported:
            yield from self._refused(work, draft.text, verdict.why)
        if verdict.supported or found:
            work.mode = "answer"
            for before, backing in waiting.claims:
                yield cited(work, before.text, backing.quotes)
            waiting.claims.clear()
        if verdict.supported:
            waiting.more |= not found
            yield cited(work, draft.text, verdict.quotes)
        elif found:
            yield from _span_said(work, found.reading, found.quotes)

    def _refused(self, work: Work, text: str, why: str | None) -> Iterator[ClaimReady]:
        """Leave a claim out, or show it struck out, as the settings say."""
        refused = RemovedClaim(text, why or _NO_QUOTE)
        if self._unsupported == "remove":
            work.removed.append(refused)
            return
        claim, told = Claim(refused.text, supported=False, citations=()), struck(refused.text, refused.why)
        work.claims.append(claim)
        work.texts.append(told)
        yield ClaimReady(claim, (), told)

    def _verdict(self, work: Work, draft: Draft) -> Verdict:
        """Check a draft against what it points to first, then against all evidence."""
        hinted = [work.evidence[number - 1] for number in draft.hints if 0 < number <= len(work.evidence)]
        if hinted:
            verdict = self._verifier.verify(draft.text, hinted, work.standalone)
            if verdict.supported:
                return verdict
        return self._verifier.verify(draft.text, work.evidence, work.standalone)

    def _answer(self, asked: Sequence[_Asked], draft: Draft, verdict: Verdict) -> _Found | None:
        """Give what of a draft answers a question that nothing answered yet, and note it as read.

        One that gives what is no answer any more is none either beside one that does.
        """
        for each in asked:
            answered = each.work.mode == "answer"
            found = self._answering(each, draft, verdict)
            if found and (found.barred or not answered):
                if not found.barred:
                    _take(each.work, found)
                return found
        return None

    def _answering(self, asked: _Asked, draft: Draft, verdict: Verdict) -> _Found | None:
        part = asked.work
        within = list(_within(draft.text, asked.pool, [quote.evidence for quote in verdict.quotes]))[:AGAIN]
        if not within:
            return None
        if self._scorer is not None:
            within = list(read_again(self._scorer, part.standalone, within, part.read))
        moved = _moved_to(part, within)
        best = moved or _first_said(draft.text, within)
        sure, sure_of_span = (part.sure, part.sure_of_span) if moved else _sureness(part, best, asked.pool)
        if sure < SAID_THRESHOLD or sure_of_span < READ_THRESHOLD:
            return None
        newest, outdated = _newest(part, draft.text, best)
        barred = outdated or may_answer(part.asking, part.standalone, newest.text, newest.sentences)[1]
        if verdict.supported:
            return _Found(newest, sure, sure_of_span, barred)
        backed = self._verifier.verify(as_sentence(newest.text), newest.sentences, part.standalone)
        return None if barred or not backed.supported else _Found(newest, sure, sure_of_span, quotes=backed.quotes)


def _fit(work: Work, offered: Sequence[Reading]) -> Sequence[Reading]:
    """Give the spans that may be the answer, what a number has moved to before all others."""
    moved = work.readings[:1] if work.moved else ()
    fit = (each for each in offered if not misfits(each.signals) and each.signals.get("all_asked", 0.0) < 1.0)
    return [*moved, *(each for each in fit if each.text not in {other.text for other in moved})]


def _within(text: str, pool: Sequence[Reading], quotes: Sequence[Evidence]) -> Iterator[Reading]:
    """Give the spans that stand in a text, each with the quotes it is read in; with all its sentences without any."""
    for each in pool:
        sentences = tuple(sentence for sentence in each.sentences if sentence in quotes) if quotes else each.sentences
        if sentences and plain_span(text, each.text):
            yield replace(each, sentences=sentences)


def _sureness(part: Work, best: Reading, pool: Sequence[Reading]) -> tuple[float, float]:
    """Give how sure one may be that what a model wrote answers: that its sentence does, and that the span does."""
    readings = [best, *(each for each in pool if each.text != best.text)]
    return sureness(part.asking, part.standalone, readings, Told(best.text, _TRUST, 0.0))


def _moved_to(part: Work, within: Sequence[Reading]) -> Reading | None:
    """Give among some spans the number that a later article puts in the place of the one read."""
    return next((each for each in within if part.moved and each.text == part.moved.values[0][0]), None)


def _first_said(text: str, within: Sequence[Reading]) -> Reading:
    """Give the likeliest of some spans of a text, whatever is said before counting more, with what it goes on with."""
    spans = [span for each in within if (span := plain_span(text, each.text))]
    before = [sum(end <= start for _, end in set(spans)) for start, _ in spans]
    best = max(range(len(within)), key=lambda row: within[row].probability * math.exp(-_LATER * before[row]))
    joined = _joined(plain(text), spans[best], spans, plain(within[best].sentences[0].text))
    return replace(within[best], text=joined) if joined else within[best]


def _joined(text: str, span: Span, spans: Sequence[Span], sentence: str) -> str | None:
    """Give a span together with the one right behind it, where a sentence has both so: "High Water, Low Road"."""
    if not text[span[0]].isupper():
        return None
    behind = [end for start, end in spans if text[span[1] : start] in _JOINTS and text[start].isupper()]
    longer = (text[span[0] : end] for end in behind)
    return max((each for each in longer if each in sentence), key=len, default=None)


def _newest(part: Work, text: str, best: Reading) -> tuple[Reading, str | None]:
    """Put what a number has moved to in its place, where a text gives that too; else say what is wrong with it."""
    newer = newer_number(part, best)
    if newer is None:
        return best, None
    moved = moved_reading(best, newer)
    return (moved, None) if plain_span(text, moved.text) else (best, f"a later article gives {moved.text}")


def _take(part: Work, found: _Found) -> None:
    """Put what was found first among what was read."""
    best = found.reading
    if part.moved and normalize(best.text) != normalize(part.moved.values[0][0]):
        part.moved = None
    part.readings = (best, *(each for each in part.readings if each.text != best.text))
    part.sure, part.sure_of_span, part.mode = found.sure, found.sure_of_span, "answer"


def _put_parts(work: Work, parts: Sequence[Work], more: bool) -> None:
    """Make one of the parts that were answered, and note the others, unless more was said that may answer them."""
    work.parts = tuple(part for part in parts if part.mode == "answer")
    work.sure = min((part.sure for part in work.parts), default=work.sure)
    if not more:
        work.notes += unsaid_notes(parts)


def _heed(work: Work) -> None:
    """Be as sure as one may be of an answer that the model does not find."""
    work.heard = Heard(told=Told("", 1.0, 1.0))
    work.sure, work.sure_of_span = sureness(work.asking, work.standalone, work.readings, work.heard.told)


def _span_said(work: Work, reading: Reading, quotes: Sequence[Quote]) -> Iterator[ClaimReady]:
    yield cited(work, as_sentence(reading.text), quotes)
    sentence = reading.sentences[0]
    if not is_said(work, sentence):
        yield cited(work, sentence.text, (Quote(sentence, 1.0),), quoted=True)


def as_sentence(text: str) -> str:
    """Make a short answer stand as a sentence of its own."""
    capital = text[:1].upper() + text[1:]
    return capital if capital.endswith((".", "!", "?")) else f"{capital}."
