"""The greatest memory that this process has taken."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_MB = 1024.0 if sys.platform != "darwin" else 1024.0 * 1024


def own_peak_mb() -> float:
    """Give it in MB, without what the process that started this one took."""
    # Linux hands a starter's peak on to what it starts, except in this file.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
