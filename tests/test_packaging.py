"""The wheel installs into an empty environment and its command works from any folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKED = ("pyproject.toml", "README.md", "LICENSE", "qa", "ingest", "eval", "ui")


def _run(*command: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from a copy, with what is installed, so that no network is needed and nothing is left behind."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKED:
        part = ROOT / name
        skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(part, source / name, ignore=skip) if part.is_dir() else shutil.copy(part, source)
    build = "import sys; from setuptools import build_meta as b; print(b.build_wheel(sys.argv[1]))"
    _run(sys.executable, "-W", "ignore", "-c", build, out, cwd=source)
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_the_code_and_the_sample_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"qa", "ingest", "eval", "ui"}
    assert "eval/sample/articles.jsonl" in names
    missing = [
        path for path in (ROOT / "ui" / "chat" / "static").iterdir() if f"ui/chat/static/{path.name}" not in names
    ]
    assert missing == []


@pytest.mark.timeout(300)
def test_the_installed_command_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    # The libraries are those of this environment, seen through a path file; OnRecord itself is the wheel's.
    venv.create(tmp_path / "env", with_pip=False)
    scheme = {"base": str(tmp_path / "env"), "platbase": str(tmp_path / "env")}
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = Path(sysconfig.get_path("scripts", "venv", scheme)) / "python"
    _run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "-q", wheel, cwd=tmp_path
    )
    command = python.with_name("onrecord")
    elsewhere = tmp_path / "some where else"
    elsewhere.mkdir()
    environ = {"ONRECORD_HOME": str(tmp_path / "home"), "PYTHONPATH": ""}
    assert _run(command, "--version", cwd=elsewhere, **environ).stdout == f"onrecord {PROJECT['version']}\n"
    where = _run(python, "-c", "import qa, eval; print(qa.__file__)", cwd=elsewhere, **environ).stdout
    assert Path(where).is_relative_to(site)
    (elsewhere / "a.jsonl").write_text(json.dumps({"text": "The Tallow Bridge reopened on Monday.", "title": "Bridge"}))
    report = json.loads(_run(command, "ingest", "a.jsonl", "--json", cwd=elsewhere, **environ).stdout)
    assert (report["added"], report["failed"]) == (1, 0)
    assert [path.name for path in elsewhere.iterdir()] == ["a.jsonl"]


def test_every_dependency_has_bounds_and_an_exact_tested_version() -> None:
    pinned = {
        line.split("==")[0].strip().lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line and not line.startswith("#")
    }
    for wanted in PROJECT["dependencies"]:
        name = wanted.split(";")[0].split("[")[0]
        for sign in "<>=!~":
            name = name.split(sign)[0]
        assert ">=" in wanted, f"{wanted} has no lower bound"
        assert name.strip().lower().replace("_", "-") in pinned, f"{wanted} has no tested version in constraints.txt"
