"""How far an inferred window holds and when it gives way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fakes import make_article

from qa.search.timewords import understand
from qa.search.window import ENOUGH, MARGIN, Scope, admits, scope_of, settle
from qa.types import Article, Carrier, Passage, Question, ScoredPassage, SearchFilter, Understood

NOW = datetime(2025, 5, 14, 12, tzinfo=UTC)


def scope(text: str, count: Callable[[SearchFilter], int], **fields: SearchFilter) -> Scope:
    return scope_of(Question(text, as_of=NOW, **fields), understand(text, NOW), count)  # type: ignore[arg-type]


def plenty(wanted: SearchFilter) -> int:
    return ENOUGH


def none(wanted: SearchFilter) -> int:
    return 0


def found(published: datetime | None, matter: float, **fields: object) -> ScoredPassage:
    article = make_article(f"News of {published} worth {matter}.", published=published, **fields)
    return ScoredPassage(Passage("p", article.id, 1, 0, 0, 1, "N"), article, matter, {"words": matter})


@pytest.mark.parametrize("when", [NOW - timedelta(days=40), NOW + timedelta(days=40)])
def test_the_as_of_moment_and_the_filter_bound_together(when: datetime) -> None:
    assert scope("What?", plenty, filter=SearchFilter(as_of=when)).filter.as_of == min(when, NOW)


def test_without_time_words_nothing_is_narrowed() -> None:
    assert scope("Why was the bridge closed?", none).window is None


def test_an_inferred_window_allows_reports_their_time_and_keeps_the_undated() -> None:
    window = scope("What happened last month?", plenty).window
    assert window is not None
    assert window.since is not None
    assert window.until is not None
    assert window.since < datetime(2025, 4, 1, tzinfo=UTC)
    assert window.until > datetime(2025, 5, 1, tzinfo=UTC)
    assert window.keep_undated


def test_an_open_side_stays_open() -> None:
    window = scope("What has changed since March?", plenty).window
    assert window is not None
    assert window.until is None


def test_a_window_is_widened_before_it_is_given_up() -> None:
    asked: list[SearchFilter] = []

    def second(wanted: SearchFilter) -> int:
        asked.append(wanted)
        return ENOUGH if len(asked) > 1 else ENOUGH - 1

    widened = scope("What happened yesterday?", second)
    assert widened.window is not None
    assert asked[1].since is not None
    assert asked[0].since is not None
    assert asked[1].since < asked[0].since
    assert "days around" in settle([], widened)[1].notes[0]


def test_a_window_without_articles_is_given_up_and_said_to_be() -> None:
    given_up = scope("What happened yesterday?", none)
    assert given_up.window is None
    assert "yesterday" in given_up.notes[0]


def test_undated_articles_do_not_make_a_window_enough() -> None:
    assert scope("What happened yesterday?", lambda wanted: 99 if wanted.keep_undated else 0).window is None


def test_dates_and_outlets_that_are_set_replace_what_was_read() -> None:
    explicit = SearchFilter(since=NOW - timedelta(days=900), publishers=("The Herald",))
    understood = Understood(since=NOW, publishers=("Radio North",), from_words="x")
    settled = scope_of(Question("x", as_of=NOW, filter=explicit), understood, plenty)
    assert settled.filter.since == explicit.since
    assert (settled.understood.since, settled.understood.publishers, settled.window) == (None, (), None)


def test_the_window_holds_while_its_news_answers_about_as_well() -> None:
    inside, outside = found(NOW - timedelta(days=1), 1.0), found(NOW - timedelta(days=90), 1.0 + MARGIN / 2)
    kept, settled = settle([outside, inside], scope("What happened yesterday?", plenty))
    assert kept == [inside]
    assert settled.window is not None
    assert settled.notes == ()


def test_the_window_gives_way_to_news_that_answers_clearly_better() -> None:
    inside, outside = found(NOW - timedelta(days=1), 1.0), found(NOW - timedelta(days=90), 1.1 + MARGIN)
    kept, settled = settle([outside, inside], scope("What happened yesterday?", plenty))
    assert kept == [outside, inside]
    assert settled.window is None
    assert "yesterday" in settled.notes[0]


def test_any_outlets_date_lets_a_story_into_a_window() -> None:
    window = SearchFilter(since=NOW - timedelta(days=2), until=NOW, keep_undated=True)
    early = Carrier("Wire", None, NOW - timedelta(days=9))
    late = Carrier("The Herald", None, NOW - timedelta(days=1))
    carried: Article = make_article("A.", published=early.published, carriers=(early, late))
    assert admits(window, carried)
    assert not admits(window, make_article("B.", published=early.published))
    assert admits(window, make_article("C.", published=None))
