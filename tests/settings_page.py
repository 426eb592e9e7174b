"""Writes ``docs/settings.md`` from ``qa/settings.py``; run as a program: ``python tests/settings_page.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from qa.settings import PREFIX, Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
_HEAD = """# Settings

The strongest first: options of a command, `ONRECORD_*` variables, `onrecord.toml` in the working directory, defaults.
A misspelt name is an error. Lists are written as JSON: `ONRECORD_SERVER__API_KEYS='["press:read:SECRET"]'`. In
`onrecord.toml` the parts of a name are sections: `ONRECORD_LLM__MODEL` is `model` under `[llm]`.

Written by `python tests/settings_page.py` from `qa/settings.py`; do not edit.
"""


def page() -> str:
    """Render the page."""
    parts = [_HEAD, _table(f"{PREFIX}", {name: one for name, one in _fields(Settings) if not _section(one)})]
    for name, one in _fields(Settings):
        if section := _section(one):
            about = (section.__doc__ or "").strip()
            parts.append(f"\n## {name}\n\n{about}\n\n{_table(f'{PREFIX}{name.upper()}__', dict(_fields(section)))}")
    return "\n".join(parts)


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return list(model.model_fields.items())


def _section(one: FieldInfo) -> type[BaseModel] | None:
    kind = one.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _table(prefix: str, fields: dict[str, FieldInfo]) -> str:
    rows = [f"| `{prefix}{name.upper()}` | {_default(one)} | {one.description} |" for name, one in fields.items()]
    return "\n".join(["| variable | default | what |", "|---|---|---|", *rows, ""])


def _default(one: FieldInfo) -> str:
    if one.default_factory:
        return "the platform's folder"
    if one.default in (None, ()):
        return "none"
    choices = [f"`{choice}`" for choice in get_args(one.annotation) if isinstance(choice, str)]
    value = f"`{str(one.default).lower() if isinstance(one.default, bool) else one.default}`"
    return f"{value} (of {', '.join(choices)})" if choices else value


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.name, file=sys.stderr)
