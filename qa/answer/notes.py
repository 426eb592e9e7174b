"""What a reader should know beside an answer: how old it is, whose it is, what was corrected, what was left out.

Each note is one plain sentence. Pure functions of what was cited and searched; the as-of moment is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from itertools import takewhile

from qa.search.rerank import stems
from qa.types import Article, Evidence, ScoredPassage, Searched, Understood

_STALE = timedelta(days=180)
"""Age of the newest cited article from which an answer says how old it is."""
_LATEST = timedelta(days=2)
_LATER = timedelta(hours=12)
_SPEAKS = 0.6
"""Least share of a question's telling words in an article that speaks of it."""


def notes(cited: Sequence[Article], searched: Searched, understood: Understood, as_of: datetime) -> tuple[str, ...]:
    """Give the notes that an answer needs.

    Args:
        cited: the articles behind the answer, each once, in the order of their numbers.
    """
    found = [
        *_fictional(cited),
        *_age(cited, understood, as_of),
        *_undated(cited),
        *_carried(cited),
        *_corrected(cited),
        *_left_out(searched),
    ]
    return tuple(dict.fromkeys(found))


def moved_note(value: str, sentence: Evidence, newer: Evidence) -> tuple[str, ...]:
    """Say what an earlier article gave, where a later one has a newer number."""
    published, outlet = sentence.article.published, sentence.article.publisher
    if sentence.article.id == newer.article.id:
        return ()
    when = f" of {day(published)}" if published else ""
    return (f"An earlier article{when}{f' ({outlet})' if outlet else ''} gave {value}.",)


def newer_note(asked: Set[str], cited: Sequence[Article], found: Sequence[ScoredPassage]) -> tuple[str, ...]:
    """Name a newer article that was found before all that is cited, and speaks of the question.

    Args:
        asked: the stems of the question's telling words.
        cited: the articles behind the answer.
        found: best first.
    """
    newest = max((each.published for each in cited if each.published), default=None)
    known = {each.id for each in cited}
    if newest is None:
        return ()
    better = takewhile(lambda each: each.article.id not in known, found)
    for article in (each.article for each in better):
        published = article.published
        if published is None or published - newest < _LATER:
            continue
        if len(asked & stems(f"{article.title}\n{article.text}")) >= _SPEAKS * len(asked):
            outlet = f"{article.publisher}, " if article.publisher else ""
            return (f"There is a newer article on this: “{article.title}” ({outlet}{day(published)}).",)
    return ()


def refusal(searched: Searched, understood: Understood, as_of: datetime) -> str:
    """Say what was searched when the articles do not hold the answer."""
    if not searched.articles:
        return "No article is in scope; widen the dates or outlets, or add articles."
    counted = "1 article" if searched.articles == 1 else f"{searched.articles:,} articles"
    newest = f"; the newest is of {day(searched.newest)}" if searched.newest else ""
    return f"Searched {counted}{_window(understood)}{newest}."


def day(moment: datetime) -> str:
    """Format a day for a person (``3 May 2025``)."""
    return f"{moment.day} {moment:%B %Y}"


def _fictional(cited: Sequence[Article]) -> list[str]:
    return ["This is fictional sample news."] if any(article.fictional for article in cited) else []


def _age(cited: Sequence[Article], understood: Understood, as_of: datetime) -> list[str]:
    dates = [article.published for article in cited if article.published]
    if not dates:
        return []
    newest = max(dates)
    age = as_of - newest
    if understood.recency is not None and age >= _LATEST:
        return [f"As of {day(newest)}, the newest article behind this answer."]
    old = age >= _STALE and understood.since is None
    return [f"The newest article behind this answer is of {day(newest)}, {_ago(age)} earlier."] if old else []


def _ago(age: timedelta) -> str:
    months = round(age.days / 30.44)
    return f"{months} months" if months < 24 else f"{age.days // 365} years"


def _undated(cited: Sequence[Article]) -> list[str]:
    undated = [article.title or article.publisher or article.id for article in cited if article.published is None]
    return [f"It is not known when “{title}” was published." for title in undated]


def _carried(cited: Sequence[Article]) -> list[str]:
    found = []
    for article in cited:
        outlets = list(dict.fromkeys(each.publisher for each in article.carriers if each.publisher))
        if len(outlets) > 1:
            found.append(f"{_listed(outlets)} carry the same text of “{article.title}”; that is one source.")
    return found


def _corrected(cited: Sequence[Article]) -> list[str]:
    return [f"“{article.title}” was corrected: {article.correction}" for article in cited if article.correction]


def _left_out(searched: Searched) -> list[str]:
    left = searched.undated_left_out
    if not left:
        return []
    return [f"{left} undated {'article was' if left == 1 else 'articles were'} left out by the dates given."]


def _window(understood: Understood) -> str:
    if understood.since and understood.until:
        return f" ({day(understood.since)} to {day(understood.until - timedelta(seconds=1))})"
    if understood.since:
        return f" (since {day(understood.since)})"
    return f" (before {day(understood.until)})" if understood.until else ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
