"""The ball kernels of the gamma function and its like."""

from __future__ import annotations

from functools import lru_cache

from flint import acb, arb, arb_poly, ctx, fmpz_poly

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels import incomplete_gamma
from derivcheck.balls.kernels.arithmetic import div
from derivcheck.balls.kernels.domain import (
    MAX_ORDER,
    OutOfDomain,
    Pole,
    has_pole_of_gamma,
    is_around_an_integer,
    positive_integer,
    require_no_pole_of_gamma,
)
from derivcheck.balls.kernels.enclosing import known, monotonic, unknown
from derivcheck.balls.kernels.hurwitz_zeta import hurwitz_zeta, plus_smaller
from derivcheck.balls.kernels.remembering import remembered
from derivcheck.balls.kernels.steps import absolute
from derivcheck.errors import UnsupportedError

LEAST_EXPONENT = -200
"""The least exponent of zeta: below, its Bernoulli polynomials take SymPy and Arb seconds, and at -10**300 for ever."""


@remembered
def gamma(x: arb) -> arb:
    """Euler's gamma function."""
    if is_infinite(x):
        return arb.pos_inf() if x > 0 else unknown()
    require_no_pole_of_gamma(x, "gamma")
    return known(x.gamma())


@remembered
def lgamma(x: arb) -> arb:
    """log|gamma(x)|."""
    if is_infinite(x):
        return arb.pos_inf()
    require_no_pole_of_gamma(x, "log|gamma|")
    if x > 0:
        return known(x.lgamma())
    if not x < 0 or has_pole_of_gamma(x):
        return unknown()
    # Γ(x)·Γ(1 − x) = π/sin(πx), https://dlmf.nist.gov/5.5.E3
    return known((arb.pi() / absolute(x.sin_pi())).log() - (1 - x).lgamma())


@remembered
def digamma(x: arb) -> arb:
    """The derivative of log(gamma(x))."""
    if is_infinite(x):
        return arb.pos_inf() if x > 0 else unknown()
    require_no_pole_of_gamma(x, "digamma")
    return unknown() if has_pole_of_gamma(x) else known(monotonic(arb.digamma, x))  # it rises between two poles


@remembered
def polygamma(n: arb, x: arb) -> arb:
    """The n-th derivative of digamma."""
    if is_around_an_integer(n):
        return unknown()
    order = positive_integer(n, "the order of polygamma")
    if order == 0:
        return digamma(x)
    if is_infinite(x):
        return arb(0) if x > 0 else unknown()
    require_no_pole_of_gamma(x, "polygamma")
    if x > 0:
        return known(monotonic(lambda t: _polygamma_right(order, t), x))
    return unknown() if has_pole_of_gamma(x) else known(_polygamma_left(order, x))


def _polygamma_right(order: int, x: arb) -> arb:
    """(-1)**(n+1)*n!*zeta(n+1, x) for positive x, https://dlmf.nist.gov/5.15.E1."""
    size = arb(order).fac() * hurwitz_zeta(order + 1, x)
    return size if order % 2 else -size


def _polygamma_left(order: int, x: arb) -> arb:
    """The reflection of the right half, https://dlmf.nist.gov/5.15.E6: Arb's own gives up at -10**6."""
    poles = -(arb.pi() ** (order + 1)) * _cotangent_derivative(order)(x.cot_pi())
    sign = -1 if order % 2 else 1
    return plus_smaller(poles, lambda: sign * _polygamma_right(order, 1 - x))


@lru_cache(maxsize=64)
def _cotangent_derivative(order: int) -> arb_poly:
    """The polynomial P with P(cot(x)) = the n-th derivative of cot(x); its terms never cancel."""
    derivative = fmpz_poly([0, 1])
    for _ in range(order):
        derivative = derivative.derivative() * fmpz_poly([-1, 0, -1])
    return arb_poly(derivative)


