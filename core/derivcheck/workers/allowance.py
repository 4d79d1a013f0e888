"""What a process may take until its next message, and the measurement of what it has taken."""

from __future__ import annotations

import time
from dataclasses import dataclass

from derivcheck.workers.stop import Cause


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a process may take until its next message; None stands for any amount.

    Attributes:
        elapsed: seconds on the clock.
        processor: seconds of processor time.
        memory: bytes that it may hold in memory.
    """

    elapsed: float | None = None
    processor: float | None = None
    memory: int | None = None


class Watch:
    """Measures what a process takes from now on.

    Args:
        allowance: what it may take.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._since = time.monotonic()
        self._processor_before: float | None = None

    def excess(self, pid: int | None) -> Cause | None:
        """Which part of its allowance the process has used up; None where it may go on.

        Args:
            pid: the process; None as long as it is being started, and only the clock can be looked at.
        """
        allowed = self._allowance
        if allowed.elapsed is not None and time.monotonic() - self._since > allowed.elapsed:
            return Cause.TIMEOUT
        if pid is None or (allowed.processor is None and allowed.memory is None):
            return None
        # psutil takes some 10 ms to load, which `derivcheck function` does without: it limits the clock alone.
        from derivcheck.workers import measuring

        if allowed.processor is not None:
            spent = measuring.processor_time(pid)
            if self._processor_before is None:
                self._processor_before = spent
            if spent - self._processor_before > allowed.processor:
                return Cause.TIMEOUT
        if allowed.memory is not None and measuring.resident_memory(pid) > allowed.memory:
            return Cause.MEMORY
        return None
