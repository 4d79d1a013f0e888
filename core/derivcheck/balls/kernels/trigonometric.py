"""The ball kernels of trigonometric and hyperbolic functions, and of their inverses."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.domain import ZERO_DIVISION, OutOfDomain
from derivcheck.balls.kernels.enclosing import monotonic, unknown
from derivcheck.balls.kernels.methods import INF, entire, onto_the_line, with_poles

sin = entire("sin", "Sine.")
cos = entire("cos", "Cosine.")
tan = with_poles("tan", "Tangent.")
cot = with_poles("cot", "Cotangent.", ZERO_DIVISION)
sec = with_poles("sec", "Secant.")
csc = with_poles("csc", "Cosecant.", ZERO_DIVISION)
sinh = entire("sinh", "Hyperbolic sine.", -INF, INF)
cosh = entire("cosh", "Hyperbolic cosine.", INF, INF)
tanh = entire("tanh", "Hyperbolic tangent.", -1, 1)
coth = with_poles("coth", "Hyperbolic cotangent.", ZERO_DIVISION, -1, 1)
sech = entire("sech", "Hyperbolic secant.", 0, 0)
csch = with_poles("csch", "Hyperbolic cosecant.", ZERO_DIVISION, 0, 0)
asinh = entire("asinh", "Inverse hyperbolic sine.", -INF, INF)
sinc = entire("sinc", "sin(x)/x, and 1 at zero.")


def atan(x: arb) -> arb:
    """Inverse tangent."""
    return x.atan()


def asin(x: arb) -> arb:
    """Inverse sine."""
    return _inverse_on_unit_interval(arb.asin, x, "the inverse sine of a number outside of [-1, 1]")


def acos(x: arb) -> arb:
    """Inverse cosine."""
    return _inverse_on_unit_interval(arb.acos, x, "the inverse cosine of a number outside of [-1, 1]")


def _inverse_on_unit_interval(method: Callable[[arb], arb], x: arb, reason: str) -> arb:
    if x > 1 or x < -1:
        raise OutOfDomain(reason)
    return monotonic(method, x) if x >= -1 and x <= 1 else unknown()


def acosh(x: arb) -> arb:
    """Inverse hyperbolic cosine."""
    if x < 1:
        raise OutOfDomain("the inverse hyperbolic cosine of a number below 1")
    if is_infinite(x):
        return arb.pos_inf()
    return monotonic(arb.acosh, x) if x >= 1 else unknown()


def atanh(x: arb) -> arb:
    """Inverse hyperbolic tangent; infinite at -1 and 1."""
    if x > 1 or x < -1:
        raise OutOfDomain("the inverse hyperbolic tangent of a number outside of [-1, 1]")
    return onto_the_line(arb.atanh, x, arb(-1), arb(1))


def atan2(y: arb, x: arb) -> arb:
    """The angle of the point (x, y), in (-pi, pi]; 0 at the origin, as in IEEE 754."""
    return arb.atan2(y, x)
