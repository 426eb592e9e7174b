"""The year a question asks about, and the year of what is said in answer to it.

A sentence or a span is of another year where it says so, or says "last year" or "three years ago" in an article whose
date makes it so. What names no year may be of any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from qa.answer.asking import Asking
from qa.answer.candidates import MONTHS, YEAR
from qa.answer.dates import RELATIVE_YEARS, mentions
from qa.answer.numbers import quantities
from qa.search.rerank import stems
from qa.text import plain, plain_span
from qa.types import Evidence, Span

_AGO = re.compile(
    r"\b(?:(?P<said>last|this|next) year|(?P<count>an?|one|two|three|four|five|\d) years? ago)\b", re.IGNORECASE
)
_BESIDE = re.compile(r"[\s,(]*(?:(?:in|with|for|of|by|to|from|at|on|since|as|an?|the|its|his|her|their)\s+){0,2}", re.I)
"""What may stand between a span and the year that belongs to it: two small words that begin no clause."""
_TO_COME = re.compile(
    r"\bwill\b|"
    r"\b(?:is|are) (?:[\w'’-]+ ){0,8}?(?:(?:going|due|set|expected|planned|supposed|scheduled) )?to [a-z]+",
    re.IGNORECASE,
)
_THIS = re.compile(
    rf"\b(?:this|the past) (?:year|month|week|spring|summer|autumn|winter|season|{'|'.join(MONTHS)})\b", re.IGNORECASE
)
_COMPARED = re.compile(r"\b(?:from|than|down|up|compared|against|since|after|before|as in|of)\b", re.IGNORECASE)
_CLAUSE = re.compile(r",? (?:who|which|whose) ((?:[\w'-]+ ){1,6})(?:in|of|for|since|by) (?:early |late |the )*", re.I)


def other_year(asking: Asking, sentence: str, published: datetime | None) -> bool:
    """Say whether a sentence tells of another year than the question; no bar to a date.

    A sentence with the question's year, and one of an article of that year, may tell of it.
    """
    asked, told = _years_asked(asking), _years_of(sentence, published)
    if asking.type == "time" or not (asked and told):
        return False
    return asked.isdisjoint(told) and not (published and str(published.year) in asked)


def of_the_year(asking: Asking, answer: str, sentences: Sequence[Evidence]) -> list[Evidence]:
    """Give those of an answer's sentences in which it may be of the year asked for.

    Where one of them tells of another year, one that tells of none may be of that too. One with another year right
    beside the answer gives it for that year, whatever else it tells.
    """
    asked = _years_asked(asking)
    of_others = any(other_year(asking, each.text, each.article.published) for each in sentences)
    there, month = list(sentences), _month_asked(asking)
    if asking.type != "time":
        there = [each for each in sentences if _may_be_of(asking, answer, each) and not _before(month, each)]
    if not of_others:
        return there
    return [each for each in there if not asked.isdisjoint(_years_of(each.text, each.article.published))]


def is_past(asking: Asking, question: str, answer: str, sentence: Evidence) -> bool:
    """Say whether an answer is of a year before its article's, where a question asks for what is to come, or is."""
    published, span = sentence.article.published, plain_span(sentence.text, answer)
    if published is None or span is None or _years_asked(asking):
        return False
    told = plain(sentence.text)
    if _THIS.search(question) and YEAR.search(told) and not _COMPARED.search(told):
        return max(map(int, YEAR.findall(told))) < published.year
    if not _TO_COME.search(question):
        return False
    beside = {year for year, place in _years_told(told, published) if _is_beside(asking, told, span, place)}
    years = beside | set(YEAR.findall(answer))
    return bool(years) and max(map(int, years)) < published.year


def _month_asked(asking: Asking) -> tuple[int, int] | None:
    """Give the one month of a year, as year and month, that a question names."""
    asked = [(each.year, each.month) for each in mentions(" ".join(asking.content)) if each.year and each.month]
    return asked[0] if len(asked) == 1 else None


def _before(month: tuple[int, int] | None, sentence: Evidence) -> bool:
    """Say whether an article is older than a month and its sentence does not speak of it."""
    published = sentence.article.published
    if month is None or published is None or (published.year, published.month) >= month:
        return False
    return all(each.month != month[1] for each in mentions(sentence.text))


def _years_asked(asking: Asking) -> set[str]:
    return set(YEAR.findall(" ".join(asking.content)))


def _may_be_of(asking: Asking, answer: str, sentence: Evidence) -> bool:
    asked = _years_asked(asking)
    told, span = plain(sentence.text), plain_span(sentence.text, answer)
    if len(asked) != 1 or span is None:
        return True
    beside = {
        year for year, place in _years_told(told, sentence.article.published) if _is_beside(asking, told, span, place)
    }
    return not beside or not asked.isdisjoint(beside)


def _years_of(text: str, published: datetime | None) -> set[str]:
    return {year for year, _ in _years_told(text, published)}


def _years_told(text: str, published: datetime | None) -> Iterator[tuple[str, Span]]:
    yield from ((match.group(), match.span()) for match in YEAR.finditer(text))
    if published is None:
        return
    for match in _AGO.finditer(text):
        yield str(published.year + _years_from(match)), match.span()


def _years_from(match: re.Match[str]) -> int:
    if match["said"]:
        return RELATIVE_YEARS[match["said"].lower()]
    counted = quantities(match["count"])
    return -int(counted[0].value) if counted else -1


def _is_beside(asking: Asking, text: str, span: Span, place: Span) -> bool:
    before, after = text[place[1] : span[0]], text[span[1] : place[0]]
    if any(gap and _BESIDE.fullmatch(gap) for gap in (before, after)):
        return True
    # "Kaya, who won the prize in 1992" gives him for that year; "Kaya, who was born in 1962" tells of something else.
    clause = _CLAUSE.fullmatch(after)
    return clause is not None and not stems(clause[1]).isdisjoint(stems(" ".join(asking.content)))
