"""A whole answer that says nothing is silence; one that mentions what is not known is an answer."""

from __future__ import annotations

import pytest

from eval.silence import says_nothing


@pytest.mark.parametrize(
    "text",
    [
        "I do not know.",
        "I don't know",
        "I don’t know what the ferry will cost [1].",
        "“I do not know.”",
        "Sorry, but I cannot answer.",
        "Based on the provided sources, I do not know.",
        "Empty Response",
        "Not mentioned.",
        "The price of the ferry is not mentioned in the sources.",
        "The sources do not say what it costs [2].",
        "There is no information about the ferry in the provided sources.",
        "No information is available.",
        "I don't know. The articles don't mention it.",
    ],
)
def test_the_whole_answer_says_that_nothing_is_known(text):
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "41 million crowns",
        "I do not know. Perhaps 41 million.",
        "I do not know, but perhaps 41 million crowns.",
        "No information was released by the police.",
        "The cause was not mentioned by the mayor.",
        "The mayor said “I don’t know” when asked.",
        "There is no information on survivors; the ferry sank.",
        "It was not mentioned until May, when Ada spoke.",
        "The sources do not say more, only that it sank.",
        "Available.",
    ],
)
def test_an_answer_that_mentions_what_is_not_known_is_an_answer(text):
    assert not says_nothing(text)
