"""Evidence: of sentences that are as near to the question, those come first that could answer it."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FakeEmbedder, make_article, whole

from qa.answer.evidence import EvidenceWeights, choose_evidence
from qa.types import ScoredPassage

VECTOR = np.array([1.0, 0.0], dtype=np.float32)


def story(*sentences: str, similar: float | tuple[float, ...] = 0.5, title: str = "Tallow Bridge") -> ScoredPassage:
    """Give a story whose sentences have the stated similarity to `VECTOR`."""
    article = make_article(" ".join(sentences), title=title)
    indexed = whole(article, FakeEmbedder())
    each = similar if isinstance(similar, tuple) else (similar,) * len(sentences)
    vectors = np.array([[one, 1.0 - one] for one in each], dtype=np.float32)
    assert len(indexed.passages[0].sentences) == len(sentences)
    return ScoredPassage(indexed.passages[0], article, 1.0, {}, vectors)


def chosen(question: str, *passages: ScoredPassage, limit: int = 10) -> list[str]:
    return [each.text for each in choose_evidence(question, VECTOR, passages, limit)]


@pytest.mark.parametrize(
    ("question", "answering", "other"),
    [
        (
            "How many arches does the Tallow Bridge have?",
            "The Tallow Bridge stands on 14 arches of pale stone.",
            "The arches of the Tallow Bridge were washed by the rain.",
        ),
        (
            "Who opened the Tallow Bridge?",
            "The Tallow Bridge was opened by Maud Fennick before noon.",
            "The Tallow Bridge was opened before noon in fine weather.",
        ),
        (
            "When was the Tallow Bridge opened?",
            "The Tallow Bridge was opened on 4 March 2025.",
            "The Tallow Bridge was opened to the sound of a band.",
        ),
        (
            "Why was the Tallow Bridge closed?",
            "The Tallow Bridge was shut after engineers found cracks in its deck.",
            "The Tallow Bridge was closed on Monday, and Maud Fennick walked.",
        ),
    ],
)
def test_a_sentence_that_could_answer_comes_before_one_that_could_not(
    question: str, answering: str, other: str
) -> None:
    for sentences in ((answering, other), (other, answering)):
        assert chosen(question, story(*sentences))[0] == answering


def test_what_the_question_names_itself_is_no_offer() -> None:
    asked = "Which company built the Tallow Bridge?"
    named = "The Tallow Bridge is a bridge that was built."
    offered = "The Fennick Yard built it, the last of its kind."
    assert chosen(asked, story(named, offered, similar=(0.5, 0.5)))[0] == offered


def test_a_sentence_that_is_far_from_the_question_is_not_saved_by_what_it_offers() -> None:
    near = "The Tallow Bridge was opened by the oldest of its builders."
    far = "Otto Brandvold of Norway won the downhill at Lake Louise."
    passages = (story(near, similar=0.6), story(far, similar=0.05, title="Skiing"))
    assert chosen("Who opened the Tallow Bridge?", *passages)[0] == near


def test_what_is_told_first_comes_before_what_is_told_later() -> None:
    filler = "It rained all day, and nobody came."
    early, late = "Maud Fennick opened the bridge.", "Otto Brandvold closed the bridge."
    found = chosen("Who was at the bridge?", story(early, filler, late))
    assert found.index(early) < found.index(late)
    assert found.index(late) < found.index(filler)


def test_a_repeat_is_left_out_and_the_limit_holds() -> None:
    told = "Maud Fennick opened the Tallow Bridge before noon."
    assert chosen("Who opened the bridge?", story(told), story(told, title="Again")) == [told]
    many = story(*(f"Guest number {number} was Ada Number{number}." for number in range(9)))
    assert len(chosen("Who was a guest?", many, limit=4)) == 4


def test_offsets_are_those_of_the_article() -> None:
    passage = story("Rain fell.", "Maud Fennick opened the Tallow Bridge.", "A band played on the pier.")
    for each in choose_evidence("Who opened the bridge?", VECTOR, [passage], 5, EvidenceWeights(fit=0.0)):
        assert each.article.text[each.start : each.end] == each.text


def test_no_passage_gives_no_evidence() -> None:
    assert choose_evidence("Who opened the bridge?", VECTOR, [], 5) == ()
