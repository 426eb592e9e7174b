"""Who did what was asked, and to whom it was done, told from where the question's verb stands."""

from __future__ import annotations

import pytest

from qa.answer.asking import read_question
from qa.answer.roles import Roles

TRAMS = "Halden Rail will lay the track, and the trams are to be supplied by Škovran of Brno."
CAP = "The captain, Andrej Lovelace, was sent off in the 71st minute."
FILM = "Salt Hours, directed by Aiyana Kowalczyk, took the Silver Tern on Sunday."


@pytest.mark.parametrize(
    ("question", "sentence", "span", "role"),
    [
        ("Who is supplying the trams?", TRAMS, "Škovran", "fits"),
        ("Who is supplying the trams?", TRAMS, "Halden Rail", None),
        ("Who supplied the trams?", "Škovran has supplied Halden Rail.", "Škovran", "fits"),
        ("Who supplied the trams?", "Škovran has supplied Halden Rail.", "Halden Rail", "clashes"),
        ("Which player was sent off?", CAP, "Andrej Lovelace", "fits"),
        ("Who sent the captain off?", CAP, "Andrej Lovelace", "clashes"),
        ("Which film took the prize?", FILM, "Salt Hours", "fits"),
        ("Which film took the prize?", FILM, "Silver Tern", "clashes"),
        ("Who beat the champion?", "Rop beat Tui by a second.", "Rop", "fits"),
        ("Who beat the champion?", "Rop beat Tui by a second.", "Tui", "clashes"),
        ("Who won the race?", "The race was won by the veteran Edda Rop.", "Edda Rop", "fits"),
        ("Who won the race?", "Rop smiled. Nobody had won.", "Rop", None),
        ("Which film came top?", "Nine Winters won the Golden Heron.", "Nine Winters", "fits"),
        ("Which film came top?", "Nine Winters won the Golden Heron.", "Golden Heron", "clashes"),
        ("Who is mayor?", "Rop was elected mayor.", "Rop", None),
        ("Whom did Rop beat?", "Rop beat Tui by a second.", "Tui", None),
        ("How many did Rop beat?", "Rop beat Tui by a second.", "Rop", None),
    ],
)
def test_a_span_is_in_the_role_asked_for_or_in_the_other(
    question: str, sentence: str, span: str, role: str | None
) -> None:
    start = sentence.index(span)
    assert Roles(read_question(question)).of(sentence, start, start + len(span)) == role
