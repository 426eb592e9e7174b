"""A conversation as a file to keep: Markdown for people, JSON for programs, both with every citation.

Pure. Views travel to the browser and back as JSON; what comes back is read strictly, since anybody could have sent it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from qa.errors import UsageError
from qa.types import Claim
from ui.chat.safe import link_target
from ui.chat.view import Card, TurnView
from ui.chat.words import day, searched

_VIEW = TypeAdapter(TurnView)
_VIEWS = TypeAdapter(tuple[TurnView, ...])
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~])")
MOST_TURNS = 1000


def view_json(view: TurnView) -> str:
    """Write one exchange as the browser keeps it."""
    return _VIEW.dump_json(view).decode()


def read_views(given: object) -> tuple[TurnView, ...]:
    """Read a conversation that the browser kept.

    Raises:
        UsageError: it is not one.
    """
    try:
        return _VIEWS.validate_python(given)[:MOST_TURNS]
    except ValidationError as error:
        raise UsageError("This conversation was kept by another version and cannot be opened.") from error


def exported(wanted: Mapping[str, object]) -> str:
    """Write a conversation that the browser kept; called by the page's script.

    Args:
        wanted: its ``name``, its ``turns`` as they were kept, and the ``form``: ``markdown`` or ``json``.

    Raises:
        UsageError: it is not a conversation.
    """
    views = read_views(wanted.get("turns"))
    if wanted.get("form") == "json":
        return conversation_json(views)
    return conversation_markdown(str(wanted.get("name") or "Conversation"), views)


def conversation_json(views: Sequence[TurnView]) -> str:
    """Write a conversation as JSON, with each quote's article, version and offsets."""
    return _VIEWS.dump_json(tuple(views), indent=2).decode()


def conversation_markdown(name: str, views: Sequence[TurnView]) -> str:
    """Write a conversation as Markdown, its sources as a numbered list under each answer."""
    return "\n\n".join([f"# {plain(name)}", *(_turn(view) for view in views)]) + "\n"


def plain(text: str) -> str:
    """Write a text so that Markdown takes it as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _turn(view: TurnView) -> str:
    parts = [f"## {plain(view.question)}", _answer(view), *_sources(view)]
    asked = f"*Asked as of {day(view.as_of)}; {searched(view.searched)}.*"
    return "\n\n".join([*parts, asked])


def _answer(view: TurnView) -> str:
    if view.mode == "abstained" or not view.claims:
        return plain(view.reason or view.text or "No answer.")
    lines = [_claim(claim) for claim in view.claims]
    return "\n\n".join(f"> {line}" for line in lines) if view.mode == "quotes" else " ".join(lines)


def _claim(claim: Claim) -> str:
    if not claim.supported:
        return f"~~{plain(claim.text)}~~ (not in the articles)"
    return plain(claim.text) + "".join(f" [{number}]" for number in claim.citations)


def _sources(view: TurnView) -> list[str]:
    if not view.cards:
        return []
    return ["### Sources", "\n".join(_source(card, view) for card in view.cards)]


def _source(card: Card, view: TurnView) -> str:
    target = link_target(card.url)
    title = plain(card.title or "Untitled")
    named = f"[{title}](<{target.replace('>', '%3E').replace('<', '%3C')}>)" if target else title
    quotes = [f"   > {plain(one.quote)}" for one in view.citations if one.number == card.number]
    by = f"{plain(card.publisher or 'Unknown outlet')}, {day(card.published)}"
    note = " (fictional sample)" if card.fictional else ""
    return "\n".join([f"{card.number}. {named} – {by}{note}", *quotes])
