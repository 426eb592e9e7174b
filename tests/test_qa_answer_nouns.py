"""Which nouns name people, and which only sound like it."""

from __future__ import annotations

import pytest

from qa.answer.asking import read_question
from qa.answer.nouns import names_persons


@pytest.mark.parametrize("noun", ["poet", "babies", "novelist", "schoolteacher", "banker", "chancellors"])
def test_people(noun: str) -> None:
    assert names_persons([noun])


@pytest.mark.parametrize("noun", ["talisman", "human", "list", "carrier", "river"])
def test_things_that_sound_like_people(noun: str) -> None:
    assert not names_persons([noun])


@pytest.mark.parametrize(
    ("question", "kind"),
    [("Which figure from the back room runs the club?", "person"), ("What figure did the bank give?", "number")],
)
def test_a_figure_is_somebody_where_it_is_asked_which(question: str, kind: str) -> None:
    assert read_question(question).type == kind
