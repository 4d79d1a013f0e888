"""What a run may take: how many workers, and for a case seconds and bytes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from derivcheck.errors import CaseError
from derivcheck.running.machine import usable_cores, usable_memory

DEFAULT_TIMEOUT = 60.0
"""Seconds of processor time for a case; the slowest shipped one, `torch.compile` aside, takes a tenth of one."""

MOST_MEMORY = 4 * 10**9
LEAST_MEMORY = 500 * 10**6
"""Bytes for a case by default: an equal share for each core, within these bounds."""

NO_LIMIT = "none"

CASE_TIMEOUT, CASE_MEMORY, MACHINE = "case-timeout", "case-memory", "machine"
"""What a case may meet: the limits by the names of their options, and what is nobody's setting."""

AUTO = "auto"

MOST_JOBS = 1024
"""Workers; each has some threads and files of its own in the process that started it."""

_UNITS = {"": 1, **{f"{prefix}b": 1000**power for power, prefix in enumerate(["", "k", "m", "g", "t"])}}
_UNITS |= {f"{prefix}ib": 1024**power for power, prefix in enumerate(["k", "m", "g", "t"], start=1)}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a case may take.

    Attributes:
        timeout: seconds; None for any number.
        memory: bytes beyond what its process held before; None likewise.
    """

    timeout: float | None = DEFAULT_TIMEOUT
    memory: int | None = None

    def hold(self, limit: tuple[str, float | None]) -> bool:
        """Whether a limit that stopped a case in an earlier run would stop it again.

        What the machine did to a case, such as killing its process, may not happen again.
        """
        return limit in {(CASE_TIMEOUT, self.timeout), (CASE_MEMORY, self.memory)}


NO_LIMITS = Limits(None, None)


def default_memory() -> int:
    """Compute the bytes that a case may take by default, from the machine alone and not from the number of workers."""
    return min(MOST_MEMORY, max(LEAST_MEMORY, usable_memory() // usable_cores()))


def read_limits(timeout: str | None, memory: str | None) -> Limits:
    """Read the limits as the user states them, None for the default.

    Args:
        timeout: seconds, or "none".
        memory: a size such as "4GB" or "512MiB", or "none".

    Raises:
        CaseError: for what is neither.

    Example:
        >>> read_limits("2.5", "4GB")
        Limits(timeout=2.5, memory=4000000000)
    """
    return Limits(
        DEFAULT_TIMEOUT if timeout is None else _read_seconds(timeout),
        default_memory() if memory is None else _read_bytes(memory),
    )


def read_jobs(text: str) -> str:
    """Check a number of jobs, and return it as it was typed; CaseError where it is none."""
    if text != AUTO and (not text.isascii() or not text.isdecimal() or int(text) > MOST_JOBS):
        raise CaseError(f"the number of jobs {text!r} is no number up to {MOST_JOBS}, nor {AUTO}")
    return text


def read_timeout(text: str) -> str:
    """Check a case timeout, and return it as it was typed; CaseError where it is none."""
    _read_seconds(text)
    return text


def read_memory(text: str) -> str:
    """Check a case memory, and return it as it was typed; CaseError where it is none."""
    _read_bytes(text)
    return text


def size_in_words(count: int) -> str:
    """Write a number of bytes as one would type it: 4 GB, 512 MB."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.3g} {unit}"
    return f"{count} bytes"


def _read_seconds(text: str) -> float | None:
    if text.strip().lower() == NO_LIMIT:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        hint = f"seconds above 0, such as 2.5, or {NO_LIMIT}"
        raise CaseError(f"the case timeout {text!r} is no number of seconds", hint=hint)
    return seconds


def _read_bytes(text: str) -> int | None:
    if text.strip().lower() == NO_LIMIT:
        return None
    match = _SIZE.fullmatch(text.strip())
    unit = match and _UNITS.get(match[2].lower())
    size = round(float(match[1]) * unit) if match and unit else 0
    if not size:
        hint = f"a number with kB, MB, GB, TB or KiB, MiB, GiB, TiB, such as 4GB, or {NO_LIMIT}"
        raise CaseError(f"the case memory {text!r} is no size", hint=hint)
    return size
