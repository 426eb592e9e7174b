"""What is judged of one answer, and how: the candidate, what a user sees, the citations, the time.

Reads the contract's answer object (plain JSON), so that an answer of this process, of a running server and of a run's
file are judged by the same code. A measure that does not apply to a question has no score; one that applies but could
not be decided has the score ``None``; a question that failed is judged as one that was answered with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from eval.datasets.base import EvalQuestion
from eval.measures import (
    answer_rank,
    citation_precision,
    citation_recall,
    contains,
    exact_match,
    none_of_the_above,
    pick_choice,
    same_quote,
    shares_a_word,
    states,
    token_f1,
    within,
    without_markers,
)

Json: TypeAlias = Mapping[str, object]
Scores: TypeAlias = dict[str, float | None]
"""Scores of one question by measure: higher is more of what the name says."""

DEPTHS = (1, 5, 10, 20)
SPEEDS = ("tokens_per_s_read", "tokens_per_s_written")
"""How fast the model read and wrote, in tokens a second, where its endpoint measures that."""
_SQUAD_KINDS = ("answerable", "unanswerable")
_MULTIHOP_KIND = "_query"
"""Ends the name of every kind of question that MultiHop-RAG has."""
FAILED: Json = {"mode": "failed", "text": ""}
"""Stands for the answer of a question that failed: nothing was said."""


@dataclass(frozen=True, slots=True)
class SeenCitation:
    """One citation as the answer object gives it."""

    article_id: str
    version: int
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SeenSource:
    """One passage that was found."""

    article_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class SeenAnswer:
    """The parts of an answer object that are judged.

    Args:
        text: without ``[n]`` markers.
        confidence: ``None`` from a system that gives none.
        sources: the passages found, best first.
        disagrees: whether it sets different values for one thing side by side.
    """

    mode: str
    text: str
    short_answer: str | None
    confidence: float | None
    citations: tuple[SeenCitation, ...]
    sources: tuple[SeenSource, ...]
    stages: Mapping[str, float]
    disagrees: bool = False

    @property
    def abstained(self) -> bool:
        """Whether the user was told that the articles do not say."""
        return self.mode == "abstained"

    @property
    def answered(self) -> bool:
        """Whether the user got an answer, in words of its own or in quotes."""
        return self.mode in ("answer", "quotes")

    @property
    def shown(self) -> str:
        """All that answers the question on the user's screen."""
        return f"{self.text}\n{self.short_answer or ''}"


def read_answer(answer: Json) -> SeenAnswer:
    """Take what is judged out of an answer object; missing fields read as empty."""
    short = answer.get("short_answer")
    return SeenAnswer(
        mode=str(answer.get("mode", "failed")),
        text=without_markers(str(answer.get("text") or "")),
        short_answer=str(short) if short else None,
        confidence=number(answer["confidence"]) if answer.get("confidence") is not None else None,
        citations=tuple(_citation(item) for item in objects(answer.get("citations"))),
        sources=tuple(_source(item) for item in objects(answer.get("sources"))),
        stages={name: number(ms) / 1000 for name, ms in mapping(answer.get("timings_ms")).items() if ms is not None},
        disagrees=bool(objects(answer.get("disagreements"))),
    )


def score(question: EvalQuestion, answer: Json, candidate: str | None, verbatim: Sequence[bool] = ()) -> Scores:
    """Judge one answer.

    Args:
        candidate: the best short answer before the decision to abstain.
        verbatim: for each citation whether its quote stands in the stored article.
    """
    seen = read_answer(answer)
    return {
        **_candidate_scores(question, seen, candidate),
        **_shown_scores(question, seen),
        **_overall_scores(question, seen, candidate),
        **_passage_scores(question, seen.sources),
        **_citation_scores(question, seen, verbatim),
        **{f"seconds_{name}": seconds for name, seconds in seen.stages.items()},
    }


def judge_removed(question: EvalQuestion, answer: Json | None) -> Scores:
    """Judge the answer to the question asked again without the articles that hold the gold answer; ``None``: failed."""
    if not question.answerable:
        return {}
    return {"abstained_when_removed": float(answer is not None and answer.get("mode") == "abstained")}


def is_right(question: EvalQuestion, text: str | None) -> bool:
    """Tell whether a text states what the question needs."""
    return bool(question.needed) and all(states(text, group) for group in question.needed)


def deserves_confidence(question: EvalQuestion, seen: SeenAnswer, candidate: str | None) -> bool:
    """Tell whether being sure would have been right: the candidate is, or what is shown denies a false premise.

    Whatever is said where no article holds an answer is wrong, so that sure answers there cost what they should.
    """
    if question.needed:
        return has_contained(question, candidate)
    return question.denied and not seen.abstained and _corrects(question, seen)


def has_contained(question: EvalQuestion, text: str | None) -> bool:
    """Tell whether the gold answer (all of its parts) occurs in a text."""
    return bool(question.needed) and all(contains(text, group) for group in question.needed)


def objects(value: object) -> list[Json]:
    """Give the objects of a JSON list, anything else left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: object) -> Json:
    """Give a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def number(value: object) -> float:
    """Give a JSON number, 0 for anything else."""
    return float(value) if isinstance(value, int | float) else 0.0


