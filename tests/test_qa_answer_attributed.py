"""A claim may name the outlet that it is taken from, and no other."""

from __future__ import annotations

import pytest
from fakes import make_evidence

from qa.answer.attributed import unattributed
from qa.answer.verify import Verifier
from qa.models.encoders import Embedder

TOLL = "The number of people killed by Storm Ottoline rose to four on Tuesday."
COURIER = make_evidence(TOLL, publisher="The Caddermouth Courier")
OTHER = make_evidence("The harbour was closed.", publisher="Radio Pellandry")


@pytest.mark.parametrize(
    ("claim", "bare", "held"),
    [
        ("The toll is four, according to the Caddermouth Courier.", "The toll is four.", [COURIER]),
        ("The toll, according to The Caddermouth Courier, is four.", "The toll is four.", [COURIER]),
        ("The toll is four, according to the article.", "The toll is four.", [COURIER, OTHER]),
        ("The toll is four, according to the mayor.", None, [COURIER, OTHER]),
        ("The toll is four, according to the Daily Gull.", None, [COURIER, OTHER]),
        ("The toll is four.", None, [COURIER, OTHER]),
    ],
)
def test_an_outlet_is_left_out_and_its_articles_are_what_counts(claim: str, bare: str | None, held: list) -> None:  # type: ignore[type-arg]
    assert unattributed(claim, [COURIER, OTHER]) == (bare or claim, held)


def test_what_an_outlet_did_not_print_is_not_attributed_to_it(real_embedder: Embedder) -> None:
    verifier = Verifier(real_embedder)
    claim = "The number of people killed by Storm Ottoline rose to four on Tuesday, according to {}."
    assert verifier.verify(claim.format("the Caddermouth Courier"), [COURIER, OTHER]).supported
    assert verifier.verify(claim.format("the article"), [COURIER, OTHER]).supported
    assert not verifier.verify(claim.format("Radio Pellandry"), [COURIER, OTHER]).supported
    assert not verifier.verify(claim.format("the Daily Gull"), [COURIER, OTHER]).supported
