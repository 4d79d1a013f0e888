"""Landmarks: numbers at which functions and formats change, each with its neighbours.

They are the ends of the range, the constants of the expression, thresholds at which kernels switch from one formula to
another, powers of 2, and the limits of the format.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from derivcheck.balls.program import Program
from derivcheck.hunting.bit_patterns import place_at_or_below
from derivcheck.hunting.searched import Searched
from derivcheck.numbers import DType

_NEIGHBOURS = (-2, -1, 0, 1, 2)

_USUAL = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 50, 88, 100, 104, 708, 745, 1000)
"""Numbers at which kernels often switch: 20 of softplus, 3 of hardsigmoid, 88 and 708 where exp overflows."""

_POWERS = 64
"""Every power of 2 up to this exponent is a landmark, and then every so many-th one."""


def landmarks(searched: Searched, index: int) -> list[int]:
    """The places of the landmarks within one range, in order.

    Args:
        searched: the search.
        index: which of its ranges.
    """
    low, high = searched.lows[index], searched.highs[index]
    found = {low, low + 1, high - 1, high}
    for number in _numbers(searched):
        for signed in (number, -number):
            place = place_at_or_below(signed, searched.dtype)
            found.update(place + step for step in _NEIGHBOURS)
    return sorted(place for place in found if low <= place <= high)


def _numbers(searched: Searched) -> Iterator[Fraction]:
    yield Fraction(0)
    yield from (Fraction(number) for number in _USUAL)
    yield from (Fraction(number) for number in (math.pi / 2, math.pi, 2 * math.pi, math.e, math.log(2)))
    if not searched.has_shapes:  # whose formula is known only at a point
        yield from constants_of(searched.readings.balls)
    yield from _limits(searched.dtype)


def constants_of(program: Program) -> Iterator[Fraction]:
    """The numbers that a program names, those of the definitions of the functions that it calls among them."""
    for step in program.code:
        if step.literal is not None:
            yield step.literal


def _limits(dtype: DType) -> Iterator[Fraction]:
    """Powers of 2, and the limits of the format with their roots and logarithms."""
    for exponent in range(dtype.min_exponent, dtype.max_exponent + 1):
        if abs(exponent) <= _POWERS or exponent % _POWERS == 0:
            yield Fraction(2) ** exponent
    yield dtype.smallest_subnormal
    yield Fraction(2) ** dtype.min_exponent
    yield dtype.largest
    for power in (dtype.max_exponent // 2, dtype.min_exponent // 2, dtype.max_exponent // 3):
        yield Fraction(2) ** power
    for exponent in (dtype.max_exponent + 1, dtype.min_exponent, dtype.precision):
        yield Fraction(abs(exponent) * math.log(2))
