"""What every request passes: keys, scopes, rate, size, names of hosts, ids, logs, figures."""

from __future__ import annotations

import base64
import json
import logging
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from ui_fakes import make_onrecord

from qa.errors import SettingsError
from qa.settings import ServerSettings, Settings
from ui.api.errors import BusyError
from ui.api.gate import Gate
from ui.api.keys import find_key, read_keys
from ui.api.logs import JsonFormatter
from ui.api.pace import Pace
from ui.api.users import Users, hashed
from ui.cli import app
from ui.desk import own_key as key_for
from ui.ownkey import FILE, own_key
from ui.server import make_app, uvicorn_config

ASK = {"question": "When did the bridge reopen?"}


def client(tmp_path: Path, local_only: bool = False, **settings: object) -> TestClient:
    onrecord = make_onrecord(tmp_path, server=ServerSettings(**settings))  # type: ignore[arg-type]
    return TestClient(make_app(onrecord, chat=False, local_only=local_only), raise_server_exceptions=False)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def signed(key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'any:{key}'.encode()).decode()}"}


def test_without_a_known_key_nothing_is_told_and_health_is(tmp_path: Path) -> None:
    with client(tmp_path, api_keys=("s3cret",)) as http:
        for headers in ({}, bearer("wrong"), bearer(""), {"Authorization": "Basic s3cret"}, bearer("s3cret ÿ")):
            refused = http.get("/v1/articles", headers={k: v.encode("latin-1") for k, v in headers.items()})
            assert refused.status_code == 401
            assert refused.json()["error"]["code"] == "invalid_api_key"
        assert http.get("/metrics").status_code == 401
        assert http.get("/healthz").status_code == 200
        assert http.get("/v1/articles", headers=bearer("s3cret")).status_code == 200


def test_a_reading_key_asks_but_changes_nothing(tmp_path: Path) -> None:
    with client(tmp_path, api_keys=("press:read:abc", "desk:write:def")) as http:
        assert http.post("/v1/ask", json=ASK, headers=bearer("abc")).status_code == 200
        assert http.delete("/v1/articles/bridge1", headers=bearer("abc")).status_code == 403
        assert http.post("/v1/reindex", headers=bearer("abc")).status_code == 403
        assert http.delete("/v1/articles/bridge1", headers=bearer("def")).status_code == 200


def test_secrets_may_hold_colons_and_are_never_shown() -> None:
    key = read_keys(["press:read:a:b:c"])[0]
    assert key.secret == "a:b:c"
    assert "a:b:c" not in repr(key)
    assert find_key([key], "a:b:c") == key
    assert find_key([key], "a:b") is None


@pytest.mark.parametrize("written", ["", "press:own:abc", "press:read:"])
def test_a_key_that_cannot_be_one_is_refused_at_the_start(written: str) -> None:
    with pytest.raises(SettingsError, match="API_KEYS"):
        read_keys([written])


def test_whoever_asks_too_often_is_told_when_to_come_back() -> None:
    now = [0.0]
    pace = Pace(2, lambda: now[0])
    pace.spend("a")
    pace.spend("a")
    with pytest.raises(BusyError) as raised:
        pace.spend("a")
    assert raised.value.retry_after == 30
    pace.spend("b")
    now[0] = 30.0
    pace.spend("a")


def test_the_rate_is_kept_for_each_key(tmp_path: Path) -> None:
    with client(tmp_path, api_keys=("a:A", "b:B"), rate=1) as http:
        assert http.get("/v1/articles", headers=bearer("A")).status_code == 200
        refused = http.get("/v1/articles", headers=bearer("A"))
        assert (refused.status_code, refused.json()["error"]["type"]) == (429, "rate_limit_error")
        assert int(refused.headers["retry-after"]) >= 1
        assert http.get("/v1/articles", headers=bearer("B")).status_code == 200


def test_a_request_that_is_too_large_is_refused_told_or_not(tmp_path: Path) -> None:
    with client(tmp_path, max_body=2000) as http:
        told = http.post("/v1/ask", json={"question": "a" * 3000})
        untold = http.post(
            "/v1/ask", content=(b"x" * 500 for _ in range(6)), headers={"content-type": "application/json"}
        )
    assert (told.status_code, untold.status_code) == (413, 413)
    assert "2,000 bytes" in untold.json()["error"]["message"]


def test_a_page_that_points_its_own_name_at_this_machine_is_refused(tmp_path: Path) -> None:
    with client(tmp_path, local_only=True) as http:
        assert http.get("/v1/articles", headers={"host": "evil.example"}).status_code == 403
        for name in ("localhost:7860", "127.0.0.1:1", "[::1]:7860"):
            assert http.get("/v1/articles", headers={"host": name}).status_code == 200


def test_browsers_of_other_sites_are_let_in_only_when_listed(tmp_path: Path) -> None:
    asked = {"origin": "https://a.example", "access-control-request-method": "POST"}
    with client(tmp_path) as http:
        assert "access-control-allow-origin" not in http.options("/v1/ask", headers=asked).headers
    with client(tmp_path, cors=("https://a.example",)) as http:
        assert http.options("/v1/ask", headers=asked).headers["access-control-allow-origin"] == "https://a.example"


