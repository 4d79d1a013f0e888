"""Python's garbage collector, kept from looking through torch, SymPy and Arb again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Import inside: half a million objects come to stay.

    While they come, the collector rests; it would run through what is there a hundred times. Afterwards they are set
    aside (`gc.freeze`), so that a collection in the run looks at the run's objects only.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


_YOUNG = 50_000
"""Objects that may come before the collector looks for cycles: a few checks' worth. Python's own 700 are reached ten
times in one check, which leaves next to no cycles behind."""


def collect_seldom() -> None:
    """Let more objects come between two collections, in a process that does nothing but check."""
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
