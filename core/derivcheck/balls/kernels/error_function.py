"""The ball kernels of the error function and its like."""

from __future__ import annotations

from flint import arb, ctx

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.exponential import log
from derivcheck.balls.kernels.methods import INF, entire, onto_the_line

_FAR_OUT = 2**20
"""From here on the terms of erfc's expansion fall fast enough for any precision in use."""

_FAR_FOR_ERFC = 2**16
"""From here on Arb's erfc of a ball is wider than the ball makes it: 1000 bits are lost at 3e5, and all at 2e6."""

erf = entire("erf", "The error function.", -1, 1)
_erfc = entire("erfc", "1 - erf(x).", 2, 0)


def erfc(x: arb) -> arb:
    """1 - erf(x); far out, where Arb's own loses every bit of an inexact number, by Gamma(1/2, x**2)/sqrt(pi)."""
    if x.is_exact() or not x > _FAR_FOR_ERFC or is_infinite(x):
        return _erfc(x)
    return (x * x).gamma_upper(arb(0.5)) / arb.pi().sqrt()  # https://dlmf.nist.gov/7.11.E2


erfi = entire("erfi", "-i*erf(i*x).", -INF, INF)
fresnels = entire("fresnel_s", "The integral of sin(pi*t**2/2) from 0 to x.", -0.5, 0.5)
fresnelc = entire("fresnel_c", "The integral of cos(pi*t**2/2) from 0 to x.", -0.5, 0.5)


def erfinv(x: arb) -> arb:
    """The inverse of erf; infinite at -1 and 1."""
    if x > 1 or x < -1:
        raise OutOfDomain("the inverse error function of a number outside of [-1, 1]")
    return onto_the_line(arb.erfinv, x, arb(-1), arb(1))


def erfcinv(x: arb) -> arb:
    """The inverse of erfc; infinite at 0 and 2."""
    if x < 0 or x > 2:
        raise OutOfDomain("the inverse complementary error function of a number outside of [0, 2]")
    return onto_the_line(arb.erfcinv, x, arb(0), arb(2))


def log_ndtr(x: arb) -> arb:
    """log(erfc(-x/sqrt(2))/2); far out by the expansion of erfc, https://dlmf.nist.gov/7.12.E1."""
    if is_infinite(x):
        return arb(0) if x > 0 else arb.neg_inf()
    if not x < -_FAR_OUT:
        return log(erfc(-x / arb(2).sqrt()) / 2)
    total, term, k, square = arb(0), arb(1), 0, x * x
    while abs(term) > arb((1, -ctx.prec)):
        total += term
        k += 1
        term = -term * (2 * k - 1) / square
    total += arb(0, abs(term).upper())  # the terms alternate: what is left out is less than the first of it
    return -square / 2 - (-x).log() - (2 * arb.pi()).log() / 2 + total.log()
