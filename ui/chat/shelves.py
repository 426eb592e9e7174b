"""The library as HTML: its extent, its days, its articles in a table, what was added and what failed.

Pure: values in, HTML out; every title, outlet and reason is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias, get_args

from qa.types import Article
from ui.chat.adding import Added, Reading, Work
from ui.chat.safe import EMPTY, Markup, el, join, link_target
from ui.chat.sources import FICTIONAL, article_href
from ui.chat.words import counted, day

Order: TypeAlias = Literal["newest", "oldest", "outlet", "title"]
ORDERS: tuple[Order, ...] = get_args(Order)
PAGE = 25
_COLOURED = 5
_WIDE, _HIGH = 720, 130


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the library is to be seen; ``page`` counts from 0."""

    query: str = ""
    order: Order = "newest"
    page: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that could not be added, and when it was tried last."""

    source: str
    reason: str
    last: datetime | None


def in_order(articles: Sequence[Article], order: Order) -> list[Article]:
    """Sort articles; the undated come last either way."""
    if order == "outlet":
        return sorted(articles, key=lambda one: ((one.publisher or "\uffff").casefold(), _age(one)))
    if order == "title":
        return sorted(articles, key=lambda one: one.title.casefold())
    return sorted(articles, key=_age if order == "newest" else lambda one: (one.published is None, -_age(one)[1]))


def table(articles: Sequence[Article], wish: Wish, total: int) -> Markup:
    """Draw one page of articles.

    Args:
        articles: everything that fits the wish, in order.
        wish: what is asked to be seen.
        total: articles in the library.
    """
    pages = max(1, -(-len(articles) // PAGE))
    page = min(max(wish.page, 0), pages - 1)
    shown = articles[page * PAGE : (page + 1) * PAGE]
    if not shown:
        words = "No article fits." if wish.query else "There are no articles yet."
        return el("p", words, class_="none", role="status")
    return join(
        [
            el("p", _extent(len(articles), total, wish.query), class_="facts", role="status"),
            el("div", el("table", _head(wish), el("tbody", *map(_row, shown))), class_="table articles", tabindex="0"),
            _pager(page, pages),
            _chosen(),
        ]
    )


def overview(total: int, outlets: int, oldest: datetime | None, newest: datetime | None, fictional: bool) -> Markup:
    """Draw what the library holds, in one line."""
    span = f", {day(oldest)} – {day(newest)}" if oldest and newest else ""
    label = el("span", FICTIONAL, class_="label fictional") if fictional else EMPTY
    return el("p", f"{counted(total, 'article')} from {counted(outlets, 'outlet')}{span}. ", label, class_="lead")


def days_chart(articles: Sequence[Article]) -> Markup:
    """Draw articles over time by outlet, as stacked bars of a day, a week or a month each."""
    dated = [(one.published.date(), one.publisher or "Unknown outlet") for one in articles if one.published]
    if not dated:
        return EMPTY
    first, last = min(when for when, _ in dated), max(when for when, _ in dated)
    unit = "day" if (last - first).days <= 60 else "week" if (last - first).days <= 400 else "month"
    names = [name for name, _ in Counter(name for _, name in dated).most_common(_COLOURED)]
    counts = Counter((_bucket(when, unit), name if name in names else "others") for when, name in dated)
    return el(
        "figure",
        el("figcaption", f"Articles per {unit}, by outlet"),
        _bars(counts, [*names, "others"], first, last, unit),
        _legend([*names, "others"] if any(name == "others" for _, name in counts) else names),
        class_="chart",
    )


def results(work: Work, total: int) -> Markup:
    """Draw how far adding is, what is being read, and what became of each thing."""
    count = len(work.done)
    going = count < total
    # One thing alone has no share of the whole to show: its bar only moves.
    bar = el("progress", value=count if total > 1 else None, max=total, aria_label="Adding") if going else EMPTY
    said = f"{count} of {total} done" if going else f"{counted(total, 'thing')} done"
    now = _being_read(work.now) if work.now and going else EMPTY
    return el(
        "div",
        el("p", said, now, bar, role="status", class_="facts"),
        el("ul", *map(_result, work.done)),
        class_="results",
    )


def _being_read(now: Reading) -> Markup:
    far = f": {counted(now.read, 'article')} read, the last " if now.read else ""
    return join([" · reading ", el("bdi", now.name), far, el("bdi", now.last) if now.last else EMPTY])


def failures(failed: Sequence[Failed]) -> Markup:
    """Draw what could not be added, with the reasons."""
    if not failed:
        return EMPTY
    lines = (el("li", el("bdi", one.source), el("span", one.reason, class_="why")) for one in failed)
    summary = el("summary", f"{counted(len(failed), 'source')} could not be added")
    return el("details", summary, el("ul", *lines), class_="failures")


def _extent(fitting: int, total: int, query: str) -> str:
    if query:
        return f"{counted(fitting, 'article')} with “{query}”"
    return counted(fitting, "article") if fitting >= total else f"The newest {fitting:,} of {counted(total, 'article')}"


def _head(wish: Wish) -> Markup:
    columns = (("Day", "oldest" if wish.order == "newest" else "newest"), ("Outlet", "outlet"), ("Title", "title"))
    cells = (
        el(
            "th",
            el("button", name, type="button", data_act="order", data_order=order),
            scope="col",
            aria_sort=_sorted(name, wish.order),
        )
        for name, order in columns
    )
    return el("thead", el("tr", el("th", el("span", "Choose", class_="sr"), scope="col"), *cells))


def _sorted(column: str, order: Order) -> str | None:
    return {
        ("Day", "newest"): "descending",
        ("Day", "oldest"): "ascending",
        ("Outlet", "outlet"): "ascending",
        ("Title", "title"): "ascending",
    }.get((column, order))


def _row(article: Article) -> Markup:
    target = link_target(article.url)
    title = article.title or "Untitled"
    return el(
        "tr",
        el("td", el("input", type="checkbox", value=article.id, data_choose=True, aria_label=f"Choose {title}")),
        el("td", day(article.published), class_="when"),
        el("td", el("bdi", article.publisher or "Unknown outlet"), class_="outlet"),
        el(
            "td",
            el("a", title, href=article_href(article.id, article.version), target="_blank", dir="auto"),
            el("a", " ↗", href=target, target="_blank", rel="noopener noreferrer", aria_label=f"Original of {title}")
            if target
            else EMPTY,
            el("span", FICTIONAL, class_="label fictional") if article.fictional else EMPTY,
            class_="title",
        ),
    )


def _pager(page: int, pages: int) -> Markup:
    if pages == 1:
        return EMPTY
    return el(
        "nav",
        el("button", "Previous page", type="button", data_act="page", data_page=page - 1, disabled=page == 0),
        el("span", f"Page {page + 1} of {pages}"),
        el("button", "Next page", type="button", data_act="page", data_page=page + 1, disabled=page == pages - 1),
        class_="pager",
        aria_label="Pages of articles",
    )


def _chosen() -> Markup:
    return el(
        "p",
        el("button", "Delete the chosen", type="button", data_act="delete", disabled=True),
        el("span", "", class_="hint"),
        class_="chosen-ones",
    )


def _result(one: Added) -> Markup:
    report = one.report
    if report is None:
        return el("li", el("bdi", one.name), el("span", one.problem, class_="why"), class_="bad")
    told = [
        f"{getattr(report, name):,} {name}"
        for name in ("added", "updated", "unchanged", "duplicates", "failed")
        if getattr(report, name)
    ]
    why = (el("span", error.reason, class_="why") for error in report.errors[:5])
    kind = "bad" if report.failed else "good"
    return el("li", el("bdi", one.name), el("span", ", ".join(told) or "no article found"), *why, class_=kind)


def _age(article: Article) -> tuple[bool, float]:
    return article.published is None, -article.published.timestamp() if article.published else 0.0


def _bucket(when: date, unit: str) -> date:
    if unit == "month":
        return when.replace(day=1)
    return when if unit == "day" else when - timedelta(days=when.weekday())


def _buckets(first: date, last: date, unit: str) -> list[date]:
    step = {"day": 1, "week": 7, "month": 28}[unit]
    found = {_bucket(first + timedelta(days=at), unit) for at in range(0, (last - first).days + step, step)}
    return sorted(found | {_bucket(last, unit)})


def _bars(counts: Counter[tuple[date, str]], names: list[str], first: date, last: date, unit: str) -> Markup:
    buckets = _buckets(first, last, unit)
    most = max(sum(counts[bucket, name] for name in names) for bucket in buckets) or 1
    wide = _WIDE / len(buckets)
    parts: list[str] = []
    for at, bucket in enumerate(buckets):
        base = 0
        for colour, name in enumerate(names):
            count = counts[bucket, name]
            if count:
                parts.append(_bar(at * wide, wide, base, count, most, colour, f"{name}, {day(bucket)}: {count}"))
            base += count
    ends = [
        el("text", day(first), x=0, y=_HIGH + 18, class_="tick"),
        el("text", day(last), x=_WIDE, y=_HIGH + 18, text_anchor="end", class_="tick"),
    ]
    label = f"{sum(counts.values())} articles from {day(first)} to {day(last)}, at most {most} per {unit}"
    return el("svg", *parts, *ends, viewBox=f"0 0 {_WIDE} {_HIGH + 24}", role="img", aria_label=label)


def _bar(left: float, wide: float, base: int, count: int, most: int, colour: int, said: str) -> Markup:
    high, up = _HIGH * count / most, _HIGH * (base + count) / most
    return el(
        "rect",
        el("title", said),
        x=f"{left + wide * 0.1:.2f}",
        y=f"{_HIGH - up:.2f}",
        width=f"{wide * 0.8:.2f}",
        height=f"{high:.2f}",
        class_=f"hue{colour}",
    )


def _legend(names: Sequence[str]) -> Markup:
    items = (
        el("li", el("span", class_=f"dot hue{colour}", aria_hidden="true"), el("bdi", name))
        for colour, name in enumerate(names)
    )
    return el("ul", *items, class_="legend")
