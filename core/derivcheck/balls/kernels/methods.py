"""Kernels of methods of Arb: their limits at the infinities, and the ends and poles of their domains."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from derivcheck.balls.ball import is_infinite
from derivcheck.balls.kernels.domain import OutOfDomain, Pole
from derivcheck.balls.kernels.enclosing import known, monotonic, unknown

INF = float("inf")


def entire(name: str, doc: str, low: float | None = None, high: float | None = None) -> Callable[[arb], arb]:
    """The kernel of a function without poles: Arb's method, and the limits at -inf and inf.

    Where there is no limit an infinity is outside of the domain: `sin(log(x))` has no value at 0.
    """
    method: Callable[[arb], arb] = getattr(arb, name)

    def kernel(x: arb) -> arb:
        if x.is_finite():
            return method(x)
        if is_infinite(x):
            limit = high if x > 0 else low
            if limit is None:
                raise OutOfDomain(f"`{name}` of an infinity")
            return arb(limit)
        return unknown() if x.is_nan() else method(x)  # arb.sinc(nan) is [-1, 1]

    kernel.__name__ = kernel.__qualname__ = name
    kernel.__doc__ = doc
    return kernel


def with_poles(
    name: str, doc: str, pole_at_zero: str | None = None, low: float | None = None, high: float | None = None
) -> Callable[[arb], arb]:
    """The kernel of a function with poles, of which only one at zero can be hit by an exact number."""
    without_poles = entire(name, doc, low, high)

    def kernel(x: arb) -> arb:
        if pole_at_zero is not None and x.is_zero():
            raise OutOfDomain(pole_at_zero)
        return known(without_poles(x))

    kernel.__name__ = kernel.__qualname__ = name
    kernel.__doc__ = doc
    return kernel


def onto_the_line(method: Callable[[arb], arb], x: arb, low: arb, high: arb) -> arb:
    """A monotonic function that rises, or falls, from one infinity at `low` to the other at `high`.

    The ends are limits as log(0) is one, from within the domain, and what torch returns there.
    """
    if x > low and x < high:
        return monotonic(method, x)
    if not x.is_exact():
        return unknown()
    rises = method((low + 7 * high) / 8) > method((7 * low + high) / 8)
    return arb.pos_inf() if rises == bool(x == high) else arb.neg_inf()


def on_positive_axis(method: Callable[[arb], arb], x: arb, name: str) -> arb:
    """The image under a function that has a pole at 0, and no value below."""
    if x.is_zero():
        raise Pole(name)
    if x < 0:
        raise OutOfDomain(f"{name} of a negative number")
    return known(method(x)) if x > 0 else unknown()
