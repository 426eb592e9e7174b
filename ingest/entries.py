"""What a source's name tells: whether it is an address, and of which whole it is an entry.

A line of a file is named ``file.jsonl:12``, a file in an archive ``a.zip#b.html``, an entry of a feed
``https://e.org/feed#https://e.org/9``.
"""

from __future__ import annotations

import re

_ENTRY = re.compile(r"#.*$|(?<=.)(?::\d+)+$", re.DOTALL)
_ENTRY_OF_ADDRESS = re.compile(r"(?<=[^/:\d]):\d+$")


def is_address(source: str) -> bool:
    """Say whether a source is fetched, and not a file, a folder or standard input."""
    return source.lower().startswith(("http://", "https://"))


def is_entry(source: str) -> bool:
    """Say whether a source is one entry of a file or page that holds several: a line, an item of a feed, a record."""
    return whole_source(source) != source


def whole_source(source: str) -> str:
    """Give the file or address that a source is an entry of; one that is whole is its own."""
    if is_address(source) and "#" not in source:
        return _ENTRY_OF_ADDRESS.sub("", source)
    return _ENTRY.sub("", source)
