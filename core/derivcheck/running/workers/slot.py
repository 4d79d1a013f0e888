"""A place for a worker: one process that is started when there is work, watched, killed and replaced.

A chunk is a matter of speed. Where it ends its worker it is taken apart, and each of its cases stands alone: so a case
is stopped for what it did itself, and the others get what they get elsewhere.

Each Slot has a pebble pool of its own with one process. The processes of one pool share a pipe and its lock; one that
is killed while it sends would leave half a message, or the lock, to the others. A pool whose process died is thrown
away.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil
from pebble import ProcessExpired, ProcessPool

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import WorkerError
from derivcheck.running.chunks import Chunk
from derivcheck.running.interface import ROWS, Wanted
from derivcheck.running.limits import Limits
from derivcheck.running.workers import worker
from derivcheck.running.workers.fork_server import start_method
from derivcheck.running.workers.stops import Cause, Stop
from derivcheck.running.workers.transport import pack_chunk
from derivcheck.running.workers.worker import Done, Rein

_POLL = 0.05
"""Seconds between two looks at a worker; memory grows by some hundred megabytes meanwhile."""

PATIENCE = 4.0
"""How many times longer a case may take that waits, for the processor or for something else, than one that works."""

_START = 120.0
"""Seconds in which a worker must have begun: it imports torch and SymPy."""

_PAUSES = (0.0, 0.2, 1.0)
"""Seconds to wait before each start of a worker; where all die before they begin there is no use in another one.

A server that was killed refuses connections before it counts as dead, for longer on a busy machine: without a pause,
three starts can fail by that alone.
"""

_END = 2.0
"""Seconds in which pebble must have told of a process that is gone; it does not, of one that ended with exit code 0."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of some entries of a chunk.

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
        closing: set where the run ends.
        wanted: what of the Results somebody will look at.
    """

    def __init__(self, limits: Limits, closing: threading.Event, *, wanted: Wanted = ROWS) -> None:
        self.limits = limits
        self.wanted = wanted
        self.closing = closing
        self._context = start_method()
        self._pool: ProcessPool | None = None
        self._reins: Any = None

    def check(self, chunk: Chunk) -> Iterator[Answer]:
        """What the chunk comes to, as it comes; entry by entry from where it ended its worker."""
        first, size = 0, len(chunk)
        while first < len(chunk):
            found = self._try(chunk[first : first + size])
            if isinstance(found, Done):
                yield Answer(first, found.count, found.pieces)
                first += found.count
            elif size == 1:
                yield Answer(first, 1, found)
                first += 1
            else:
                size = 1

    @property
    def is_starting(self) -> bool:
        """Whether a worker was asked for that does not stand ready yet."""
        return self._pool is not None and not self._reins[Rein.PID]

    def close(self) -> None:
        """End the worker."""
        self.stop()
        self.join()

    def stop(self) -> None:
        """Begin to end the worker: pebble needs a tenth of a second to see that it is gone."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self.kill()

    def join(self) -> None:
        """Wait for the end of the worker that was stopped."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.join()

    def _try(self, chunk: Chunk) -> Done | Stop:
        """A chunk's pieces; once more where somebody else killed its worker."""
        found = self._once(chunk)
        return self._once(chunk) if isinstance(found, Stop) and found.by_chance else found

    def _once(self, chunk: Chunk) -> Done | Stop:
        message = pack_chunk(chunk)
        for pause in _PAUSES:
            if self.closing.wait(pause):
                raise Closed
            found = self._attempt(message)
            if found is not None:
                return found
        hint = "--jobs 0 works in this process, without limits"
        raise WorkerError("the workers die before they begin", hint=hint)

    def _attempt(self, message: bytes) -> Done | Stop | None:
        """The answer of the worker, None where it died before it had begun."""
        try:
            future = self._ready().schedule(worker.check, args=[message, self.wanted])
        except (RuntimeError, BrokenProcessPool, EOFError):  # its idle worker was killed, or the server
            self.close()
            return None
        stop = self._watch(future)
        if stop is None:
            try:
                found = future.result()
            except (ProcessExpired, BrokenProcessPool) as error:
                if self._reins[Rein.BEGUN]:
                    stop = _death(getattr(error, "exitcode", None))
            else:
                if isinstance(found, Done):
                    return found
                stop = Stop(Cause.MEMORY) if found is None else Stop(Cause.BUG, trace=found)
        self.close()
        return stop

    def _ready(self) -> ProcessPool:
        """The pool, its worker started or about to be."""
        if self._pool is None:
            self._reins = self._context.RawArray("q", len(Rein))
            self._pool = ProcessPool(1, initializer=worker.begin, initargs=[self._reins], context=self._context)
        self._reins[Rein.BEGUN] = self._reins[Rein.DONE] = 0
        return self._pool

    def _watch(self, future: Any) -> Stop | None:
        """Wait for the answer; a Stop where the worker had to be killed."""
        done, since, spent = -1, time.monotonic(), 0.0
        alive = since
        while not wait([future], _POLL).done:
            if self.closing.is_set():
                self.kill()
                raise Closed
            now = time.monotonic()
            progress = self._reins[Rein.BEGUN] + self._reins[Rein.DONE]
            if progress != done:
                done, since, spent = progress, now, self._processor_time()
            pid = self._reins[Rein.BEGUN]
            if not pid or self._is_at_work(pid):
                alive = now
            elif now - alive > _END:
                return Stop(Cause.DIED, 0)
            stop = self._excess(now - since, self._processor_time() - spent)
            if stop is not None:
                self.kill()
                wait([future], _END)
                return stop
        return None

    def _excess(self, seconds: float, processor: float) -> Stop | None:
        """What the worker takes too much of; a machine with much else to do is not the fault of a case."""
        if not self._reins[Rein.BEGUN]:
            if seconds > _START:
                raise WorkerError(f"a worker does not begin within {_START:g} s", hint="is the machine overloaded?")
            return None
        if self.limits.timeout is not None and max(processor, seconds / PATIENCE) > self.limits.timeout:
            return Stop(Cause.TIMEOUT)
        if self.limits.memory is not None and self._grown() > self.limits.memory:
            return Stop(Cause.MEMORY)
        return None

    def _is_at_work(self, pid: int) -> bool:
        """Whether the process still lives, and pebble has not put another one into its place."""
        return self._reins[Rein.PID] == pid and bool(psutil.pid_exists(pid))

    def _processor_time(self) -> float:
        """The seconds of processor time that the worker has taken."""
        try:
            times = psutil.Process(self._reins[Rein.PID]).cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def _grown(self) -> int:
        """The bytes by which the worker has grown over the chunk."""
        try:
            resident: int = psutil.Process(self._reins[Rein.PID]).memory_info().rss
        except psutil.Error:  # it is gone; pebble tells
            return 0
        return resident - int(self._reins[Rein.BASE])

    def kill(self) -> None:
        """Kill the worker, where there is one."""
        if self._reins is not None and self._reins[Rein.PID]:
            with suppress(psutil.Error):
                psutil.Process(self._reins[Rein.PID]).kill()


