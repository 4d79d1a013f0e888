"""Numbers beside one-sided derivatives, finite, infinite, and beyond the range of floats."""

from __future__ import annotations

import math

import pytest
from verdicts import ZERO, exactly, sided, verdict

from derivcheck.model import Kind, Side, Spread, Status, Truth
from derivcheck.numbers import Dyadic, Enclosure


@pytest.mark.parametrize(
    ("left", "right", "number", "expected"),
    [
        (Dyadic(-1, 0), Dyadic(3, -50_000), -0.5, Status.CONVENTION),
        (Dyadic(-1, 0), Dyadic(3, -50_000), 0.0, Status.CONVENTION),
        (Dyadic(-1, 0), Dyadic(3, -50_000), 5.0, Status.MISMATCH),
        (Dyadic(-3, 50_000), Dyadic(1, 0), -1e300, Status.CONVENTION),
        (Dyadic(3, 50_000), Dyadic(5, 50_000), 1.0, Status.MISMATCH),
        (Dyadic(3, 50_000), Dyadic(5, 50_000), math.inf, Status.CONVENTION),
    ],
)
def test_sides_of_any_magnitude(left: Dyadic, right: Dyadic, number: float, expected: Status) -> None:
    """One-sided derivatives far beyond the range of floats, or below it, bound autograd's choice all the same."""
    kink = Truth(Kind.ONE_SIDED, left=Enclosure(left, ZERO), right=Enclosure(right, ZERO), reason="a kink")
    assert expected is verdict(kink, number).status


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (exactly(0.0), Side.POSITIVE_INFINITY, Status.NONFINITE),
        (Side.NEGATIVE_INFINITY, exactly(1.0), Status.NONFINITE),
        (exactly(-1.0), exactly(1.0), Status.NONFINITE),
        (Side.DOMAIN, exactly(1.0), Status.NONFINITE),
        (Side.NEGATIVE_INFINITY, Side.POSITIVE_INFINITY, Status.UNDEFINED),
        (Side.DOMAIN, Side.POSITIVE_INFINITY, Status.UNDEFINED),
    ],
)
def test_a_nan_beside_a_finite_slope_is_torch_s(
    left: Enclosure | Side, right: Enclosure | Side, expected: Status
) -> None:
    """where(x > 0, sqrt(x), 0) at 0: any number from 0 on would be a convention, and a nan is none."""
    assert expected is verdict(Truth(Kind.ONE_SIDED, left=left, right=right, reason="a kink"), math.nan).status


@pytest.mark.parametrize(("spread", "expected"), [(1.0, Status.UNSTABLE), (0.04, Status.MISMATCH)])
def test_rounding_that_moves_more_than_the_kink_explains(spread: float, expected: Status) -> None:
    """A spread that is wider than the sides are apart does not come of samples that cross the kink."""
    assert expected is verdict(sided(0.0, 0.1), 0.5, Spread(spread, 1.0, 1.0, farthest=2 * spread)).status


@pytest.mark.parametrize(
    ("number", "expected"),
    [(math.nextafter(0.1, 1), Status.CONVENTION), (0.2, Status.MISMATCH), (-0.1, Status.MISMATCH)],
)
def test_a_tie_that_rounding_decides_excuses_no_other_number(number: float, expected: Status) -> None:
    """Samples that cross from one side to the other reach far; a number still has to be one side, but for rounding."""
    assert expected is verdict(sided(0.0, 0.1), number, Spread(0.1, 1.0, 1.0, farthest=0.2)).status
