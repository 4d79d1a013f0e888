"""A worker process: set up once, then chunk after chunk, held by the reins that its Slot has."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import MutableSequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import psutil

from derivcheck.running.interface import Wanted
from derivcheck.running.workers.transport import pack_pieces, unpack_chunk

SLICE = 0.2
"""Seconds after which a worker hands on what it has done of its chunk, for it to be shown."""


@dataclass(frozen=True, slots=True)
class Done:
    """The pieces of the first entries of a chunk.

    Attributes:
        count: how many entries, at least one.
        pieces: their pieces, packed.
    """

    count: int
    pieces: bytes


class Rein(IntEnum):
    """What a worker tells of itself in memory that it shares with its Slot, at all times and at no cost.

    PID is the process that stands ready, BEGUN the one that has begun the chunk: not the same where pebble has put a
    new worker into the place of one that died.
    """

    PID = 0
    BEGUN = 1
    DONE = 2
    BASE = 3


Reins = MutableSequence[int]
_reins: Reins = [0] * len(Rein)

_INTERRUPTED = 130
"""The exit code of a shell's command that Ctrl-C ended."""


def begin(reins: Reins) -> None:
    """Set the process up."""
    global _reins  # noqa: PLW0603 - a process has one Slot
    _reins = reins
    with suppress(OSError):
        os.dup2(2, 1)  # stdout is for results: what a function of the user's own writes there, however, is chatter
    os.environ["PYTHONSAFEPATH"] = "1"  # for the processes that torch starts, by which it compiles
    for number in (signal.SIGTERM, signal.SIGHUP):  # which the server from which it was forked blocks
        signal.signal(number, signal.SIG_DFL)  # ends a loop in C as well, where a handler in Python would wait
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    _die_with_parent()
    _go_first()
    from derivcheck.running.workers import preloaded
    from derivcheck.system.collector import collect_seldom

    preloaded.settle()
    collect_seldom()
    _reins[Rein.PID] = os.getpid()


def check(message: bytes, wanted: Wanted) -> Done | str | None:
    """Check a chunk, or the first entries of one that takes long.

    Returns:
        Their pieces; the traceback of a bug of ours; None where the memory ended.
    """
    from derivcheck.running.work import check_chunk

    chunk = unpack_chunk(message)
    _reins[Rein.DONE] = 0
    _reins[Rein.BASE] = psutil.Process().memory_info().rss
    _reins[Rein.BEGUN] = os.getpid()
    pieces = []
    until = time.monotonic() + SLICE
    try:
        for piece in check_chunk(chunk, wanted=wanted):
            pieces.append(piece)
            _reins[Rein.DONE] += 1
            if time.monotonic() > until:
                break
        return Done(len(pieces), pack_pieces(chunk[: len(pieces)], pieces))
    except MemoryError:
        return None
    except KeyboardInterrupt:  # no Ctrl-C comes here: a function of the user's own raised it
        os._exit(_INTERRUPTED)
    except Exception:  # the Result keeps the traceback
        return traceback.format_exc()


def _die_with_parent() -> None:
    """End this process with the run, however that ends: a case that hangs would stay for ever.

    The server from which it was forked ends with the run, unless one of its children holds the pipe by which it knows;
    and Linux ends the children with the server (`served`).
    """
    from multiprocessing import forkserver

    with suppress(OSError, AttributeError, TypeError):
        os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]


def _go_first() -> None:
    """Ask Linux to end this process rather than another one where memory ends."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
