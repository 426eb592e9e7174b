"""The naive starter answers through the same interface, with its chunks as its citations."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from fakes import FakeEmbedder
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

from eval.peer import StarterSystem
from eval.scoring import read_answer
from eval.systems import check_verbatim
from qa.errors import ModelFailedError
from qa.types import Article, Question

ARTICLES = (
    Article(text="The ferry will cost 41 million crowns. It sails in May.", title="Ferry", url="https://a.example/f"),
    Article(text="Rain is expected on the islands all week.", title="Rain", url="https://a.example/r"),
)
ASKED = Question("What will the ferry cost?", datetime(2025, 1, 1, tzinfo=UTC))


class Parrot(CustomLLM):
    """Says one thing whatever it is asked."""

    said: str

    @property
    def metadata(self):
        return LLMMetadata()

    def complete(self, prompt, formatted=False, **kwargs):
        if self.said == "fail":
            raise RuntimeError("out of words")
        return CompletionResponse(text=self.said)

    def stream_complete(self, prompt, formatted=False, **kwargs):
        yield self.complete(prompt)


def starter(said, articles=ARTICLES):
    model = SimpleNamespace(llm=Parrot(said=said), name="parrot")
    return StarterSystem(articles, FakeEmbedder(), model, clock=iter(range(9)).__next__)


def test_its_markers_become_citations_of_its_chunks():
    system = starter("It will cost 41 million crowns [1]. See also [9].")
    reply = system.ask(ASKED)
    seen = read_answer(reply.answer)
    assert seen.mode == "answer"
    assert len(seen.citations) == 1
    assert seen.sources[0].article_id == "https://a.example/f"
    assert seen.citations[0].quote.startswith("Ferry\n\nThe ferry will cost")
    assert seen.stages == {"total": 1.0}
    assert reply.candidate == "It will cost 41 million crowns . See also ."
    assert check_verbatim(system, seen.citations) == [True]


def test_a_chunk_from_the_middle_of_an_article_is_found_where_it_stands():
    long = Article(
        " ".join(f"Ferry number {n} sails on day {n}." for n in range(150)), "Ferries", url="https://a.example/l"
    )
    system = starter("Many [1][2][3].", (long,))
    citations = read_answer(system.ask(ASKED).answer).citations
    assert sorted(citation.start > 0 for citation in citations) == [False, True, True]
    assert check_verbatim(system, citations) == [True] * 3


def test_both_texts_of_a_corrected_article_are_kept():
    texts = ("The ferry will cost 14 million crowns.", "The ferry will cost 41 million crowns.")
    system = starter("Two prices [1][2].", [Article(text, "Ferry", url="https://a.example/f") for text in texts])
    citations = read_answer(system.ask(ASKED).answer).citations
    assert {citation.quote for citation in citations} == {f"Ferry\n\n{text}" for text in texts}
    assert {(citation.article_id, citation.version) for citation in citations} == {
        ("https://a.example/f", 1),
        ("https://a.example/f", 2),
    }
    assert check_verbatim(system, citations) == [True, True]


def test_saying_that_nothing_is_known_is_abstaining():
    assert starter("I don’t know.").ask(ASKED).answer["mode"] == "abstained"
    assert starter("No information was given by the line, but it costs 41.").ask(ASKED).answer["mode"] == "answer"


def test_its_failure_is_a_failed_question():
    with pytest.raises(ModelFailedError, match="out of words"):
        starter("fail").ask(ASKED)
