"""Loading torch, SymPy and Arb without the garbage collector, which would look through all of them again and again."""

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


def load_all() -> None:
    """Load everything that a check needs, at once."""
    with undisturbed():
        import derivcheck.checking
        import derivcheck.symbolic  # noqa: F401
