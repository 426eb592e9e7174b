"""What keeps a sentence from backing a bare answer to a question, by what the question asks for.

A bare answer stands in its sentence letter for letter; whether the sentence gives it for the year, the kind and the
fact asked for is told here, by rule and for English.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from qa.answer.asking import Asking
from qa.answer.counted import speaks_of_amount
from qa.answer.names import of_another
from qa.answer.places import is_placed, lies_elsewhere
from qa.answer.support import telling
from qa.answer.synonyms import share_told
from qa.answer.turns import (
    made_of_another,
    merely_possible,
    names_kin,
    other_kind,
    speaks_of_wanting,
    tells_the_deed,
    told_elsewhere,
    turns_the_result,
)
from qa.answer.years import is_past, of_the_year
from qa.text import paragraph_spans, sentence_spans
from qa.types import Evidence

QUESTION_THRESHOLD = 0.35
"""The least share of a question's telling words that the quote of a bare answer, or its title, must hold."""

_Bar: TypeAlias = tuple[Callable[[Sequence[Evidence]], list[Evidence]], str]
"""What keeps the quotes that may back a claim, and what is said where none is left."""


def may_answer(
    asking: Asking, question: str, answer: str, quotes: Sequence[Evidence]
) -> tuple[list[Evidence], str | None]:
    """Give the quotes with a bare answer that speak of the year, the kind and the fact asked for; why, if none does.

    Where some of them speak of what was asked, the others count for nothing.
    """
    there = [each for each in quotes if asked_share(question, answer, each) >= QUESTION_THRESHOLD] or list(quotes)
    for keep, why in _bars(asking, question, answer):
        there = keep(there)
        if not there:
            return [], why
    return there, None


def _bars(asking: Asking, question: str, answer: str) -> tuple[_Bar, ...]:
    """Give what leaves out the quotes that cannot back a bare answer, and what is said where none is left."""

    def only(backs: Callable[[Evidence], bool]) -> Callable[[Sequence[Evidence]], list[Evidence]]:
        return lambda quotes: [each for each in quotes if backs(each)]

    return (
        (lambda quotes: of_the_year(asking, answer, quotes), "the quotes with it are of another year"),
        (
            only(lambda each: not other_kind(question, with_titles([each]))),
            "the quotes with it speak of the opposite, as of an actor where an actress was asked for",
        ),
        (
            only(lambda each: not told_elsewhere(question, "\n".join(with_titles([each])), each.article.text)),
            "the article tells of that elsewhere",
        ),
        (
            only(lambda each: not made_of_another(question, "\n".join(with_titles([each])), each.article.text)),
            "the quotes with it speak of another material",
        ),
        (only(lambda _: not lies_elsewhere(asking.noun, answer)), "it lies in another part of the world"),
        (
            only(lambda each: not of_another(question, each.text)),
            "the quotes with it are of another than was asked about",
        ),
        (only(lambda each: names_kin(asking.noun, with_titles([each]))), "the quotes with it tell of no kin"),
        (
            only(lambda each: speaks_of_amount(asking.noun, with_titles([each]))),
            "the quotes with it measure another thing",
        ),
        (
            only(lambda each: not turns_the_result(question, each.text)),
            "the quotes with it say that the other side won",
        ),
        (only(lambda each: tells_the_deed(question, with_titles([each]))), "the quotes with it do not speak of that"),
        (only(lambda each: speaks_of_wanting(question, each.text)), "the quotes with it tell of nobody's wish"),
        (only(lambda each: not is_past(asking, question, answer, each)), "the quotes with it tell of the past"),
        (only(lambda each: is_placed(asking, answer, each.text)), "the quotes with it give it as no place"),
        (only(lambda each: not merely_possible(question, answer, each.text)), "the quotes only say that it may be"),
    )


def asked_share(question: str, answer: str, quote: Evidence, *, lead: bool = False) -> float:
    """Give the share of the question's telling words, the answer's own left out, that a quote or its title holds.

    Args:
        lead: count what the quote's article tells first as well, which says what it is about.
    """
    said = telling(question) - telling(answer)
    shown = [*with_titles([quote]), *([_lead(quote.article.text)] if lead else [])]
    return share_told(said, telling("\n".join(shown)))


def _lead(text: str) -> str:
    first = next((text[slice(*span)] for span in paragraph_spans(text)), "")
    return next((first[slice(*span)] for span in sentence_spans(first)), "")


def with_titles(quotes: Sequence[Evidence]) -> list[str]:
    """Give what a reader of a citation sees: each article's title once, and the quotes."""
    titles = dict.fromkeys(quote.article.title for quote in quotes if quote.article.title)
    return [*titles, *(quote.text for quote in quotes)]
