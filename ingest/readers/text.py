"""Read plain text and Markdown, with or without YAML front matter, as one article.

Markup, Hugo shortcodes and embedded HTML are reduced to plain text. This is the only module that imports PyYAML and
markdown-it. A file without a title line has no title; nothing is taken from the file's name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.readers.base import Document, Item, decode, first_text
from ingest.readers.fields import article_from
from ingest.readers.markup import html_to_text
from qa.errors import NoArticleError, UnreadableError
from qa.types import Article

NAME = "text"

_FRONT = re.compile(r"\A\s*---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_SHORTCODE_LINK = re.compile(r"\]\([ \t]{0,9}\{\{")
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\[.+?\]: http|```)|\]\((?:https?:|/|\{\{)|(?<!\w)\*\*\S", re.MULTILINE)
_UNKNOWN_MARKUP = re.compile(r"<(?:\?xml|!doctype|!--(?!more)|[a-z][\w.-]*:?[\w.-]*[\s>/])")
_LONGEST_TITLE = 160
_PROSE_END = (".", "!", "?", ":", ";", ",")


def sniff(head: bytes, name: str) -> bool:
    """Recognise text: no NUL and hardly any control characters, in an encoding with a mark or one byte a character."""
    return bool(head.strip()) and not is_binary(head) and not _UNKNOWN_MARKUP.match(first_text(head))


def is_binary(head: bytes) -> bool:
    """Say whether the bytes are no text."""
    text = decode(head)
    odd = sum((char < " " and char not in "\t\n\r\f\v\x1b") or char == "�" for char in text)
    return "\0" in text or odd * 20 > len(text)


def read(document: Document) -> Iterator[Item]:
    """Give the one article that the file is."""
    text = decode(document.bytes(), document.charset)
    front = _FRONT.match(text)
    try:
        fields = _front_matter(front[1]) if front else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        yield UnreadableError(document.source, f"its front matter is not valid YAML ({_first_line(error)})")
        return
    body = text[front.end() :] if front else text
    yield _article(document, fields, body, markdown=bool(front) or is_markdown(body, document.source))


def is_markdown(text: str, name: str) -> bool:
    """Say whether a text is Markdown, by its marks."""
    return bool(_MARKDOWN.search(text)) or name.lower().endswith((".md", ".markdown"))


def markdown_to_text(text: str) -> str:
    """Give the plain text of Markdown: paragraphs, headings and list items, each a paragraph of its own."""
    plain = without_between(_SHORTCODE_LINK.sub("]({{", text), ("<!--", "-->"), "")
    plain = without_between(without_between(plain, ("]({{", "}}"), "](#"), ("{{", "}}"), "")
    tokens = MarkdownIt("commonmark").enable("table").parse(plain)
    return "\n\n".join(block for block in _blocks(tokens) if block.strip())


def without_between(text: str, marks: tuple[str, str], instead: str) -> str:
    """Leave out everything from an opening mark to the next closing one; an opening without a closing stays."""
    opening, closing = marks
    parts, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        parts += [text[at:start], instead]
        at = end + len(closing)
    return "".join([*parts, text[at:]])


def _front_matter(block: str) -> Mapping[str, object]:
    loaded = yaml.safe_load(block)
    return {str(name): value for name, value in loaded.items()} if isinstance(loaded, dict) else {}


def _article(document: Document, fields: Mapping[str, object], body: str, *, markdown: bool) -> Item:
    body = markdown_to_text(body) if markdown else body
    title, body = ("", body) if fields.get("title") else split_title(body)
    if not body.strip():
        return NoArticleError(document.source, "it holds no text")
    known = {name: value for name, value in fields.items() if name.lower() not in ("text", "body", "content")}
    item = article_from({**known, "text": "-"}, document.source, _front_mapping(document), document.url)
    if not isinstance(item, Article):
        return item
    return replace(item, text=body, title=item.title or title)


def _front_mapping(document: Document) -> tuple[tuple[str, str], ...]:
    return tuple((field, name) for field, name in document.mapping if field != "text")


def split_title(text: str) -> tuple[str, str]:
    """Take a first line that stands alone and does not end as a sentence does for the title."""
    first, _, rest = text.strip().partition("\n")
    alone = rest.startswith(("\n", "\r\n")) or rest.lstrip(" \t").startswith("\n")
    if rest.strip() and alone and len(first) <= _LONGEST_TITLE and not first.rstrip().endswith(_PROSE_END):
        return first.strip(), rest.strip()
    return "", text.strip()


def _blocks(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield _inline(token.children or [])
        elif token.type in ("fence", "code_block"):
            yield token.content.strip()
        elif token.type == "html_block":
            yield html_to_text(token.content)


def _inline(children: list[Token]) -> str:
    parts = (_inline_part(child) for child in children)
    return html.unescape("".join(parts)).strip()


def _inline_part(token: Token) -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    if token.type == "softbreak":
        return " "
    return "\n" if token.type == "hardbreak" or token.content.lower().startswith("<br") else ""


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
