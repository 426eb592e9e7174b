"""The language model: the real embedded one, and endpoints that misbehave in every way."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from adapter_file import write_noise
from conftest import SMALL_MODEL
from fakes import make_evidence
from scripted_server import Reply, ScriptedServer, chat_reply, json_reply

from qa.answer.prompts import reading_messages
from qa.errors import ModelFailedError, ModelMissingError
from qa.models.llm import LanguageModel, Message, make_language_model
from qa.models.shelf import Shelf
from qa.settings import LlmSettings

NOW = datetime(2025, 3, 4, tzinfo=UTC)
PUBLISHED = "smollm2-135m-instruct"
CHAT = "/v1/chat/completions"
QUESTION: list[Message] = [("user", "Who closed the bridge?")]
NOTE = make_evidence("The council voted 7 to 2 on Monday to close the Mill Street bridge until June.")
PROMPT: list[Message] = reading_messages("How did the council vote?", [NOTE], NOW)[:2]
LONG: list[Message] = [("user", "Write a very long story about the sea.")]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture(scope="module")
def story_teller(real_shelf: Shelf) -> Iterator[LanguageModel]:
    """The model as published, two answers at once: it writes on and on, where the one that has learnt to read stops."""
    if not real_shelf.has(PUBLISHED):
        pytest.skip(f"run `onrecord models pull {PUBLISHED}` first")
    model = make_language_model(LlmSettings(model=PUBLISHED, context=2048, parallel=2), real_shelf)
    yield model
    model.close()


@pytest.fixture
def endpoint(server: ScriptedServer, tmp_path: Path) -> Iterator[LanguageModel]:
    model = at(server, tmp_path)
    yield model
    model.close()


def at(server: ScriptedServer, folder: Path, **more: object) -> LanguageModel:
    values: dict[str, object] = {"model": "scripted", "base_url": f"{server.url}/v1", "timeout": 0.3}
    return make_language_model(LlmSettings(**{**values, **more}), Shelf(folder))  # type: ignore[arg-type]


def test_endpoint_streams_pieces_as_they_come(server: ScriptedServer, endpoint: LanguageModel) -> None:
    server.on(CHAT, chat_reply(["The ", "council", "."]))
    assert list(endpoint.stream(QUESTION, max_tokens=20)) == ["The ", "council", "."]


def test_request_says_what_was_wanted_and_nothing_an_endpoint_may_not_know(
    server: ScriptedServer, endpoint: LanguageModel
) -> None:
    server.on(CHAT, chat_reply(["Yes"]))
    endpoint.complete([("system", "Be brief."), *QUESTION], max_tokens=20, stop=["\n"], grammar='root ::= "Yes"')
    (request,) = server.requests
    assert request.json() == {
        "model": "scripted",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION[0][1]}],
        "max_tokens": 20,
        "stop": ["\n"],
        "stream": True,
        "temperature": 0.0,
    }


def test_llama_cpp_endpoint_is_given_the_grammar(server: ScriptedServer, tmp_path: Path) -> None:
    server.on(CHAT, chat_reply(["Yes"]))
    model = at(server, tmp_path, grammar=True)
    model.complete(QUESTION, max_tokens=20, grammar='root ::= "Yes"')
    model.close()
    asked = server.requests[0].json()
    assert (asked["grammar"], asked.get("cache_prompt")) == ('root ::= "Yes"', None)


def test_barred_words_are_asked_of_llama_cpp_alone(server: ScriptedServer, tmp_path: Path) -> None:
    server.on(CHAT, chat_reply(["Yes"]))
    for grammar in (True, False):
        model = at(server, tmp_path, grammar=grammar)
        assert [token.text for token in model.stream_tokens(QUESTION, max_tokens=20, barred=["no"])] == ["Yes"]
        model.close()
    assert [request.json().get("logit_bias") for request in server.requests] == [[["no", False]], None]


def test_key_is_sent_as_a_bearer_token_and_no_other_account_with_it(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-someone-else")
    server.on(CHAT, chat_reply(["Yes"]))
    for key in ("mine", None):
        model = at(server, tmp_path, api_key=key)
        model.complete(QUESTION, max_tokens=20)
        model.close()
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer mine", "Bearer none"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (json_reply({"error": {"message": "out of memory"}}, 500), "answered with the error 500"),
        (json_reply({"error": {"message": "no such model"}}, 404), "answered with the error 404"),
        (json_reply({"error": {"message": "bad key"}}, 401), "refused the request; check ONRECORD_LLM__API_KEY"),
        (json_reply({"error": {"message": "slow down"}}, 429), "answered with the error 429"),
        (Reply(hang=True, length=10), "did not answer in time"),
        (chat_reply(["The ", "council"], finish=None, hang=True), "did not answer in time"),
        (chat_reply(["The ", "council"], cut=1), "broke off"),
        (chat_reply(["The ", "council"], finish=None), "broke off"),
        (chat_reply([]), "gave an empty answer"),
        (chat_reply(["", "  \n"]), "gave an empty answer"),
        (Reply(content_type="text/event-stream"), "broke off"),
        (Reply((b"<html>Welcome</html>",), content_type="text/html"), "broke off"),
        (json_reply({"choices": [{"message": {"content": "not streamed"}}]}), "broke off"),
        (Reply((b"data: {{{\n\n",), content_type="text/event-stream"), "not an answer"),
        (Reply((b"data: 7\n\n",), content_type="text/event-stream"), "not an answer"),
        (Reply((b'data: {"choices": 7}\n\n',), content_type="text/event-stream"), "not an answer"),
        (Reply((b'data: {"choices": [{"delta": "x"}]}\n\n',), content_type="text/event-stream"), "not an answer"),
        (Reply((b"data: \xff\xfe\n\n",), content_type="text/event-stream"), "not an answer"),
        (Reply((b'data: {"error": {"message": "overloaded"}}\n\n',), content_type="text/event-stream"), "overloaded"),
    ],
)
def test_endpoint_that_misbehaves_is_one_plain_sentence(
    server: ScriptedServer, endpoint: LanguageModel, reply: Reply, said: str
) -> None:
    server.on(CHAT, reply)
    with pytest.raises(ModelFailedError) as caught:
        endpoint.complete(QUESTION, max_tokens=20)
    sentence = str(caught.value)
    assert said in sentence
    assert sentence.startswith("The model scripted ")
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    assert len(server.requests) == 1


def test_nobody_at_the_address_is_one_plain_sentence(tmp_path: Path) -> None:
    model = make_language_model(LlmSettings(model="far", base_url="http://127.0.0.1:9/v1"), Shelf(tmp_path))
    with pytest.raises(ModelFailedError, match="The model far cannot be reached; is the endpoint running"):
        model.complete(QUESTION, max_tokens=20)
    model.close()


def test_address_that_is_none_is_one_plain_sentence(tmp_path: Path) -> None:
    model = make_language_model(LlmSettings(model="far", base_url="localhost:1"), Shelf(tmp_path))
    with pytest.raises(ModelFailedError, match="The model far cannot be reached"):
        model.complete(QUESTION, max_tokens=20)
    model.close()


def test_pieces_before_the_failure_are_given_and_then_it_is_raised(
    server: ScriptedServer, endpoint: LanguageModel
) -> None:
    server.on(CHAT, chat_reply(["The ", "council"], cut=2))
    pieces = endpoint.stream(QUESTION, max_tokens=20)
    assert [next(pieces), next(pieces)] == ["The ", "council"]
    with pytest.raises(ModelFailedError):
        next(pieces)


def test_model_answers_again_after_a_failure(server: ScriptedServer, endpoint: LanguageModel) -> None:
    server.on(CHAT, json_reply({}, 500), chat_reply(["Yes"]))
    with pytest.raises(ModelFailedError):
        endpoint.complete(QUESTION, max_tokens=20)
    assert endpoint.complete(QUESTION, max_tokens=20) == "Yes"


@pytest.mark.parametrize(("word", "most"), [("word ", 32), ("", 0), ("w" * 5000, 1)])
def test_endpoint_that_writes_on_past_the_longest_answer_is_hung_up_on(
    server: ScriptedServer, endpoint: LanguageModel, word: str, most: int
) -> None:
    server.on(CHAT, chat_reply(["The "] + [word] * 3000, finish=None, hang=True))
    pieces = list(endpoint.stream(QUESTION, max_tokens=20))
    assert len(pieces) == 1 + most
    assert len("".join(pieces)) <= 20 * 8
    assert server.gone.wait(5)


@pytest.mark.parametrize(
    "reply",
    [
        chat_reply(["w"] * 100, hang=True),
        Reply((b": still thinking\n\n",) * 100, content_type="text/event-stream", chunked=True, hang=True),
        Reply((b"x",) * 100, content_type="text/event-stream", chunked=True, hang=True),
        Reply((b"x",) * 100, status=500, chunked=True, hang=True),
    ],
    ids=["a token now and then", "comments", "bytes of one line", "an error without end"],
)
def test_endpoint_that_goes_on_for_too_long_is_given_up_though_something_always_comes(
    server: ScriptedServer, tmp_path: Path, reply: Reply
) -> None:
    server.on(CHAT, reply)
    settings = LlmSettings(model="scripted", base_url=f"{server.url}/v1", timeout=1.5)
    model = make_language_model(settings, Shelf(tmp_path), itertools.count(0.0, 1.0).__next__)
    pieces: list[str] = []
    with pytest.raises(ModelFailedError, match=r"^The model scripted (did not answer in time|answered with the error)"):
        pieces.extend(model.stream(QUESTION, max_tokens=200))
    assert len(pieces) <= 15
    model.close()


def test_answer_that_takes_its_time_within_bounds_is_heard_out(server: ScriptedServer, tmp_path: Path) -> None:
    server.on(CHAT, chat_reply(["w"] * 100))
    settings = LlmSettings(model="scripted", base_url=f"{server.url}/v1", timeout=60)
    model = make_language_model(settings, Shelf(tmp_path), itertools.count(0.0, 5.0).__next__)
    assert model.complete(QUESTION, max_tokens=200) == "w" * 100
    model.close()


def test_closing_the_iterator_hangs_up_on_the_endpoint(server: ScriptedServer, endpoint: LanguageModel) -> None:
    server.on(CHAT, chat_reply(["The ", "council"], hang=True))
    pieces = endpoint.stream(QUESTION, max_tokens=20)
    assert next(pieces) == "The "
    pieces.close()
    assert server.gone.wait(5)


def test_iterator_closed_in_another_thread_hangs_up_as_well(server: ScriptedServer, endpoint: LanguageModel) -> None:
    server.on(CHAT, chat_reply(["The ", "council"], hang=True))
    pieces = endpoint.stream(QUESTION, max_tokens=20)
    assert next(pieces) == "The "
    closer = threading.Thread(target=pieces.close)
    closer.start()
    closer.join()
    assert server.gone.wait(5)


def test_endpoint_is_small_only_when_the_settings_say_so(server: ScriptedServer, tmp_path: Path) -> None:
    plain, small = at(server, tmp_path, model="smollm2"), at(server, tmp_path, small=True)
    assert (plain.small, plain.grammar, small.small) == (False, False, True)
    plain.close()
    small.close()


def test_model_that_was_not_pulled_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=f"`onrecord models pull {SMALL_MODEL}`"):
        make_language_model(LlmSettings(), Shelf(tmp_path))


def test_broken_model_file_is_said_plainly(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    shelf = Shelf(tmp_path / "shelf")
    shelf.add(broken)
    with pytest.raises(
        ModelFailedError, match=r"llama\.cpp cannot load .*broken\.gguf.*`onrecord models remove broken`"
    ):
        make_language_model(LlmSettings(model="broken"), shelf)


def test_missing_adapter_is_said_plainly(tmp_path: Path, real_shelf: Shelf) -> None:
    if not real_shelf.has(SMALL_MODEL):
        pytest.skip(f"run `onrecord models pull {SMALL_MODEL}` first")
    with pytest.raises(ModelFailedError, match=r"with the adapter .*none\.gguf"):
        make_language_model(LlmSettings(context=512, lora=tmp_path / "none.gguf"), real_shelf)


def test_adapter_changes_what_the_model_expects(tmp_path: Path, real_model: LanguageModel, real_shelf: Shelf) -> None:
    expected = []
    for adapter in (None, write_noise(tmp_path / "nothing.gguf", 0.0), write_noise(tmp_path / "much.gguf", 1.0)):
        plain = LlmSettings(model=PUBLISHED, context=512, lora=adapter)
        model = make_language_model(plain, real_shelf)
        expected.append(first_logprob(model))
        model.close()
    assert abs(expected[1] - expected[0]) < 0.01 < abs(expected[2] - expected[0])
    assert abs(first_logprob(real_model) - expected[0]) > 0.01


def test_embedded_model_reads_the_evidence(real_model: LanguageModel) -> None:
    assert "7 to 2" in real_model.complete(PROMPT, max_tokens=40)


def test_embedded_model_is_small_and_takes_a_grammar(real_model: LanguageModel) -> None:
    assert (real_model.name, real_model.small, real_model.grammar) == (SMALL_MODEL, True, True)
    sky: list[Message] = [("user", "Is the sky blue?")]
    assert real_model.complete(sky, max_tokens=5, grammar='root ::= "yes" | "no"') in {"yes", "no"}


def test_embedded_model_stops_before_a_stop_word_and_at_the_longest_answer(
    real_model: LanguageModel, story_teller: LanguageModel
) -> None:
    assert real_model.complete(PROMPT, max_tokens=40, stop=["to 2"]).strip().endswith("7")
    assert len(list(story_teller.stream_tokens(LONG, max_tokens=7))) in {7, 8}


def test_embedded_model_continues_a_begun_answer(real_model: LanguageModel) -> None:
    begun: list[Message] = [*PROMPT, ("assistant", "The council voted 7 to")]
    assert real_model.complete(begun, max_tokens=3).strip().startswith("2")


def test_tokens_come_with_probabilities_when_asked_for(real_model: LanguageModel) -> None:
    tokens = list(real_model.stream_tokens(PROMPT, max_tokens=8, alternatives=3))
    written = [token for token in tokens if token.text]
    assert all(token.logprob is not None and token.logprob <= 0 for token in written)
    best = written[0].alternatives
    assert len(best) == 3
    assert best[0].text == written[0].text
    assert sum(math.exp(each.logprob) for each in best) <= 1.0001
    assert all(token.logprob is None for token in real_model.stream_tokens(PROMPT, max_tokens=4))


def test_a_barred_word_is_not_written_and_as_likely_as_before(real_model: LanguageModel) -> None:
    free = next(iter(real_model.stream_tokens(PROMPT, max_tokens=1, alternatives=5)))
    kept = next(iter(real_model.stream_tokens(PROMPT, max_tokens=1, alternatives=5, barred=[free.text])))
    assert kept.text != free.text
    assert kept.logprob is not None
    assert kept.logprob < -math.log(2)
    assert [(each.text, each.logprob) for each in kept.alternatives] == [
        (each.text, pytest.approx(each.logprob, abs=1e-3)) for each in free.alternatives
    ]


def test_instructions_shared_by_prompts_are_read_once(real_model: LanguageModel) -> None:
    asked = [with_much_evidence(PROMPT, topic) for topic in ("ferry", "tower", "market")]
    timings = [list(real_model.stream_tokens(messages, max_tokens=2))[-1].timings for messages in asked]
    assert timings[-1] is not None
    assert timings[-1].cached_tokens >= 10


@pytest.mark.parametrize("topic", [None, "harbour"])
def test_question_asked_again_is_answered_letter_for_letter_and_bit_for_bit(
    real_model: LanguageModel, topic: str | None
) -> None:
    messages = with_much_evidence(PROMPT, topic) if topic else PROMPT
    first, second, third = (list(real_model.stream_tokens(messages, max_tokens=20, alternatives=2)) for _ in range(3))
    assert [(token.text, token.logprob) for token in first] == [(token.text, token.logprob) for token in second]
    assert [(token.text, token.logprob) for token in first] == [(token.text, token.logprob) for token in third]


def test_closing_the_iterator_frees_the_embedded_model_at_once(story_teller: LanguageModel) -> None:
    pieces = story_teller.stream(LONG, max_tokens=1500)
    next(pieces)
    assert any(busy_slots(story_teller))
    pieces.close()
    # Far fewer tries than the story has tokens: left alone it would be written for many seconds more.
    assert any(not any(busy_slots(story_teller)) for _ in range(200))


def test_ten_questions_at_once_are_all_answered_alike(real_model: LanguageModel) -> None:
    alone = real_model.complete(PROMPT, max_tokens=12)
    with ThreadPoolExecutor(10) as pool:
        together = list(pool.map(lambda _: real_model.complete(PROMPT, max_tokens=12), range(10)))
    assert together == [alone] * 10


def test_two_answers_are_written_side_by_side_and_do_not_mix(story_teller: LanguageModel) -> None:
    story, vote = story_teller.stream(LONG, max_tokens=300), story_teller.stream(PROMPT, max_tokens=30)
    assert next(story)
    assert "7 to 2" in "".join(vote)
    assert busy_slots(story_teller).count(True) == 1
    assert "7 to 2" not in "".join(next(story) for _ in range(20))
    story.close()


def test_embedded_server_refuses_requests_without_its_key(real_model: LanguageModel) -> None:
    asked = httpx.post(f"{base_of(real_model)}/chat/completions", json={"messages": []}, trust_env=False)
    assert asked.status_code == 401
    assert asked.headers.get("access-control-allow-origin", "") != "*"


EXIT = """
import sys
from qa.models.llm import make_language_model
from qa.models.shelf import Shelf
from qa.settings import LlmSettings, Settings
model = make_language_model(LlmSettings(model="smollm2-135m-instruct", context=512), Shelf(Settings().models))
answer = model.stream([("user", "Write a long story.")], max_tokens=400)
next(answer)
print("started")
if sys.argv[1] == "closed":
    answer.close()
    model.close()
