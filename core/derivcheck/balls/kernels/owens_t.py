"""The ball kernel of Owen's T, the integral of exp(-h**2*(1 + t**2)/2)/(2*pi*(1 + t**2)) from 0 to a.

With z = h**2/2 it is atan(a)/(2*pi) less a series that converges everywhere (D. B. Owen, 1956, equation 3):

    T(h, a) = (atan(a) - sum of (-1)**j*c(j)*a**(2*j+1)/(2*j+1))/(2*pi),   c(j) = 1 - exp(-z)*(1 + z + … + z**j/j!)

where 0 < c(j) < z**(j+1)/(j+1)!. Its terms cancel about z*(1 + a**2)/log(2) bits, which are added first. Where these
are too many, T is known by what remains: it is between 0 and exp(-z)*atan(a)/(2*pi).
"""

from __future__ import annotations

from flint import arb, ctx

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.enclosing import from_zero, known, unknown
from derivcheck.balls.kernels.remembering import remembered

_MOST_CANCELLED = 1_000
"""Bits that the series may cancel."""

_MOST_OF_WIDE = 200
"""The same of a wide ball, of which few digits are known anyway."""

_WIDE = arb((1, -30))

_GUARD = 64


@remembered
def owens_t(h: arb, a: arb) -> arb:
    """Owen's T: even in h, odd in a."""
    if h.is_nan() or a.is_nan():
        return unknown()
    if a.is_zero() or is_infinite(h):
        return arb(0)
    if is_infinite(a):
        half = (abs(h) / arb(2).sqrt()).erfc() / 4
        return half if a > 0 else -half
    if not (h.is_finite() and a.is_finite()):
        return unknown()
    if abs(a) > 1:
        return known(_beyond(h, a))
    return known(_within(h, a))


def _beyond(h: arb, a: arb) -> arb:
    """T of |a| > 1 by that of 1/a: T(h, a) + T(a*h, 1/a) = (q + p)/2 - q*p for positive ones.

    Here q and p are the tails of the normal distribution at h and a*h.
    """
    sign = 1 if a > 0 else -1
    a, h = sign * a, abs(h)
    root = arb(2).sqrt()
    q, p = (h / root).erfc() / 2, (a * h / root).erfc() / 2
    return sign * ((q + p) / 2 - q * p - _within(a * h, 1 / a))


def _within(h: arb, a: arb) -> arb:
    """T of |a| <= 1, or of a ball that reaches a little beyond."""
    z = h**2 / 2
    cancelled = (z * (1 + a**2)).upper() * 1.4427
    if not cancelled < (_MOST_CANCELLED if max(h.rad(), a.rad()) < _WIDE else _MOST_OF_WIDE):
        bound = from_zero(((-z).exp() * abs(a).atan() / (2 * arb.pi())).upper())
        return bound if a >= 0 else -bound if a <= 0 else bound.union(-bound)
    with ctx.workprec(ctx.prec + int(cancelled.ceil().unique_fmpz()) + _GUARD):
        return _series(z, a)


def _series(z: arb, a: arb) -> arb:
    """The series, its tail enclosed."""
    square, decay = a**2, (-z).exp()
    above = (2 * z * square).upper()
    enough = arb((1, -ctx.prec))
    power = abs(a).upper()  # |a|**(2*j+1), times z**(j+1)/(j+1)!: a bound of the next term
    bound = power * z.upper()
    poisson, summed = decay, decay  # exp(-z)*z**j/j!, and their sum
    signed, total, j = a, arb(0), 0
    while j < above or not bound < enough:
        total += (1 - summed) * signed / (2 * j + 1)
        j += 1
        poisson = poisson * z / j
        summed += poisson
        signed = -signed * square
        bound = bound * (square * z).upper() / (j + 1)
    # From here on each bound is at most half of the one before.
    return (a.atan() - total + arb(0, (2 * bound).upper())) / (2 * arb.pi())
