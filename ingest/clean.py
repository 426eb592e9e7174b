"""Make text fit to be stored and quoted: no control characters, one form of each character, no boilerplate.

Runs before anything is stored, so that offsets, quotes and indexes all speak of the cleaned text. Pure functions on
strings. Boilerplate is recognised by short paragraphs that say nothing else; a sentence of a story that merely mentions
a newsletter stays (``furniture`` has the patterns).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from ingest.furniture import is_boilerplate
from qa.types import Article

_LINE_BREAKS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, soft hyphens, bidirectional embeddings, overrides and isolates, marks of byte order, lone surrogates and
# code points that are no characters. Joiners and the plain direction marks stay: Persian, Hindi and Hebrew need them.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u2069"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINE = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"[.!?:;。！？…\"”’»]$")
_WRAPPED = range(45, 101)


def clean_article(article: Article) -> Article:
    """Give the article with every string tidied and the boilerplate paragraphs of its text left out."""
    paragraphs = without_boilerplate(paragraphs_of(article.text))
    title = tidy_line(article.title)
    if title and paragraphs and tidy_line(paragraphs[0]).casefold() == title.casefold():
        paragraphs = paragraphs[1:]
    return replace(
        article,
        text="\n\n".join(paragraphs),
        title=title,
        url=_url(article.url),
        publisher=tidy_line(article.publisher or "") or None,
        authors=_unique(tidy_line(author) for author in article.authors),
        section=tidy_line(article.section or "") or None,
        provider_id=tidy_line(article.provider_id or "") or None,
        source=_UNWANTED.sub("", article.source),
    )


def tidy(text: str) -> str:
    """Normalise to NFC, keep one kind of line break and of space, and strip what is no text.

    Control characters, NULs, soft hyphens, bidirectional overrides and lone surrogates go.
    """
    broken = _LINE_BREAKS.sub("\n", text)
    return unicodedata.normalize("NFC", _SPACES.sub(" ", _UNWANTED.sub("", broken)))


def tidy_line(text: str) -> str:
    """Tidy a title or name and keep it on one line."""
    return " ".join(tidy(text).split())


def paragraphs_of(text: str) -> list[str]:
    """Cut a text into tidy paragraphs, each on one line; lines that were only wrapped are joined again."""
    blocks = (block.strip() for block in _BLANK_LINE.split(tidy(text)))
    return [paragraph for block in blocks if block for paragraph in _unwrap(block)]


def without_boilerplate(paragraphs: Iterable[str]) -> list[str]:
    """Leave out share buttons, rights notices, newsletter pleas and what else surrounds a story."""
    return [paragraph for paragraph in paragraphs if not is_boilerplate(paragraph)]


def _unwrap(block: str) -> list[str]:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    if len(lines) > 1 and all(len(line) in _WRAPPED for line in lines[:-1]) and not _all_end(lines[:-1]):
        return [" ".join(lines)]
    return lines


def _all_end(lines: list[str]) -> bool:
    return all(_SENTENCE_END.search(line) for line in lines)


def _url(url: str | None) -> str | None:
    tidied = "".join(_UNWANTED.sub("", url or "").split())
    return tidied if tidied.lower().startswith(("http://", "https://")) else None


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
