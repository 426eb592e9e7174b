"""The wheel installs into an empty environment and its command works from any folder."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import files, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKAGES = ("qa", "ingest", "eval", "ui")
PACKED = ("pyproject.toml", "README.md", "LICENSE", *PACKAGES)
NEEDED = (
    "qa/models/adapters/*.gguf", "qa/answer/calibration.json",
    "eval/tune/frames/*.jsonl", "eval/tune/pools.json", "eval/sample/*.jsonl",
    "ui/chat/static/*",
)  # fmt: skip
"""What the program reads beside its code."""


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


def test_the_wheel_holds_the_code_and_what_it_reads_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == set(PACKAGES)
    for needed in NEEDED:
        files_of = {str(path.relative_to(ROOT)) for path in ROOT.glob(needed) if path.is_file()}
        assert files_of, needed
        assert files_of <= names, needed


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
    asked = _run(command, "ask", "When did the Tallow Bridge reopen?", "--quotes-only", cwd=elsewhere, **environ)
    assert "The Tallow Bridge reopened on Monday." in asked.stdout
    assert [path.name for path in elsewhere.iterdir()] == ["a.jsonl"]


def imported(source: str) -> Iterator[str]:
    """Give the libraries' modules that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] not in {*PACKAGES, *sys.stdlib_module_names})


installed = cache(packages_distributions)
"""The distributions that bring each top-level name; to find out takes a second."""


@cache
def brought_by(module: str) -> set[str]:
    """Give the distributions that bring a module; of a namespace that several share, those with a file of it."""
    names = set(installed().get(module.split(".")[0], ()))
    if len(names) > 1:
        names = {name for name in names if any(_is_of(str(file), module) for file in files(name) or ())}
    return {canonicalize_name(name) for name in names}


def _is_of(file: str, module: str) -> bool:
    path = module.replace(".", "/")
    return file == f"{path}.py" or file.startswith(f"{path}/")


def undeclared(source: str, declared: set[str]) -> list[str]:
    """Give what a module imports from no distribution that the project says it needs."""
    return [module for module in imported(source) if not brought_by(module) & declared]


def test_every_library_that_is_imported_is_declared() -> None:
    """The environment of the tests has far more than what an installation brings by name."""
    wanted = (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["tune"])
    declared: set[str] = {canonicalize_name(Requirement(line).name) for line in wanted}
    found = {
        str(path.relative_to(ROOT)): undeclared(path.read_text("utf-8"), declared)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    assert {name: modules for name, modules in found.items() if modules} == {}


@pytest.mark.parametrize("source", ["import pytest", "def f():\n    from llama_index.llms.openai.base import OpenAI"])
def test_an_undeclared_library_would_be_found(source: str) -> None:
    assert undeclared(source, {"chromadb", "llama-index-core", "llama-index-llms-openai-like"})


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
