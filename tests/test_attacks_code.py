"""What no module may do: load code from data, build a shell's line, write what a spreadsheet would run."""

from __future__ import annotations

import ast
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
    "Markup",
}  # fmt: skip
FORBIDDEN_ARGUMENTS = {"trust_remote_code", "allow_pickle", "shell"}


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


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
    for name, call in _calls(tree):
        if name in FORBIDDEN_CALLS - {"Markup"} or name.endswith(".extractall"):
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
    ],
)  # fmt: skip
def test_what_is_forbidden_would_be_found(source: str) -> None:
    assert wrong(source)


def test_nothing_writes_spreadsheets() -> None:
    """A cell that begins with ``=`` runs in a spreadsheet; exports are Markdown and JSON, in which nothing does."""
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        assert not SPREADSHEETS & set(_imports(tree)), path
        assert not [name for name, _ in _calls(tree) if name in {"csv.writer", "csv.DictWriter"}], path
        assert "text/csv" not in path.read_text("utf-8"), path


def test_terminal_gets_no_control_characters() -> None:
    hostile = "".join(map(chr, range(0x110000 - 0x100000)))
    left = {char for char in safe(hostile) if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"}}
    assert left == {"\n", "\t"}
    assert "\x1b" not in safe("\x1b]0;title\x07news\x1b[2J")
