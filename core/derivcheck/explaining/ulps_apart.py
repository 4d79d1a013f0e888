"""How many ulps computed numbers are from exact ones, for the many numbers of a tape."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flint import arb

from derivcheck.balls.ball import enclosure
from derivcheck.numbers import DType, Enclosure

Enclosures = Sequence[Enclosure | None]
"""Exact numbers; None of one that is unknown, or no number."""


class Enclosing:
    """Gives balls as exact numbers, each ball once: many adjoints pass through an operation as they are."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[arb, Enclosure | None]] = {}

    def __call__(self, balls: Sequence[arb | None]) -> list[Enclosure | None]:
        """The balls as exact numbers.

        Example:
            >>> [one and one.decimal(3) for one in Enclosing()([arb(2), None, arb("nan")])]
            ['2', None, None]
        """
        return [None if ball is None else self._one(ball) for ball in balls]

    def _one(self, ball: arb) -> Enclosure | None:
        found = self._known.get(id(ball))
        if found is None:  # the ball is kept, so that no other gets its identity
            found = self._known[id(ball)] = (ball, enclosure(ball) if ball.is_finite() else None)
        return found[1]


def ulps_of_floats(computed: Sequence[float], due: Enclosures, dtype: DType) -> list[float | None]:
    """How many ulps each float is from the number that is due; inf of nan and of an infinite one.

    Example:
        >>> ulps_of_floats([1 + 2**-52, math.inf, 2.0], [*Enclosing()([arb(1), arb(1)]), None], DType.FLOAT64)
        [1.0, inf, None]
    """
    return [
        None if exact is None else _of_float(number, exact, dtype) for number, exact in zip(computed, due, strict=True)
    ]


def ulps_of_enclosures(due: Enclosures, exact: Enclosures, dtype: DType) -> list[float | None]:
    """How many ulps the middle of each enclosure is from another one."""
    return [
        None if one is None or other is None else _apart(one.mid.man, one.mid.exp, other, dtype)
        for one, other in zip(due, exact, strict=True)
    ]


def _of_float(number: float, exact: Enclosure, dtype: DType) -> float:
    if not math.isfinite(number):
        return math.inf
    numerator, denominator = number.as_integer_ratio()
    return _apart(numerator, 1 - denominator.bit_length(), exact, dtype)


def _apart(man: int, exp: int, exact: Enclosure, dtype: DType) -> float:
    """The distance of man*2**exp from the nearest point of an enclosure, as `verdict.distance.error_of` measures it."""
    if man == exact.mid.man and exp == exact.mid.exp:
        return 0.0
    if not exact.mid.is_moderate or abs(exp) > _MOST_BITS:
        return math.inf
    mid, rad = exact.mid, exact.rad
    unit = min(exp, mid.exp, rad.exp) if rad.is_moderate else min(exp, mid.exp)
    radius = rad.man << (rad.exp - unit) if rad.is_moderate else 0
    distance = max(0, abs((man << (exp - unit)) - (mid.man << (mid.exp - unit))) - radius)
    in_ulps = unit - dtype.ulp_exponent(mid.magnitude)
    try:
        return (distance << max(in_ulps, 0)) / (1 << max(-in_ulps, 0))
    except OverflowError:
        return math.inf


_MOST_BITS = 20_000
"""Numbers beyond 2 to this power are not spelled out."""
