"""What every reader is given and gives: a stream in, articles and refusals out.

A reader is a module with ``NAME``, ``sniff`` and ``read``. It sets no identity, removes no boilerplate and stores
nothing. A reader never raises on bad content: it yields a ``SourceError`` and goes on with what is left.

This is the only module that imports charset_normalizer.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias

import charset_normalizer

from qa.errors import SourceError, UnreadableError
from qa.types import Article

Item: TypeAlias = Article | SourceError
"""One thing that was read: an article, or why there is none."""

PROLOG = r"^(?>(?><\?[^>]*>)|<!--(?>(?:(?!-->).)*)-->|<!doctype[^>\[]*+(?>\[[^\]]*\]\s*)?>|\s++)*+"
"""What may come before the root element of XML, as a pattern (to be used with ``re.DOTALL``)."""
HEAD = 8192
"""Bytes that a reader may look at to recognise its format."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file, page or archive entry to be read.

    Args:
        stream: its bytes, decompressed, at the start.
        source: the path, address or archive entry, as shown to a person.
        url: the address it was fetched from.
        max_bytes: the most that may be held in memory at once.
        mapping: ``(field, name)`` pairs: the article's field is taken from the input's ``name`` (``--map text=body``).
        follow: fetches and reads an address that the document names; ``None`` when nothing may be fetched.
        unpack: reads an entry of an archive, whatever it is: its bytes, its name, and its address and the encoding that
            its host stated where it has them.
        teasers: a feed's own texts are taken as they are; its entries' pages are not fetched.
        charset: the encoding that its host stated.
    """

    stream: BinaryIO
    source: str
    url: str | None = None
    max_bytes: int = 20_000_000
    mapping: tuple[tuple[str, str], ...] = ()
    follow: Callable[[str], Iterator[Item]] | None = None
    unpack: Callable[[BinaryIO, str, str | None, str | None], Iterator[Item]] | None = None
    teasers: bool = False
    charset: str | None = None

    def bytes(self) -> bytes:
        """Read everything.

        Raises:
            UnreadableError: there is more than ``max_bytes``.
        """
        data = self.stream.read(self.max_bytes + 1)
        if len(data) > self.max_bytes:
            raise UnreadableError(self.source, f"it is larger than {self.max_bytes:,} bytes")
        return data


class Reader(Protocol):
    """A format that can be read."""

    NAME: str

    def sniff(self, head: bytes, name: str) -> bool:
        """Say whether the first ``HEAD`` bytes look like this format; the name only decides between equals."""

    def read(self, document: Document) -> Iterator[Item]:
        """Give every article in the document, and a ``SourceError`` for each part that holds none."""


def decode(data: bytes, charset: str | None = None) -> str:
    """Decode text: by its byte order mark, else as UTF-8, else as stated, else by what it looks like; never fails.

    Args:
        charset: the encoding that is stated for it, by whatever name.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > len(data) - 4:
            return data.decode("utf-8", "ignore")
        return data.decode(legacy_encoding(charset) or guessed_encoding(data), "replace")


def stream_encoding(head: bytes, charset: str | None = None) -> str:
    """Give the encoding to read a stream in, by its first bytes; as ``decode`` decides."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return "utf-8-sig" if mark == codecs.BOM_UTF8 else encoding[:6]
    try:
        head[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return legacy_encoding(charset) or guessed_encoding(head)
    return "utf-8"


def charset_of(content_type: str | None) -> str | None:
    """Give the encoding that a Content-Type header states."""
    match = _CHARSET.search(content_type or "")
    return match[1] if match else None


def legacy_encoding(charset: str | None) -> str | None:
    """Give Python's name for a stated encoding of text that is not UTF-8; ``None`` for one that can be none.

    Latin-1 is read as Windows-1252, GBK as GB 18030 and so on, as browsers do (WHATWG Encoding Standard).
    """
    try:
        name = codecs.lookup(charset or "").name
        b"x".decode(name, "replace")  # some codecs are none of text
    except (LookupError, ValueError):
        return None
    return None if name.startswith(_NO_LEGACY) else _WIDER.get(name, name)


_CHARSET = re.compile(r"""\bcharset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_NO_LEGACY = ("utf", "idna", "punycode", "unicode", "raw", "undefined", "mbcs", "oem")
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def guessed_encoding(data: bytes) -> str:
    """Guess the encoding of text that declares none and is not UTF-8; Windows-1252 where nothing fits better."""
    best = charset_normalizer.from_bytes(data[:_SAMPLE], cp_exclusion=["utf_7"]).best()
    return best.encoding if best is not None else "cp1252"


_SAMPLE = 20_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def first_text(head: bytes) -> str:
    """Give the start of a text without leading white space, lower-cased."""
    return decode(head).lstrip().lower()
