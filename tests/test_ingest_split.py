"""Passages: whole sentences, exact offsets, never over the window, in every script."""

from __future__ import annotations

import itertools
import re

import pytest
from fakes import make_article

from ingest.split import carried_title, split_article
from qa.settings import IngestSettings
from qa.types import Article, Passage


def count(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def count_characters(text: str) -> int:
    return sum(not char.isspace() for char in text)


SETTINGS = IngestSettings(window=40, overlap=1)
SENTENCE = "The council of Port Ellery voted on the harbour plan again."


def split(text: str, title: str = "Harbour", settings: IngestSettings = SETTINGS) -> tuple[Article, list[Passage]]:
    article = make_article(text, title=title)
    return article, list(split_article(article, count, settings))


def check_offsets(article: Article, passages: list[Passage]) -> None:
    covered: set[int] = set()
    for ordinal, passage in enumerate(passages):
        assert passage.text == article.text[passage.start : passage.end]
        assert passage.id == f"{article.id}.{article.version}.{ordinal}"
        assert passage.sentences[0][0] == passage.start
        assert passage.sentences[-1][1] == passage.end
        covered.update(at for start, end in passage.sentences for at in range(start, end))
    assert {at for at, char in enumerate(article.text) if not char.isspace()} <= covered


def test_short_article_is_one_passage() -> None:
    article, passages = split("First sentence here. Second one.\n\nA new paragraph.")
    assert [passage.text for passage in passages] == [article.text]
    assert len(passages[0].sentences) == 3
    check_offsets(article, passages)


def test_empty_text_gives_no_passage() -> None:
    assert split(" \n ")[1] == []


def test_small_paragraphs_share_a_passage_and_breaks_fall_between_paragraphs() -> None:
    text = "\n\n".join(f"Paragraph number {n} is about the new bridge and its cost." for n in range(12))
    article, passages = split(text)
    check_offsets(article, passages)
    assert all(passage.text.count("\n\n") >= 1 for passage in passages[:-1])
    assert all(passage.text.startswith("Paragraph") and passage.text.endswith("cost.") for passage in passages)


def test_split_paragraph_repeats_the_stated_number_of_sentences() -> None:
    text = " ".join(f"Sentence {n} of this long paragraph tells of ships." for n in range(20))
    article, passages = split(text)
    check_offsets(article, passages)
    for before, after in itertools.pairwise(passages):
        assert before.sentences[-1] == after.sentences[0]
    apart = split(text, settings=IngestSettings(window=40, overlap=0))[1]
    assert all(a.end < b.start for a, b in itertools.pairwise(apart))


def test_over_long_sentence_is_cut_at_word_bounds() -> None:
    text = "and ".join(f"ship{n} " for n in range(300)).strip()
    article, passages = split(text)
    check_offsets(article, passages)
    assert all(count(f"Harbour\n{passage.text}") <= 40 for passage in passages)
    assert all(re.fullmatch(r"(ship\d+|and)( (ship\d+|and))*", passage.text) for passage in passages)


@pytest.mark.parametrize(
    "text",
    [
        "市議会は新しい橋の計画を承認した。費用は三億円に上る見通しだ。" * 40,
        "وافق المجلس على خطة الميناء الجديدة. بلغت التكلفة ثلاثة ملايين. " * 40,
        "สภาเมืองอนุมัติแผนท่าเรือใหม่แล้วเมื่อวานนี้" * 60,
        "x" * 9000,
        "🚢" * 500,
        (SENTENCE + " ") * 60,
    ],
)
def test_window_holds_in_every_script(text: str) -> None:
    article = make_article(text, title="橋")
    passages = list(split_article(article, count_characters, IngestSettings(window=120)))
    check_offsets(article, passages)
    assert all(count_characters(f"{article.title}\n{passage.text}") <= 120 for passage in passages)


def test_word_that_the_tokenizer_does_not_know_counts_by_its_length() -> None:
    article = make_article("A" * 50_000, title="")
    passages = split_article(article, lambda text: len(text.split()), IngestSettings(window=32))
    assert max(len(passage.text) for passage in passages) <= 32 * 12


def test_endless_title_leaves_room_for_the_text() -> None:
    title = "Harbour plan approved again " * 50
    article, passages = split(" ".join([SENTENCE] * 30), title=title)
    carried = carried_title(title, count, 40)
    assert title.startswith(carried)
    assert count(carried) <= 13
    assert all(count(f"{carried}\n{passage.text}") <= 40 for passage in passages)
    check_offsets(article, passages)


def test_counts_that_do_not_add_up_still_keep_the_window() -> None:
    def superadditive(text: str) -> int:
        return count(text) + text.count(". ") * 3

    article = make_article(" ".join([SENTENCE] * 30), title="")
    passages = split_article(article, superadditive, SETTINGS)
    assert all(superadditive(f"\n{passage.text}") <= 40 for passage in passages)
