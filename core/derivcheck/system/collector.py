"""Settings of Python's garbage collector, so that it does not search torch, SymPy and Arb again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed() -> Iterator[None]:
    """Pause the collector while large libraries are imported.

    They make half a million objects that are never freed, and the collector would search these a hundred times.
    Afterwards they are set aside (`gc.freeze`), so that later collections search only the objects of the run.
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
"""How many objects may be made before the collector searches for cycles: those of a few checks. One check makes ten
times Python's default of 700, and leaves hardly any cycles."""


def collect_seldom() -> None:
    """Make collections rarer, in a process that does nothing but check."""
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Make collections rarer for a while, in a process that is not ours: a user's own code checks its gradients there.

    Where that code has set what it wants itself, larger numbers stay, and a collector that is off stays off.
    """
    before = gc.get_threshold()
    rarer = (max(before[0], _YOUNG), *before[1:])
    if not before[0]:  # it never collects
        yield
        return
    gc.set_threshold(*rarer)
    try:
        yield
    finally:
        if gc.get_threshold() == rarer:
            gc.set_threshold(*before)