def test_a_log_line_has_the_request_id_and_no_text_of_a_question(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "onrecord.requests")
    with client(tmp_path) as http:
        answered = http.get("/v1/search?q=very+private", headers={"x-request-id": "abc-1"})
        forged = http.get("/v1/stats", headers={"x-request-id": 'x"}\\n{"forged": 1'})
    assert answered.headers["x-request-id"] == "abc-1"
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    line = lines[0]
    assert (line["request"], line["route"], line["status"]) == ("abc-1", "/v1/search", 200)
    assert "private" not in json.dumps(lines)
    assert "forged" not in json.dumps(lines)
    assert len(forged.headers["x-request-id"]) == 32


def test_the_figures_count_answers_by_mode_and_requests_by_route(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        http.post("/v1/ask", json=ASK)
        http.post("/v1/ask", json={**ASK, "quotes_only": True})
        http.get("/v1/articles/nothing")
        told = http.get("/metrics").text
    assert 'onrecord_answers_total{mode="answer"} 1.0' in told
    assert 'onrecord_answers_total{mode="quotes"} 1.0' in told
    assert 'onrecord_requests_total{method="GET",route="/v1/articles/{article_id}",status="404"} 1.0' in told
    assert 'onrecord_answers_total{mode="abstained"} 0.0' in told
    assert 'onrecord_ingested_total{outcome="failed"} 0.0' in told
    for gauge in ("articles 2.0", "passages 2.0", "bytes_on_disk 10.0", "waiting 0.0", "writing 0.0"):
        assert f"onrecord_{gauge}" in told
    assert "onrecord_citations_total 2.0" in told
    assert "bridge" not in told


def test_the_pages_need_a_key_too_which_a_browser_asks_for_as_a_password(tmp_path: Path) -> None:
    with client(tmp_path, api_keys=("press:read:abc", "desk:write:def")) as http:
        refused = http.get("/")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Basic realm="OnRecord"')
        assert http.get("/", auth=("anyone", "abc")).status_code == 403
        assert http.get("/", auth=("anyone", "def")).status_code == 404
        assert http.get("/docs", auth=("anyone", "abc")).status_code == 200
        assert http.get("/docs", headers={"Authorization": "Basic !!"}).status_code == 401
        assert http.get("/v1/articles", auth=("anyone", "abc")).status_code == 200


PEOPLE = (f"anna:{hashed('lighthouse keys', b'salt' * 4)}",)


def test_a_person_signs_in_with_a_password_that_is_kept_as_a_hash_only(tmp_path: Path) -> None:
    assert "lighthouse" not in PEOPLE[0]
    with client(tmp_path, users=PEOPLE) as http:
        refused = http.get("/")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Basic realm="OnRecord"')
        assert http.get("/v1/articles").status_code == 401
        for name, password in (("anna", "wrong"), ("bob", "lighthouse keys"), ("anna", ""), ("", "lighthouse keys")):
            assert http.get("/", auth=(name, password)).status_code == 401
        for _ in range(2):
            assert http.get("/", auth=("anna", "lighthouse keys")).status_code == 404
        assert http.post("/v1/ask", json=ASK, auth=("anna", "lighthouse keys")).status_code == 200
        assert http.get("/healthz").status_code == 200


def test_passwords_cannot_be_tried_without_end_and_who_signed_in_before_is_not_kept_out(tmp_path: Path) -> None:
    with client(tmp_path, users=PEOPLE) as http:
        assert http.get("/docs", auth=("anna", "lighthouse keys")).status_code == 200
        tried = [http.get("/docs", auth=("anna", f"guess {n}")).status_code for n in range(40)]
        assert tried[0] == 401
        assert 429 in tried
        assert http.get("/docs", auth=("anna", "lighthouse keys")).status_code == 200


def gated(tmp_path: Path, own_key: str | None = None, **settings: object) -> Gate:
    """Give an application behind a gate whose clock stands still."""
    app = make_app(make_onrecord(tmp_path), chat=False)  # type: ignore[arg-type]
    return Gate(app, ServerSettings(**settings), own_key=own_key, clock=lambda: 0.0)  # type: ignore[arg-type]


def test_a_password_that_is_in_use_elsewhere_cannot_be_tried_without_end_either(tmp_path: Path) -> None:
    app = gated(tmp_path, users=PEOPLE)
    anna, guesser = (TestClient(app, client=(f"203.0.113.{n}", 1)) for n in range(2))
    assert anna.get("/docs", auth=("anna", "lighthouse keys")).status_code == 200
    tried = [guesser.get("/docs", auth=("anna", f"guess {n}")).status_code for n in range(31)]
    assert tried == [401] * 30 + [429]
    assert guesser.get("/docs", auth=("anna", "lighthouse keys")).status_code == 429
    assert anna.get("/docs", auth=("anna", "lighthouse keys")).status_code == 200


@pytest.mark.parametrize("way", [bearer, signed], ids=["key", "password"])
def test_keys_cannot_be_tried_without_end(tmp_path: Path, way: Callable[[str], dict[str, str]]) -> None:
    app = gated(tmp_path, api_keys=("s3cret",), own_key="own")
    known, other, guesser = (TestClient(app, client=(f"203.0.113.{n}", 1)) for n in range(3))
    assert known.get("/v1/stats", headers=way("s3cret")).status_code == 200
    tried = [guesser.get("/v1/stats", headers=way(f"guess {n}")) for n in range(31)]
    assert [one.status_code for one in tried] == [401] * 30 + [429]
    assert int(tried[-1].headers["retry-after"]) >= 1
    assert guesser.get("/v1/stats", headers=way("s3cret")).status_code == 429
    assert guesser.get("/v1/stats").status_code == 401
    assert guesser.get("/v1/stats", headers=way("own")).status_code == 200
    assert {known.get("/v1/stats", headers=way("s3cret")).status_code for _ in range(31)} == {200}
    assert other.get("/v1/stats", headers=way("s3cret")).status_code == 200


def test_guessing_keeps_a_known_key_of_the_same_address_in(tmp_path: Path) -> None:
    http = TestClient(gated(tmp_path, api_keys=("s3cret",)))
    assert http.get("/v1/stats", headers=bearer("s3cret")).status_code == 200
    assert {http.get("/v1/stats", headers=bearer(f"guess {n}")).status_code for n in range(31)} == {401, 429}
    assert http.get("/v1/stats", headers=bearer("s3cret")).status_code == 200


def test_an_address_that_the_caller_makes_up_gives_no_further_tries(tmp_path: Path) -> None:
    config = uvicorn_config(gated(tmp_path, api_keys=("s3cret",)))
    config.load()

    def statuses(forwarded: Iterable[str], client: str = "127.0.0.1") -> set[int]:
        http = TestClient(config.loaded_app, client=(client, 1))  # type: ignore[arg-type]
        sent = ({**bearer("guess"), "X-Forwarded-For": chain} for chain in forwarded)
        return {http.get("/v1/stats", headers=headers).status_code for headers in sent}

    assert statuses(f"198.51.100.{n}, 203.0.113.9" for n in range(31)) == {401, 429}
    assert statuses(["203.0.113.9"]) == {429}
    assert statuses(["203.0.113.9, 203.0.113.10"]) == {401}
    assert statuses((f"203.0.113.{n}" for n in range(31)), client="192.0.2.1") == {401, 429}
    assert statuses(f"2001:db8::{n:x}" for n in range(31)) == {401, 429}
    assert statuses(["2001:db8:0:1::"]) == {401}


@pytest.mark.parametrize("written", ["anna", "anna:secret", ":scrypt.14.8.1.00.00", "anna:scrypt.14.8.1.xx.00"])
def test_a_user_that_cannot_be_one_is_refused_at_the_start(written: str) -> None:
    with pytest.raises(SettingsError, match="User 1 of ONRECORD_SERVER__USERS"):
        Users((written,))


def test_the_machines_own_commands_need_no_key_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert key_for(settings) is None
    with own_key(tmp_path) as key:
        onrecord = make_onrecord(tmp_path, server=ServerSettings(users=PEOPLE))
        with TestClient(make_app(onrecord, chat=False, own_key=key)) as http:
            assert http.delete("/v1/articles/bridge1", headers=bearer(key_for(settings) or "")).status_code == 200
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert key_for(settings) is None


def test_another_sites_page_changes_nothing_unless_it_is_listed(tmp_path: Path) -> None:
    with client(tmp_path, local_only=True) as http:
        http.headers["host"] = "127.0.0.1:7860"
        for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
            refused = http.post("/v1/reindex", headers={"origin": origin})
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin")
        assert http.post("/v1/reindex", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200
    with client(tmp_path, cors=("https://a.example",)) as http:
        assert http.post("/v1/reindex", headers={"origin": "https://a.example"}).status_code == 200


def test_questions_are_logged_only_where_that_is_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "onrecord.answers")
    for asked_for in (False, True):
        with client(tmp_path, log_questions=asked_for) as http:
            http.post("/v1/ask", json=ASK, headers={"x-request-id": "abc-2"})
    hidden, shown = (r.fields for r in caplog.records if r.name == "onrecord.answers")  # type: ignore[attr-defined]
    assert (hidden["request"], hidden["mode"], "question" in hidden) == ("abc-2", "answer", False)
    assert shown["question"] == ASK["question"]


def test_the_command_prints_a_user_that_the_settings_take() -> None:
    done = CliRunner().invoke(app, ["serve", "--add-user", "anna"], input="lighthouse keys\nlighthouse keys\n")
    assert done.exit_code == 0
    assert "lighthouse" not in done.stdout
    assert Users((done.stdout.strip(),))
    assert CliRunner().invoke(app, ["serve", "--add-user", "a:b"]).exit_code == 1
