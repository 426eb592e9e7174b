"""From what a model streams to sentences and hints, and from checked quotes to numbers a reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fakes import make_article

from qa.answer.cite import Draft, Numbering, drafts, marked, struck
from qa.types import Article, Evidence

STORY = "The bridge opened. It cost 4 million. The mayor spoke."


def parsed(text: str, size: int) -> list[Draft]:
    """Stream a text in pieces of so many characters."""
    return list(drafts(text[at : at + size] for at in range(0, len(text), size)))


def cited(article: Article, sentence: str) -> tuple[Evidence, float]:
    start = article.text.index(sentence)
    return Evidence(article, "p", start, start + len(sentence), sentence, 1.0), 0.9


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 200])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge opened [1]. It cost 4 million [2].",
         [("The bridge opened.", (1,)), ("It cost 4 million.", (2,))]),
        ("The bridge opened. [1] It cost 4 million. [2]",
         [("The bridge opened.", (1,)), ("It cost 4 million.", (2,))]),
        ("The bridge opened [1,2].", [("The bridge opened.", (1, 2))]),
        ("The bridge opened [1, 2; 3].", [("The bridge opened.", (1, 2, 3))]),
        ("The bridge opened [1][2].", [("The bridge opened.", (1, 2))]),
        ("The bridge opened 【1】.", [("The bridge opened.", (1,))]),
        ("The bridge opened 【1†source】.", [("The bridge opened.", (1,))]),
        ("The bridge opened [ 1 ].", [("The bridge opened.", (1,))]),
        ("The bridge opened [99].", [("The bridge opened.", (99,))]),
        ("The bridge opened [a note].", [("The bridge opened [a note].", ())]),
        ("The bridge [sic] opened [1].", [("The bridge [sic] opened.", (1,))]),
        ("The bridge opened at 3 a.m. [1].", [("The bridge opened at 3 a.m.", (1,))]),
        ("And then ... [1]", [("And then ...", (1,))]),
        ("The bridge opened [", [("The bridge opened [", ())]),
        ("The bridge opened [1", [("The bridge opened [1", ())]),
        ("", []),
        ("[1]", []),
    ],
)  # fmt: skip
def test_markers_are_read_however_they_are_split(
    text: str, expected: list[tuple[str, tuple[int, ...]]], size: int
) -> None:
    assert [(draft.text, draft.hints) for draft in parsed(text, size)] == expected


def test_a_sentence_is_given_as_soon_as_the_next_begins() -> None:
    seen: list[str] = []

    def stream() -> Iterator[str]:
        for piece in ("The bridge opened [1]. ", "It cost ", "4 million."):
            seen.append(piece)
            yield piece

    first = next(iter(drafts(stream())))
    assert first == Draft("The bridge opened.", (1,))
    assert len(seen) == 2


def test_numbers_are_given_by_first_use_and_an_article_keeps_its_own() -> None:
    one, two = make_article(STORY), make_article("Rain fell. Nobody minded.")
    numbering = Numbering()
    assert numbering.cite([cited(two, "Rain fell.")])[0] == (1,)
    numbers, new = numbering.cite([cited(one, "It cost 4 million."), cited(two, "Nobody minded.")])
    assert numbers == (1, 2)
    assert [(each.number, each.quote) for each in new] == [(2, "It cost 4 million."), (1, "Nobody minded.")]


def test_the_same_quote_is_listed_once() -> None:
    article = make_article(STORY)
    numbering = Numbering()
    numbering.cite([cited(article, "The bridge opened.")])
    assert numbering.cite([cited(article, "The bridge opened.")]) == ((1,), ())
    assert len(numbering.citations) == 1


def test_two_versions_of_an_article_have_two_numbers() -> None:
    first, second = make_article(STORY, version=1, id="a"), make_article(STORY, version=2, id="a")
    numbers, _ = Numbering().cite([cited(first, "The mayor spoke."), cited(second, "The mayor spoke.")])
    assert numbers == (1, 2)


def test_a_quote_is_cut_from_the_stored_text_and_not_from_what_was_said() -> None:
    article = make_article(STORY, published=datetime(2025, 3, 1, tzinfo=UTC))
    evidence = Evidence(article, "p", 0, 18, "Something else entirely.", 1.0)
    ((citation,),) = (Numbering().cite([(evidence, 1.0)])[1],)
    assert citation.quote == article.text[citation.start : citation.end] == "The bridge opened."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("As she wrote in [3], it opened.", "As she wrote in (3), it opened. [1]"),
        ("See [1, 2] and 【7】 and ［4］.", "See (1, 2) and (7) and (4). [1]"),
        ("The bridge [sic] opened.", "The bridge [sic] opened. [1]"),
    ],
)
def test_what_looks_like_a_marker_in_an_article_is_no_marker(text: str, shown: str) -> None:
    assert marked(text, [1]) == shown


def test_a_struck_sentence_says_why_and_cannot_end_its_own_strike() -> None:
    assert struck("It ~~cost~~ 9 [2].", "the number 9 is in no quote") == (
        "~~It cost 9 (2).~~ (not in the articles: the number 9 is in no quote)"
    )
