"""The ball kernels of Bessel functions, Airy functions and Lambert's W."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.domain import OutOfDomain, Pole, bounded_order
from derivcheck.balls.kernels.enclosing import known, monotonic, unknown
from derivcheck.balls.kernels.methods import on_positive_axis


def besselj(n: arb, x: arb) -> arb:
    """The Bessel function of the first kind."""
    return arb(0) if is_infinite(x) else _bessel_first_kind(arb.bessel_j, n, x)


def bessely(n: arb, x: arb) -> arb:
    """The Bessel function of the second kind."""
    bounded_order(n, "the order of a Bessel function")
    return on_positive_axis(lambda t: t.bessel_y(n), x, "bessely")


def besseli(n: arb, x: arb) -> arb:
    """The modified Bessel function of the first kind."""
    return _bessel_first_kind(arb.bessel_i, n, x)


def besselk(n: arb, x: arb) -> arb:
    """The modified Bessel function of the second kind."""
    bounded_order(n, "the order of a Bessel function")
    return on_positive_axis(lambda t: t.bessel_k(n), x, "besselk")


def _bessel_first_kind(method: Callable[[arb, arb], arb], n: arb, x: arb) -> arb:
    bounded_order(n, "the order of a Bessel function")
    integer = n.is_exact() and n.is_integer()
    if x < 0 and not integer:
        raise OutOfDomain("a Bessel function of noninteger order at a negative number")
    if x.is_zero() and n < 0 and not integer:
        raise Pole("a Bessel function")
    if x.is_zero() and n > 0:
        return arb(0)
    if not integer and not x >= 0:
        return unknown()
    return known(method(x, n))


def airyai(x: arb) -> arb:
    """The Airy function Ai."""
    return arb(0) if is_infinite(x) else known(x.airy_ai())


def airybi(x: arb) -> arb:
    """The Airy function Bi."""
    return unknown() if is_infinite(x) else known(x.airy_bi())


def airyaiprime(x: arb) -> arb:
    """The derivative of Ai."""
    return unknown() if is_infinite(x) else known(x.airy_ai(derivative=1))


def airybiprime(x: arb) -> arb:
    """The derivative of Bi."""
    return unknown() if is_infinite(x) else known(x.airy_bi(derivative=1))


def lambertw(x: arb) -> arb:
    """The principal branch of the solution w of w*exp(w) = x."""
    edge = -arb(-1).exp()
    if x < edge:
        raise OutOfDomain("Lambert's W of a number below -1/e")
    if not x > edge:
        return unknown()
    return arb.pos_inf() if is_infinite(x) else known(monotonic(arb.lambertw, x))
