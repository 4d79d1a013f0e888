"""What a worker does: chunk after chunk, each answered with the pieces of its cases as they are done."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from derivcheck.running.chunk_checking import check_chunk
from derivcheck.running.interface import Piece, Wanted
from derivcheck.running.pool.transport import pack_pieces, unpack_chunk
from derivcheck.system.collector import collect_seldom
from derivcheck.workers.measuring import resident_memory
from derivcheck.workers.serving import Connection, begin_forked, serve
from derivcheck.workers.stop import Cause, Stop

SLICE = 0.2
"""Seconds after which a worker hands on what it has done of its chunk, for it to be shown."""


@dataclass(frozen=True, slots=True)
class Begun:
    """That the worker has begun the chunk: from here on, its end is the fault of a case.

    Attributes:
        resident: the bytes that the worker holds in memory before it checks anything.
    """

    resident: int


@dataclass(frozen=True, slots=True)
class Done:
    """The pieces of the next portions of a chunk.

    Attributes:
        count: how many portions, at least one.
        pieces: their pieces, packed.
    """

    count: int
    pieces: bytes


def work(connection: Connection, wanted: Wanted) -> None:
    """Be a worker.

    Args:
        connection: the pipe to the Slot.
        wanted: what of the Results somebody will look at.
    """
    begin_forked()
    from derivcheck.running.pool import preloaded  # it loads torch, and the parent imports this module as well

    preloaded.use_one_thread()
    collect_seldom()
    serve(connection, partial(_answer, wanted))


def _answer(wanted: Wanted, packed: bytes) -> Iterator[Begun | Done | Stop]:
    """Check a chunk; a Stop for what ends it too early."""
    chunk = unpack_chunk(packed)
    yield Begun(resident_memory(os.getpid()))
    first = 0
    pieces: list[Piece] = []
    until = time.monotonic() + SLICE

    def done() -> Done:
        return Done(len(pieces), pack_pieces(chunk[first : first + len(pieces)], pieces))

    try:
        for piece in check_chunk(chunk, wanted=wanted):
            pieces.append(piece)
            if time.monotonic() > until:
                yield done()
                first += len(pieces)
                pieces.clear()
                until = time.monotonic() + SLICE
        if pieces:
            yield done()
    except MemoryError:
        yield Stop(Cause.MEMORY)
    except Exception:  # the Result keeps the traceback
        yield Stop(Cause.BUG, trace=traceback.format_exc())
