"""The session of the README really runs, as do the command's own options and the check that CI makes of the demo."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _onrecord(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'onrecord'; from ui.cli import main; main()", *arguments],
        cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _session() -> list[str]:
    return re.findall(r"^    \$ (.+)$", README, re.MULTILINE)


def test_the_session_first_says_where_the_command_and_the_library_are() -> None:
    made = (ROOT / "Makefile").read_text("utf-8")
    binaries, home = (re.search(rf"^{name} := (.+)$", made, re.MULTILINE) for name in ("BIN", "DEMO_HOME"))
    assert binaries
    assert home
    assert _session()[:2] == [f". {binaries[1]}/activate", f"export ONRECORD_HOME={home[1]}"]


@pytest.mark.timeout(400)
def test_every_line_of_the_session_runs(tmp_path: Path) -> None:
    lines = [line.removeprefix("onrecord ") for line in _session()[2:]]
    assert len(lines) >= 3
    for line in lines:
        ran = _onrecord(*shlex.split(line), ONRECORD_HOME=str(tmp_path / "home"))
        assert ran.returncode == 0, (line, ran.stderr)
        if line.startswith("ask"):
            assert "[1]" in ran.stdout


def test_the_command_says_its_version_and_how_a_shell_completes_it() -> None:
    assert re.fullmatch(r"onrecord \d+\.\d+\.\d+\n", _onrecord("--version").stdout)
    # Typer asks the processes above which shell this is; a test has none above it that it could count on.
    named = _onrecord("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "_ONRECORD_COMPLETE" in named.stdout, named.stderr
    asked = {"_ONRECORD_COMPLETE": "complete_bash", "COMP_WORDS": "onrecord watch a", "COMP_CWORD": "2"}
    assert _onrecord(**asked).stdout.split() == ["add"]


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
@pytest.mark.parametrize(("said", "passes"), [("It opens in May. [1]", True), ("The articles do not say.", False)])
def test_ci_fails_where_the_demos_answer_cites_nothing(said: str, passes: bool, tmp_path: Path) -> None:
    for name, line in {"make": f'[ "$1" != demo-answer ] || echo "{said}"', "chromium": ""}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    searched = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    ran = subprocess.run(["bash", ".ci/run"], cwd=ROOT, env={**os.environ, "PATH": searched}, capture_output=True)
    assert (ran.returncode == 0) == passes
