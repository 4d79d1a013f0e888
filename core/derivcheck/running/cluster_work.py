"""What a Dask worker does: it holds Slots of its own, so that a case is watched there as it is here."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing import util

from derivcheck.running.interface import Wanted
from derivcheck.running.limits import Limits
from derivcheck.running.pool.slot import Answer, Slots
from derivcheck.running.pool.transport import unpack_chunk

MOST_SLOTS = 256
"""Places for workers; one is started for each thread of the Dask worker that has work."""

_known: dict[tuple[Limits, Wanted], Slots] = {}
_lock = threading.Lock()


def check(message: bytes, limits: Limits, wanted: Wanted) -> list[Answer]:
    """Check a chunk in a process below this one."""
    return list(_find_slots(limits, wanted).check(unpack_chunk(message)))


def _find_slots(limits: Limits, wanted: Wanted) -> Slots:
    with _lock:
        slots = _known.get((limits, wanted))
        if slots is None:
            _allow_children()
            slots = _known[limits, wanted] = Slots(MOST_SLOTS, limits, wanted=wanted)
            # Before the exit waits for children: they end with this process, not the other way round.
            util.Finalize(None, slots.abandon, exitpriority=100)
        return slots


def _allow_children() -> None:
    """Let this process have children: Dask's nanny starts it as a daemon, which by default may have none."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
