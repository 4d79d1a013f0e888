"""What a Dask worker does: it holds Slots of its own, so that a case is watched there as it is here."""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import dataclass
from multiprocessing import util

from derivcheck.running.interface import Wanted
from derivcheck.running.limits import Limits
from derivcheck.running.pool.slot import Answer, Slots
from derivcheck.running.pool.transport import unpack_chunk

MOST_SLOTS = 256
"""Places for workers; one is started for each thread of the Dask worker that has work."""

_Setting = tuple[Limits, Wanted]


@dataclass(slots=True)
class _Held:
    """Slots of one setting, how many chunks are at work in them, and what ends them with this process."""

    slots: Slots
    ending: util.Finalize
    at_work: int = 0


_held: dict[_Setting, _Held] = {}
_lock = threading.Lock()


def check(message: bytes, limits: Limits, wanted: Wanted) -> list[Answer]:
    """Check a chunk in a process below this one."""
    held = _take((limits, wanted))
    try:
        return list(held.slots.check(unpack_chunk(message)))
    finally:
        with _lock:
            held.at_work -= 1


def _take(setting: _Setting) -> _Held:
    """Take the Slots of a setting; where they are new, those of other runs end that have nothing to do any more.

    A Dask worker outlives many runs, and the processes of each would hold memory as long as it lives.
    """
    with _lock:
        held = _held.get(setting)
        if held is None:
            for other in [one for one, found in _held.items() if not found.at_work]:
                idle = _held.pop(other)
                idle.ending.cancel()
                idle.slots.close()
            _allow_children()
            limits, wanted = setting
            slots = Slots(MOST_SLOTS, limits, wanted=wanted)
            # Before the exit waits for children: they end with this process, not the other way round.
            held = _held[setting] = _Held(slots, util.Finalize(None, slots.abandon, exitpriority=100))
        held.at_work += 1
        return held


def _allow_children() -> None:
    """Let this process have children: Dask's nanny starts it as a daemon, which by default may have none."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
