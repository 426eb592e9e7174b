"""What a claim may not get wrong: each check gives one plain clause when it does, and ``None`` when it does not.

They look at a claim and at the one or two quotes that are to back it, with their articles. They know words, not the
world: a claim that passes them all may still be wrong, which is why there is a score beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from qa.answer.dates import Dated, Mention, mentions, missing_date
from qa.answer.names import missing_name, names
from qa.answer.numbers import missing_number, quantities, whole_for_part
from qa.answer.turns import exchanged_name, opposite_word, overstated_word, swapped_names, turned_word
from qa.text import plain
from qa.types import Evidence

Check: TypeAlias = Callable[[str, Sequence[Evidence]], str | None]

_LEAD = 400
"""Characters of an article's beginning in which its people and places are introduced."""
_BEFORE = 400
"""Characters before a quote in which "he" and "the company" are named."""
_QUOTED = re.compile(r"[\"“]([^\"“”]{3,}?)[,.]?[\"”]")


def check_numbers(claim: str, quotes: Sequence[Evidence]) -> str | None:
    """Every number of the claim is in a quote or in its article's title, by value and unit."""
    folded = plain(claim)
    claimed = quantities(folded, _days(mentions(folded)))
    texts = [plain(text) for quote in quotes for text in (quote.text, quote.article.title)]
    quoted = [number for text in texts for number in quantities(text)]
    missing = missing_number(folded, claimed, quoted)
    if missing:
        return f"the number {missing.text} is in no quote"
    whole = whole_for_part(claimed, texts)
    return f"the quotes count some of {whole.text} only" if whole else None


def check_dates(claim: str, quotes: Sequence[Evidence]) -> str | None:
    """Every date of the claim is in a quote, or is what the quote's "on Tuesday" means."""
    quoted = [_dated(quote) for quote in quotes]
    missing = missing_date(mentions(plain(claim)), quoted)
    return f"the date {missing.text} is in no quote" if missing else None


def check_names(claim: str, quotes: Sequence[Evidence]) -> str | None:
    """Every name of the claim is in a quote, or where its article introduces it."""
    whole = "\n".join(quote.article.text for quote in quotes)
    there = "\n".join(introduced(quote) for quote in quotes)
    missing = missing_name(names(claim, whole), there, whole)
    return f"{missing.text} is not named in the quotes" if missing else None


def check_quoted(claim: str, quotes: Sequence[Evidence]) -> str | None:
    """What the claim puts in quotation marks stands in a quote letter for letter."""
    there = "\n".join(_spaced(quote.text) for quote in quotes)
    said = (match[1].strip() for match in _QUOTED.finditer(plain(claim)))
    missing = next((words for words in said if _spaced(words) not in there), None)
    return f"the words “{missing}” are in no quote" if missing else None


def check_turns(claim: str, quotes: Sequence[Evidence]) -> str | None:
    """The claim says "not" and "all" only where a quote does, and has no opposite in place of a quote's word."""
    texts = [quote.text for quote in quotes]
    turned = turned_word(claim, texts)
    if turned:
        return f"the claim and the quotes disagree on a “not” at “{turned}”"
    overstated = overstated_word(claim, texts[:1])  # the quote it is copied from; another one's "all" is of others
    if overstated:
        return f"no quote says “{overstated}”"
    opposite = opposite_word(claim, texts)
    return f"the quotes say “{opposite[1]}” and not “{opposite[0]}”" if opposite else None


def check_roles(claim: str, quotes: Sequence[Evidence]) -> str | None:
    """The claim does not swap who did it and to whom, and has no other name in the place of a quote's."""
    known = "\n".join(quote.article.text for quote in quotes)
    texts = [quote.text for quote in quotes]
    other = exchanged_name(claim, texts, known)
    if other:
        return f"the quotes say “{other[1]}” and not “{other[0]}”"
    swapped = swapped_names(claim, texts, known)
    return f"the quotes have {swapped[0]} and {swapped[1]} the other way round" if swapped else None


CHECKS: tuple[Check, ...] = (check_numbers, check_dates, check_quoted, check_names, check_turns, check_roles)
"""In the order in which a reason is given."""


def failed_check(claim: str, quotes: Sequence[Evidence]) -> str | None:
    """Give why the quotes cannot back the claim, or ``None`` when no check fails."""
    return next((why for check in CHECKS if (why := check(claim, quotes))), None)


def introduced(quote: Evidence) -> str:
    """Give where the names of a quote may be given: itself, what stands before it, the title and the lead."""
    article = quote.article
    before = article.text[max(0, quote.start - _BEFORE) : quote.start]
    return "\n".join((quote.text, before, article.title, article.text[:_LEAD]))


def _dated(quote: Evidence) -> Dated:
    published = quote.article.published
    found = [*mentions(plain(quote.text)), *mentions(plain(quote.article.title))]
    return Dated(tuple(found), published.date() if published else None)


def _days(found: Sequence[Mention]) -> list[tuple[int, int]]:
    return [mention.span for mention in found]


def _spaced(text: str) -> str:
    return " ".join(plain(text).split())
