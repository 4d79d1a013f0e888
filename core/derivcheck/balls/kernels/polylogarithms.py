"""The ball kernel of the polylogarithm, the sum of x**k/k**s."""

from __future__ import annotations

from flint import arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.domain import MAX_ORDER, OutOfDomain, Pole
from derivcheck.balls.kernels.enclosing import known, unknown
from derivcheck.balls.kernels.gamma import LEAST_EXPONENT
from derivcheck.balls.kernels.remembering import remembered
from derivcheck.errors import UnsupportedError


@remembered
def polylog(s: arb, x: arb) -> arb:
    """The polylogarithm of order s, https://dlmf.nist.gov/25.12."""
    if s > MAX_ORDER or s < LEAST_EXPONENT:
        raise UnsupportedError(f"the order of polylog must be from {LEAST_EXPONENT} to {MAX_ORDER:,}")
    rational = s.is_exact() and s.is_integer() and s <= 0  # x/(1 - x) and its like: real beyond 1 as well
    if not (s.is_finite() and x.is_finite()):
        return unknown() if not is_infinite(x) or x < 0 else _beyond(rational=rational)
    if x.is_zero():
        return arb(0)
    if x > 1:
        return known(x.polylog(s)) if rational else _beyond(rational=False)
    if x.is_exact() and x == 1:
        if s <= 1:
            raise Pole("the polylogarithm")
        return known(s.zeta()) if s > 1 else unknown()
    return known(x.polylog(s)) if x < 1 else unknown()


def _beyond(*, rational: bool) -> arb:
    if rational:
        return unknown()
    raise OutOfDomain("the polylogarithm of a number above 1")
