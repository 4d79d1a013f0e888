"""The verdict where only one-sided derivatives exist, or an infinite one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from derivcheck.model import Gradient, Kind, Side, Spread, Status, Truth, Verdict
from derivcheck.numbers import DType, Enclosure
from derivcheck.verdict.criterion import CRITERION
from derivcheck.verdict.distance import ZERO, error_of, vanishes
from derivcheck.verdict.explained import largest_explained
from derivcheck.verdict.words import describe_derivative, show_number

LazySpread = Callable[[], Spread | None]
"""Measures how far rounding can move a number; None where nobody knows."""


def judge_by_sides(truth: Truth, gradient: Gradient, spread: LazySpread) -> Verdict:
    """The verdict where only one-sided derivatives exist, or an infinite one."""
    number = gradient.value
    assert number is not None
    sides = [side for side in (truth.left, truth.right) if side is not None and side is not Side.DOMAIN]
    finite = [side for side in sides if isinstance(side, Enclosure)]
    derivative = describe_derivative(truth)
    if math.isnan(number) and finite:  # one finite slope is enough: any number from there on would be a convention
        return Verdict(Status.NONFINITE, f"{truth.reason}; torch returned nan, the derivative is {derivative}")
    if math.isnan(number):
        return Verdict(Status.UNDEFINED, f"{truth.reason}; torch returned nan, the derivative is {derivative}")
    if _lies_within(number, sides, gradient.dtype, spread):
        status = Status.MATCH if truth.kind is Kind.INFINITE else Status.CONVENTION
        return Verdict(status, f"{truth.reason}; torch's choice {show_number(gradient)} is {derivative}")
    if len(finite) < len(sides) and math.isfinite(number):
        return Verdict(
            Status.UNDEFINED,
            f"{truth.reason}; torch returned {show_number(gradient)}, the derivative is {derivative}",
        )
    returned = f"{truth.reason}; torch returned {show_number(gradient)}, the derivative is {derivative}"
    if math.isinf(number):
        return Verdict(Status.NONFINITE, returned)
    if _is_moved_by_rounding(number, finite, gradient.dtype, spread):
        return Verdict(Status.UNSTABLE, f"rounding explains the error: {returned}")
    return Verdict(Status.MISMATCH, returned)


def is_conventional(truth: Truth, gradient: Gradient, spread: LazySpread) -> bool:
    """Whether a number lies between finite one-sided derivatives, where the derivative of one order less is missing."""
    sides = [side for side in (truth.left, truth.right) if isinstance(side, Enclosure)]
    number = gradient.value
    return len(sides) == 2 and number is not None and _lies_within(number, sides, gradient.dtype, spread)


def _lies_within(number: float, sides: Sequence[Enclosure | Side], dtype: DType, spread: LazySpread) -> bool:
    """Whether a number lies between the sides, but for rounding."""
    sides = [_spelled_out(side) for side in sides]
    bounds = [_bound(side) for side in sides]
    if math.isinf(number):
        return number in bounds
    if math.isnan(number):
        return False
    exact = Fraction(number)
    if any(low <= exact for low in bounds) and any(exact <= high for high in bounds):
        return True
    numbers = [side for side in sides if isinstance(side, Enclosure)]
    errors = [error_of(exact, side, dtype) for side in numbers]
    if any(error.ulps <= CRITERION.ulps for error in errors) or any(vanishes(side, number, dtype) for side in numbers):
        return True
    close = [error for error in errors if error.digits >= dtype.digits / 2]
    around = spread() if close else None
    return around is not None and any(error.absolute <= largest_explained(around) for error in close)


def _is_moved_by_rounding(number: float, sides: Sequence[Enclosure], dtype: DType, spread: LazySpread) -> bool:
    """Whether rounding can have moved a number as far from one of the sides as it is.

    Samples that cross the kink show a spread as well, of half the distance of the sides at most: that excuses nothing.
    """
    around = spread() if len(sides) == 2 and all(side.mid.is_moderate for side in sides) else None
    if around is None:
        return False
    left, right = (side.mid.fraction() for side in sides)
    if not around.absolute > abs(float(left - right)):
        return False
    most = largest_explained(around)
    return any(error_of(number, side, dtype).absolute <= most for side in sides)


def _spelled_out(side: Enclosure | Side) -> Enclosure | Side:
    """The side, as 0 or as infinite where no float is anywhere near it."""
    if isinstance(side, Side) or side.mid.is_moderate:
        return side
    if side.mid.magnitude < 0:
        return ZERO
    return Side.POSITIVE_INFINITY if side.mid.man > 0 else Side.NEGATIVE_INFINITY


def _bound(side: Enclosure | Side) -> Fraction | float:
    if isinstance(side, Enclosure):
        return side.mid.fraction()
    return math.inf if side is Side.POSITIVE_INFINITY else -math.inf if side is Side.NEGATIVE_INFINITY else math.nan
