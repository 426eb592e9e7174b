"""The reader ranks spans of the evidence; what the question itself names is no answer to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fakes import FakeEmbedder, make_article

from qa.answer.asking import is_time, read_question
from qa.answer.candidates import find_candidates, is_year
from qa.answer.fit import misfits
from qa.answer.reader import Reader, Reading
from qa.types import Article, Evidence


def _evidence(*articles: Article) -> list[Evidence]:
    return [Evidence(each, "p", 0, len(each.text), each.text, 1.0) for each in articles]


def _read(question: str, *articles: Article) -> tuple[Reading, ...]:
    embedder = FakeEmbedder()
    return Reader(embedder).read(read_question(question), embedder.embed_query(question), _evidence(*articles))


def _named(question: str, text: str) -> dict[str, dict[str, float]]:
    embedder = FakeEmbedder()
    evidence = _evidence(make_article(text))
    pool, signals = Reader(embedder).signals(read_question(question), embedder.embed_query(question), evidence)
    return {each.texts.most_common(1)[0][0]: signal for each, signal in zip(pool, signals, strict=True)}


def test_what_the_question_owns_counts_as_asked() -> None:
    text = "The UK bees are in danger from Asian hornets, the UK report says."
    named = _named("The UK’s bees are in danger from which invasive species?", text)
    assert named["UK"]["all_asked"] == 1
    assert named["Asian"]["all_asked"] == 0


def test_every_reading_stands_in_the_sentence_it_names() -> None:
    text = "Mayor Ana Ruiz opened the Leeds library on 3 May with 240 guests."
    readings = _read("Who opened the library?", make_article(text))
    assert readings
    assert all(each.text in each.sentences[0].text for each in readings)
    assert abs(sum(each.probability for each in readings)) <= 1 + 1e-6


def test_no_evidence_gives_no_reading() -> None:
    assert _read("Who opened the library?") == ()


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("How much did the ferry cost?", "money"),
        ("What did the club pay for the striker?", "money"),
        ("How much is the painting worth?", "money"),
        ("What is the new fare?", "money"),
        ("What was the turnout?", "share"),
        ("What percentage of homes are empty?", "share"),
        ("How much water did the reservoir hold?", ""),
        ("How many people paid the fee?", ""),
        ("Who paid for the bridge?", ""),
        ("How large is the fine?", "money"),
        ("How large is the lake?", ""),
        ("For how long was the gate open?", "duration"),
        ("How deep does the wreck lie?", "length"),
        ("How strong were the gusts?", "speed"),
    ],
)
def test_a_question_tells_what_its_number_is_counted_in(question: str, measure: str) -> None:
    assert read_question(question).measure == measure


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("How much did the ferry cost?", "The ferry with 240 seats cost 3.4 million crowns.", "3.4 million crowns"),
        ("How many nurses struck?", "The strike put off 212 operations; 1,150 nurses were absent.", "1,150 nurses"),
        ("How many people watched it?", "In its 12 bays a crowd of 9,400 sat among 300 goats.", "9,400"),
        ("What was the turnout?", "The 14 wards had a turnout of 61 per cent.", "61 per cent"),
        ("How many seats has the ferry?", "The $3 million ferry has 240 seats.", "240"),
        ("How deep does the wreck lie?", "The wreck, found by 14 divers, lies 48 metres down.", "48 metres"),
        ("For how long did it run?", "It ran for six hours and twenty minutes with 3 crews.", "six hours and twenty"),
        (
            "How strong were the gusts?",
            "In 2 towns gusts of 163 kilometres an hour were measured.",
            "163 kilometres an hour",
        ),
    ],
)
def test_a_number_is_read_in_the_measure_asked_for(question: str, text: str, answer: str) -> None:
    assert _read(question, make_article(text))[0].text.startswith(answer)


def test_a_year_is_read_where_a_year_is_asked_for() -> None:
    text = "On 3 May the council said that the lighthouse was lit in 1887."
    assert "1887" in _read("In which year was the lighthouse lit?", make_article(text))[0].text


@pytest.mark.parametrize(
    ("sentence", "year"),
    [
        ("They have been counted since 1972.", True),
        ("It was founded in 1972 by Ada Lind.", True),
        ("The toll rose from 1972 to 1988 pairs.", False),
        ("They counted terns, 1972 of them.", False),
        ("The fund grew by 1972 crowns.", False),
    ],
)
def test_a_number_is_a_year_where_one_stands(sentence: str, year: bool) -> None:
    found = next(each for each in find_candidates(sentence) if each.text == "1972")
    assert is_year(sentence, found) is year


def test_a_year_is_never_said_for_a_count() -> None:
    named = _named("How many terns are there at Hesk Point?", "The terns at Hesk Point were first counted in 1972.")
    assert misfits(named["1972"])


@pytest.mark.parametrize(
    ("text", "timely"), [("12 May", True), ("last week", True), ("2024", True), ("212", False), ("41", False)]
)
def test_a_date_is_told_from_a_number(text: str, timely: bool) -> None:
    assert is_time(text) is timely


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("It took three and a half hours.", "three and a half"),
        ("Some forty per cent left.", "forty per cent"),
        ("She won in 2:41:07 on Sunday.", "2:41:07"),
        ("The cable failed at 4.18 a.m., it said.", "4.18 a.m."),
        ("Gusts of 163 kilometres an hour were measured.", "163 kilometres an hour"),
    ],
)
def test_a_number_is_read_whole(text: str, number: str) -> None:
    assert number in {each.text for each in find_candidates(text)}


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("It calls back 86,000 baby monitors.", "86,000 baby monitors"),
        ("Some 35,000 Glasswing customers lost calls.", "35,000 Glasswing customers"),
        ("It sold seven Ming dynasty vases.", "seven Ming dynasty vases"),
        ("Police found 46 stolen watches.", "46 stolen watches"),
        ("The $3 million fund pays for it.", "$3 million fund"),
        ("They took 26 children behind encyclopedias.", "26 children"),
        ("About 300 people live on islands.", "300 people"),
        ("It is 4 metres at springs.", "4 metres"),
        ("Police made six arrests as thousands marched.", "six arrests"),
    ],
)
def test_a_count_is_read_with_what_is_counted(text: str, measure: str) -> None:
    assert [each.text for each in find_candidates(text) if each.kind == "measure"] == [measure]


def test_a_comma_behind_a_number_is_not_of_it() -> None:
    found = {each.text for each in find_candidates("The keeper, 31, took one off the line.")}
    assert "31" in found
    assert not any(text.startswith("31,") for text in found)


def test_no_name_reaches_over_to_a_weekday() -> None:
    found = {each.text for each in find_candidates("She was elected mayor of Caddermouth on Sunday.")}
    assert "Caddermouth" in found
    assert "Caddermouth on Sunday" not in found


@pytest.mark.parametrize("question", ["Who is mayor?", "What is the newest estimate?", "How many are running now?"])
def test_how_things_stand_now_is_asked_for(question: str) -> None:
    assert read_question(question).lately
    assert not read_question("Who was mayor in 2019?").lately


def test_the_newest_article_answers_who_holds_an_office() -> None:
    old = make_article("Perrin Stallworthy is mayor of Caddermouth.", published=datetime(2024, 1, 5, tzinfo=UTC))
    new = make_article("Nadira Coombelow is mayor of Caddermouth.", published=datetime(2025, 6, 5, tzinfo=UTC))
    assert _read("Who is mayor of Caddermouth?", old, new)[0].text == "Nadira Coombelow"


@pytest.mark.parametrize(
    ("question", "text", "echo", "answer"),
    [
        (
            "Which fruit has the most pesticides?",
            "Of all fruits, Strawberries have the most.",
            "fruits",
            "Strawberries",
        ),
        ("Which city is sinking?", "Of the cities, Carrowmere is sinking fastest.", "cities", "Carrowmere"),
        ("From whom did the US buy it?", "The United States bought it from Ana Ruiz.", "United States", "Ana Ruiz"),
    ],
)
def test_what_is_asked_about_is_no_answer_in_another_form(question: str, text: str, echo: str, answer: str) -> None:
    named = _named(question, text)
    assert named[echo]["all_asked"] == 1
    assert named[answer]["all_asked"] == 0


@pytest.mark.parametrize(
    ("question", "text", "wrong", "signal"),
    [
        ("How many terms did she serve?", "In her 2nd term she had served 6 terms.", "2nd", "ordinal"),
        ("How many ships sank?", "The first ship of 12 ships sank.", "first", "ordinal"),
        ("When was it built?", "It was built within a year, in May.", "year", "says_nothing"),
        ("Who was vice president?", "In France the vice president was Ana Ruiz.", "France", "person:country"),
    ],
)
def test_what_cannot_be_the_answer_is_known(question: str, text: str, wrong: str, signal: str) -> None:
    named = _named(question, text)
    assert named[wrong][signal] == 1
    assert all(each.startswith(wrong) for each, signals in named.items() if signals.get(signal))
