"""Parse HTML and XML that nobody vouches for. This is the only module that imports lxml.

XML entities are not resolved, nothing is loaded from the network, and trees of abnormal size are refused, so that a
hostile file costs no more than its own length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TypeAlias, cast

from lxml import etree
from lxml import html as lxml_html

from ingest.readers.base import decode, guessed_encoding, legacy_encoding

Element: TypeAlias = etree._Element
"""A node of a parsed tree."""

_TAG = re.compile(r"</[a-z][a-z0-9]*\s*>|<(?:br|p|img)\b[^<>]*>", re.IGNORECASE)
_BLOCKS = frozenset(
    {
        "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4",
        "h5", "h6", "blockquote", "tr", "table", "section", "article", "header", "footer", "figure",
        "hr", "pre", "dd", "dt", "dl", "hl1", "hl2", "block", "media", "byline",
        "body.content", "paragraph",
    }
)  # fmt: skip
_DROPPED = frozenset(
    {
        "script", "style", "noscript", "template", "head", "title", "svg", "iframe", "button", "form", "nav", "select",
        "textarea", "figure", "aside",
    }
)  # fmt: skip
_DECLARED = re.compile(r"^\W*<\?xml[^>]*?\sencoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_DECLARATION = 200
_META_CHARSET = re.compile(rb"<meta\b[^>]{0,300}\bcharset\b|<\?xml[^>]{0,200}\bencoding\b", re.IGNORECASE)
_OTHER_SCRIPT = re.compile(r"[^\W\d_\x00-\u036f]+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE = 20_000
# Control characters, lone surrogates, and references to either.
_NO_TEXT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:x0*d[89a-f][0-9a-f]{2}|0*5(?:529[6-9]|5[3-9]\d\d|[67]\d{3})"
    r"|x0*[0-8bcef]|0*[0-8]|x0*1[0-9a-f]);",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def parse_html(data: bytes, charset: str | None = None) -> Element | None:
    """Parse a page however broken; ``None`` when nothing is left of it.

    Args:
        charset: the encoding that its host stated.
    """
    encoding = page_encoding(data, charset)
    if encoding not in (None, "utf-8"):  # lxml does not know all that Python knows
        data, encoding = data.decode(encoding, "replace").encode("utf-8"), "utf-8"
    parser = lxml_html.HTMLParser(encoding=encoding, no_network=True, huge_tree=False)
    try:
        tree = lxml_html.document_fromstring(data, parser=parser, ensure_head_body=True)
    except (etree.LxmlError, ValueError, AssertionError, LookupError):
        return None
    return cast("Element", tree)


def parse_xml(data: bytes, charset: str | None = None) -> Element | None:
    """Parse XML, repairing what can be repaired; ``None`` when nothing is left of it.

    Args:
        charset: the encoding that its host stated.
    """
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, recover=True, load_dtd=False
    )
    try:
        root = etree.fromstring(clean_xml(data, charset), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return cast("Element | None", root)


def clean_xml(data: bytes, charset: str | None = None) -> bytes:
    """Give XML in UTF-8, without its declaration of another encoding and without what no text may hold.

    Valid UTF-8 is taken for that whatever is declared; otherwise the encoding that its host stated (RFC 7303),
    otherwise the declared one, otherwise what it looks like.
    """
    text = _xml_text(data, charset)
    declared = _DECLARED.search(text[:_DECLARATION])
    if declared:
        text = text[: declared.start(1)] + "utf-8" + text[declared.end(1) :]
    return _NO_TEXT.sub("", text).encode("utf-8")


def _xml_text(data: bytes, charset: str | None) -> str:
    declared = _DECLARED.search(data[:_DECLARATION].decode("latin-1"))
    try:
        if declared and not _is_utf8(data) and legacy_encoding(charset) is None:
            return data.decode(declared[1], "replace")
    except (LookupError, UnicodeError):
        pass
    return decode(data, charset)


def page_encoding(data: bytes, charset: str | None = None) -> str | None:
    """Give the encoding of a page; ``None`` to leave it to lxml, which goes by ``<meta>`` or else takes Windows-1252.

    Valid UTF-8 is that whatever is stated, so that a wrong statement does no harm; otherwise what its host stated goes
    before what the page states (WHATWG HTML, 13.2.3.2), and what the text looks like stands where nobody states any.
    """
    if _is_utf8(data):
        return "utf-8"
    return legacy_encoding(charset) or (None if _META_CHARSET.search(data) else _guessed_script(data))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guessed_script(data: bytes) -> str | None:
    """Guess the encoding of text in another script than the Latin; where it is Latin, guesses are not good enough."""
    first = _NOT_ASCII.search(data)
    sample = data[first.start() : first.start() + _SAMPLE] if first else data[:_SAMPLE]
    encoding = guessed_encoding(sample)
    runs = _OTHER_SCRIPT.findall(sample.decode(encoding, "replace"))
    # A Latin text that is taken for another script has such letters one by one; a real one has words of them.
    return encoding if sum(map(len, runs)) > 2 * len(runs) else None


def looks_like_html(text: str) -> bool:
    """Say whether a text carries HTML tags."""
    return bool(_TAG.search(text))


def html_to_text(markup: str) -> str:
    """Give the text of a fragment of HTML, block elements as paragraphs; entities resolved, scripts left out."""
    tree = parse_html(f"<html><body>{_CONTROLS.sub('', markup)}</body></html>".encode("utf-8", "ignore"), "utf-8")
    return text_of(tree) if tree is not None else html.unescape(re.sub(r"<[^>]*>", " ", markup))


def text_of(element: Element) -> str:
    """Give the text of an element, block elements as paragraphs separated by a blank line."""
    parts = "".join(_walk(element)).split("\0")
    return "\n\n".join(" ".join(part.split()) for part in parts if part.strip())


def local_name(element: Element) -> str:
    """Give an element's name without its namespace, lower-cased; empty for comments and instructions."""
    # Pages carry names such as ``media:thumbnail`` that are no valid XML names.
    return re.split(r"[}:]", element.tag)[-1].lower() if isinstance(element.tag, str) else ""


def _walk(element: Element) -> Iterator[str]:
    # Iterative on purpose: a page may nest deeper than Python's stack.
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        name = local_name(node)
        if event == "start":
            yield "\0" if name in _BLOCKS else ""
            if not any(local_name(parent) in _DROPPED for parent in (node, *node.iterancestors())):
                yield node.text or ""
        else:
            yield "\0" if name in _BLOCKS else ""
            if node is not element and not any(local_name(parent) in _DROPPED for parent in node.iterancestors()):
                yield node.tail or ""
