"""The commands end to end: real embedder, real index, a scripted model, lines on disk, the contract's object."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from scripted_server import ScriptedServer, chat_reply, json_reply
from shared_data import data_folder

from eval.commands import RunRequest, draft_from_library, gate_run, report_runs, run_dataset, save_drafts, summary_json
from eval.records import CONFIG, QUESTIONS, SUMMARY
from qa.errors import NotFoundError, UsageError
from qa.settings import make_settings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NEWS = [
    ("ferry", "Quillan Line orders a ferry", "The Quillan Line has ordered a ferry that will cost 41 million crowns."),
    (
        "storm",
        "Storm reaches the islands",
        "The storm Ottoline reached the islands on Monday with heavy rain and wind.",
    ),
    ("mayor", "New mayor in Caddermouth", "Nadira Coombelow was elected mayor of Caddermouth by a narrow margin."),
]
ASKED = [
    {"question": "What will the ferry of the Quillan Line cost?", "gold": ["41 million crowns"],
     "gold_articles": ["https://a.example/ferry"], "gold_quote": [NEWS[0][2]]},
    {"question": "Who is the captain of the airship?", "gold": []},
]  # fmt: skip


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    articles = [
        {"url": f"https://a.example/{name}", "title": title, "text": text, "published": "2025-03-01T00:00:00+00:00"}
        for name, title, text in NEWS
    ]
    for name, values in (("articles", articles), ("questions", ASKED)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(value) + "\n" for value in values))
    return folder


@pytest.fixture
def settings(tmp_path):
    return make_settings({}, home=tmp_path / "home", models=tmp_path / "cache" / "models")


@pytest.fixture(autouse=True)
def _one_embedder(monkeypatch, real_embedder):
    """Load the embedder once for all tests."""
    for module in ("qa.models.encoders", "eval.commands"):
        monkeypatch.setattr(f"{module}.make_embedder", lambda settings: real_embedder)


def run(settings, data, tmp_path, **request):
    wanted = RunRequest("jsonl", data, **{"name": "r", "runs": tmp_path / "runs", **request})
    return run_dataset(settings, wanted, now=NOW, clock=count().__next__, say=lambda line: None)


def with_endpoint(settings, url):
    return settings.model_copy(update={"llm": settings.llm.model_copy(update={"base_url": f"{url}/v1"})})


def test_retrieval_only_needs_no_model_and_compares_with_plain_systems(settings, data, tmp_path):
    summary = run(settings, data, tmp_path, retrieval_only=True)
    assert summary.measures["answer_in_passages@1"].value == 1
    assert {"answer_in_passages@5/dense", "answer_in_passages@5/bm25", "answer_in_passages@5/rrf"} <= set(
        summary.measures
    )
    assert summary.measures["answer_in_passages@5/over_rrf"].value == 0
    assert {"Hits@4", "R@10/dense", "AP@10/bm25", "nDCG@10/rrf", "fact_map@10"} <= set(summary.measures)
    assert not (tmp_path / "home").exists()
    assert [path.parent.name for path in (tmp_path / "cache" / "eval").glob("*/eval.json")]


def test_a_run_writes_its_configuration_its_lines_and_the_contracts_object(settings, data, tmp_path):
    with ScriptedServer() as model:
        model.on("/v1/chat/completions", chat_reply(["The ferry will cost ", "41 million crowns [1]."]))
        summary = run(with_endpoint(settings, model.url), data, tmp_path)
    folder = tmp_path / "runs" / "r"
    config = json.loads((folder / CONFIG).read_text())
    assert {"settings", "code", "index", "versions", "machine", "started", "dataset"} <= set(config)
    assert "api_key" not in json.dumps(config)
    assert str(tmp_path) not in json.dumps(config["settings"])
    lines = [json.loads(line) for line in (folder / QUESTIONS).read_text().splitlines()]
    assert len(lines) == 2
    assert {"id", "question", "gold", "answer", "candidate", "measures", "error"} <= set(lines[0])
    assert json.loads((folder / SUMMARY).read_text()) == summary_json(summary)
    assert "\n" not in json.dumps(summary_json(summary))
    assert summary.measures["quotes_verbatim"].value == 1
    assert summary.measures["right_when_answering"].value == 1
    assert summary.measures["failed"].value == 0
    assert {"abstained_when_removed", "abstained_on_unanswerable", "seconds_p50"} <= set(summary.measures)
    assert "right_when_answering" in report_runs([folder])
    assert gate_run(folder, {"quotes_verbatim": 1.0}, {}).passed


def test_a_finished_run_is_read_again_and_one_made_otherwise_refused(settings, data, tmp_path):
    first = run(settings, data, tmp_path, retrieval_only=True)
    assert run(settings, data, tmp_path, retrieval_only=True) == first
    with pytest.raises(UsageError, match="limit"):
        run(settings, data, tmp_path, retrieval_only=True, limit=1)


def test_the_same_run_twice_gives_the_same_figures(settings, data, tmp_path):
    with ScriptedServer() as model:
        model.on("/v1/chat/completions", chat_reply(["The ferry will cost ", "41 million crowns [1]."]))
        warm = with_endpoint(settings, model.url)
        warm = warm.model_copy(update={"llm": warm.llm.model_copy(update={"temperature": 0.9})})
        once, again = (run(warm, data, tmp_path, name=name) for name in ("once", "again"))
    told = [{name: each.value for name, each in one.measures.items() if "second" not in name} for one in (once, again)]
    assert told[0] == told[1]
    config = json.loads((tmp_path / "runs" / "once" / CONFIG).read_text())
    assert config["settings"]["llm"]["temperature"] == 0
    assert config["questions"] == 2


def test_a_run_is_not_taken_up_with_other_questions(settings, data, tmp_path):
    run(settings, data, tmp_path, retrieval_only=True)
    changed = {**ASKED[0], "gold": ["40 million crowns"]}
    (data / "questions.jsonl").write_text(json.dumps(changed) + "\n")
    with pytest.raises(UsageError, match="questions_sha256"):
        run(settings, data, tmp_path, retrieval_only=True)


def test_a_bare_model_is_asked_by_its_own_name_and_no_model_of_the_shelf_is_recorded(settings, data, tmp_path):
    named = settings.model_copy(update={"llm": settings.llm.model_copy(update={"model": "vendor/big"})})
    with ScriptedServer() as model:
        model.on("/v1/chat/completions", chat_reply(["41 million crowns"]))
        run(named, data, tmp_path, endpoint=f"{model.url}/v1")
    config = json.loads((tmp_path / "runs" / "r" / CONFIG).read_text())
    assert config["model_sha256"] is None
    assert config["settings"]["llm"]["model"] == "vendor/big"


def test_of_a_running_server_only_what_it_was_asked_for_is_recorded(settings, data, tmp_path):
    with ScriptedServer() as server:
        server.on("/v1/articles", json_reply({"articles": []}))
        server.on("/v1/ask", json_reply({"mode": "abstained", "text": ""}))
        run(settings, data, tmp_path, endpoint=server.url)
    config = json.loads((tmp_path / "runs" / "r" / CONFIG).read_text())
    assert config["model_sha256"] is None
    assert config["settings"] == {"llm": {"model": None}}


def test_a_run_is_of_one_system(settings, data, tmp_path):
    with pytest.raises(UsageError, match="--endpoint and --system are different runs"):
        run(settings, data, tmp_path, system="llama-index-starter", endpoint="http://127.0.0.1:9")
    with pytest.raises(UsageError, match="--retrieval-only and --endpoint"):
        run(settings, data, tmp_path, retrieval_only=True, endpoint="http://127.0.0.1:9")


@pytest.mark.parametrize(
    "wanted", [{"retrieval_only": True}, {"system": "llama-index-starter"}, {"endpoint": "http://127.0.0.1:9"}]
)
def test_a_judge_that_would_be_ignored_is_refused(settings, data, tmp_path, wanted):
    with pytest.raises(UsageError, match="leave out --judge"):
        run(settings, data, tmp_path, judge="verifier", **wanted)


def test_how_far_a_judge_agrees_with_people_stands_beside_its_figures(settings, data, tmp_path):
    with ScriptedServer() as model:
        model.on("/v1/chat/completions", chat_reply(["The ferry will cost ", "41 million crowns [1]."]))
        summary = run(with_endpoint(settings, model.url), data, tmp_path, judge="verifier")
    assert summary.measures["judge_agreement:verifier"].n == 40
    assert "judge_agreement:verifier" in report_runs([tmp_path / "runs" / "r"], "markdown")


def test_the_default_name_tells_dataset_and_moment(settings, data, tmp_path):
    assert run(settings, data, tmp_path, name=None, retrieval_only=True).run == "jsonl-20260102-030405"


def test_baselines_are_scored_without_any_library(settings, tmp_path):
    request = RunRequest("realtimeqa", data_folder("realtimeqa-2023"), "b", baselines=True, runs=tmp_path)
    summary = run_dataset(settings, request, now=NOW, clock=count().__next__, say=lambda line: None)
    assert round(100 * summary.measures["em/open_gpt3_gcs"].value, 1) == 33.3
    assert summary.n == 270
    assert not (tmp_path / "cache").exists()


def test_what_cannot_be_run_is_wrong_usage(settings, data, tmp_path):
    with pytest.raises(UsageError, match="Only realtimeqa"):
        run(settings, data, tmp_path, baselines=True)
    with pytest.raises(UsageError, match="llama-index-starter"):
        run(settings, data, tmp_path, system="oracle")
    with pytest.raises(UsageError, match="no report as pdf"):
        report_runs([tmp_path], "pdf")
    with pytest.raises(UsageError, match="at least one"):
        report_runs([])


def test_the_starter_is_put_to_the_same_questions(settings, data, tmp_path):
    with ScriptedServer() as model:
        said = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        message = {"role": "assistant", "content": "It will cost 41 million crowns [1]."}
        whole = {**said, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        model.on("/v1/chat/completions", json_reply(whole))
        summary = run(with_endpoint(settings, model.url), data, tmp_path, system="llama-index-starter")
    assert summary.measures["contains"].value == 1
    assert summary.measures["abstained_on_unanswerable"].value == 0
    assert summary.measures["failed"].value == 0
    assert json.loads((tmp_path / "runs" / "r" / CONFIG).read_text())["index"].startswith("jsonl-")


def test_questions_drafted_from_the_users_library_can_be_run(settings, tmp_path, data):
    from ingest.pipeline import IngestPipeline
    from qa.compose import open_library

    with pytest.raises(NotFoundError, match="onrecord ingest"):
        next(draft_from_library(settings, say=lambda line: None))
    with open_library(settings, with_model=False) as onrecord:
        IngestPipeline(onrecord.index, onrecord.embedder, settings.ingest).run([str(data / "articles.jsonl")], now=NOW)
    said = []
    drafts = list(draft_from_library(settings, count=2, say=said.append))
    assert "pull" in said[0]
    drafts[0] = replace(drafts[0], question="What is it?")
    save_drafts(drafts, tmp_path / "mine")
    summary = run(settings, tmp_path / "mine", tmp_path, retrieval_only=True)
    assert summary.n == len(drafts) == 2
