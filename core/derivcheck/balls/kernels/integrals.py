"""The ball kernels of the exponential, logarithmic and trigonometric integrals."""

from __future__ import annotations

from flint import arb, ctx

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels import incomplete_gamma
from derivcheck.balls.kernels.domain import OutOfDomain, bounded_order
from derivcheck.balls.kernels.enclosing import hull, known, unknown
from derivcheck.balls.kernels.methods import INF, entire, on_positive_axis

_PATIENT_BITS = 1000
"""Up to this precision Arb is fast with an inexact number wherever it is with an exact one."""


def si(x: arb) -> arb:
    """The sine integral."""
    return (arb.pi() / 2 if x > 0 else -arb.pi() / 2) if is_infinite(x) else x.si()


def ci(x: arb) -> arb:
    """The cosine integral."""
    return arb(0) if is_infinite(x) and x > 0 else on_positive_axis(arb.ci, x, "the cosine integral")


shi = entire("shi", "The hyperbolic sine integral.", -INF, INF)


def chi(x: arb) -> arb:
    """The hyperbolic cosine integral."""
    return on_positive_axis(arb.chi, x, "the hyperbolic cosine integral")


def ei(x: arb) -> arb:
    """The exponential integral, Cauchy's principal value."""
    if x.is_zero():
        raise OutOfDomain("the pole of Ei at 0")
    return known(x.ei()) if x > 0 or x < 0 else unknown()


def li(x: arb) -> arb:
    """The logarithmic integral, Cauchy's principal value."""
    if x < 0:
        raise OutOfDomain("the logarithmic integral of a negative number")
    if x.is_exact() and x == 1:
        raise OutOfDomain("the pole of li at 1")
    return known(x.li())


def expint(n: arb, x: arb) -> arb:
    """The generalized exponential integral E_n."""
    bounded_order(n, "the order of expint")
    if x < 0:
        raise OutOfDomain("the generalized exponential integral of a negative number")
    if x.is_zero():
        if n > 1:
            return 1 / (n - 1)
        if n <= 1:
            raise OutOfDomain("the pole of expint at 0")
        return unknown()
    if is_infinite(x):
        return arb(0)
    if not x > 0:
        return unknown()
    if not x.is_exact() and ctx.prec > _PATIENT_BITS:  # it falls; of a ball at 700 Arb's own takes a minute
        return known(hull(lambda end: expint(n, end), x))
    if incomplete_gamma.is_slow(1 - n, x):
        return known(x ** (n - 1) * incomplete_gamma.upper(1 - n, x))
    return known(x.expint(n))
