"""From how a question was read to what is searched, and how far an inferred window gives way.

What the caller sets always wins. A window inferred from words is soft: it admits reports from a little before and
after, keeps undated articles, is widened when it leaves too few articles, and gives way where other news answers the
question clearly better. This module knows no index; counting articles is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from qa.types import Article, Question, ScoredPassage, SearchFilter, Understood

ENOUGH = 3
"""Articles that an inferred window must leave."""
MARGIN = 0.3
"""How much better other news must answer before an inferred window gives way; tuned on the development weeks."""
_TOPICAL = ("dense", "lexical", "sentence", "words", "cross_encoder")
_DAY = timedelta(days=1)
_BEFORE = (_DAY, 7 * _DAY, 4)
_AFTER = (2 * _DAY, 45 * _DAY, 2)
# Least and most days that reports may come before and after the window, and the share of its length between these.


@dataclass(frozen=True, slots=True)
class Scope:
    """What to search, how the question was read in the end, and what to tell about it.

    ``filter`` holds in any case; ``window`` is the narrower one that was inferred, ``None`` when there is none.
    ``stretched`` says that the window had to be widened.
    """

    filter: SearchFilter
    understood: Understood
    window: SearchFilter | None = None
    notes: tuple[str, ...] = ()
    stretched: tuple[str, ...] = ()


def scope_of(question: Question, understood: Understood, count: Callable[[SearchFilter], int]) -> Scope:
    """Decide what is searched for a question.

    Args:
        question: its filter wins over what was inferred; its as-of moment bounds every search.
        understood: how its words were read.
        count: how many articles a filter leaves.
    """
    base = replace(question.filter, as_of=min(question.filter.as_of or question.as_of, question.as_of))
    understood, notes = _yield_to(question.filter, understood)
    notes += understood.notes
    if not understood.since and not understood.until:
        return Scope(base, understood, None, notes)
    for wanted, note in _windows(base, understood):
        if count(replace(wanted, keep_undated=False)) >= ENOUGH:
            return Scope(base, understood, wanted, notes, (note,) if note else ())
    dropped = f"Too few articles of “{understood.from_words}”; news of any date was searched."
    return Scope(base, understood, None, (*notes, dropped))


def settle(ranked: Sequence[ScoredPassage], scope: Scope) -> tuple[list[ScoredPassage], Scope]:
    """Keep to the inferred window, or let it go where other news answers clearly better.

    Args:
        ranked: passages from within the window and from outside, best first.
        scope: what was searched.

    Returns:
        the passages that stay, in their order, and the scope with its window and notes as they were kept.
    """
    if scope.window is None:
        return list(ranked), scope
    inside = [scored for scored in ranked if admits(scope.window, scored.article)]
    outside = [scored for scored in ranked if not admits(scope.window, scored.article)]
    if not outside or (inside and max(map(topical, inside)) >= max(map(topical, outside)) - MARGIN):
        return inside, replace(scope, notes=(*scope.notes, *scope.stretched))
    note = f"News of other dates fits better than that of “{scope.understood.from_words}”, so it is shown too."
    return list(ranked), replace(scope, window=None, notes=(*scope.notes, note))


def admits(window: SearchFilter, article: Article) -> bool:
    """Tell whether any publication of an article lies in a window; undated ones do when the window keeps them."""
    dates = [article.published, *(carrier.published for carrier in article.carriers)]
    known = [date for date in dates if date is not None]
    if not known:
        return window.keep_undated
    return any(
        (window.since is None or date >= window.since) and (window.until is None or date < window.until)
        for date in known
    )


def topical(scored: ScoredPassage) -> float:
    """Give the part of a score that speaks of the question's matter, not of dates and outlets."""
    return sum(scored.why.get(name, 0.0) for name in _TOPICAL)


def _yield_to(explicit: SearchFilter, understood: Understood) -> tuple[Understood, tuple[str, ...]]:
    """Let go of what was inferred where the caller has set the same."""
    notes: tuple[str, ...] = ()
    if (explicit.since or explicit.until) and (understood.since or understood.until):
        understood = replace(understood, since=None, until=None)
        notes = ("The dates that were set were used, not those in the question.",)
    if explicit.publishers or explicit.domains:
        understood = replace(understood, publishers=())
    return understood, notes


def _windows(base: SearchFilter, understood: Understood) -> Iterator[tuple[SearchFilter, str | None]]:
    since, until = understood.since, understood.until
    length = until - since if since and until else 30 * _DAY
    before, after = _slack(length, _BEFORE), _slack(length, _AFTER)
    yield _bounded(base, since, until, before, after), None
    wide = max(length, 7 * _DAY)
    note = f"Too few articles of “{understood.from_words}”; the days around were searched too."
    yield _bounded(base, since, until, wide, max(wide, after)), note


def _slack(length: timedelta, bounds: tuple[timedelta, timedelta, int]) -> timedelta:
    least, most, share = bounds
    return min(max(length / share, least), most)


def _bounded(
    base: SearchFilter, since: datetime | None, until: datetime | None, before: timedelta, after: timedelta
) -> SearchFilter:
    return replace(
        base, since=since - before if since else None, until=until + after if until else None, keep_undated=True
    )
