"""The page at ``/docs``: every operation and shape of the API, drawn from its OpenAPI description. Pure: HTML only.

It needs no script and nothing of another host, so that it is there offline and runs nothing in a signed-in browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ui.chat.safe import EMPTY, Markup, el, join

STYLE_PATH = "/docs/style.css"
STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf6; --ink: #1d1b18; --soft: #5f5a50; --line: #ddd8cc; --accent: #12505f;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #171614; --ink: #ece8df; --soft: #aaa397; --line: #3a362f; --accent: #8fcbd9; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem 5rem; }
h1, h2, h3 {
  font-family: Charter, "Iowan Old Style", Georgia, "Noto Serif", "Liberation Serif", serif; line-height: 1.25;
}
h2 { border-top: 3px double var(--line); margin: 3rem 0 0; padding-top: 1rem; }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
h4 { font-size: .9rem; color: var(--soft); margin: 1rem 0 .25rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
:is(a, summary, pre):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font-family: ui-monospace, "Liberation Mono", monospace; font-size: .9em; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .75rem; }
dl { margin: 0; }
dt { border-top: 1px solid var(--line); padding-top: .4rem; overflow-wrap: anywhere; }
dd { margin: 0 0 .4rem 1.25rem; overflow-wrap: anywhere; }
dt span, summary { color: var(--soft); }
nav ul { columns: 20rem; list-style: none; padding: 0; }
"""
_LIMITS = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("minLength", "length {} or more"),
    ("maxLength", "length {} or less"),
    ("minItems", "{} of them or more"),
    ("maxItems", "{} of them or fewer"),
    ("pattern", "in the form {}"),
    ("format", "as {}"),
)

Schema = Mapping[str, Any]


def reference(described: Schema) -> Markup:
    """Draw the page.

    Args:
        described: the OpenAPI 3.1 description; whatever is in it is escaped.
    """
    operations = tuple(
        (method, path, operation) for path, item in described["paths"].items() for method, operation in item.items()
    )
    shapes = described.get("components", {}).get("schemas", {})
    info = described["info"]
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"The API – {info['title']}"),
        el("link", rel="stylesheet", href=STYLE_PATH),
    )
    body = el(
        "main",
        el("h1", f"{info['title']} {info['version']}: the API"),
        el("p", info.get("description", "")),
        el("p", "The same for programs: ", el("a", "/openapi.json", href="/openapi.json")),
        el("nav", el("ul", *(_entry(*one) for one in operations)), aria_label="Operations"),
        el("h2", "Operations"),
        *(_operation(*one, shapes) for one in operations),
        el("h2", "Shapes"),
        *(_shape(name, schema) for name, schema in shapes.items()),
    )
    return join([Markup("<!doctype html>"), el("html", head, el("body", body), lang="en")])


def _anchor(method: str, path: str) -> str:
    return f"{method}-{path}"


def _entry(method: str, path: str, operation: Schema) -> Markup:
    return el("li", el("a", f"{method.upper()} {path}", href=f"#{_anchor(method, path)}"))


def _operation(method: str, path: str, operation: Schema, shapes: Schema) -> Markup:
    return el(
        "section",
        el("h3", el("code", f"{method.upper()} {path}"), " ", operation.get("summary", "")),
        *(el("p", part) for part in operation.get("description", "").split("\n\n")),
        _listed("Parameters", (_parameter(one) for one in operation.get("parameters", ()))),
        _listed("Body", _bodies(operation.get("requestBody", {}), shapes)),
        el("details", el("summary", "Responses"), el("dl", *_responses(operation.get("responses", {})))),
        id=_anchor(method, path),
    )


def _listed(title: str, entries: Iterable[Markup]) -> Markup:
    drawn = join(entries)
    return join([el("h4", title), el("dl", drawn)]) if drawn else EMPTY


def _parameter(given: Schema) -> Markup:
    where = f"in the {given['in']}"
    return _field(given["name"], given["schema"], given.get("required", False), where, given.get("description"))


def _bodies(body: Schema, shapes: Schema) -> Iterator[Markup]:
    for media, content in body.get("content", {}).items():
        schema = content.get("schema", {})
        yield el("dt", _kind(schema), el("span", f" as {media}"))
        yield el("dd", el("dl", *_fields(shapes.get(_name(schema), {}))))


def _responses(responses: Schema) -> Iterator[Markup]:
    for status, response in responses.items():
        kinds = (
            join([_kind(content.get("schema", {})), f" as {media}"])
            for media, content in response.get("content", {}).items()
        )
        yield el("dt", el("code", status), " ", response.get("description", ""))
        yield el("dd", join(kinds, ", "))


def _shape(name: str, schema: Schema) -> Markup:
    examples = (
        el("pre", json.dumps(one, ensure_ascii=False, indent=2), tabindex=0) for one in schema.get("examples", ())
    )
    return el(
        "section",
        el("h3", el("code", name)),
        el("p", schema.get("description", "")),
        EMPTY if "properties" in schema else el("p", _kind(schema)),
        el("dl", *_fields(schema)),
        *(el("details", el("summary", "Example"), one) for one in examples),
        id=f"shape-{name}",
    )


def _fields(schema: Schema) -> Iterator[Markup]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield _field(name, field, name in required)


def _field(name: str, schema: Schema, required: bool, where: str = "", about: str | None = None) -> Markup:
    facts = ["required" if required else "", where, *_limits(schema)]
    kind = join([_kind(schema), *(fact for fact in facts if fact)], ", ")
    return join([el("dt", el("code", name), " ", el("span", kind)), el("dd", about or schema.get("description", ""))])


def _limits(schema: Schema) -> Iterator[str]:
    """Give the limits of a value, and of what it may be where there is a choice, in words."""
    yield from (words.format(schema[name]) for name, words in _LIMITS if name in schema)
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _limits(inner)
    if "items" in schema:
        yield from (f"each {limit}" for limit in _limits(schema["items"]))
    if schema.get("default") not in (None, "", [], {}):
        yield f"{json.dumps(schema['default'], ensure_ascii=False)} when left out"


def _name(schema: Schema) -> str:
    """Give the name of the shape that a schema points to, empty where it is one itself."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: Schema) -> Markup:
    """Say what a value is, with links to the shapes in it."""
    if name := _name(schema):
        return el("a", name, href=f"#shape-{name}")
    if choices := (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        return join(map(_kind, choices), " or ")
    if "const" in schema or "enum" in schema:
        return join((json.dumps(one, ensure_ascii=False) for one in schema.get("enum", [schema.get("const")])), " or ")
    if schema.get("type") == "array":
        return join(["list of ", _kind(schema.get("items", {}))])
    return join([str(schema.get("type", "anything"))])
