"""ALCE's citation recall and precision (Gao et al. 2023), with the judge named.

A claim is *recalled* when all that it cites, read together, supports it. A citation is *precise* when its claim is
recalled and it either supports the claim alone or is needed for it. A judge says whether a premise supports a claim:
the deterministic verifier, an NLI model or an LLM; a verdict that could not be read leaves the answer unscored. Where
the judge is also what chose the citations its word is worth less, so every figure carries its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

from eval.scoring import Json, Scores, mapping, number, objects

Judge: TypeAlias = Callable[[str, str], bool | None]
"""Tells whether a premise supports a claim, ``None`` where its verdict is unclear: ``(premise, claim)``."""


@dataclass(frozen=True, slots=True)
class CitedClaim:
    """A claim without markers and the quotes it cites."""

    text: str
    quotes: tuple[str, ...]


def cited_claims(answer: Json) -> tuple[CitedClaim, ...]:
    """Take the claims that a user sees out of an answer object, each with the quotes of its citation numbers."""
    by_number: dict[int, list[str]] = {}
    for item in objects(answer.get("citations")):
        by_number.setdefault(int(number(item.get("number"))), []).append(str(item.get("quote", "")))
    return tuple(_claim(item, by_number) for item in objects(answer.get("claims")) if item.get("supported", True))


def alce_scores(answer: Json, judge: Judge, name: str) -> Scores:
    """Score one answer: ``alce_citation_recall:JUDGE`` and ``alce_citation_precision:JUDGE``.

    An answer without claims has no score; one with an unclear verdict is unscored.
    """
    claims = cited_claims(answer)
    if not claims:
        return {}
    recalls = [supports(claim, judge) for claim in claims]
    scores: Scores = {f"alce_citation_recall:{name}": _mean(recalls)}
    precise = [
        verdict
        for claim, recalled in zip(claims, recalls, strict=True)
        for verdict in precise_quotes(claim, recalled, judge)
    ]
    if precise:
        scores[f"alce_citation_precision:{name}"] = _mean(precise)
    return scores


def supports(claim: CitedClaim, judge: Judge) -> bool | None:
    """Tell whether all that a claim cites, together, supports it; a claim without citations is not supported."""
    return judge(" ".join(claim.quotes), claim.text) if claim.quotes else False


def precise_quotes(claim: CitedClaim, recalled: bool | None, judge: Judge) -> list[bool | None]:
    """Tell for each quote of a claim whether it supports the claim alone, or cannot be left out."""
    if not recalled:
        return [recalled] * len(claim.quotes)
    return [_needed(claim, at, judge) for at in range(len(claim.quotes))]


def _needed(claim: CitedClaim, at: int, judge: Judge) -> bool | None:
    alone = judge(claim.quotes[at], claim.text)
    if alone or alone is None:
        return alone
    rest = [quote for other, quote in enumerate(claim.quotes) if other != at]
    without = judge(" ".join(rest), claim.text) if rest else False
    return None if without is None else not without


def _claim(item: Json, by_number: Mapping[int, Sequence[str]]) -> CitedClaim:
    numbers = item.get("citations")
    cited = numbers if isinstance(numbers, list) else []
    quotes = tuple(quote for each in cited for quote in by_number.get(int(number(each)), ()))
    return CitedClaim(str(mapping(item).get("text", "")), quotes)


def _mean(verdicts: Sequence[bool | None]) -> float | None:
    known = [float(verdict) for verdict in verdicts if verdict is not None]
    return fmean(known) if known and len(known) == len(verdicts) else None
