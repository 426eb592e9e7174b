"""What stands around a span tells a person from a place, and what a question asks for decides which of them fits."""

from __future__ import annotations

import pytest

from qa.answer.asking import read_question
from qa.answer.cues import Cue, cues_of, names_a_thing, tells_a_cause
from qa.answer.fit import fit_signals, misfits


@pytest.mark.parametrize(
    ("sentence", "name", "cues"),
    [
        ("The coach Dag Rennick was dismissed.", "Dag Rennick", {"person"}),
        ("Ms. Coombelow won.", "Coombelow", {"person"}),
        ("Lorcan Quennell, 33, won.", "Lorcan Quennell", {"person"}),
        ("Rosenwyn Hale, who is a nurse, spoke.", "Rosenwyn Hale", {"person"}),
        ("They met near Port Quillan.", "Port Quillan", {"place"}),
        ("A dog in the Ellet Strait barked.", "Ellet Strait", {"place"}),
        ("The film is called “High Water”.", "High Water", {"called"}),
        ("The chain known as Kettle Row closed.", "Kettle Row", {"called"}),
        ("Glasswing paid for Hesk Point.", "Hesk Point", set()),
    ],
)
def test_what_stands_around_a_span_tells_what_it_names(sentence: str, name: str, cues: set[Cue]) -> None:
    start = sentence.index(name)
    assert cues_of(sentence, start, start + len(name)) == cues


@pytest.mark.parametrize(
    ("name", "thing"),
    [("Caddermouth Athletic", True), ("Pilchard Street", True), ("Ana Ruiz", False), ("Street", True), ("", False)],
)
def test_a_names_last_word_can_tell_that_it_is_no_person(name: str, thing: bool) -> None:
    assert names_a_thing(name) is thing


def test_only_what_is_asked_for_is_judged() -> None:
    who = fit_signals(read_question("Who won the race?"), "Port Quillan", {"name"}, {"place": 1.0})
    where = fit_signals(read_question("Where was the race?"), "Port Quillan", {"name"}, {"place": 1.0})
    assert who["person:cue_place"] == where["place:cue_place"] == 1.0
    assert "person:head" in who
    assert "person:head" not in where


@pytest.mark.parametrize(
    ("question", "text", "signal"),
    [
        ("How much damage did it do?", "four", "bare_amount"),
        ("How far is it?", "two days", "measure_missing"),
        ("How many came?", "40 per cent", "share_not_asked"),
        ("Which shipyard built it?", "41 million", "named:numeric"),
    ],
)
def test_what_does_not_fit_is_marked(question: str, text: str, signal: str) -> None:
    assert fit_signals(read_question(question), text, {"number"}, {})[signal] == 1.0


def test_who_was_beaten_is_known_unless_that_is_asked_for() -> None:
    sentence = "Nadira Coombelow was elected mayor on Sunday, defeating Perrin Stallworthy."
    start = sentence.index("Perrin")
    assert cues_of(sentence, start, start + len("Perrin Stallworthy")) == {"beaten"}
    won = fit_signals(read_question("Who won?"), "Perrin Stallworthy", {"name"}, {"beaten": 1.0})
    lost = fit_signals(
        read_question("Whom did Nadira Coombelow defeat?"), "Perrin Stallworthy", {"name"}, {"beaten": 1.0}
    )
    assert won["person:cue_beaten"] == 1.0
    assert "person:cue_beaten" not in lost


def test_a_year_is_never_said_for_a_count() -> None:
    asking = read_question("How many pairs nested?")
    assert misfits(fit_signals(asking, "1972", {"number", "year"}, {}))
    assert not misfits(fit_signals(asking, "1,088 pairs", {"measure"}, {}))


def test_a_span_of_time_is_never_said_for_a_year() -> None:
    asking = read_question("In which year did the engineers say the tunnel would open?")
    assert misfits(fit_signals(asking, "nine years", {"measure"}, {}))
    assert not misfits(fit_signals(asking, "2031", {"number", "year"}, {}))
    assert not misfits(fit_signals(asking, "2200 BCE", {"number"}, {}))


@pytest.mark.parametrize(
    ("sentence", "tells"),
    [
        ("It was shut because of the cracks.", True),
        ("It was postponed after engineers found cracks in the bearings.", True),
        ("They cut the number of turbines in order to protect a seal colony.", True),
        ("It stays open, as it is needed.", True),
        ("It was shut on Monday.", False),
        ("It rained the day after.", False),
    ],
)
def test_a_sentence_that_says_why_is_known(sentence: str, tells: bool) -> None:
    assert tells_a_cause(sentence) == tells


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("Linen cupboard", False),
        ("the ward", False),
        ("Starship", True),
        ("Ward 9", True),
        ("St Averil's", True),
        ("\u00d8sterbro", True),
        ("\u5317\u4eac", True),
        ("ward b2", True),
    ],
)
def test_a_name_that_is_asked_for_is_written_as_one(answer: str, fits: bool) -> None:
    named = read_question("What is the name of the place where it broke out?")
    assert misfits(fit_signals(named, answer, {"name"}, {})) != fits
    assert not misfits(fit_signals(read_question("Where did it break out?"), answer, {"name"}, {}))


def test_a_name_in_quotes_may_be_written_small() -> None:
    named = read_question("What is the name of the exhibition?")
    assert not misfits(fit_signals(named, "small things", {"quoted"}, {}))
