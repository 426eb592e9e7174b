"""What a model writes, made to be slow to read: the work grows with it by no more than a small power.

The longest that an endpoint is let write is 8 characters for each token asked for (`qa.models.llm`). Processor time is
compared between a text and one twice as long; a pattern that blows up fails at once, or by its timeout.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from answer_world import NOW, Says, ScriptedModel, assert_well_formed, opened_world
from fakes import FakeEmbedder, make_article

from qa.answer.cite import drafts, marked, struck
from qa.answer.verify import Verifier
from qa.types import Evidence, Question

UNITS = [
    "[1", "[1,", "[", "]", "【1", "[1] ", "1", "1,", "1.", "1/2 ", "$1", '"', "“", "”", "'", "’s ", "(", "-", " ", "\n",
    "A. ", "Aa ", "in 2024 ", "12 May ", "not ", "\u0301",
]  # fmt: skip
SOME = 440
FLOOR = 0.02
"""Seconds below which a clock says nothing."""
BRIDGE = make_article(
    "The Tallow Bridge reopened on Monday. Repairs took 11 months and cost $4.2 million.", id="bridge"
)
EVIDENCE = [
    Evidence(BRIDGE, "bridge.1.0", start, end, BRIDGE.text[start:end], 1.0) for start, end in ((0, 37), (38, 82))
]

pytestmark = pytest.mark.timeout(60)


def times_longer(work: Callable[[str], object], unit: str) -> float:
    """Give how many times longer a text of twice the length takes."""
    once, twice = (spent(work, unit * (length // len(unit))) for length in (SOME, 2 * SOME))
    return twice / max(once, FLOOR)


def spent(work: Callable[[str], object], text: str) -> float:
    def one() -> float:
        begun = time.process_time()
        work(text)
        return time.process_time() - begun

    return min(one() for _ in range(2))


@pytest.mark.parametrize("unit", UNITS)
def test_cutting_what_comes_letter_by_letter(unit: str) -> None:
    assert times_longer(lambda text: list(drafts(iter(text))), unit) < 12


@pytest.mark.parametrize("unit", UNITS)
def test_checking_and_marking_a_sentence(unit: str) -> None:
    verifier = Verifier(FakeEmbedder())

    def check(text: str) -> None:
        verifier.verify(text, EVIDENCE, "What reopened on Monday?")
        marked(text, (1, 2))
        struck(text, text)

    assert times_longer(check, unit) < 6


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def repeating(unit: str) -> Says:
    return lambda messages: [unit] * (2 * SOME)


def test_whole_answers_end_and_quote_only_what_is_there(home: Path) -> None:
    with opened_world(home, FakeEmbedder(), [BRIDGE]) as world:
        for unit in UNITS:
            model = ScriptedModel(repeating(unit))
            answer = world.engine(model).ask(Question("What reopened on Monday?", as_of=NOW))
            assert_well_formed(answer, world)
            assert model.closed
            assert all(claim.text in BRIDGE.text for claim in answer.claims if claim.supported)


def test_a_number_of_more_digits_than_a_float_holds_is_no_other_number() -> None:
    endless = "Repairs took " + "1" * 880 + " months."
    assert not Verifier(FakeEmbedder()).verify(endless, EVIDENCE).supported
    assert not Verifier(FakeEmbedder()).verify(f"Repairs took about {'1' * 880} months.", EVIDENCE).supported
