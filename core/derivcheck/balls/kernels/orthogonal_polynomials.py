"""The ball kernels of the classical orthogonal polynomials, of a whole degree from 0 to 1,000.

A degree below 0 gives 0 where the rule of a derivative lowers the degree: that of a constant is 0 so.
"""

from __future__ import annotations

from flint import arb

from derivcheck.balls.kernels.domain import MAX_ORDER, is_around_an_integer
from derivcheck.balls.kernels.enclosing import known, unknown
from derivcheck.errors import UnsupportedError

_LEAST = -MAX_ORDER


def legendre(n: arb, x: arb) -> arb:
    """Legendre's polynomial P, https://dlmf.nist.gov/18.3."""
    degree = _degree(n, "legendre")
    return unknown() if degree is None or not x.is_finite() else known(x.legendre_p(degree))


def chebyshevt(n: arb, x: arb) -> arb:
    """Chebyshev's polynomial of the first kind."""
    degree = _degree(n, "chebyshevt")
    return unknown() if degree is None or not x.is_finite() else known(x.chebyshev_t(degree))


def chebyshevu(n: arb, x: arb) -> arb:
    """Chebyshev's polynomial of the second kind; 0 of the degree -1."""
    degree = _degree(n, "chebyshevu", -1)
    if degree is None or not x.is_finite():
        return unknown()
    return arb(0) if degree < 0 else known(x.chebyshev_u(degree))


def hermite(n: arb, x: arb) -> arb:
    """Hermite's polynomial H as physicists have it, of the weight exp(-x**2)."""
    degree = _degree(n, "hermite", _LEAST)
    if degree is None or not x.is_finite():
        return unknown()
    return arb(0) if degree < 0 else known(x.hermite_h(degree))


def hermite_prob(n: arb, x: arb) -> arb:
    """Hermite's polynomial He as statisticians have it, of the weight exp(-x**2/2): 2**(-n/2)*H(n, x/sqrt(2))."""
    degree = _degree(n, "hermite_prob", _LEAST)
    if degree is None or not x.is_finite():
        return unknown()
    root = arb(2).sqrt()
    return arb(0) if degree < 0 else known((x / root).hermite_h(degree) / root**degree)


def laguerre(n: arb, x: arb) -> arb:
    """Laguerre's polynomial L."""
    return assoc_laguerre(n, arb(0), x)


def assoc_laguerre(n: arb, a: arb, x: arb) -> arb:
    """The generalized polynomial of Laguerre."""
    degree = _degree(n, "laguerre", _LEAST)
    if degree is None or not (_is_moderate(a) and x.is_finite()):
        return unknown()
    return arb(0) if degree < 0 else known(x.laguerre_l(degree, a))


def gegenbauer(n: arb, a: arb, x: arb) -> arb:
    """Gegenbauer's polynomial C."""
    degree = _degree(n, "gegenbauer", _LEAST)
    if degree is None or not (_is_moderate(a) and x.is_finite()):
        return unknown()
    return arb(0) if degree < 0 else known(x.gegenbauer_c(degree, a))


def jacobi(n: arb, a: arb, b: arb, x: arb) -> arb:
    """Jacobi's polynomial P."""
    degree = _degree(n, "jacobi", _LEAST)
    if degree is None or not (_is_moderate(a) and _is_moderate(b) and x.is_finite()):
        return unknown()
    return arb(0) if degree < 0 else known(x.jacobi_p(degree, a, b))


def _degree(n: arb, name: str, least: int = 0) -> int | None:
    """The degree; None where it is a ball, whose middle may be one.

    Raises:
        UnsupportedError: for one that is no integer, or too large.
    """
    if n.is_exact() and n >= least and n <= MAX_ORDER and n.is_integer():
        return int(n.unique_fmpz())
    if is_around_an_integer(n):
        return None
    raise UnsupportedError(f"the degree of {name} must be an integer from 0 to {MAX_ORDER:,}")


def _is_moderate(parameter: arb) -> bool:
    """Whether a parameter is finite and no large one, of which Arb takes seconds."""
    return bool(parameter.is_finite() and abs(parameter) < 10 * MAX_ORDER)
