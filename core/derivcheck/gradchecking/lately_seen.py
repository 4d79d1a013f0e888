"""What the tape showed lately: where the very same function returns the very same numbers, it is not run again.

One function is often checked several times in a row, as a test suite asks for second derivatives with upstream
gradients that lie in memory with and without gaps. How far rounding can move a number depends on what the function runs
and on its inputs. So what was seen serves the same function object, at the same inputs, and only for passes that
returned the same numbers to the last bit.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derivcheck.rounding.explanation_of_tensors import Explained


class Seen:
    """What the tape showed of one function at one point.

    Args:
        function: what the caller's code calls; None: one of which nothing is kept.
    """

    def __init__(self, function: Callable[..., Any] | None = None) -> None:
        self._function = _weakly(function)
        self._tapes: dict[Hashable, Any] = {}

    def take_over(self, other: Seen) -> None:
        """Know what was seen of the same function, at the same point."""
        if self._function is not None and self._function() is other._known_function():
            self._tapes = other._tapes

    def let_go(self) -> None:
        """Keep what the tape has shown, and not the function, which further samples would run."""
        for tapes in self._tapes.values():
            for sampling in tapes.values():
                sampling.cut_short()

    def _known_function(self) -> object:
        found = None if self._function is None else self._function()
        return _NOBODY if found is None else found

    def explained(self, what: Hashable, numbers: Iterable[NDArray[np.float64]], explained: Explained) -> Explained:
        """What rounding explains of some passes, with what the tape has shown of them before.

        Args:
            what: what they compute.
            numbers: what they returned.
            explained: what rounding explains of them.
        """
        key = (what, *[one.tobytes() for one in numbers])
        return replace(explained, tapes=self._tapes.setdefault(key, explained.tapes))


_NOBODY = object()


def _weakly(function: Callable[..., Any] | None) -> weakref.ref[Callable[..., Any]] | None:
    """The function, which nobody keeps alive; None of one that cannot be held so."""
    try:
        return None if function is None else weakref.ref(function)
    except TypeError:
        return None
