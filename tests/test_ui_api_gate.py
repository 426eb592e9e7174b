"""What every request passes: keys, scopes, rate, size, names of hosts, ids, logs, figures."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ui_fakes import make_onrecord

from qa.errors import SettingsError
from qa.settings import ServerSettings
from ui.api.errors import BusyError
from ui.api.keys import find_key, read_keys
from ui.api.pace import Pace
from ui.server import make_app

ASK = {"question": "When did the bridge reopen?"}


def client(tmp_path: Path, local_only: bool = False, **settings: object) -> TestClient:
    onrecord = make_onrecord(tmp_path, server=ServerSettings(**settings))  # type: ignore[arg-type]
    return TestClient(make_app(onrecord, chat=False, local_only=local_only), raise_server_exceptions=False)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


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
    line = json.loads(caplog.records[0].message)
    assert (line["request"], line["route"], line["status"]) == ("abc-1", "/v1/search", 200)
    assert "private" not in caplog.text
    assert "forged" not in caplog.text
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
    assert "onrecord_articles 2.0" in told
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
