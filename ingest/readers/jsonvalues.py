"""Take the values out of JSON: lines, an array or one value, each with the name that it goes by.

Lines and the elements of an array are taken one at a time, so a file may be of any size; only one value must fit into
memory. A broken line is named by its number and the others go in; a broken array ends where it breaks. What a value
means is for the reader to say.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple, TypeAlias

from ingest.readers.base import HEAD, Document, decode, first_text, stream_encoding
from qa.errors import UnreadableError


class Value(NamedTuple):
    """A parsed value and the source that it goes by."""

    source: str
    value: object


Found: TypeAlias = Value | UnreadableError

_PIECE = 1 << 20
# Bytes of a large array that are read at a time.
_LOOKED_AT = 6
# Lines by which it is told whether a file is JSON Lines.
_BLANK = b"\xef\xbb\xbf \t\r\n"
_BETWEEN = " \t\r\n"


def json_values(document: Document) -> Iterator[Found]:
    """Give every line, every element of an array, or the one value; and an error for each part that is none."""
    first = _line(document)
    while first and not first.strip(_BLANK):
        first = _line(document)
    if _is_object(first, document.charset):
        yield from _lines(document, chain([first], _more(document)))
    else:
        yield from _whole(document, first)


def elements(value: object, source: str) -> Iterator[Value]:
    """Give the elements of a list, each named by its number; anything else as the one value that it is."""
    if isinstance(value, list):
        yield from (Value(f"{source}:{number}", entry) for number, entry in enumerate(value, 1))
    else:
        yield Value(source, value)


def _line(document: Document) -> bytes:
    return document.stream.readline(document.max_bytes + 1)


def _more(document: Document) -> Iterator[bytes]:
    return iter(lambda: _line(document), b"")


def _is_object(line: bytes, charset: str | None) -> bool:
    try:
        return isinstance(_loads(line, charset), dict)
    except ValueError:
        return False


def _loads(data: bytes, charset: str | None) -> object:
    try:
        return json.loads(decode(data, charset))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _lines(document: Document, lines: Iterator[bytes]) -> Iterator[Found]:
    """Give the value of each line; one that is too long comes in parts, which are passed over to its end."""
    number, inside = 1, False
    for line in lines:
        if not inside and line.strip():
            yield from _one(document, line, number)
        inside = not line.endswith(b"\n")
        number += not inside


def _one(document: Document, line: bytes, number: int) -> Iterator[Found]:
    source = f"{document.source}:{number}"
    if len(line) > document.max_bytes:
        yield UnreadableError(source, f"line {number} is larger than {document.max_bytes:,} bytes")
        return
    try:
        yield from elements(_loads(line, document.charset), source)
    except ValueError as error:
        yield UnreadableError(source, f"line {number} is not valid JSON ({_short(error)})")


def _whole(document: Document, first: bytes) -> Iterator[Found]:
    """Read the document as one value; when it is none, it was JSON Lines with a broken first line."""
    data = first + document.stream.read(max(document.max_bytes + 1 - len(first), 0))
    if len(data) > document.max_bytes:
        yield from _large(document, data)
        return
    try:
        yield from elements(_loads(data, document.charset), document.source)
    except ValueError:
        yield from _lines(document, iter(data.splitlines(keepends=True)))


def _large(document: Document, data: bytes) -> Iterator[Found]:
    """Read what does not fit into memory: an array, or lines of which the first is broken."""
    if first_text(data[:HEAD]).startswith("["):
        yield from _array(document, data)
        return
    lines = data.splitlines(keepends=True)
    if not any(_is_object(line, document.charset) for line in lines[1:_LOOKED_AT]):
        yield UnreadableError(document.source, f"one JSON value is larger than {document.max_bytes:,} bytes")
        return
    rest = lines.pop() + _line(document)  # the last of them may have been cut
    yield from _lines(document, chain(lines, [rest], _more(document)))


def _array(document: Document, data: bytes) -> Iterator[Found]:
    number = 0
    try:
        for number, entry in enumerate(_elements(_text(document, data), document.max_bytes), 1):
            yield Value(f"{document.source}:{number}", entry)
    except ValueError as error:
        name, why = f"{document.source}:{number + 1}", _short(error)
        yield UnreadableError(name, f"the array is broken or too large after element {number} ({why})")


def _text(document: Document, data: bytes) -> Iterator[str]:
    """Decode a document piece by piece, of which the start is read already."""
    decoder = codecs.getincrementaldecoder(stream_encoding(data[:_PIECE], document.charset))("replace")
    stream: BinaryIO = document.stream
    for piece in chain((data,), iter(lambda: stream.read(_PIECE), b"")):
        yield decoder.decode(piece)


def _elements(pieces: Iterator[str], longest: int) -> Iterator[object]:
    """Give the elements of an array as its text comes.

    Args:
        longest: characters that an element may have.

    Raises:
        ValueError: the array is broken there, or an element is longer.
    """
    decoder, text, at = json.JSONDecoder(), next(pieces).lstrip(_BETWEEN + "\ufeff"), 1
    while True:
        at = _skipped(text, at, _BETWEEN + ",")
        if text[at : at + 1] == "]":
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        except ValueError as error:
            end, failure = len(text), error
        else:
            failure = ValueError("it ends in the middle")
        if end < len(text):  # else it may go on in the next piece
            yield value
            at = end
            continue
        piece = next(pieces, "")
        if not piece or len(text) - at > longest:
            raise failure
        text, at = text[at:] + piece, 0


def _skipped(text: str, at: int, chars: str) -> int:
    while at < len(text) and text[at] in chars:
        at += 1
    return at


def _short(error: ValueError) -> str:
    return str(error).split(" (char")[0][:100]
