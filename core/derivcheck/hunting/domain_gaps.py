"""The gaps in the domain of a function: where it is proven to have no value, point by point and stretch by stretch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from flint import arb

from derivcheck.balls.ball import Outside, precision
from derivcheck.balls.program import Program

_BITS = 256

_PATIENCE = 32
"""Stretches that may turn out to be no gaps, more than those that are: lgamma has its poles one by one."""


class DomainGaps:
    """Where a function has no value, as far as it was asked.

    Of one variable that is searched, two points without a value are held together with all numbers between them: where
    those are proven to lie outside as well, no number between them costs anything any more.

    Args:
        function: the function.
        names: the variables of a point, in order.
        searched: those of them that are searched.
    """

    def __init__(self, function: Program, names: Sequence[str], searched: Sequence[str]) -> None:
        self._function, self._names = function, names
        self._moved = names.index(searched[0]) if len(searched) == 1 and searched[0] in names else None
        self._gaps: list[tuple[float, float]] = []
        self._patience = _PATIENCE

    def holds(self, point: Sequence[float]) -> bool:
        """Whether the function is proven to have no value at a point."""
        if self._moved is None:
            return self._is_outside(point)
        number = point[self._moved]
        at = bisect_right(self._gaps, (number, number))
        before, after = self._gaps[at - 1 : at], self._gaps[at : at + 1]
        if any(low <= number <= high for low, high in (*before, *after)):
            return True
        if not self._is_outside(point):
            return False
        low = high = number
        if before and self._is_gap(point, before[0][1], number):
            at, low = at - 1, before[0][0]
        if after and self._is_gap(point, number, after[0][0]):
            high = after[0][1]
        self._gaps[at : at + (low < number) + (high > number)] = [(low, high)]
        return True

    def _is_gap(self, point: Sequence[float], low: float, high: float) -> bool:
        """Whether all numbers between two are proven to lie outside."""
        if not self._patience:
            return False
        found = self._is_outside(point, arb(low).union(arb(high)))
        self._patience += 1 if found else -1
        return found

    def _is_outside(self, point: Sequence[float], moved: arb | None = None) -> bool:
        """The same, where the variable that is searched is a ball."""
        with precision(_BITS):
            around = {name: arb(x) for name, x in zip(self._names, point, strict=True)}
            if moved is not None and self._moved is not None:
                around[self._names[self._moved]] = moved
            found = self._function.run({name: around[name] for name in self._function.variables})
        return isinstance(found, Outside)