def _candidate_scores(question: EvalQuestion, seen: SeenAnswer, candidate: str | None) -> Scores:
    scores: Scores = {}
    if question.choices:
        silent = none_of_the_above(question.choices) if seen.abstained else None
        picked = pick_choice(candidate, seen.text, question.choices) if silent is None else silent
        scores["multiple_choice"] = float(picked in question.correct)
    if not question.needed:
        return scores
    em, f1 = exact_match(candidate, question.gold), token_f1(candidate, question.gold)
    scores |= {"em": em, "f1": f1, "contains": float(has_contained(question, candidate))}
    if question.answerable:
        scores |= {"em_answerable": em, "f1_answerable": f1}
    if question.kind.endswith(_MULTIHOP_KIND):
        scores["shares_a_word"] = shares_a_word(candidate or seen.text, question.gold)
    return scores


def _shown_scores(question: EvalQuestion, seen: SeenAnswer) -> Scores:
    right = is_right(question, seen.shown) or _corrects(question, seen)
    scores: Scores = {"wrong_unhedged": float(seen.mode == "answer" and not right)}
    scores |= _abstention_scores(question, seen)
    if question.own_measure:
        scores[question.own_measure] = float(right if question.needed else seen.abstained)
    if question.denied:
        return {**scores, "premise_denied": float(seen.abstained or right)}
    if not question.needed:
        return scores
    scores["coverage"] = float(seen.answered)
    if seen.answered:
        scores["right_when_answering"] = float(right)
    if seen.mode == "answer":
        scores["right_in_own_words"] = float(right)
    if question.wrong_answers:
        scores |= _planted_scores(question, seen)
    return scores


def _overall_scores(question: EvalQuestion, seen: SeenAnswer, candidate: str | None) -> Scores:
    """Score by a benchmark's own overall figure, of all its questions: silence is an answer, right where none is there.

    ``squad_em`` and ``squad_f1`` are *exact* and *f1* of SQuAD 2.0's ``evaluate-v2.0.py`` (Rajpurkar et al. 2018);
    ``multihop_rag_accuracy`` is the overall accuracy of MultiHop-RAG's ``qa_evaluate.py`` (Tang and Yang 2024), where
    keeping silent stands for its *Insufficient information*.
    """
    said = None if seen.abstained else candidate or seen.short_answer or seen.text
    if question.kind in _SQUAD_KINDS:
        measures = {"squad_em": exact_match, "squad_f1": token_f1}
    elif question.kind.endswith(_MULTIHOP_KIND):
        measures = {"multihop_rag_accuracy": shares_a_word}
    else:
        return {}
    silent = float(seen.abstained)
    return {name: measure(said, question.gold) if question.needed else silent for name, measure in measures.items()}


def _abstention_scores(question: EvalQuestion, seen: SeenAnswer) -> Scores:
    # Abstaining as a decision of its own: its recall is of what no article answers, its precision of what it kept quiet
    # about. Where the benchmark cannot tell whether an article answers, neither applies; nor where a question has a
    # measure of its own for what silence is worth: ``premise_denied``, ``error_detection``.
    scores: Scores = {}
    if question.answerable:
        scores["answered_on_answerable"] = float(seen.answered)
    if not question.needed and not question.denied:
        scores["abstained_on_unanswerable"] = float(seen.abstained)
    judged = question.answerable is not None and not question.denied and not question.wrong_answers
    if seen.abstained and judged:
        scores["abstention_precision"] = float(not question.answerable)
    return scores


def _planted_scores(question: EvalQuestion, seen: SeenAnswer) -> Scores:
    # A reader is warned where nothing is answered, or where two values for one thing are set side by side.
    return {
        "error_detection": float(seen.abstained or seen.disagrees),
        "repeated_planted_error": float(states(seen.shown, question.wrong_answers)),
    }


def _corrects(question: EvalQuestion, seen: SeenAnswer) -> bool:
    # To a question that assumes what is not so, the sentence that says what is so is a right answer.
    quotes = [citation.quote for citation in seen.citations]
    return question.denied and any(same_quote(quote, gold) for quote in quotes for gold in question.gold_quotes)


def _passage_scores(question: EvalQuestion, sources: Sequence[SeenSource]) -> Scores:
    if not question.answerable or not question.needed:
        return {}
    passages = [f"{source.title}\n{source.text}" for source in sources]
    ranks = [answer_rank(passages, group) for group in question.needed]
    return {f"answer_in_passages@{k}": min(within(rank, k) for rank in ranks) for k in DEPTHS}


def _citation_scores(question: EvalQuestion, seen: SeenAnswer, verbatim: Sequence[bool]) -> Scores:
    quotes = [citation.quote for citation in seen.citations]
    scores: Scores = {}
    if quotes:
        scores["quotes_verbatim"] = sum(verbatim) / len(quotes) if len(verbatim) == len(quotes) else None
    if question.gold_quotes and question.needed and seen.answered:
        answers = [text for group in question.needed for text in group]
        precision = citation_precision(quotes, question.gold_quotes, answers)
        # An answer without citations has none right, as an answer without words has no word right.
        scores["citation_precision"] = precision or 0.0
        scores["citation_recall"] = citation_recall(quotes, question.gold_quotes)
    return scores


def _source(item: Json) -> SeenSource:
    return SeenSource(*(str(item.get(name) or "") for name in ("article_id", "title", "text")))


def _citation(item: Json) -> SeenCitation:
    start, end, version = (int(number(item.get(name))) for name in ("start", "end", "version"))
    return SeenCitation(str(item.get("article_id", "")), version, str(item.get("quote", "")), start, end)
