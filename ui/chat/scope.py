"""The bar above the box: what is searched and who answers, always visible, opened to be changed. Pure: HTML only."""

from __future__ import annotations

from collections.abc import Sequence

from qa.types import Searched
from ui.chat.bounds import Bounds
from ui.chat.safe import EMPTY, Markup, el
from ui.chat.words import counted, day
from ui.engines import QUOTES_ONLY
from ui.moments import parse_since

_MOST_OUTLETS = 200
_MOST_MODELS = 12


def scope_bar(bounds: Bounds, extent: Searched, outlets: Sequence[tuple[str, int]], models: Sequence[str]) -> Markup:
    """Draw the bar: what is set, how much is in scope, and the form that changes it.

    Args:
        extent: what the bounds leave to search.
        outlets: every outlet with the number of its articles.
        models: what can answer, the default first.
    """
    return el(
        "div",
        el(
            "button",
            el("span", "Searching ", class_="sr"),
            el("span", said(bounds, models), class_="set"),
            el("span", ": ", class_="sr"),
            el("span", _extent(extent), class_="extent"),
            type="button",
            data_act="scope",
            aria_expanded="false",
            aria_controls="scope-form",
        ),
        _clear() if bounds.restricts else EMPTY,
        el("p", bounds.problem, class_="failure", role="alert") if bounds.problem else EMPTY,
        _form(bounds, outlets, models),
        class_="scope-bar",
    )


def said(bounds: Bounds, models: Sequence[str]) -> str:
    """Say what is set, in one line."""
    parts = [
        _days(bounds),
        ", ".join(bounds.publishers) or "all outlets",
        f"as of {_day(bounds.as_of)}" if bounds.as_of else "",
        model_said(bounds.model or next(iter(models), QUOTES_ONLY)),
    ]
    return " · ".join(part for part in parts if part)


def model_said(name: str) -> str:
    """Say what answers."""
    return "quotes only" if name == QUOTES_ONLY else name


def _days(bounds: Bounds) -> str:
    if bounds.since and bounds.until:
        return f"{_day(bounds.since)} – {_day(bounds.until)}"
    if bounds.since:
        return f"since {_day(bounds.since)}"
    return f"until {_day(bounds.until)}" if bounds.until else "any date"


def _extent(extent: Searched) -> str:
    newest = f", newest {day(extent.newest)}" if extent.newest else ""
    undated = f", {extent.undated_left_out:,} undated left out" if extent.undated_left_out else ""
    return f"{counted(extent.articles, 'article')}{newest}{undated}"


def _clear() -> Markup:
    return el("button", "Clear", type="button", data_act="scope-clear", aria_label="Search everything again")


def _form(bounds: Bounds, outlets: Sequence[tuple[str, int]], models: Sequence[str]) -> Markup:
    return el(
        "form",
        el(
            "div",
            _date("since", "From", bounds.since),
            _date("until", "To", bounds.until),
            _date("as_of", "As of", bounds.as_of),
            class_="days",
        ),
        _outlets(bounds, outlets) if outlets else EMPTY,
        _how(bounds, models),
        id="scope-form",
        hidden=True,
        aria_label="What to search",
    )


def _date(name: str, label: str, value: str) -> Markup:
    return el("label", label, el("input", type="date", name_=name, value=value[:10]))


def _outlets(bounds: Bounds, outlets: Sequence[tuple[str, int]]) -> Markup:
    chosen = {name.casefold() for name in bounds.publishers}
    boxes = (
        el(
            "label",
            el("input", type="checkbox", name_="publishers", value=name, checked=name.casefold() in chosen),
            el("bdi", name),
            el("span", f"{count:,}", class_="count"),
        )
        for name, count in outlets[:_MOST_OUTLETS]
    )
    return el("fieldset", el("legend", "Outlets"), el("div", *boxes, class_="outlets"))


def _how(bounds: Bounds, models: Sequence[str]) -> Markup:
    if len(models) < 2:
        return el("p", "No model is at hand, so answers are made of quotes; `onrecord models` gets one.", class_="hint")
    chosen = bounds.model or models[0]
    boxes = (
        el("label", el("input", type="radio", name_="model", value=name, checked=name == chosen), model_said(name))
        for name in models[:_MOST_MODELS]
    )
    return el("fieldset", el("legend", "Answer with"), *boxes, class_="how-answered")


def _day(text: str) -> str:
    return day(parse_since(text))