class Slots:
    """So many Slots; whoever has a chunk takes one that is free.

    Args:
        count: how many.
        limits: what a case may take.
        wanted: what of the Results somebody will look at.
    """

    def __init__(self, count: int, limits: Limits, *, wanted: Wanted = ROWS) -> None:
        self.closing = threading.Event()
        self._all = [Slot(limits, self.closing, wanted=wanted) for _ in range(count)]
        self._free: queue.LifoQueue[Slot] = queue.LifoQueue()  # the last one first: a small run needs few workers
        for slot in reversed(self._all):
            self._free.put(slot)

    def check(self, chunk: Chunk) -> Iterator[Answer]:
        """What the chunk comes to, as it comes; what could not be read needs no worker."""
        if all(isinstance(entry.item, Unreadable) for entry in chunk):
            yield Answer(0, len(chunk), None)
            return
        slot = self._free.get()
        try:
            yield from slot.check(chunk)
        finally:
            self._free.put(slot)

    @property
    def is_starting(self) -> bool:
        """Whether some worker does not stand ready yet."""
        return any(slot.is_starting for slot in self._all)

    def abandon(self) -> None:
        """Kill every worker, whatever it does."""
        self.closing.set()
        for slot in self._all:
            slot.kill()

    def close(self) -> None:
        """End every worker; nothing is at work any more."""
        for slot in self._all:
            slot.stop()
        for slot in self._all:
            slot.join()


def _death(code: int | None) -> Stop:
    return Stop(Cause.KILLED if code in {None, -9} else Cause.DIED, code)
