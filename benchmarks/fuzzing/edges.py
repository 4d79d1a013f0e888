"""Where functions end: the numbers at which one has a pole, or beyond which it has no real value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mp, mpf

from fuzzing.taylor import Coefficients, Number


def distance_to_pole_of_gamma(a: Number) -> Number:
    """How far a is from 0, -1, -2, …: positive where it is none of them."""
    return a if a > 0.5 else abs(a - mpmath.nint(a))


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a function's domain ends: where `distance` is 0; below, there is nothing.

    Attributes:
        distance: of a number; on a fraction, it is exact.
        is_pole: whether the function is infinite there, else it has a value.
    """

    distance: Callable[[Any], Any]
    is_pole: bool


_AT_ONE = (Edge(lambda a: 1 - a, is_pole=False), Edge(lambda a: 1 + a, is_pole=False))
_POLES_AT_ONE = (Edge(lambda a: 1 - a, is_pole=True), Edge(lambda a: 1 + a, is_pole=True))
_POSITIVE = (Edge(lambda a: a, is_pole=True),)

EDGES: dict[str, tuple[Edge, ...]] = {
    "log": _POSITIVE,
    "sqrt": (Edge(lambda a: a, is_pole=False),),
    "asin": _AT_ONE,
    "acos": _AT_ONE,
    "acosh": (Edge(lambda a: a - 1, is_pole=False),),
    "atanh": _POLES_AT_ONE,
    "erfinv": _POLES_AT_ONE,
    "LambertW": (Edge(lambda a: a + 1 / mp.e, is_pole=False),),
    "Ci": _POSITIVE,
    "Chi": _POSITIVE,
    "expint": _POSITIVE,
    "bessely": _POSITIVE,
    "besselk": _POSITIVE,
    "zeta": _POSITIVE,
    "li": (Edge(lambda a: a, is_pole=True), Edge(lambda a: abs(a - 1), is_pole=True)),
    "Ei": (Edge(abs, is_pole=True),),
    "gamma": (Edge(distance_to_pole_of_gamma, is_pole=True),),
    "lgamma": (Edge(distance_to_pole_of_gamma, is_pole=True),),
    "digamma": (Edge(distance_to_pole_of_gamma, is_pole=True),),
    "polygamma": (Edge(distance_to_pole_of_gamma, is_pole=True),),
    "gammainc": _POSITIVE,
    "gammaincc": _POSITIVE,
    "lowergamma": _POSITIVE,
    "uppergamma": _POSITIVE,
}
"""Where the functions that are not analytic everywhere end."""

UNKNOWN_AT_EDGE = frozenset({"expint", "zeta", "gammainc", "gammaincc", "lowergamma", "uppergamma", "li", "bessely"})
"""Those that may have a value at an edge which is called a pole above, or beyond it."""


def exact_distance(edge: Edge, x: Fraction) -> Fraction:
    """How far an exact number is from an edge, exactly."""
    if edge.distance is distance_to_pole_of_gamma:
        return x if x > Fraction(1, 2) else abs(x - round(x))
    return Fraction(edge.distance(x))


def line_of(edge: Edge, a: Number, n: int) -> Coefficients:
    """A distance as a line of its argument."""
    slope = edge.distance(a + 1) - edge.distance(a)
    return ([mpf(0), slope] + [mpf(0)] * n)[: n + 1]
