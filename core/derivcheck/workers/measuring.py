"""What a process has taken from the machine so far; 0 of a process that is gone."""

from __future__ import annotations

from functools import lru_cache

import psutil


def processor_time(pid: int) -> float:
    """Measure the seconds of processor time that a process has taken."""
    try:
        times = _process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def resident_memory(pid: int) -> int:
    """Measure the bytes that a process holds in memory."""
    try:
        resident: int = _process(pid).memory_info().rss
    except psutil.Error:
        return 0
    return resident


@lru_cache(maxsize=256)
def _process(pid: int) -> psutil.Process:
    """What psutil knows a process by: to make that takes longer than to ask it."""
    return psutil.Process(pid)
