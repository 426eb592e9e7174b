"""Scripts without spaces or from right to left: cut where the real embedder still sees every piece of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes import make_article

from ingest.pipeline import _SPECIAL
from ingest.split import carried_title, split_article
from qa.models.encoders import Embedder
from qa.settings import IngestSettings
from qa.types import Article, Passage

JAPANESE = make_article(
    "港町エレリーの市議会は月曜日、一月十二日の嵐で壊れた古い防波堤に代わる新しい防波堤の建設を賛成九、反対四で決めた。"
    "費用は三百二十万クローナで、工事は二〇二六年の冬までに終わる見込みだと、アナ・ブラント市長は採決の後に述べた。"
    "野党は計画を性急だと呼び、海底の地盤が重い壁には軟らかすぎると三月に警告した大学の報告書を引いて、二度目の意見を求めている。"
    "漁師たちは工事の間、船を北の入り江に移さなければならず、組合は一隻につき一日四十クローナの補償を求めた。" * 4,
    title="港町エレリー、新しい防波堤の建設を決定",
    language="ja",
)
ARABIC = make_article(
    "صوّت مجلس مدينة بورت إليري يوم الاثنين على بناء جدار جديد للميناء بعد أن دمّرت العاصفة الجدار القديم. "
    "وسيكلّف الجدار ثلاثة ملايين كرونة، ومن المقرّر أن يكتمل قبل شتاء عام ٢٠٢٦، كما قالت رئيسة البلدية آنا برانت. "
    "وأيّد القرار تسعة أعضاء وعارضه أربعة، ووصفت المعارضة الخطة بأنها متسرّعة، وطالبت برأي ثانٍ من الجامعة. "
    "وسيضطرّ الصيادون إلى نقل قواربهم إلى الخليج الشمالي، وطلبت نقابتهم تعويضًا قدره أربعون كرونة عن كل قارب في اليوم. "
    * 4,
    title="مجلس بورت إليري يقرّ بناء جدار جديد للميناء",
    language="ar",
)
UNBROKEN = make_article("海" * 3000, title="海")


def cut(article: Article, embedder: Embedder) -> tuple[Sequence[Passage], str, int]:
    window = min(IngestSettings().window, embedder.window - _SPECIAL)
    settings = IngestSettings(window=window)
    passages = split_article(article, embedder.count, settings)
    return passages, carried_title(article.title, embedder.count, window), window


@pytest.mark.parametrize("article", [JAPANESE, ARABIC, UNBROKEN], ids=["Japanese", "Arabic", "no break at all"])
def test_no_passage_with_its_title_is_more_than_the_embedder_sees(article: Article, real_embedder: Embedder) -> None:
    passages, title, window = cut(article, real_embedder)
    sizes = [real_embedder.count(f"{title}\n{passage.text}") for passage in passages]
    assert len(passages) > 2
    assert max(sizes) <= window < real_embedder.window
    assert min(sizes[:-1]) > window / 4  # what is cut too fine is found badly


@pytest.mark.parametrize("article", [JAPANESE, ARABIC, UNBROKEN], ids=["Japanese", "Arabic", "no break at all"])
def test_every_character_is_in_a_passage_at_its_place(article: Article, real_embedder: Embedder) -> None:
    passages, _, _ = cut(article, real_embedder)
    covered = set()
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        covered.update(range(passage.start, passage.end))
    assert [char for at, char in enumerate(article.text) if at not in covered and not char.isspace()] == []


@pytest.mark.parametrize("article", [JAPANESE, ARABIC], ids=["Japanese", "Arabic"])
def test_last_sentence_of_a_passage_counts_for_its_vector(article: Article, real_embedder: Embedder) -> None:
    passages, title, _ = cut(article, real_embedder)
    whole = max(passages, key=lambda passage: real_embedder.count(passage.text))
    start, _ = whole.sentences[-1]
    without = whole.text[: start - whole.start].rstrip()
    shorter = replace(whole, text=without, end=whole.start + len(without), sentences=whole.sentences[:-1])
    first, second = real_embedder.embed_passages([title, title], [whole, shorter])
    assert float(first.passage @ second.passage) < 0.999
