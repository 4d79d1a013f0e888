"""What kernels make of balls: the image under a monotonic function, what is known of an image, and what is not."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb


def unknown() -> arb:
    """What a kernel gives where it knows nothing about the result."""
    return arb.nan()


def known(y: arb) -> arb:
    """`y`, or nan where it is unbounded: next to a pole Arb may return the whole line."""
    return y if y.is_finite() else unknown()


def from_zero(upper: arb) -> arb:
    """The ball [0, upper], whose lower end is exactly zero."""
    return arb(0).union(upper).nonnegative_part()


def hull(kernel: Callable[[arb], arb], x: arb) -> arb:
    """The image of `x` under a monotonic function, from the ends of `x`."""
    return kernel(x.lower()).union(kernel(x.upper()))


def monotonic(kernel: Callable[[arb], arb], x: arb) -> arb:
    """The image of `x` under a monotonic function: Arb's own, or from the ends where Arb gives up on a wide ball."""
    y = kernel(x)
    return y if x.is_exact() or y.is_finite() else hull(kernel, x)


def within(y: arb, bounds: arb) -> arb:
    """What is in both balls, which are known to share the true value."""
    if not y.is_finite() or not bounds.is_finite():
        return y
    return y if y.is_exact() or bounds.rad() >= y.rad() else y.intersection(bounds)
