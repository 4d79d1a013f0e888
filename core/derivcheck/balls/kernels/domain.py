"""Where a kernel has no value: the domains of functions, and the bounds of what is computed at all."""

from __future__ import annotations

from flint import arb

from derivcheck.errors import UnsupportedError

MAX_ORDER = 1000
"""The largest order of a polygamma or a Bessel function, and the largest dimension of mvlgamma."""

NEGATIVE_ROOT = "the square root of a negative number"
NEGATIVE_LOG = "the logarithm of a negative number"
ZERO_DIVISION = "division by zero"


class OutOfDomain(Exception):
    """Raised where every point of the balls lies outside of a function's real domain.

    Args:
        reason: what is at fault, in a few words: "the square root of a negative number".
    """

    is_pole = False

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pole(OutOfDomain):
    """Raised at an exact pole of a function.

    Args:
        name: whose pole it is: "gamma", "a Bessel function".
    """

    is_pole = True

    def __init__(self, name: str) -> None:
        super().__init__(f"a pole of {name}")


def has_pole_of_gamma(x: arb) -> bool:
    """Whether `x` may contain one of 0, -1, -2 and so on."""
    return not x > 0 and bool(x.contains_integer()) and bool(x.lower() <= 0)


def require_no_pole_of_gamma(x: arb, name: str) -> None:
    """Raise Pole for an exact number that is a pole of gamma, and so of the function of this name."""
    if x.is_exact() and x <= 0 and x.is_integer():
        raise Pole(name)


def positive_integer(x: arb, what: str, least: int = 0) -> int:
    """An order, which has to be an exact integer of moderate size."""
    if not (x.is_exact() and x >= least and x <= MAX_ORDER and x.is_integer()):
        raise UnsupportedError(f"{what} must be an integer from {least} to {MAX_ORDER}")
    return int(x.unique_fmpz())


def is_around_an_integer(x: arb) -> bool:
    """Whether a number is no exact one, and may be an integer: an order on a box around the point."""
    return not x.is_exact() and bool(x.contains_integer())


def bounded_order(n: arb, what: str) -> arb:
    """The order itself, unless it is too large."""
    if not abs(n) <= MAX_ORDER:
        raise UnsupportedError(f"{what} must be at most {MAX_ORDER}")
    return n
