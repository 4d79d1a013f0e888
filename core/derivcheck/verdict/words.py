"""The words of a verdict's reason: what torch returned, what is true, and how far the one is from the other."""

from __future__ import annotations

import math

from derivcheck.model import Gradient, Kind, Mode, RangeLoss, Side, Truth
from derivcheck.numbers import DType, Enclosure
from derivcheck.verdict.distance import Error, as_float


def show_number(gradient: Gradient) -> str:
    """The number that torch returned, with every digit that it has."""
    return repr(gradient.value)


def _side(side: Enclosure | Side | None) -> str:
    return side.decimal(12) if isinstance(side, Enclosure) else str(side)


def describe_derivative(truth: Truth) -> str:
    """What the derivative is where only one-sided ones exist, or an infinite one."""
    if truth.kind is Kind.INFINITE:
        return f"infinite, {_side(truth.left)}"
    if Side.DOMAIN in (truth.left, truth.right):
        return f"{_side(truth.right if truth.left is Side.DOMAIN else truth.left)}, from inside the domain"
    return f"between {_side(truth.left)} on the left and {_side(truth.right)} on the right"


def describe_error(error: Error) -> str:
    """How large an error is: in ulps, or absolutely where it is infinitely many."""
    if error.relative is None or not math.isfinite(error.ulps):
        return f"an error of {as_float(error.absolute):.2g}"
    return f"{error.ulps:.3g} ulps"


def describe_digits(error: Error, dtype: DType) -> str:
    """How many decimal digits of a number are right, of those that its format carries."""
    return f"{error.digits:.1f} of {dtype.digits:.0f} digits are right"


def describe_loss(loss: RangeLoss, exact: Enclosure, gradient: Gradient) -> str:
    """Which operation left the range of the format, where, and what came of it."""
    derived = "in the tangents" if gradient.mode is Mode.FORWARD else "in the backward pass"
    where = "on the way" if loss.in_forward else derived
    return (
        f"{loss.operation} {loss.range.value} {gradient.dtype} {where}: "
        f"torch returned {show_number(gradient)}, the true number is {exact.decimal(12)}"
    )
