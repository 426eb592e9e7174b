"""The session of the README really runs, and its commands exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _session() -> list[str]:
    return re.findall(r"^    \$ onrecord (.+)$", README, re.MULTILINE)


@pytest.mark.timeout(400)
def test_every_line_of_the_session_runs(tmp_path: Path) -> None:
    lines = _session()
    assert len(lines) >= 3
    environ = {**os.environ, "ONRECORD_HOME": str(tmp_path / "home")}
    for line in lines:
        ran = subprocess.run(
            [sys.executable, "-c", "from ui.cli import main; main()", *shlex.split(line)],
            cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, (line, ran.stderr)
        if line.startswith("ask"):
            assert "[1]" in ran.stdout
