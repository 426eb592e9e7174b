"""The long forms that the Makefile offers are the ones that the tests know."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
MAKEFILE = (TESTS.parent / "Makefile").read_text("utf-8")
RECIPES: dict[str, str] = dict(re.findall(r"^(\w+):[^\n]*\n\t(.+)$", MAKEFILE, re.MULTILINE))


def test_every_variable_of_a_long_form_is_read_by_a_test() -> None:
    source = "".join(path.read_text("utf-8") for path in TESTS.glob("*.py") if path != Path(__file__))
    set_here = re.findall(r"\b((?:FUZZ|SOAK)\w*)=", RECIPES["soak"] + RECIPES["fuzz"])
    assert {"FUZZ", "SOAK"} <= set(set_here)
    assert [name for name in set_here if f'"{name}"' not in source] == []


def test_make_fuzz_runs_every_test_of_made_up_input() -> None:
    assert " -m fuzz " in RECIPES["fuzz"]
    for path in TESTS.glob("test_*.py"):
        source = path.read_text("utf-8")
        if re.search(r"^(?:from|import) hypothesis", source, re.MULTILINE):
            assert "pytest.mark.fuzz" in source, path.name


def test_the_long_form_gives_each_reader_two_thousand_inputs() -> None:
    program = "import test_ingest_fuzz as fuzz; print(fuzz.CASES, fuzz.fuzz.max_examples)"
    environ = {**os.environ, "FUZZ": "1", "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    told = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert [int(number) >= 2000 for number in told.stdout.split()] == [True, True]