elif sys.argv[1] == "interrupted":
    import os, signal
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is started with it ignored
    os.kill(os.getpid(), signal.SIGINT)
    for piece in answer:
        pass
"""


@pytest.mark.parametrize("how", ["closed", "abandoned", "interrupted"])
def test_interpreter_ends_quietly_and_without_waiting_for_the_model(how: str, real_shelf: Shelf) -> None:
    if not real_shelf.has(SMALL_MODEL):
        pytest.skip(f"run `onrecord models pull {SMALL_MODEL}` first")
    done = subprocess.run([sys.executable, "-c", EXIT, how], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "started\n"
    if how == "interrupted":
        assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    else:
        assert (done.returncode, done.stderr) == (0, "")


def with_much_evidence(messages: list[Message], topic: str) -> list[Message]:
    """Put 900 characters about a topic before the question."""
    notes = " ".join(f"Note {n} about the {topic} says that nothing has changed there." for n in range(15))
    return [messages[0], ("user", f"{notes}\n{messages[1][1]}")]


def first_logprob(model: LanguageModel) -> float:
    """How surely the model begins its answer."""
    logprob = next(model.stream_tokens(PROMPT, max_tokens=2, alternatives=1)).logprob
    assert logprob is not None
    return logprob


def base_of(model: LanguageModel) -> str:
    return str(model.llm.api_base)  # type: ignore[attr-defined]


def busy_slots(model: LanguageModel) -> list[bool]:
    key = model.llm.api_key  # type: ignore[attr-defined]
    url = base_of(model).removesuffix("/v1") + "/slots"
    answer = httpx.get(url, headers={"authorization": f"Bearer {key}"}, trust_env=False)
    return [slot["is_processing"] for slot in json.loads(answer.text)]