@remembered
def zeta(s: arb, a: arb) -> arb:
    """The Hurwitz zeta function, the sum of 1/(a + k)**s."""
    if s.is_exact() and s == 1:
        raise OutOfDomain("the pole of zeta at s = 1")
    if s.is_exact() and (s > MAX_ORDER or s < LEAST_EXPONENT):
        raise UnsupportedError(f"the exponent of zeta must be from {LEAST_EXPONENT} to {MAX_ORDER}")
    require_no_pole_of_gamma(a, "the Hurwitz zeta function")
    if a > 0:
        y = s.zeta(a)
        return y if y.is_finite() or not s > 1 else known(monotonic(s.zeta, a))
    if a < 0 and s.is_exact() and not s.is_integer():
        raise OutOfDomain("a noninteger power of a negative number")
    if not a < 0 or not s.is_exact() or has_pole_of_gamma(a):
        return unknown()
    if s >= 2:
        order = int(s.unique_fmpz()) - 1
        size = _polygamma_left(order, a) / arb(order).fac()
        return known(size if order % 2 else -size)
    return known(acb(s).zeta(acb(a)).real)


@remembered
def mvlgamma(x: arb, p: arb) -> arb:
    """The logarithm of the multivariate gamma function of dimension p, https://dlmf.nist.gov/35.3."""
    dimension = positive_integer(p, "the dimension of mvlgamma", 1)
    if x <= arb(dimension - 1) / 2:
        raise OutOfDomain("mvlgamma at or below (p - 1)/2")
    if not x > arb(dimension - 1) / 2:
        return unknown()
    total = arb.pi().log() * (dimension * (dimension - 1)) / 4
    return sum((lgamma(x - arb(i) / 2) for i in range(dimension)), total)


@remembered
def lowergamma(a: arb, x: arb) -> arb:
    """The lower incomplete gamma function, the integral of t**(a-1)*exp(-t) from 0 to x."""
    require_no_pole_of_gamma(a, "the lower incomplete gamma function")
    if x < 0 and a.is_exact() and not a.is_integer():
        raise OutOfDomain("a noninteger power of a negative number")
    if x.is_zero() and a > 0:
        return arb(0)
    if x.is_zero() and a < 0:
        raise Pole("the lower incomplete gamma function")
    if is_infinite(x):
        return gamma(a) if x > 0 else unknown()
    if a > 0 and x > 0:
        above = incomplete_gamma.upper(a, x)
        rest = gamma(a) - above if above.is_finite() else above
        # Near x = a Arb's own takes minutes where a is large; what cancels here is regained at a higher precision.
        if 2 * rest.rel_accuracy_bits() > ctx.prec or (a > MAX_ORDER and 2 * x > a):
            return known(rest)
    return known(incomplete_gamma.lower(a, x) if x > 0 else x.gamma_lower(a))


@remembered
def uppergamma(a: arb, x: arb) -> arb:
    """The upper incomplete gamma function, the integral of t**(a-1)*exp(-t) from x to infinity."""
    if x < 0:
        if a.is_exact() and a.is_integer() and a > 0:
            return known(x.gamma_upper(a))
        if a > 0 and a.contains_integer():
            return unknown()
        raise OutOfDomain("the upper incomplete gamma function of a negative number")
    if x.is_zero():
        if a > 0:
            return gamma(a)
        if a <= 0:
            raise Pole("the upper incomplete gamma function")
        return unknown()
    if is_infinite(x):
        return arb(0)
    return known(incomplete_gamma.upper(a, x) if x > 0 else x.gamma_upper(a))


@remembered
def gammainc(a: arb, x: arb) -> arb:
    """lowergamma(a, x)/gamma(a), for a > 0 and x >= 0."""
    _require_regular(a, x)
    return known(div(lowergamma(a, x), gamma(a)))


@remembered
def gammaincc(a: arb, x: arb) -> arb:
    """uppergamma(a, x)/gamma(a), for a > 0 and x >= 0."""
    _require_regular(a, x)
    return known(div(uppergamma(a, x), gamma(a)))


def _require_regular(a: arb, x: arb) -> None:
    """Fail outside of torch's domain, a > 0 and x >= 0."""
    if a <= 0:
        raise OutOfDomain("an incomplete gamma function of a shape that is not positive")
    if x < 0:
        raise OutOfDomain("an incomplete gamma function of a negative number")


_LARGEST_BARNES = 10_000
"""The largest argument of Barnes' G, of 10**8 digits there."""


@remembered
def barnesg(x: arb) -> arb:
    """Barnes' G, G(x + 1) = gamma(x)*G(x), https://dlmf.nist.gov/5.17."""
    if not x.is_finite() or not abs(x) < _LARGEST_BARNES:
        return unknown()
    return known(acb(x).barnes_g().real)
