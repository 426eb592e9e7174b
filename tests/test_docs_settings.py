"""The settings page says what `qa/settings.py` says, and no page names a setting that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs
import pytest
import settings_page
from platformdirs.api import PlatformDirsABC
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows, get_win_folder_from_env_vars

from qa.settings import Settings

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


@pytest.mark.parametrize(
    ("platform", "home", "models"),
    [
        (Unix, "~/.local/share/onrecord", "~/.cache/onrecord/models"),
        (MacOS, "~/Library/Application Support/onrecord", "~/Library/Caches/onrecord/models"),
        (Windows, "~/AppData/Local/onrecord", "~/AppData/Local/onrecord/Cache/models"),
    ],
)
def test_the_platforms_folders_are_where_its_users_look(
    platform: type[PlatformDirsABC], home: str, models: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ONRECORD_HOME", "ONRECORD_MODELS", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "", "USERPROFILE": "", "LOCALAPPDATA": "AppData/Local"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.setattr(platformdirs, "PlatformDirs", platform)
    monkeypatch.setattr("platformdirs.windows.get_win_folder", get_win_folder_from_env_vars)
    found = Settings()
    assert [found.home, found.models] == [tmp_path / folder.removeprefix("~/") for folder in (home, models)]
