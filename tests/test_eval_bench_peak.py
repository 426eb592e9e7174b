"""The memory of a process is its own."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from eval.bench.peak import own_peak_mb


def test_what_the_starter_took_is_not_counted() -> None:
    taken = np.ones(20_000_000)
    told = "from eval.bench.peak import own_peak_mb; print(own_peak_mb())"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert own_peak_mb() > taken.nbytes / 1e6
    assert 1 < float(done.stdout) < 100
