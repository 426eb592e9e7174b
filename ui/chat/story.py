"""One story: the outlets that carried it, and its versions with what changed from each to the next.

Pure but for reading the versions, which come through a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from qa.errors import NotFoundError
from qa.text import sentence_spans
from qa.types import Article, Carrier
from ui.chat.safe import EMPTY, Markup, el, join, link_target
from ui.chat.sources import FICTIONAL, article_href
from ui.chat.words import counted, day

FindVersion = Callable[[str, int | None], Article]


def versions_of(article_id: str, article: FindVersion) -> tuple[Article, ...]:
    """Give every stored version of an article, the current one first.

    Raises:
        NotFoundError: there is no such article.
    """
    current = article(article_id, None)
    return (current, *_older(current, article))


def story_body(versions: Sequence[Article]) -> Markup:
    """Draw the story of an article; its versions are given, the current one first."""
    current = versions[0]
    carriers = current.carriers
    said = f"{counted(max(len(carriers), 1), 'outlet')}, {counted(len(versions), 'version')}"
    return el(
        "article",
        el("p", "The story: ", said, " ", el("span", FICTIONAL, class_="label") if current.fictional else EMPTY),
        el("h1", current.title or "Untitled", dir="auto"),
        el("section", el("h2", "Carried by"), el("ol", *_carriers(current), class_="story")),
        el("section", el("h2", "Versions"), el("ol", *_versions(versions), class_="story")),
        class_="story-page",
    )


def changes(older: str, newer: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the sentences that left a text and those that came in, each in the order of its text."""
    before, after = _sentences(older), _sentences(newer)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    gone = [one for kind, a, b, _, _ in steps if kind in {"replace", "delete"} for one in before[a:b]]
    come = [one for kind, _, _, a, b in steps if kind in {"replace", "insert"} for one in after[a:b]]
    return tuple(gone), tuple(come)


def _older(current: Article, article: FindVersion) -> Iterator[Article]:
    for version in range(current.version - 1, 0, -1):
        try:
            yield article(current.id, version)
        except NotFoundError:
            continue  # a version that was never stored leaves a gap in the numbers


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _carriers(current: Article) -> Iterator[Markup]:
    for one in current.carriers or (Carrier(current.publisher, current.url, current.published, current.title),):
        target = link_target(one.url)
        yield el(
            "li",
            el("span", day(one.published), class_="day"),
            el("bdi", one.publisher or "Unknown outlet", class_="outlet"),
            el("a", one.title or "Original", " ↗", href=target, rel="noopener noreferrer", dir="auto")
            if target
            else el("bdi", one.title or ""),
        )


def _versions(versions: Sequence[Article]) -> Iterator[Markup]:
    for newer, older in pairwise(versions):
        yield _version(newer, _changed(older, newer))
    yield _version(versions[-1], EMPTY)


def _version(one: Article, changed: Markup) -> Markup:
    held = "the current one" if one.valid_to is None else f"held until {day(one.valid_to)}"
    when = f", changed {day(one.modified)}" if one.modified else ""
    return el(
        "li",
        el("a", f"Version {one.version}", href=article_href(one.id, one.version)),
        el("span", f"{held}{when}", class_="day"),
        el("p", el("b", "Correction: "), one.correction, class_="correction", dir="auto") if one.correction else EMPTY,
        changed,
    )


def _changed(older: Article, newer: Article) -> Markup:
    gone, come = changes(older.text, newer.text)
    titles = (older.title, newer.title) if older.title != newer.title else ()
    struck = [*titles[:1], *gone]
    added = [*titles[1:], *come]
    if not struck and not added:
        return el("p", "Its text is that of the version before.", class_="hint")
    lines = [el("li", el("del", one), dir="auto") for one in struck] + [
        el("li", el("ins", one), dir="auto") for one in added
    ]
    return join([el("p", "What changed:", class_="hint"), el("ul", *lines, class_="changes")])
