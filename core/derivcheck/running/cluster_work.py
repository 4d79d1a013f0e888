"""What a Dask worker does: it holds Slots of its own, so that a case is watched there as it is here."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing import util

from derivcheck.running.limits import Limits
from derivcheck.running.slot import Answer, Slots
from derivcheck.running.transport import unpack_chunk

MOST_SLOTS = 256
"""Places for workers; one is started for each thread of the Dask worker that has work."""

_known: dict[Limits, Slots] = {}
_lock = threading.Lock()


def check(message: bytes, limits: Limits) -> list[Answer]:
    """Check a chunk in a process below this one."""
    return _slots(limits).check(unpack_chunk(message))


def _slots(limits: Limits) -> Slots:
    with _lock:
        if limits not in _known:
            _allow_children()
            _known[limits] = Slots(MOST_SLOTS, limits)
            # Before the exit waits for children: they end with this process, not the other way round.
            util.Finalize(None, _known[limits].abandon, exitpriority=100)
        return _known[limits]


def _allow_children() -> None:
    """Let this process have children: Dask's nanny starts it as a daemon, which by default may have none."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # noqa: SLF001
