"""Read the text of a PDF. This is the only module that imports pypdf.

A PDF says when its file was made, not when its story appeared: ``published`` stays unknown. Scanned pages hold no text
and are refused with that reason.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from itertools import islice

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from ingest.readers.base import Document, Item
from qa.errors import NoArticleError, UnreadableError
from qa.types import Article

NAME = "PDF"
MOST_PAGES = 500
"""Pages read of one file."""

_END = re.compile(r"[.!?:。！？”\"]$")
_HYPHEN = re.compile(r"(?<=\w)-\n(?=[^\W\d_A-Z])")


def sniff(head: bytes, name: str) -> bool:
    """Recognise the mark within the first kilobyte."""
    return b"%PDF-" in head[:1024]


def read(document: Document) -> Iterator[Item]:
    """Give the one article that the file is."""
    # Every repair that pypdf makes would otherwise be a line on the terminal.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(document.bytes()))
        if reader.is_encrypted and not reader.decrypt(""):
            yield UnreadableError(document.source, "the PDF is protected by a password")
            return
        count = len(reader.pages)
        pages = [page.extract_text() or "" for page in islice(reader.pages, MOST_PAGES)]
        title = str((reader.metadata or {}).get("/Title") or "")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        yield UnreadableError(document.source, f"the PDF is broken ({str(error)[:100] or type(error).__name__})")
        return
    text = "\n\n".join(paragraphs(page) for page in pages if page.strip())
    if not text:
        yield NoArticleError(document.source, "the PDF holds no text; its pages may be scanned")
        return
    yield Article(text=text, title=title, url=document.url, source=document.source)
    if count > MOST_PAGES:
        why = f"it has {count:,} pages, of which the first {MOST_PAGES} are read"
        yield UnreadableError(f"{document.source}#page={MOST_PAGES + 1}", why)


def paragraphs(page: str) -> str:
    """Join the lines of a page: a paragraph ends where a line is short and ends a sentence, or at a blank line."""
    lines = [line.strip() for line in _HYPHEN.sub("", page).split("\n")]
    width = max((len(line) for line in lines), default=0)
    joined = ""
    for line in lines:
        joined += line or "\n\n"
        joined += "\n\n" if _END.search(line) and len(line) < 0.8 * width else " "
    return "\n\n".join(" ".join(part.split()) for part in joined.split("\n\n") if part.strip())
