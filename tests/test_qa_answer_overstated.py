"""Claims that are nearly their quote: one word exchanged, "all" for some, the whole for its part, a half left out."""

from __future__ import annotations

import pytest

from qa.answer.numbers import quantities, whole_for_part
from qa.answer.turns import exchanged_name, exchanged_word, opposite_word, overstated_word


@pytest.mark.parametrize(
    ("claim", "quote", "pair"),
    [
        (
            "Some 23,000 households were without water.",
            "Some 23,000 households were without power.",
            ("water", "power"),
        ),
        ("The government hired 120 extra nurses.", "The government promised 120 extra nurses.", ("hired", "promised")),
        ("The bridge opens on 3 May.", "The old bridge over the Orle opens again on 3 May.", None),
        ("The bridge opened on 3 May.", "The bridge opens on 3 May.", None),
        ("The mayor said the bridge was shut for repairs.", "Repairs have begun, said officials of the town.", None),
        ("Bears win.", "Lions win.", None),
    ],
)
def test_a_word_in_the_place_of_another(claim: str, quote: str, pair: tuple[str, str] | None) -> None:
    assert exchanged_word(claim, quote) == pair


@pytest.mark.parametrize(
    ("claim", "quote", "pair"),
    [
        ("The men's race went to Vance.", "The women's race went to Vance.", ("men", "women")),
        (
            "The fare is 38 crowns, four fewer than before.",
            "It is 38 crowns, an increase of four.",
            ("fewer", "increase"),
        ),
        ("Odo Brask was named best actress.", "Odo Brask was named best actor.", ("actress", "actor")),
        ("A man was saved.", "A man and a woman were saved.", None),
        ("Prices rose.", "Prices rose as demand fell.", None),
    ],
)
def test_the_opposite_in_the_place_of_a_word(claim: str, quote: str, pair: tuple[str, str] | None) -> None:
    assert opposite_word(claim, [quote]) == pair


@pytest.mark.parametrize(
    ("claim", "quote", "pair"),
    [
        (
            "Deverel Quist, leader of the Greens, becomes minister for the environment.",
            "Ruvel Oskarne, leader of the Greens, becomes minister for the environment.",
            ("Deverel Quist", "Ruvel Oskarne"),
        ),
        (
            "The mayor said the bridge at Ostlebury is shut.",
            "The mayor said the bridge at Hesk is shut.",
            ("Ostlebury", "Hesk"),
        ),
        ("Ms Quist said the bridge is shut.", "Deverel Quist said the bridge is shut.", None),
        ("Deverel Quist said the bridge is shut.", "She said the bridge is shut.", None),
        ("Deverel Quist praised Ruvel Oskarne.", "Bears win.", None),
    ],
)
def test_a_name_in_the_place_of_another(claim: str, quote: str, pair: tuple[str, str] | None) -> None:
    assert exchanged_name(claim, [quote]) == pair


@pytest.mark.parametrize(
    ("claim", "quote", "word"),
    [
        ("All the stalls were destroyed.", "17 stalls were destroyed.", "all"),
        ("Every stall was destroyed.", "All of the stalls were destroyed.", None),
        ("The stalls were destroyed.", "17 stalls were destroyed.", None),
    ],
)
def test_all_that_no_quote_says(claim: str, quote: str, word: str | None) -> None:
    assert overstated_word(claim, [quote]) == word


@pytest.mark.parametrize(
    ("claim", "quote", "refused"),
    [
        ("It commands 61 seats.", "It commands 37 of the 61 seats.", True),
        ("It commands 37 of 61 seats.", "It commands 37 of the 61 seats.", False),
        ("It commands 37 seats.", "It commands 37 of the 61 seats.", False),
        ("The chamber has 61 seats.", "It commands 37 of the 61 seats in the chamber of 61.", False),
    ],
)
def test_the_whole_is_no_count_of_its_part(claim: str, quote: str, refused: bool) -> None:
    assert (whole_for_part(quantities(claim), [quote]) is not None) is refused


def test_a_half_belongs_to_its_number() -> None:
    assert [number.value for number in quantities("She scored eight and a half points, he nine.")] == [8.5, 9]
