"""The arenas of the C library: few, where it is glibc."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, io, sys, threading
from ui.heap import share_arenas
assert "share" not in sys.argv or share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
held, hold = threading.Barrier(17), threading.Barrier(17)
def take():
    libc.malloc(1000)
    held.wait(); hold.wait()
for _ in range(16):
    threading.Thread(target=take, daemon=True).start()
held.wait()
libc.malloc_stats()
hold.wait()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such arenas")
def test_threads_share_two_arenas() -> None:
    def arenas(*words: str) -> int:
        done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True)
        return done.stderr.count("Arena")

    assert arenas("share") <= 2 < arenas()
