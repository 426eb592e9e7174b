"""Which prompts may go on from the one that was read before."""

from __future__ import annotations

from qa.models.reuse import PromptReuse

SYSTEM = ("system", "Answer from the evidence.")
BRIDGE = [SYSTEM, ("user", "bridge " * 100)]
FERRY = [SYSTEM, ("user", "ferry " * 120)]
SHORT = [SYSTEM, ("user", "Who closed the bridge?")]


def allowed(*prompts: list[tuple[str, str]]) -> list[bool]:
    reuse = PromptReuse()
    return [reuse.allowed(prompt) for prompt in prompts]


def test_long_prompt_goes_on_from_another_long_one() -> None:
    assert allowed(BRIDGE, FERRY, BRIDGE) == [False, True, True]


def test_prompt_asked_again_is_read_afresh() -> None:
    assert allowed(FERRY, BRIDGE, BRIDGE) == [False, True, False]


def test_prompt_that_only_ends_differently_is_read_afresh() -> None:
    when = [SYSTEM, ("user", "bridge " * 100 + "When?")]
    assert allowed(BRIDGE, when, [*when, ("assistant", "In June.")]) == [False, False, False]


def test_short_prompt_neither_reuses_nor_is_reused() -> None:
    assert allowed(BRIDGE, SHORT, FERRY, BRIDGE) == [False, False, False, True]


def test_prompt_of_more_than_one_batch_is_read_afresh() -> None:
    assert allowed(BRIDGE, [SYSTEM, ("user", "ferry " * 2000)]) == [False, False]
