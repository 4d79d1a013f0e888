"""What a spread explains: an error of so much, or that a number left the range of its format."""

from __future__ import annotations

import math
import sys
from fractions import Fraction

from derivcheck.model import Range, RangeLoss, Spread
from derivcheck.numbers import DType, Enclosure
from derivcheck.verdict.criterion import CRITERION
from derivcheck.verdict.distance import error_of, vanishes


def largest_explained(spread: Spread) -> Fraction:
    """The largest error that rounding explains."""
    return max(to_fraction(CRITERION.spreads * spread.absolute), to_fraction(spread.farthest))


def find_explaining_loss(spread: Spread | None, exact: Enclosure, dtype: DType) -> RangeLoss | None:
    """The operation that left the format's range, where that explains an error.

    In a narrow format it does if float64, which has the range, gets the number right, but for rounding. In float64
    itself an overflow does, and an underflow of the formula or of the chain rule's factors; any other underflow in
    torch's backward pass is torch's own.
    """
    return next((loss for loss in (spread.losses if spread else ()) if _explains(loss, exact, dtype)), None)


def _explains(loss: RangeLoss, exact: Enclosure, dtype: DType) -> bool:
    """Whether one operation that left the format's range explains an error."""
    if dtype is DType.FLOAT64:
        return loss.range is Range.OVERFLOW or loss.in_forward or loss.in_chain
    if loss.wide is None:
        return True
    if not math.isfinite(loss.wide) or not exact.mid.is_moderate:
        return False
    if vanishes(exact, loss.wide, dtype):
        return True
    wide = error_of(loss.wide, exact, DType.FLOAT64)
    return wide.digits >= dtype.digits / 2 or wide.absolute <= CRITERION.spreads * Fraction(loss.wide_spread)


def to_fraction(distance: float) -> Fraction:
    """A distance as a Fraction: an infinite one as the largest float64."""
    return Fraction(min(distance, sys.float_info.max))
