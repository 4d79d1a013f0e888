"""What a case can do to the process that it is checked in, by the case's name; none of it exists in the product."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from derivcheck.running import chunk_checking
from derivcheck.running.chunks import Chunk
from derivcheck.running.interface import ROWS, Piece, Wanted


def hang_in_sympy() -> None:
    """Factor a product of two primes of 50 digits each, in Python."""
    import sympy

    sympy.factorint(sympy.nextprime(10**50) * sympy.nextprime(3 * 10**50))


def hang_in_c() -> None:
    """A loop in C that keeps the interpreter's lock and looks at no signal."""
    deque(itertools.repeat(0), maxlen=0)


def memory_bomb() -> None:
    """Twenty gigabytes, written to."""
    assert b"x" * (20 * 10**9)


def killed() -> None:
    """What the out-of-memory killer does."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_once() -> None:
    """What it does at random: the file that HOSTILE_ONCE names says whether it has been here."""
    marker = Path(os.environ["HOSTILE_ONCE"])
    if not marker.exists():
        marker.touch()
        killed()


def stack_overflow() -> None:
    """A recursion that Python does not stop."""
    sys.setrecursionlimit(10**9)

    def deeper(depth: int) -> int:
        return max([depth], key=deeper)

    deeper(0)


def exits() -> None:
    """An end without a word, as of a library that calls exit."""
    os._exit(0)


def slow() -> None:
    """Takes a while, and ends."""
    time.sleep(1.0)


ACTS: dict[str, Callable[[], None]] = {
    act.__name__: act
    for act in (hang_in_sympy, hang_in_c, memory_bomb, killed, killed_once, stack_overflow, exits, slow)
}


def _mark() -> None:
    """Tell the test that it has come to that."""
    if "HOSTILE_ONCE" in os.environ:
        Path(os.environ["HOSTILE_ONCE"]).with_name("begun").touch()


def plant() -> None:
    """Let the cases whose name begins with the name of an act do it."""
    check_chunk = chunk_checking.check_chunk

    def hostile(chunk: Chunk, *, wanted: Wanted = ROWS) -> Iterator[Piece]:
        for portion in chunk:
            act = ACTS.get((portion.item.name or "").partition("/")[0])
            if act is not None:
                _mark()
                act()
            yield from check_chunk((portion,), wanted=wanted)

    chunk_checking.check_chunk = hostile
