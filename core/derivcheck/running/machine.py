"""What this machine lends to a run: cores and memory, a container's limits included."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = _CGROUP) -> int:
    """Count the cores that this process may use: those of the machine, of its affinity, or of its container's quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota, _, period = _read_text(cgroup / "cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal() and int(period):
        cores = min(cores, max(1, math.ceil(int(quota) / int(period))))
    return cores


def usable_memory(cgroup: Path = _CGROUP) -> int:
    """Count the bytes of memory that this process may use: those of the machine, or of its container."""
    import psutil  # it takes 10 ms, and `--help` does without

    total: int = psutil.virtual_memory().total
    limit = _read_text(cgroup / "memory.max")
    return min(total, int(limit)) if limit.isdecimal() else total


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return ""
