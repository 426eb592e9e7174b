"""The conversation as HTML: questions, checked claims with their chips, abstentions, and all that is said in passing.

Pure: a view in, HTML out. Every word of a question, an article or a model is escaped by ``safe``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlencode

from qa.types import Citation, Claim, Disagreement
from ui.chat.safe import EMPTY, Markup, el, join
from ui.chat.sources import article_href, byline, evidence, labels
from ui.chat.timeline import folded_timeline, is_timeline, timeline
from ui.chat.view import Card, TurnView, quotes_for
from ui.chat.words import counted, day, searched, understood_as

_FEED = "Address of a feed, a page or a sitemap"
_WAITING = {"searching": "Searching the articles…", "reading": "Reading and checking…"}

REASONS = {"wrong": "Wrong", "source": "Wrong source", "old": "Out of date", "missing": "It is in the articles"}
"""Why an answer may be called bad: the names that are kept, and the words on the page."""


@lru_cache(maxsize=1024)
def turn(view: TurnView, number: int) -> Markup:
    """Draw one exchange; ``number`` counts from 1 within the conversation.

    Drawn once: a long conversation is sent whole with each new question, which otherwise takes half a second of work.
    """
    return el(
        "article",
        el("h2", view.question, class_="question", dir="auto"),
        _understood(view),
        el("div", _body(view, number), class_=f"answer {view.mode}", data_status=view.status),
        folded_timeline(view, lambda one: chip(one.number, (one,), number)),
        _asides(view, number),
        _suggestions(view),
        _foot(view, number),
        el("div", evidence(view.cards, view.found, _found_title(view)), class_="evidence", hidden=True),
        class_="turn",
        id=f"turn-{number}",
        data_turn=number,
        data_status=view.status,
        aria_label=f"Question {number}",
        aria_busy="true" if view.status in _WAITING else None,
    )


def turns(views: Sequence[TurnView], first: int = 1) -> Markup:
    """Draw a run of exchanges, the first of them numbered ``first``."""
    return join(turn(view, number) for number, view in enumerate(views, first))


def chip(number: int, quotes: Sequence[Citation], turn_number: int) -> Markup:
    """Draw the ``[n]`` of a claim: a link to the quote, with what it says on hover or focus."""
    one = quotes[0]
    who = one.publisher or "Unknown outlet"
    return el(
        "span",
        el(
            "a",
            str(number),
            class_="chip",
            href=article_href(one.article_id, one.version, (one.start, one.end)),
            data_turn=turn_number,
            data_number=number,
            data_mark=f"{one.start}-{one.end}",
            aria_label=f"Source {number}: {who}, {day(one.published)}",
        ),
        _popover(one),
        class_="cite",
    )


def welcome(articles: int, newest: str | None, examples: Sequence[str], fictional: bool) -> Markup:
    """Draw the page before the first question; with no articles, how to add some."""
    if not articles:
        return _empty_library()
    extent = f"{counted(articles, 'article')}{f', the newest of {newest}' if newest else ''}."
    return el(
        "section",
        el("h2", "Ask the news."),
        el("p", "Every sentence of an answer carries a quote you can check. ", extent, class_="lead"),
        el("p", "These are invented articles of a country that does not exist.", class_="lead fictional-note")
        if fictional
        else EMPTY,
        el("h3", "For example") if examples else EMPTY,
        el("ul", *(el("li", _ask_button(example)) for example in examples), class_="examples") if examples else EMPTY,
        class_="welcome",
    )


def failure(message: str) -> Markup:
    """Draw an error as one plain sentence."""
    return el("p", message, class_="failure", role="alert", dir="auto")


def _body(view: TurnView, number: int) -> Markup:
    if view.status == "failed":
        return failure(view.reason or "The answer could not be made.")
    if view.mode == "abstained" and view.status == "done":
        return _abstention(view)
    if is_timeline(view):
        return timeline(view.citations, lambda one: chip(one.number, (one,), number))
    if view.mode == "quotes" and view.claims:
        return join([el("p", "In the articles’ own words", class_="kicker"), *_quotes(view, number)])
    parts = [_paragraph(view, number)]
    if view.status in _WAITING:
        parts.append(el("p", _WAITING[view.status], class_="waiting", role="status"))
    if view.status == "stopped":
        parts.append(el("p", "Stopped.", class_="stopped"))
    return join(parts)


def _paragraph(view: TurnView, number: int) -> Markup:
    if not view.claims:
        return el("p", view.text, dir="auto") if view.text else EMPTY
    return el("p", join((_claim(one, view, number) for one in view.claims), " "), dir="auto", class_="prose-text")


def _claim(claim: Claim, view: TurnView, number: int) -> Markup:
    words = el("span", claim.text, class_="words") if claim.supported else el("del", claim.text)
    doubt = EMPTY if claim.supported else el("span", " not in the articles", class_="unsupported")
    return el("span", words, doubt, _chips(claim, view, number), class_="claim")


def _chips(claim: Claim, view: TurnView, number: int) -> Markup:
    found = ((wanted, quotes_for(claim, wanted, view.citations)) for wanted in claim.citations)
    return join(chip(wanted, quotes, number) for wanted, quotes in found if quotes)


def _quotes(view: TurnView, number: int) -> list[Markup]:
    return [_quote(claim, view, number) for claim in view.claims]


def _quote(claim: Claim, view: TurnView, number: int) -> Markup:
    chips = _chips(claim, view, number)
    cited = [quote for wanted in claim.citations for quote in quotes_for(claim, wanted, view.citations)[:1]]
    by = byline(cited[0].publisher, day(cited[0].published)) if cited else EMPTY
    return el("blockquote", el("p", claim.text, chips, dir="auto"), el("footer", by, class_="byline"))


def _popover(one: Citation) -> Markup:
    return el(
        "span",
        el("span", byline(one.publisher, day(one.published)), class_="byline"),
        el("bdi", one.title, class_="pop-title"),
        el("span", "“", one.quote, "”", class_="pop-quote", dir="auto"),
        class_="pop",
        role="tooltip",
    )


def _abstention(view: TurnView) -> Markup:
    return join(
        [
            el("p", "The articles do not say.", class_="kicker"),
            el("p", view.reason or _searched(view), dir="auto", class_="reason"),
            el("h3", "The closest passages") if view.found else EMPTY,
            *(_closest(card) for card in view.found[:3]),
        ]
    )


def _searched(view: TurnView) -> str:
    return f"{searched(view.searched)}, the newest of {day(view.newest_article)}."


def _closest(card: Card) -> Markup:
    words = " ".join(excerpt.text for excerpt in card.excerpts)
    return el(
        "blockquote",
        el("p", words, dir="auto"),
        el(
            "footer",
            byline(card.publisher, day(card.published)),
            labels(card),
            el("a", card.title, href=article_href(card.article_id, card.version, card.first), target="_blank"),
            class_="byline",
        ),
        class_="closest",
    )


def _understood(view: TurnView) -> Markup:
    said = understood_as(view.understood)
    if not said or not view.infer:
        return EMPTY
    undo = el(
        "button",
        el("span", "✕", aria_hidden="true"),
        type="button",
        data_act="uninfer",
        aria_label=f"Ask again without this limit: {said}",
        title="Ask again without this limit",
    )
    return el(
        "p", el("span", "Understood: ", said), undo if view.status not in _WAITING else EMPTY, class_="understood"
    )


def _asides(view: TurnView, number: int) -> Markup:
    notes = [el("li", note, dir="auto") for note in view.notes]
    removed = _removed(view)
    differing = [el("li", _disagreement(one, view, number), class_="disagreement") for one in view.disagreements]
    items = [*differing, *notes, *([removed] if removed else [])]
    return el("ul", *items, class_="asides") if items and view.status == "done" else EMPTY


def _removed(view: TurnView) -> Markup:
    if not view.removed_claims:
        return EMPTY
    lines = (el("li", el("q", one.text, dir="auto"), f" — {one.why}") for one in view.removed_claims)
    said = f"{counted(len(view.removed_claims), 'sentence')} left out: not supported by the articles"
    return el("li", el("details", el("summary", said), el("ul", *lines)), class_="removed")


def _disagreement(one: Disagreement, view: TurnView, number: int) -> Markup:
    values = (_value(value, cited, view, number) for value, cited in one.values)
    return join([el("b", "Sources differ"), f" on {one.about}: " if one.about else ": ", join(values, " · ")])


def _value(value: str, cited: int, view: TurnView, number: int) -> Markup:
    quotes = quotes_for(Claim(value, True, (cited,)), cited, view.citations)
    who = el("bdi", quotes[0].publisher or "Unknown outlet", ": ") if quotes else EMPTY
    return el("span", who, el("b", value), chip(cited, quotes, number) if quotes else EMPTY, class_="value")


def _suggestions(view: TurnView) -> Markup:
    if not view.suggestions or view.status != "done":
        return EMPTY
    return el(
        "ul", *(el("li", _ask_button(one)) for one in view.suggestions), class_="suggestions", aria_label="Ask next"
    )


def _ask_button(question: str) -> Markup:
    return el("button", question, type="button", data_act="ask", data_text=question, dir="auto")


def _foot(view: TurnView, number: int) -> Markup:
    if view.status in _WAITING:
        return EMPTY
    return el("footer", _facts(view), _actions(view, number), class_="turn-foot")


def _facts(view: TurnView) -> Markup:
    facts = [
        searched(view.searched),
        f"newest {day(view.newest_article)}" if view.newest_article else "",
        view.model or "",
        f"{view.milliseconds / 1000:.1f} s" if view.milliseconds else "",
    ]
    return el("p", " · ".join(fact for fact in facts if fact), class_="facts")


def _actions(view: TurnView, number: int) -> Markup:
    behind = len(view.cards) or len(view.found)
    return el(
        "div",
        el("button", counted(behind, "source"), type="button", data_act="sources", class_="show-sources")
        if behind
        else EMPTY,
        _action("copy", "Copy"),
        _action("retry", "Ask again"),
        _action("edit", "Edit"),
        _link(view),
        _thumbs(view, number),
        class_="actions",
        role="group",
        aria_label=f"Actions for question {number}",
    )


def _action(act: str, words: str) -> Markup:
    return el("button", words, type="button", data_act=act)


def _thumbs(view: TurnView, number: int) -> Markup:
    return el(
        "span",
        _thumb("good", "Good", f"Good: question {number} was answered well", view.rating == "up"),
        _thumb(
            "bad",
            "Not right",
            f"Not right: something is wrong with the answer to question {number}",
            view.rating == "down",
        ),
        _why(view),
        class_="thumbs",
    )


def _thumb(act: str, sign: str, label: str, given: bool) -> Markup:
    pressed = "true" if given else "false"
    return el("button", sign, type="button", data_act=act, aria_label=label, aria_pressed=pressed)


def _why(view: TurnView) -> Markup:
    if view.rating is None:
        return EMPTY
    if view.rating == "up" or view.complaint:
        return el("span", "Thank you.", role="status", class_="hint")
    reasons = (el("button", words, type="button", data_act="why", data_reason=name) for name, words in REASONS.items())
    return el("span", *reasons, class_="why-bad", role="group", aria_label="What is wrong?")


def _link(view: TurnView) -> Markup:
    # The link asks again as of the same moment: what it opens is checked anew, never taken from the link.
    wanted = {
        "q": view.question,
        "as_of": view.as_of.isoformat(),
        "since": view.bounds.since,
        "until": view.bounds.until,
        "model": view.bounds.model,
        "infer": "" if view.infer else "no",
    }
    pairs = [(name, value) for name, value in wanted.items() if value]
    pairs += [("outlet", name) for name in view.bounds.publishers]
    link = f"#ask?{urlencode(pairs)}"
    return el("button", "Copy link", type="button", data_act="link", data_link=link)


def _found_title(view: TurnView) -> str:
    return f"Also found ({len(view.found)})" if view.cards else "Closest passages"


def _empty_library() -> Markup:
    field = el("input", type="url", name_="address", placeholder="https://…/feed.xml", required=True, aria_label=_FEED)
    return el(
        "section",
        el("h2", "Nothing to ask yet."),
        el("p", "This library holds no articles. Begin with one of these:", class_="lead"),
        el("h3", "The sample news"),
        el("p", "News of a country that does not exist: every article is invented, and labelled as such."),
        _action("sample", "Load the sample news"),
        el("h3", "A feed or a page of your own"),
        el("form", field, el("button", "Add it", data_act="none"), class_="feed-form"),
        el("p", "Or add files and texts in the ", el("a", "Library", href="#library"), ".", class_="hint"),
        class_="welcome empty",
    )
