"""The reader ranks spans of the evidence; what the question itself names is no answer to it."""

from __future__ import annotations

from fakes import FakeEmbedder, make_article

from qa.answer.asking import read_question
from qa.answer.reader import Reader
from qa.types import Evidence


def test_what_the_question_owns_counts_as_asked() -> None:
    text = "The UK bees are in danger from Asian hornets, the UK report says."
    evidence = [Evidence(make_article(text), "p", 0, len(text), text, 1.0)]
    asking = read_question("The UK’s bees are in danger from which invasive species?")
    embedder = FakeEmbedder()
    reader = Reader(embedder)
    pool, signals = reader.signals(asking, embedder.embed_query(asking.word), evidence)
    named = {each.texts.most_common(1)[0][0]: signal for each, signal in zip(pool, signals, strict=True)}
    assert named["UK"]["all_asked"] == 1
    assert named["Asian"]["all_asked"] == 0


def test_every_reading_stands_in_the_sentence_it_names() -> None:
    text = "Mayor Ana Ruiz opened the Leeds library on 3 May with 240 guests."
    evidence = [Evidence(make_article(text), "p", 0, len(text), text, 1.0)]
    asking = read_question("Who opened the library?")
    embedder = FakeEmbedder()
    readings = Reader(embedder).read(asking, embedder.embed_query("Who opened the library?"), evidence)
    assert readings
    assert all(each.text in each.sentences[0].text for each in readings)
    assert abs(sum(each.probability for each in readings)) <= 1 + 1e-6


def test_no_evidence_gives_no_reading() -> None:
    embedder = FakeEmbedder()
    asking = read_question("Who opened the library?")
    assert Reader(embedder).read(asking, embedder.embed_query("x"), []) == ()
