"""The ball kernels of functions that are made of pieces, or that jump: absolute values, extrema, roundings, steps."""

from __future__ import annotations

from functools import reduce

from flint import arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.arithmetic import div
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.enclosing import from_zero, hull, unknown, within


def absolute(x: arb) -> arb:
    """|x|."""
    if x >= 0:
        return x
    if x <= 0:
        return -x
    return from_zero(x.abs_upper()) if x.is_finite() else abs(x)


def sign(x: arb) -> arb:
    """-1, 0 or 1."""
    return unknown() if x.is_nan() else x.sgn()


def maximum(*args: arb) -> arb:
    """The largest."""
    return reduce(arb.max, args)


def minimum(*args: arb) -> arb:
    """The smallest."""
    return reduce(arb.min, args)


def floor(x: arb) -> arb:
    """The largest integer that is not above x."""
    if is_infinite(x):
        return x
    return x.floor() if x.is_exact() else hull(arb.floor, x)


def ceiling(x: arb) -> arb:
    """The smallest integer that is not below x."""
    if is_infinite(x):
        return x
    return x.ceil() if x.is_exact() else hull(arb.ceil, x)


def truncate(x: arb) -> arb:
    """The integer part, towards zero."""
    if x >= 0:
        return floor(x)
    if x <= 0:
        return ceiling(x)
    return ceiling(x.lower()).union(floor(x.upper()))


def nearest(x: arb) -> arb:
    """The nearest integer, halves to even (IEEE 754's roundTiesToEven)."""
    if is_infinite(x):
        return x
    return _nearest(x) if x.is_exact() else hull(_nearest, x)


def _nearest(x: arb) -> arb:
    below = x.floor()
    rest = x - below
    if 2 * rest < 1:
        return below
    if 2 * rest > 1:
        return below + 1
    if rest.is_exact() and 2 * rest == 1:
        return below if (below / 2).is_integer() else below + 1
    return below.union(below + 1)


def heaviside(x: arb, at_zero: arb | None = None) -> arb:
    """0 below zero, 1 above, `at_zero` (one half) at zero."""
    middle = arb(0.5) if at_zero is None else at_zero
    if x.is_nan():
        return unknown()
    if x > 0:
        return arb(1)
    if x < 0:
        return arb(0)
    return middle if x.is_zero() else arb(0).union(arb(1)).union(middle)


def dirac_delta(x: arb, order: arb | None = None) -> arb:  # noqa: ARG001 (its derivatives are 0 off zero as well)
    """0 off zero."""
    if x.is_zero():
        raise OutOfDomain("the Dirac delta at zero")
    return arb(0) if x > 0 or x < 0 else unknown()


def remainder(x: arb, y: arb) -> arb:
    """x - y*floor(x/y), with the sign of y."""
    _require_finite(x)
    rest = x - y * floor(div(x, y))
    return within(rest, arb(0).union(y))


def fmod(x: arb, y: arb) -> arb:
    """x - y*trunc(x/y), with the sign of x."""
    _require_finite(x)
    rest = x - y * truncate(div(x, y))
    size = y.abs_upper()
    return within(rest, from_zero(size) if x >= 0 else -from_zero(size) if x <= 0 else size.union(-size))


def _require_finite(x: arb) -> None:
    if is_infinite(x):
        raise OutOfDomain("the remainder of an infinity")
