"""The incomplete gamma functions of a shape near a pole of gamma, for which Arb takes seconds at thousands of bits.

Everything rests on two series, with p = x**a: the lower function is p times the sum of (-x)**k/(k!*(a + k)),
https://dlmf.nist.gov/8.7.E1, and the upper one is gamma(a) less that, or at a = -n its limit,
https://dlmf.nist.gov/8.4.E15. They cancel x and the distance to the pole, which costs as many bits and no more.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb, ctx

LARGEST_ARGUMENT = 3000
"""The largest x of the series, which cancel 3*x bits and have more terms than that."""

_GUARD_BITS = 64

_PATIENT_BITS = 2000
"""Precisions up to this are left to Arb whatever the arguments are."""

_HASTY_BITS = 1000
"""Precisions up to this cost Arb no second anywhere near an argument of as many."""

_MOST_BITS = 9000
"""Beyond this precision, which third derivatives by the shape ask for, every shape takes Arb half a second."""

_LARGEST_SHAPE = 200_000
"""Beyond this shape Arb takes seconds at thousands of bits."""

_CLOSE = arb((1, -20))
"""A shape nearer to a pole than this is better off with the series."""


def upper(a: arb, x: arb) -> arb:
    """The integral of t**(a-1)*exp(-t) from x to infinity for a positive x; nan where it would take seconds."""
    if not a.is_finite() or not x.is_finite():
        return arb.nan()
    if a.contains_integer() and a < 1 and not a.is_exact():
        middle = a.mid()
        return upper(middle, x) + arb(0, (_slope(a, x) * a.rad()).upper())
    if _HASTY_BITS < ctx.prec <= _MOST_BITS and not x.is_exact() and 6 * x > ctx.prec:
        # It falls. Of a ball Arb's own takes half a minute, and the series widens it by what they cancel.
        return upper(a, x.lower()).union(upper(a, x.upper()))
    if not is_slow(a, x) and (not _needs_series(a) or not x < LARGEST_ARGUMENT):
        return _patiently(a, x, lambda: x.gamma_upper(a))
    if a.is_exact() and a.is_integer():
        return _upper_at_pole(int(-a.unique_fmpz()), x)
    with ctx.workprec(_working_precision(a, x)):
        return a.gamma() - x**a * _series(a, x)


def lower(a: arb, x: arb) -> arb:
    """The integral of t**(a-1)*exp(-t) from 0 to x, continued to negative shapes; for a positive x."""
    if a.contains_integer() or not x < LARGEST_ARGUMENT or not _needs_series(a):
        return _patiently(a, x, lambda: x.gamma_lower(a))
    with ctx.workprec(_working_precision(a, x)):
        return x**a * _series(a, x)


def _patiently(a: arb, x: arb, compute: Callable[[], arb]) -> arb:
    """What Arb gives; nan where it would take seconds."""
    if ctx.prec > _PATIENT_BITS and (abs(a) > _LARGEST_SHAPE or (a < -LARGEST_ARGUMENT and x > LARGEST_ARGUMENT)):
        return arb.nan()
    if ctx.prec > _MOST_BITS:
        return arb.nan()
    return compute()


def _needs_series(a: arb) -> bool:
    """Whether a shape below 1 is one with which Arb is slow: near a pole of gamma, or far down."""
    if not a < 1 or not a.is_finite():
        return False
    return bool(_distance(a) < _CLOSE and a.mid() < 0.5) or bool(a < -100)


def is_slow(a: arb, x: arb) -> bool:
    """Whether a shape below 1 meets an argument for which Arb chooses ten seconds of an asymptotic series.

    To so many bits that series does not converge before x is about 0.7 times as many, where it becomes fast.
    """
    if ctx.prec <= _HASTY_BITS or ctx.prec > _MOST_BITS or not a > -100:
        return False
    return bool(a < 1 and 6 * x > ctx.prec and 4 * x < 3 * ctx.prec)


def _distance(a: arb) -> arb:
    """How far a shape is from the next whole number: a lower bound."""
    with ctx.workprec(_bits_of(a)):
        return abs(a - (a.mid() + arb(0.5)).floor()).lower()


def _bits_of(a: arb) -> int:
    """A precision at which the middle of a ball is exact, and a whole number less."""
    _, exponent = a.mid().man_exp()
    bits: int = ctx.prec + abs(int(exponent)) + _GUARD_BITS
    return bits


def _working_precision(a: arb, x: arb) -> int:
    """The precision of the moment, and what the series and gamma near its pole cancel."""
    near = _distance(a)
    lost = -int(near.man_exp()[1]) if near > 0 else 0
    bits: int = ctx.prec + 2 * max(lost, 0) + 3 * int(x.upper().ceil().unique_fmpz()) + _GUARD_BITS
    return bits


def _series(a: arb, x: arb, but: int = -1) -> arb:
    """The sum of (-x)**k/(k!*(a + k)), its tail enclosed; without the term k = `but`."""
    near = arb(1) if but >= 0 else _distance(a)
    if not near > 0:
        return arb.nan()
    total, power, k = arb(0), arb(1), 0
    enough = near * arb((1, -ctx.prec))
    twice = 2 * x.upper()
    while k < twice or not abs(power) < enough:
        if k != but:
            total += power / (a + k)
        k += 1
        power = -power * x / k
    # From here on each x**k/k! is at most half of the one before, and no a + k is nearer to 0 than `near`.
    return total + arb(0, (2 * abs(power) / near).upper())


def _upper_at_pole(n: int, x: arb) -> arb:
    """The upper function of the shape -n, https://dlmf.nist.gov/8.4.E15."""
    with ctx.workprec(_working_precision(arb(-n), x)):
        sign = -1 if n % 2 else 1
        return sign * (arb(n + 1).digamma() - x.log()) / arb(n).fac() - _series(arb(-n), x, but=n) / x**n


def _slope(a: arb, x: arb) -> arb:
    """A bound of the derivative of the upper function by its shape, the integral of t**(a-1)*log(t)*exp(-t), for a < 1.

    From 1 on, where t**(a-1) falls and is at most x**(a-1), the integral of log(t)*exp(-t) from x is at most
    exp(-x)*(log(x) + 1/x), which is 0.22 from 1; below 1 it is at most x**(a-1)*|log(x)|.
    """
    start = x ** (a.lower() - 1)
    if x >= 1:
        return (start * (-x).exp() * (x.log() + 1 / x)).upper()
    return (start * abs(x.log()).upper() + start + 1).upper()
