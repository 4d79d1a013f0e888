"""A place for a worker: one process that is started when there is work, watched, killed and replaced.

A chunk is a matter of speed. Where it ends its worker it is taken apart, and each of its cases stands alone: so a case
is stopped for what it did itself, and the others get what they get elsewhere.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import WorkerError
from derivcheck.running.chunks import Chunk
from derivcheck.running.interface import ROWS, Wanted
from derivcheck.running.limits import Limits
from derivcheck.running.pool import worker
from derivcheck.running.pool.server import PRELOADED, start
from derivcheck.running.pool.transport import pack_chunk
from derivcheck.running.pool.worker import Begun, Done
from derivcheck.workers.allowance import Allowance
from derivcheck.workers.child import Child
from derivcheck.workers.forked import Forked
from derivcheck.workers.stop import Cause, Stop

PATIENCE = 4.0
"""How many times longer a case may take that waits, for the processor or for something else, than one that works."""

_START = 120.0
"""Seconds in which a worker must have begun: it imports torch and SymPy."""

_PAUSES = (0.0, 0.2, 1.0)
"""Seconds to wait before each start of a worker; where all die before they begin there is no use in another one.

A server that was killed refuses connections before it counts as dead, for longer on a busy machine: without a pause,
three starts can fail by that alone.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of some portions of a chunk.

    Attributes:
        first, count: which ones.
        found: their pieces, packed, or why there are none; None where there was nothing to check.
    """

    first: int
    count: int
    found: bytes | Stop | None


class Closed(Exception):
    """The run has ended while a chunk was at work."""


class Slot:
    """One worker, and how it is watched.

    Args:
        limits: what a case may take.
        closing: set where the run ends; then `kill` is called as well.
        wanted: what of the Results somebody will look at.
    """

    def __init__(self, limits: Limits, closing: threading.Event, *, wanted: Wanted = ROWS) -> None:
        self.limits = limits
        self.wanted = wanted
        self.closing = closing
        self._child: Child | None = None
        self._has_begun = False

    def check(self, chunk: Chunk) -> Iterator[Answer]:
        """Check a chunk, and yield what it comes to, as it comes; portion by portion from where it ended its worker."""
        first, size = 0, len(chunk)
        is_second_try = False
        while first < len(chunk):
            stop = None
            for found in self._ask(chunk[first : first + size]):
                if isinstance(found, Stop):
                    stop = found
                    break
                yield Answer(first, found.count, found.pieces)
                first += found.count
                is_second_try = False
            if stop is None:
                continue
            is_second_try = stop.may_not_recur and not is_second_try
            if is_second_try:
                continue
            if size == 1:
                yield Answer(first, 1, stop)
                first += 1
            size = 1

    @property
    def is_starting(self) -> bool:
        """Whether a worker was asked for that has not begun yet."""
        return self._child is not None and not self._has_begun

    def kill(self) -> None:
        """Kill the worker, where there is one."""
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """Kill the worker, and wait for its end."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _ask(self, chunk: Chunk) -> Iterator[Done | Stop]:
        """Let a worker check a chunk; the last of what it says is a Stop where it came to no end."""
        begun = self._begin(pack_chunk(chunk))
        assert self._child is not None
        allowance = _allowance(self.limits, begun)
        while (found := self._child.next(allowance)) is not None:
            if self.closing.is_set():
                raise Closed
            if isinstance(found, Stop):
                self.close()
            yield found

    def _begin(self, packed: bytes) -> Begun:
        """Send a packed chunk to a worker, a new one if need be, and wait until it begins."""
        for pause in _PAUSES:
            if self.closing.wait(pause):
                raise Closed
            begun = self._attempt(packed)
            if begun is not None:
                return begun
        hint = "--jobs 0 works in this process, without limits"
        raise WorkerError("the workers die before they begin", hint=hint)

    def _attempt(self, packed: bytes) -> Begun | None:
        """Send a packed chunk to the worker; None where it died before it began, as an idle one may have."""
        if self._child is None:
            self._has_begun = False
            self._child = Child(partial(Forked, worker.work, (self.wanted,), PRELOADED))
        if self.closing.is_set():  # before there was anything to kill, perhaps
            self._child.kill()
            raise Closed
        self._child.ask(packed)
        found = self._child.next(Allowance(elapsed=_START))
        if isinstance(found, Begun):
            self._has_begun = True
            return found
        self.close()
        if self.closing.is_set():
            raise Closed
        if isinstance(found, Stop) and found.cause is Cause.TIMEOUT:
            raise WorkerError(f"a worker does not begin within {_START:g} s", hint="is the machine overloaded?")
        return None


def _allowance(limits: Limits, begun: Begun) -> Allowance:
    """Say what a worker may take for a case: of the clock more than of the processor, since a busy machine is slow."""
    return Allowance(
        elapsed=None if limits.timeout is None else PATIENCE * limits.timeout,
        processor=limits.timeout,
        memory=None if limits.memory is None else begun.resident + limits.memory,
    )


class Slots:
    """All Slots of a run; whoever has a chunk takes one that is free.

    Args:
        count: how many.
        limits: what a case may take.
        wanted: what of the Results somebody will look at.
    """

    def __init__(self, count: int, limits: Limits, *, wanted: Wanted = ROWS) -> None:
        start()
        self.closing = threading.Event()
        self._all = [Slot(limits, self.closing, wanted=wanted) for _ in range(count)]
        self._free: queue.LifoQueue[Slot] = queue.LifoQueue()  # the last one first: a small run needs few workers
        for slot in reversed(self._all):
            self._free.put(slot)

    def check(self, chunk: Chunk) -> Iterator[Answer]:
        """Check a chunk in a free Slot, and yield the answers as they come; what could not be read needs no worker."""
        if all(isinstance(portion.item, Unreadable) for portion in chunk):
            yield Answer(0, len(chunk), None)
            return
        slot = self._free.get()
        try:
            yield from slot.check(chunk)
        finally:
            self._free.put(slot)

    @property
    def is_starting(self) -> bool:
        """Whether some worker has not begun yet."""
        return any(slot.is_starting for slot in self._all)

    def abandon(self) -> None:
        """Kill every worker, whatever it does; what waits for one raises Closed."""
        self.closing.set()
        for slot in self._all:
            slot.kill()

    def close(self) -> None:
        """End every worker; nothing is at work any more."""
        for slot in self._all:
            slot.kill()
        for slot in self._all:
            slot.close()
