"""What goes wrong at the model: the answer is made of quotes and says why; what nobody waits for is stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from answer_world import NOW, ScriptedModel, World, assert_well_formed, opened_world
from fakes import make_article
from scripted_server import Reply, ScriptedServer, chat_reply, json_reply

from qa.models.encoders import Embedder
from qa.models.llm import make_language_model
from qa.models.shelf import Shelf
from qa.settings import LlmSettings
from qa.types import Answer, AnswerDone, ClaimReady, Question, SearchDone

CHAT = "/v1/chat/completions"
QUESTION = "How much did the repairs of the Marrow Weir cost?"
TRUTH = "The repairs of the Marrow Weir cost 4.2 million crowns, Mayor Ines Kettle said at the gates."
SAID = "The repairs of the Marrow Weir cost 4.2 million crowns [1]. "
LIE = "The repairs of the Marrow Weir cost 9 million crowns [1]. "
ARTICLES = [
    make_article(f"The Marrow Weir was reopened on Monday. {TRUTH}", id="weir", title="Marrow Weir reopens"),
    make_article(
        "A flock of geese delayed a flight to the islands for an hour. Nobody was hurt, the airport said.",
        id="geese",
        title="Geese delay flight",
        published=datetime(2025, 4, 1, tzinfo=UTC),
    ),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("faults"), real_embedder, ARTICLES) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as started:
        yield started


def ask(world: World, server: ScriptedServer, timeout: float = 30.0, **settings: object) -> Answer:
    llm = LlmSettings(model="far", base_url=f"{server.url}/v1", timeout=timeout)
    model = make_language_model(llm, Shelf(world.folder))
    try:
        return world.engine(model, **settings).ask(Question(QUESTION, as_of=NOW))
    finally:
        model.close()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(hang=True, content_type="text/event-stream", chunked=True), "did not answer in time"),
        (chat_reply(["The repairs"], finish=None, hang=True), "did not answer in time"),
        (json_reply({"error": {"message": "boom"}}, 500), "answered with the error 500"),
        (json_reply({"error": {"message": "no"}}, 401), "ONRECORD_LLM__API_KEY"),
        (chat_reply([]), "gave an empty answer"),
        (chat_reply(["  ", "\n"]), "gave an empty answer"),
        (chat_reply(["The repairs of the Marrow"], finish=None), "broke off"),
        (chat_reply(["The repairs ", "of the Marrow Weir cost "], cut=1), "broke off"),
        (Reply((b"data: {not json\n\n",), content_type="text/event-stream", chunked=True), "not an answer"),
        (Reply((b"<html>Bad gateway</html>",), content_type="text/html"), "The model far"),
        (Reply((b"\x00\xff\xfe",), content_type="application/octet-stream"), "The model far"),
    ],
)  # fmt: skip
def test_a_broken_endpoint_gives_quotes_and_says_why(
    world: World, server: ScriptedServer, reply: Reply, why: str
) -> None:
    server.on(CHAT, reply)
    answer = ask(world, server, timeout=0.5)
    assert_well_formed(answer, world)
    assert answer.mode == "quotes"
    assert answer.model is None
    assert TRUTH in answer.text
    assert why in answer.notes[0]
    assert answer.notes[0].startswith("The model could not answer, so this is made of quotes: ")


def test_an_endpoint_that_is_not_there_gives_quotes(world: World) -> None:
    with ScriptedServer() as gone:
        pass
    answer = ask(world, gone)
    assert answer.mode == "quotes"
    assert "cannot be reached" in answer.notes[0]


def test_what_was_checked_before_a_stream_broke_stays_and_the_rest_is_said_to_be_missing(
    world: World, server: ScriptedServer
) -> None:
    server.on(CHAT, chat_reply([SAID, "The mayor also"], finish=None))
    answer = ask(world, server)
    assert_well_formed(answer, world)
    assert [claim.text for claim in answer.claims] == ["The repairs of the Marrow Weir cost 4.2 million crowns."]
    assert answer.mode == "answer"
    assert answer.notes[0].startswith("The answer ends early")


def test_claims_that_no_article_makes_are_removed_with_the_reason_by_default(
    world: World, server: ScriptedServer
) -> None:
    server.on(CHAT, chat_reply([LIE, SAID]))
    answer = ask(world, server)
    assert_well_formed(answer, world)
    assert [(removed.text, removed.why) for removed in answer.removed_claims] == [
        ("The repairs of the Marrow Weir cost 9 million crowns.", "the number 9 million is in no quote")
    ]
    assert "9 million" not in answer.text


def test_claims_that_no_article_makes_are_shown_struck_out_where_that_is_set(
    world: World, server: ScriptedServer
) -> None:
    server.on(CHAT, chat_reply([LIE, SAID]))
    answer = ask(world, server, unsupported="strike")
    assert_well_formed(answer, world)
    assert [claim.supported for claim in answer.claims] == [False, True]
    assert answer.removed_claims == ()
    assert answer.text.startswith("~~The repairs of the Marrow Weir cost 9 million crowns.~~ (not in the articles: ")
    assert answer.mode == "answer"


def test_when_all_is_struck_out_the_quotes_follow(world: World, server: ScriptedServer) -> None:
    server.on(CHAT, chat_reply([LIE]))
    answer = ask(world, server, unsupported="strike")
    assert_well_formed(answer, world)
    assert answer.mode == "quotes"
    struck, quoted = answer.text.split("The articles say:")
    assert "9 million" in struck
    assert TRUTH in quoted
    assert "9 million" not in quoted


def test_markers_of_a_model_are_hints_and_readers_see_numbers_of_ours(world: World, server: ScriptedServer) -> None:
    server.on(CHAT, chat_reply(["The repairs of the Marrow Weir cost 4.2 million crowns 【", "7", "】[", "42]."]))
    answer = ask(world, server)
    assert_well_formed(answer, world)
    assert answer.text == "The repairs of the Marrow Weir cost 4.2 million crowns. [1]"


def test_a_citation_is_sent_before_or_with_the_marker_that_needs_it(world: World) -> None:
    sent: set[int] = set()
    for event in world.engine(said(SAID)).stream(Question(QUESTION, as_of=NOW)):
        if isinstance(event, ClaimReady):
            sent |= {citation.number for citation in event.citations}
            assert set(event.claim.citations) <= sent
    assert sent


def said(*pieces: str) -> ScriptedModel:
    return ScriptedModel(lambda messages: pieces)


def test_closing_the_stream_stops_the_generation(world: World) -> None:
    model = said(*[SAID] * 500)
    events = world.engine(model).stream(Question(QUESTION, as_of=NOW))
    assert isinstance(next(events), SearchDone)
    assert isinstance(next(events), ClaimReady)
    events.close()  # type: ignore[attr-defined]
    assert model.closed
    assert model.written < 10


def test_closing_the_stream_hangs_up_on_the_endpoint(world: World, server: ScriptedServer) -> None:
    server.on(CHAT, chat_reply([SAID, SAID, SAID], finish=None, hang=True))
    model = make_language_model(LlmSettings(model="far", base_url=f"{server.url}/v1"), Shelf(world.folder))
    events = world.engine(model).stream(Question(QUESTION, as_of=NOW))
    assert any(isinstance(event, ClaimReady) for event in (next(events), next(events)))
    events.close()  # type: ignore[attr-defined]
    assert server.gone.wait(10)
    model.close()


def test_ten_questions_at_once_are_all_answered_each_with_its_own(world: World) -> None:
    def echo(messages: Sequence[tuple[str, str]]) -> Sequence[str]:
        return [SAID] if "Marrow Weir cost" in messages[1][1].split("Question:")[1] else ["A flock of geese did it."]

    engine = world.engine(ScriptedModel(echo))
    asked = [QUESTION, "What delayed a flight to the islands?"] * 5
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda text: engine.ask(Question(text, as_of=NOW)), asked))
    assert [answer.question for answer in answers] == asked
    for answer in answers:
        assert_well_formed(answer, world)
        assert not answer.abstained
        assert {citation.article_id for citation in answer.citations} >= {
            "weir" if answer.question == QUESTION else "geese"
        }


def test_the_same_question_has_the_same_answer_every_time(world: World) -> None:
    texts = {world.engine().ask(Question(QUESTION, as_of=NOW)).text for _ in range(3)}
    assert len(texts) == 1


def test_a_timeline_is_answered_by_the_engine_without_a_model(world: World) -> None:
    model = said(LIE)
    (answer,) = [
        event.answer
        for event in world.engine(model).stream(Question("What happened with the Marrow Weir?", as_of=NOW))
        if isinstance(event, AnswerDone)
    ]
    assert_well_formed(answer, world)
    assert answer.text.startswith("The articles say:\n- 1 March 2025, The Herald: “")
    assert model.asked == []


@pytest.mark.parametrize("asked", ["What's in the news?", "latest news from The Herald", "What's new in March 2025?"])
def test_the_newest_news_are_told_where_no_matter_is_named(world: World, asked: str) -> None:
    model = said(LIE)
    answer = world.engine(model).ask(Question(asked, as_of=NOW))
    assert_well_formed(answer, world)
    assert [each.article_id for each in answer.citations][-1] == "weir"
    assert model.asked == []


@pytest.mark.parametrize("asked", ["Summarise the Marrow Weir story", "What's the latest on the Marrow Weir?"])
def test_no_model_sums_up_a_matter(world: World, asked: str) -> None:
    model = said(LIE)
    answer = world.engine(model).ask(Question(asked, as_of=NOW))
    assert_well_formed(answer, world)
    assert answer.text.startswith("The articles say:\n- 1 March 2025, The Herald: “")
    assert model.asked == []
