"""The Hurwitz zeta function of a whole exponent next to a whole number, where quotients look: by its Taylor series.

Arb's own takes a tenth of a second at ten thousand bits, whatever the argument. Next to a whole number m the series

    zeta(s, m + t) = sum of C(s + j - 1, j)*(-t)**j*zeta(s + j, m) over j = 0, 1, 2, …

(https://dlmf.nist.gov/25.11.E10) has a handful of terms, whose values at m are the same for every step from m.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import comb

from flint import arb, ctx

_NEAR = 1000
"""Arguments are next to m within 2**-1000: no float is, but for m itself, and so this is for quotients alone."""

_MOST = 64
"""The largest m: below it the sum of 1/k**s up to m is short."""

_GUARD = 64
"""Bits beyond those that a term adds to the sum."""


def hurwitz_zeta(s: int, a: arb) -> arb:
    """The sum of 1/(a + k)**s, for a whole s >= 2 and positive a."""
    if a.is_exact() and ctx.prec > _NEAR:
        if a < arb((1, -_NEAR)):
            return plus_smaller(a ** (-s), lambda: hurwitz_zeta(s, a + 1))
        if a < _MOST:
            m = int((a + 0.5).floor().mid().fmpq())
            t = a - m
            if t.is_exact() and not t.is_zero() and abs(t) < arb((1, -_NEAR)):
                return _series(s, m, t)
    return arb(s).zeta(a)


def _series(s: int, m: int, t: arb) -> arb:
    """The value at m + t, with the bound of what is left out."""
    bits, depth = ctx.prec, -_magnitude(t)
    total, power, j = arb(0), arb(1), 0
    while j * depth < bits + _GUARD:
        total += comb(s + j - 1, j) * power * _at_whole(s + j, m, bits - j * depth + 2 * _GUARD)
        power *= -t
        j += 1
    # From here on each term is less than half the one before, since C grows by a factor of s at most and zeta(s) < 2.
    return total + arb(0, (4 * comb(s + j - 1, j) * abs(power)).upper())


@lru_cache(maxsize=128)
def _at_whole(s: int, m: int, bits: int) -> arb:
    """zeta(s, m), the sum from m on, to so many bits; what cancels are s*log2(m)."""
    with ctx.workprec(bits + s * m.bit_length()):
        return arb(s).zeta() - sum((arb(1) / k**s for k in range(1, m)), arb(0))


def plus_smaller(large: arb, small: Callable[[], arb]) -> arb:
    """large + small(), where the smaller one is computed to no more bits than the sum can hold."""
    with ctx.workprec(_GUARD):
        rough = small()
    if not (large.is_finite() and rough.is_finite()) or large.is_zero() or rough.is_zero():
        return large + small()
    excess = _magnitude(large) - _magnitude(rough)
    if excess < 2 * _GUARD:
        return large + small()
    with ctx.workprec(max(_GUARD, ctx.prec - excess + _GUARD)):
        fine = small()
    return large + fine


def _magnitude(x: arb) -> int:
    """e such that 2**(e-1) <= |x| < 2**e, of the middle."""
    man, exp = x.mid().man_exp()
    return int(man).bit_length() + int(exp)
