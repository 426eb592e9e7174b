"""What no module may do: load code from data, build a shell's line, write what a spreadsheet would run."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.terminal import safe

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(path for top in ("qa", "ingest", "eval", "ui") for path in (ROOT / top).rglob("*.py"))
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "telnetlib"}
SPREADSHEETS = {"openpyxl", "xlsxwriter", "xlwt"}
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "os.system", "os.popen", "torch.load", "yaml.load", "yaml.unsafe_load", "extractall",
}  # fmt: skip
SPREADSHEET_CALLS = {"csv.writer", "csv.DictWriter"}
FORBIDDEN_ARGUMENTS = {"trust_remote_code", "allow_pickle", "shell"}


def _named(tree: ast.AST) -> dict[str, str]:
    """Give what each imported name stands for: ``writer`` for ``csv.writer``, ``t`` for ``torch``."""
    named: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return named


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Give every call under the full name of what is called."""
    named = _named(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            first, dot, rest = ast.unparse(node.func).partition(".")
            yield named.get(first, first) + dot + rest, node


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def wrong(source: str) -> list[str]:
    """Give what a module does and must not."""
    tree = ast.parse(source)
    found = [f"imports {name}" for name in _imports(tree) if name in FORBIDDEN_IMPORTS]
    found += [f"imports {name}" for name in _named(tree).values() if name in FORBIDDEN_CALLS]
    for name, call in _calls(tree):
        if name in FORBIDDEN_CALLS or name.endswith(".extractall"):
            found.append(f"calls {name}")
        for given in call.keywords:
            if given.arg in FORBIDDEN_ARGUMENTS and not (
                isinstance(given.value, ast.Constant) and given.value.value is False
            ):
                found.append(f"calls {name} with {given.arg}")
    return found


def test_no_module_can_run_what_it_reads() -> None:
    assert len(MODULES) > 100
    found = {str(path.relative_to(ROOT)): wrong(path.read_text("utf-8")) for path in MODULES}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "from pickle import loads", "eval(x)", "archive.extractall(folder)", "torch.load(file)",
        "run(line, shell=True)", "Model(name, trust_remote_code=True)", "np.load(file, allow_pickle=True)",
        "from torch import load as take", "from os import system", "import torch as t; t.load(file)",
        "import os as o; o.popen(line)",
    ],
)  # fmt: skip
def test_what_is_forbidden_would_be_found(source: str) -> None:
    assert wrong(source)


def writes_spreadsheets(source: str) -> bool:
    """Give whether a module could write a file that a spreadsheet opens."""
    tree = ast.parse(source)
    used = {*_named(tree).values(), *(name for name, _ in _calls(tree))}
    return bool(SPREADSHEETS & set(_imports(tree)) or SPREADSHEET_CALLS & used or "text/csv" in source)


def test_nothing_writes_spreadsheets() -> None:
    """A cell that begins with ``=`` runs in a spreadsheet; exports are Markdown and JSON, in which nothing does."""
    assert [path for path in MODULES if writes_spreadsheets(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("source", ["import csv as c; c.writer(f)", "from csv import writer", "import openpyxl"])
def test_a_spreadsheet_would_be_found(source: str) -> None:
    assert writes_spreadsheets(source)


def test_ruff_finds_nothing_unsafe() -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed here; `make check` installs and runs it")
    done = subprocess.run([ruff, "check", "--no-cache", "--select", "S", "qa", "ingest", "eval", "ui"], cwd=ROOT,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_terminal_gets_no_control_characters() -> None:
    hostile = "".join(map(chr, range(0x110000 - 0x100000)))
    left = {char for char in safe(hostile) if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"}}
    assert left == {"\n", "\t"}
    assert "\x1b" not in safe("\x1b]0;title\x07news\x1b[2J")
