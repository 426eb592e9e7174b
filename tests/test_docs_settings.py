"""The settings page says what `qa/settings.py` says, and no page names a setting that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import settings_page

ROOT = Path(__file__).resolve().parents[1]
NAMES = set(re.findall(r"`(ONRECORD_\w+)`", settings_page.page()))
OTHERS = {"ONRECORD_KEY"}
"""Variables of `compose.yaml`, which is not ours to read."""
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in ("README.md", "SECURITY.md", "compose.yaml"))]


def test_the_settings_page_is_up_to_date() -> None:
    assert settings_page.PAGE.read_text("utf-8") == settings_page.page(), "run `python tests/settings_page.py`"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_names_no_setting_that_is_not_there(page: Path) -> None:
    named = set(re.findall(r"\bONRECORD_[A-Z]\w*", page.read_text("utf-8")))
    prefixes = {name for name in named if name.endswith("_")}
    assert named - prefixes - NAMES - OTHERS == set()
