"""HTML made of untrusted text: whatever is not markup made here is escaped, and links lead only to the web.

Articles, questions and models' words reach a page through ``el`` and ``shown`` alone. Control characters (ANSI escapes,
bidirectional overrides) could make a reader see something else than what is stored: each is shown as one harmless
character, so that offsets into what is shown stay those of what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from markupsafe import Markup, escape

__all__ = ["EMPTY", "Markup", "el", "join", "link_target", "shown"]

EMPTY = Markup("")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb\ufeff]")
_DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_REPLACEMENT, _NOTHING_SEEN = "\ufffd", "\u2060"
_VOID = frozenset({"br", "hr", "input", "meta", "link"})


def shown(text: str) -> Markup:
    """Escape a text for HTML, each control character that a page must not obey replaced by one that does nothing."""
    if isinstance(text, Markup):
        return text
    return escape(_DIRECTIONS.sub(_NOTHING_SEEN, _CONTROLS.sub(_REPLACEMENT, text)))


def el(name: str, *children: str, **attributes: str | int | bool | None) -> Markup:
    """Make one element.

    Args:
        name: the tag.
        children: markup goes in as it is, any other string is escaped.
        attributes: ``class_`` becomes ``class`` and ``data_x`` becomes ``data-x``; ``None`` and ``False`` are left
            out, ``True`` stands without a value.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")  # noqa: S704
    return Markup(f"<{name}{written}>{join(children)}</{name}>")  # noqa: S704


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Put parts one after the other, escaping what is not markup yet."""
    return shown(between).join(shown(part) for part in parts)


def link_target(url: str | None) -> str | None:
    """Give a URL that may stand in ``href``: ``http`` or ``https`` with a host; ``None`` for any other."""
    if not url or _CONTROLS.search(url) or _DIRECTIONS.search(url):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{shown(str(value))}"'
