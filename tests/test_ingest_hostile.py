"""Text made to be slow to match: the work grows with the text and no faster. A hang fails by its timeout."""

from __future__ import annotations

import io

import pytest

from ingest.clean import paragraphs_of, without_boilerplate
from ingest.correct import correction_in
from ingest.dedupe import canonical_url, is_same_story
from ingest.readers.fields import author_names
from ingest.readers.markup import clean_xml, html_to_text
from ingest.readers.text import markdown_to_text
from ingest.sources import ReadOptions, read_stream

pytestmark = pytest.mark.timeout(60)


@pytest.mark.parametrize("unit", ["A", "A, ", "Aa 1 ", "- ", "By a", "("])
def test_comparing_stories(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    assert not is_same_story(text, text + "x " * 40, 0.85)


@pytest.mark.parametrize("unit", ["{{<", "<!--", "]( {{<", "[", "*a ", "> "])
def test_reducing_markdown(unit: str) -> None:
    assert isinstance(markdown_to_text(unit * 4000), str)


@pytest.mark.parametrize(
    "unit", ["<!-- ", "<?a?>", "<!---->", "<?a?> <!---->", "<!doctype x [ ", "<?", " ", "<p>", "&#x0"]
)
def test_recognising_a_format(unit: str) -> None:
    items = list(read_stream(io.BytesIO((unit * (30_000 // len(unit)) + "x").encode()), "x", ReadOptions()))
    assert len(items) == 1


@pytest.mark.parametrize(
    "unit", ["share ", "facebook, ", "- ", "get ", "correction ", "an earlier version of this story "]
)
def test_judging_a_paragraph(unit: str) -> None:
    paragraph = unit * (350 // len(unit))
    without_boilerplate([paragraph])
    correction_in([paragraph * 2])


def test_everything_else() -> None:
    assert list(author_names("a" + " " * 50_000 + "b"))
    assert canonical_url("https://e.org/" + "amp/" * 10_000)
    assert paragraphs_of("\n \n" * 50_000 + "x") == ["x"]
    assert clean_xml(b"&#" * 50_000)
    assert html_to_text("</" + "a" * 100_000) is not None
