"""The page that describes the API: whole, and without anything of another host."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ui_fakes import make_onrecord

from ui.reference import STYLE, STYLE_PATH, reference
from ui.server import make_app

HOSTILE = "<script src=//evil.example>\"'&"


class Parts(HTMLParser):
    """What a page is made of: its tags, its attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def http(tmp_path: Path) -> TestClient:
    return TestClient(make_app(make_onrecord(tmp_path), chat=False))  # type: ignore[arg-type]


def test_the_page_loads_nothing_of_another_host_and_runs_nothing(http: TestClient) -> None:
    page = http.get("/docs")
    parts = Parts(page.text)
    targets = {value for name, value in parts.attributes if name in {"href", "src", "action", "srcset", "data"}}
    assert STYLE_PATH in targets
    assert [one for one in targets if not one.startswith(("/", "#")) or one.startswith("//")] == []
    assert not {"script", "iframe", "img", "object", "base", "form", "style"} & set(parts.tags)
    assert not [name for name, _ in parts.attributes if name.startswith("on") or name == "style"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    style = http.get(STYLE_PATH)
    assert (style.text, style.headers["content-type"].partition(";")[0]) == (STYLE, "text/css")
    assert not [word for word in ("url(", "@import", "//") if word in style.text]


def test_every_operation_and_shape_is_on_the_page_with_its_fields_and_limits(http: TestClient) -> None:
    described = http.get("/openapi.json").json()
    parts = Parts(http.get("/docs").text)
    ids = [value for name, value in parts.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for name, value in parts.attributes if name == "href" and value[0] == "#"} <= set(ids)
    text = " ".join("".join(parts.words).split())
    for path, item in described["paths"].items():
        for method, operation in item.items():
            assert f"{method.upper()} {path} {operation['summary']}" in text
    shapes = described["components"]["schemas"]
    assert {f"shape-{name}" for name in shapes} <= set(ids)
    assert {field for shape in shapes.values() for field in shape.get("properties", {})} <= set(parts.words)
    assert "question string, required, length 100000 or less" in text
    assert "k integer, in the query, at least 1, at most 100, 10 when left out" in text


def test_the_frameworks_own_pages_are_gone(http: TestClient) -> None:
    assert http.get("/redoc").status_code == 404
    assert http.get("/docs/oauth2-redirect").status_code == 404


def test_a_description_is_only_ever_text() -> None:
    schema = {
        "type": HOSTILE, "description": HOSTILE, "enum": [HOSTILE], "pattern": HOSTILE, "default": HOSTILE,
    }  # fmt: skip
    operation = {
        "summary": HOSTILE,
        "description": HOSTILE,
        "parameters": [{"name": HOSTILE, "in": HOSTILE, "schema": schema, "description": HOSTILE}],
        "requestBody": {"content": {HOSTILE: {"schema": {"$ref": f"#/components/schemas/{HOSTILE}"}}}},
        "responses": {HOSTILE: {"description": HOSTILE, "content": {HOSTILE: {"schema": schema}}}},
    }
    shape = {"description": HOSTILE, "properties": {HOSTILE: schema}, "examples": [{HOSTILE: HOSTILE}]}
    page = reference(
        {
            "info": {"title": HOSTILE, "version": HOSTILE, "description": HOSTILE},
            "paths": {HOSTILE: {"get": operation}},
            "components": {"schemas": {HOSTILE: shape, "list": {"type": "array", "items": schema}}},
        }
    )
    assert "<script" not in page
    assert "script" not in Parts(page).tags
    assert {name for name, _ in Parts(page).attributes} <= {
        "lang", "charset", "name", "content", "rel", "href", "id", "aria-label", "tabindex"
    }  # fmt: skip
