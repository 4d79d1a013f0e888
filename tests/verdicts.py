"""Hand-made truths, and the verdict on a number beside one, for tests of the verdict."""

from __future__ import annotations

from derivcheck.autograd.exceptions import refusal_of
from derivcheck.model import Gradient, Kind, Mode, Side, Spread, Truth, Verdict
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.verdict.judging import judge

QUIET = Spread(0.0, 0.0, 1.0)
ALL_LOST = Spread(0.0, 0.0, 0.0)
ZERO = Dyadic(0, 0)


def exactly(x: float) -> Enclosure:
    """An enclosure of radius 0."""
    numerator, denominator = x.as_integer_ratio()
    return Enclosure(Dyadic(numerator, 1 - denominator.bit_length()), ZERO)


def value(x: float) -> Truth:
    """A number that is exactly known."""
    return Truth(Kind.VALUE, exactly(x))


def sided(left: float | Side, right: float | Side, kind: Kind = Kind.ONE_SIDED) -> Truth:
    """A kink with its one-sided derivatives."""
    sides = [side if isinstance(side, Side) else exactly(side) for side in (left, right)]
    return Truth(kind, left=sides[0], right=sides[1], reason="a kink")


def verdict(truth: Truth, number: float, spread: Spread = QUIET, dtype: DType = DType.FLOAT64) -> Verdict:
    """The verdict on a number that torch returned."""
    return judge(truth, Gradient(Mode.REVERSE, "cpu", dtype, number), lambda: spread)


def refused(mode: Mode, dtype: DType, error: BaseException) -> Gradient:
    """What stands for a number where torch raised."""
    return Gradient(mode, "cpu", dtype, refusal=refusal_of(error))


def on_refusal(truth: Truth, error: BaseException, mode: Mode = Mode.REVERSE, dtype: DType = DType.FLOAT64) -> Verdict:
    """The verdict where torch raised."""
    return judge(truth, refused(mode, dtype, error), lambda: QUIET)
