"""A ball, what stands in its place, and the way between balls and exact numbers.

A ball is a midpoint with a radius and always contains the exact value. Arb is described in F. Johansson, "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on Computers 66 (2017).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arf, ctx, fmpq

from derivcheck.numbers import Dyadic, Enclosure


@dataclass(frozen=True, slots=True)
class Outside:
    """The result of an expression that has no real value on the whole ball.

    Attributes:
        reason: why, in a few words.
        is_pole: whether an exact pole of a function is the reason.
    """

    reason: str
    is_pole: bool = False


Ball = Any
"""An `arb`, an `Outside`, or, of a condition, True, False or None (undecided)."""

Kernel = Callable[..., Ball]


class precision:  # noqa: N801 - it is called as a function is
    """Compute with `bits` bits inside, whatever the precision was outside.

    A claim changes the precision ten times; Arb's own context manager takes three times as long.
    """

    __slots__ = ("before", "bits")

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        self.before = ctx.prec
        ctx.prec = self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before


def is_infinite(ball: Ball) -> bool:
    """Whether a result is an infinity, the limit log(0) and the like, as opposed to a ball of infinite radius."""
    if not isinstance(ball, arb) or ball.is_finite():
        return False
    middle = ball.mid()
    return not middle.is_finite() and not middle.is_nan() and bool(ball.rad().is_finite())


def exact_ball(value: Fraction) -> arb:
    """A dyadic number as a ball of radius 0, whatever the precision.

    Raises:
        ValueError: for a number that is not dyadic.
    """
    numerator, denominator = value.as_integer_ratio()
    if denominator & (denominator - 1):
        raise ValueError(f"{value} is not dyadic")
    if -_EXACT_FLOAT <= numerator <= _EXACT_FLOAT and denominator <= _LARGEST_POWER:
        return arb(numerator / denominator)  # a float64, of which Arb makes a ball five times as fast
    return arb(arf((numerator, -(denominator.bit_length() - 1))))


_EXACT_FLOAT = 2**53
_LARGEST_POWER = 2**1000
"""A whole number up to the first one, divided by a power of 2 up to the second one, is a float64, and a normal one."""


def is_dyadic(value: Fraction) -> bool:
    """Whether a number is an integer times a power of 2, as every float is."""
    denominator = value.denominator
    return denominator & (denominator - 1) == 0


def nearest_ball(value: Fraction) -> arb:
    """A rational number as a ball: of radius 0 where it is dyadic, else as narrow as the precision allows."""
    return exact_ball(value) if is_dyadic(value) else arb(fmpq(value.numerator, value.denominator))


def enclosure(ball: arb) -> Enclosure:
    """A finite ball as exact numbers; one that contains 0 is centred there."""
    if ball.contains(0) and not ball.is_exact():
        return Enclosure(Dyadic(0, 0), dyadic(arb(ball.abs_upper()).mid()))
    return Enclosure(dyadic(ball.mid()), dyadic(ball.rad()))


def dyadic(exact: arb) -> Dyadic:
    """A finite ball of radius 0 as an exact number."""
    man, exp = exact.man_exp()
    return Dyadic(int(man), int(exp))


def to_ball(bounds: Enclosure) -> arb:
    """An Enclosure as a ball."""
    return arb(_exactly(bounds.mid), _exactly(bounds.rad))


def _exactly(number: Dyadic) -> arb:
    """A number as a ball of radius 0; by way of Arb's floating-point numbers, which take a third of the time."""
    return arb(arf((number.man, number.exp)))
