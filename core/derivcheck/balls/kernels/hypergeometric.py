"""The ball kernels of hypergeometric functions and of the regularized incomplete beta function."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from derivcheck.balls.kernels.domain import OutOfDomain, Pole, require_no_pole_of_gamma
from derivcheck.balls.kernels.enclosing import known, unknown
from derivcheck.balls.kernels.remembering import remembered

_LARGEST_PARAMETER = 10_000
"""The largest parameter of a hypergeometric function: beyond it Arb may take seconds."""

_LARGEST_SHAPE = 10**6
"""The largest shape of an incomplete beta function: beyond it Arb takes seconds."""


@remembered
def hyp0f1(b: arb, x: arb) -> arb:
    """The confluent limit function 0F1, https://dlmf.nist.gov/16.2."""
    if not _is_known(b, x):
        return unknown()
    require_no_pole_of_gamma(b, "0F1")
    return known(x.hypgeom_0f1(b))


@remembered
def hyp1f1(a: arb, b: arb, x: arb) -> arb:
    """Kummer's function 1F1, https://dlmf.nist.gov/13.2."""
    if not _is_known(a, b, x):
        return unknown()
    require_no_pole_of_gamma(b, "1F1")
    return arb(1) if x.is_zero() else known(x.hypgeom_1f1(a, b))


@remembered
def hyperu(a: arb, b: arb, x: arb) -> arb:
    """Tricomi's function U, https://dlmf.nist.gov/13.2; a polynomial of any x where a is 0, -1, -2 and so on."""
    if not _is_known(a, b, x):
        return unknown()
    if not _ends(a):
        if x < 0:
            raise OutOfDomain("Tricomi's function of a negative number")
        if x.is_zero():
            if b < 1:
                return known((1 - b).gamma() * (a - b + 1).rgamma())
            if b >= 1:
                raise Pole("Tricomi's function")
            return unknown()
        if not x > 0:
            return unknown()
    return known(x.hypgeom_u(a, b))


@remembered
def hyp2f1(a: arb, b: arb, c: arb, x: arb) -> arb:
    """Gauss' function 2F1, https://dlmf.nist.gov/15.2; a polynomial of any x where a or b is 0, -1, -2 and so on."""
    if not _is_known(a, b, c, x):
        return unknown()
    require_no_pole_of_gamma(c, "2F1")
    if x.is_zero():
        return arb(1)
    if _ends(a) or _ends(b):
        return known(x.hypgeom_2f1(a, b, c))
    if x > 1:
        raise OutOfDomain("2F1 of a number above 1")
    if x.is_exact() and x == 1:
        return _at_one(a, b, c)
    return known(x.hypgeom_2f1(a, b, c)) if x < 1 else unknown()


def _at_one(a: arb, b: arb, c: arb) -> arb:
    """Gauss' sum, https://dlmf.nist.gov/15.4.E20."""
    rest = c - a - b
    if rest <= 0:
        raise Pole("2F1")
    if not rest > 0:
        return unknown()
    return known(c.gamma() * rest.gamma() * (c - a).rgamma() * (c - b).rgamma())


@remembered
def betainc(a: arb, b: arb, x: arb) -> arb:
    """The regularized incomplete beta function, https://dlmf.nist.gov/8.17.E2."""
    if a <= 0 or b <= 0:
        raise OutOfDomain("an incomplete beta function of a shape that is not positive")
    if x < 0 or x > 1:
        raise OutOfDomain("an incomplete beta function outside of 0 to 1")
    if not (a > 0 and b > 0 and a.is_finite() and b.is_finite()):
        return unknown()
    if x.is_zero():
        return arb(0)
    if x.is_exact() and x == 1:
        return arb(1)
    if not (x > 0 and x < 1 and a < _LARGEST_SHAPE and b < _LARGEST_SHAPE):
        return unknown()
    if x.is_exact():
        return _regularized(a, b, x)
    return _hull(lambda t: _regularized(a, b, t), x)


def _regularized(a: arb, b: arb, x: arb) -> arb:
    return known(x.beta_lower(a, b, regularized=True))


def _hull(rising: Callable[[arb], arb], x: arb) -> arb:
    """The image of a ball under a function that rises, from Arb's own where that is finite."""
    y = rising(x)
    return y if y.is_finite() else known(rising(x.lower()).union(rising(x.upper())))


def _is_known(*args: arb) -> bool:
    """Whether all arguments are finite, and the parameters before the last one of moderate size."""
    *parameters, x = args
    if not all(parameter.is_finite() for parameter in parameters):
        return False
    return bool(x.is_finite()) and all(abs(parameter) < _LARGEST_PARAMETER for parameter in parameters)


def _ends(a: arb) -> bool:
    """Whether the series ends, with a polynomial, since a parameter is 0, -1, -2 and so on."""
    return bool(a.is_exact() and a <= 0 and a.is_integer())
