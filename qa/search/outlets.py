"""Find the outlets of an index that a question names.

A name of one word ("Time", "Metro", "The Sun") counts only as it is spelt, and never as the first word of the question
unless the words beside it speak of a source. A name that is a host (``cnn.com``) also counts by its main label after
such words ("according to CNN"). This module knows no index: the names are an argument.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from qa.types import Article, Span

_BEFORE = re.compile(
    r"\b(?:according to|(?:report(?:s|ed)?|published|said) (?:by|in|from)|in|by|from)\s+(?:the\s+)?$", re.IGNORECASE
)
_AFTER = re.compile(
    r"(?:['’]s?)?\s+(?:reports?|reported|says?|said|writes?|wrote|articles?|coverage|story|stories)\b", re.IGNORECASE
)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_SECOND_LEVEL = ("co", "com", "org", "net", "gov", "ac")


def named_outlets(text: str, publishers: Sequence[str]) -> list[tuple[str, Span]]:
    """Give the outlets that a text names, as the index spells them, with where; the longer name wins.

    Args:
        text: the question.
        publishers: the index's outlet names.
    """
    lowered = text.lower()
    found = [
        (name, span)
        for name in publishers
        for alias, strict in _aliases(name)
        if alias.lower() in lowered and (span := _place(text, alias, strict))
    ]
    found.sort(key=lambda each: (each[1][0] - each[1][1], each[0]))
    kept: list[tuple[str, Span]] = []
    for name, span in found:
        if all(name != other and (span[1] <= a or b <= span[0] or span == (a, b)) for other, (a, b) in kept):
            kept.append((name, span))
    return sorted(kept, key=lambda each: each[1])


def hosts_in(text: str) -> list[str]:
    """Give the host names that a text writes out (``example.org``), lower-cased, each once."""
    return list(dict.fromkeys(match.group().lower().removeprefix("www.") for match in _HOST.finditer(text)))


def comes_from(article: Article, outlets: Sequence[str]) -> bool:
    """Tell whether any carrier of an article is one of these outlets, by name or by the host of its address."""
    wanted = {name.casefold() for name in outlets}
    hosts = [_host(url) for url in (article.url, *(carrier.url for carrier in article.carriers)) if url]
    ends = [f".{name}" for name in wanted]
    return any(name.casefold() in wanted for name in article.outlets) or any(
        f".{host}".endswith(end) for host in hosts for end in ends
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return ""


def _aliases(name: str) -> list[tuple[str, bool]]:
    """Give the spellings of an outlet, and whether each needs words of a source beside it."""
    name = name.strip()
    if _HOST.fullmatch(name):
        labels = name.lower().removeprefix("www.").split(".")
        main = labels[-3] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2]
        return [(name, False), *([(main, True)] if len(main) > 1 else [])]
    bare = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
    if len(bare) < 2:
        return []
    return [(name, " " not in bare), *([(bare, False)] if bare != name and " " in bare else [])]


def _place(text: str, alias: str, strict: bool) -> Span | None:
    pattern = re.compile(rf"(?<![\w.]){re.escape(alias)}(?![\w]|\.\w)", re.IGNORECASE)
    for match in pattern.finditer(text):
        spelt = (" " in alias and not strict) or _HOST.fullmatch(alias) or match.group().split()[-1][:1].isupper()
        if spelt and (not strict or _speaks_of_source(text, match) or _is_acronym(match.group(), alias)):
            return match.span()
    return None


def _speaks_of_source(text: str, match: re.Match[str]) -> bool:
    return bool(_BEFORE.search(text[: match.start()]) or _AFTER.match(text[match.end() :]))


def _is_acronym(found: str, alias: str) -> bool:
    """Tell whether the text and the index both write it in capitals ("BBC"), which no ordinary word is."""
    return found == alias and found.isupper() and len(found) > 1
