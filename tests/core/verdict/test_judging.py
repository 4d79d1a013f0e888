"""The verdict: a table of truths, numbers and spreads with the status that each must get.

Covers also: criterion.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdicts import ALL_LOST, QUIET, ZERO, sided, value, verdict

from derivcheck.model import (
    Gradient,
    Kind,
    Mode,
    Range,
    RangeLoss,
    Side,
    Spread,
    Status,
    Tolerance,
    Truth,
)
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.verdict.criterion import CRITERION, RTOL
from derivcheck.verdict.judging import judge

BEYOND = Truth(Kind.VALUE, Enclosure(Dyadic(3, 5000), Dyadic(0, 0)))
VANISHING = Truth(Kind.VALUE, Enclosure(Dyadic(3, -5000), Dyadic(0, 0)))


@pytest.mark.parametrize(
    ("truth", "number", "spread", "expected"),
    [
        (value(1.0), 1.0, QUIET, Status.MATCH),
        (value(1.0), 1.0 + 2**-51, QUIET, Status.MATCH),
        (value(1.0), 1.0 + 2**-49, QUIET, Status.INACCURATE),
        (value(1.0), 1.0 + 2**-49, Spread(2**-50, 2**-50, 1.0), Status.MATCH),
        (value(1.0), 1.0009, QUIET, Status.MISMATCH),
        (value(1.0), 1.0009, Spread(1e-3, 1e-3, 1.0), Status.UNSTABLE),
        (value(1.0), -1.0, QUIET, Status.MISMATCH),
        (value(1e-300), 0.0, QUIET, Status.MISMATCH),
        (value(0.0), 0.0, QUIET, Status.MATCH),
        (value(0.0), -0.0, QUIET, Status.MATCH),
        (value(0.0), 1e-17, QUIET, Status.MISMATCH),
        (value(0.0), 1e-17, Spread(1e-16, 1.0, 1.0), Status.MATCH),
        (value(0.0), 1e-17, Spread(1e-18, 1.0, 1.0), Status.MISMATCH),
        (value(0.0), 1e-7, Spread(1e-7, 1.0, 1.0), Status.UNSTABLE),
        (value(1.0), math.nan, ALL_LOST, Status.NONFINITE),
        (value(1.0), math.inf, ALL_LOST, Status.NONFINITE),
        (value(1.0), math.nan, Spread(0.1, 0.1, 0.5), Status.UNSTABLE),
        (value(1.0), math.nan, Spread(0.0, 0.0, 0.0, (RangeLoss(Range.OVERFLOW, "`exp`", True),)), Status.UNSTABLE),
        (value(1.0), 3.0, Spread(0.0, 0.0, 1.0, (RangeLoss(Range.UNDERFLOW, "`mul`", False),)), Status.MISMATCH),
        (BEYOND, math.inf, QUIET, Status.MATCH),
        (BEYOND, -math.inf, ALL_LOST, Status.NONFINITE),
        (BEYOND, 1.0, QUIET, Status.MISMATCH),
        (VANISHING, 0.0, QUIET, Status.MATCH),
        (VANISHING, 5e-324, QUIET, Status.MATCH),
        (VANISHING, 1e-300, QUIET, Status.MISMATCH),
        (sided(-1.0, 1.0), 0.0, QUIET, Status.CONVENTION),
        (sided(-1.0, 1.0), 1.0, QUIET, Status.CONVENTION),
        (sided(1.0, -1.0), 0.5, QUIET, Status.CONVENTION),
        (sided(-1.0, 1.0), 1.0 + 2**-51, QUIET, Status.CONVENTION),
        (sided(-1.0, 1.0), 1.001, QUIET, Status.MISMATCH),
        (sided(-1.0, 1.0), math.nan, QUIET, Status.NONFINITE),
        (sided(-1.0, 1.0), math.inf, QUIET, Status.NONFINITE),
        (sided(Side.NEGATIVE_INFINITY, Side.POSITIVE_INFINITY), 0.0, QUIET, Status.CONVENTION),
        (sided(Side.NEGATIVE_INFINITY, Side.POSITIVE_INFINITY), math.nan, QUIET, Status.UNDEFINED),
        (sided(Side.DOMAIN, Side.POSITIVE_INFINITY, Kind.ENDPOINT), math.inf, QUIET, Status.CONVENTION),
        (sided(Side.DOMAIN, Side.POSITIVE_INFINITY, Kind.ENDPOINT), -math.inf, QUIET, Status.NONFINITE),
        (sided(Side.DOMAIN, 2.0, Kind.ENDPOINT), 2.0, QUIET, Status.CONVENTION),
        (sided(Side.DOMAIN, 2.0, Kind.ENDPOINT), 0.0, QUIET, Status.MISMATCH),
        (Truth(Kind.UNDEFINED, reason="a pole"), 3.0, QUIET, Status.UNDEFINED),
        (sided(1.5, 1.5, Kind.UNDEFINED), 1.5, QUIET, Status.CONVENTION),  # f'' beside a kink of f
        (sided(1.5, 1.5, Kind.UNDEFINED), 0.5, QUIET, Status.UNDEFINED),
        (sided(1.5, 1.5, Kind.UNDEFINED), math.nan, QUIET, Status.UNDEFINED),
        (Truth(Kind.UNDECIDED, reason="unknown"), 3.0, QUIET, Status.UNDECIDED),
    ],
)
def test_status(truth: Truth, number: float, spread: Spread, expected: Status) -> None:
    """Each row of design §6 has its cases."""
    assert expected is verdict(truth, number, spread).status


def test_a_nan_where_no_number_could_be_is_no_defect() -> None:
    """The true number is beyond the largest float64: whoever computes it overflows, and inf less inf is nan."""
    assert Status.UNSTABLE is verdict(BEYOND, math.nan, ALL_LOST).status
    assert Status.NONFINITE is verdict(BEYOND, -math.inf, ALL_LOST).status


@pytest.mark.parametrize("dtype", list(DType))
def test_astronomical_numbers_are_judged(dtype: DType) -> None:
    """The second derivative of gelu at 1e20 is 10**-(2*10**39), and that of exp(x**2) as large."""
    loss = RangeLoss(Range.OVERFLOW, "`mul`", False, wide=math.nan)
    lost = Spread(0.0, 0.0, 0.0, (loss,))
    for exponent in (10**40, -(10**40)):
        astronomical = Truth(Kind.VALUE, Enclosure(Dyadic(1, exponent), ZERO))
        for number in (math.nan, -math.inf, 1.0):
            assert verdict(astronomical, number, lost, dtype).status in {
                Status.UNSTABLE,
                Status.NONFINITE,
                Status.MISMATCH,
            }


@pytest.mark.parametrize(
    ("number", "expected"), [(0.0, Status.UNSTABLE), (1e-310, Status.UNSTABLE), (1e-300, Status.MISMATCH)]
)
def test_subnormal_numbers_may_be_flushed(number: float, expected: Status) -> None:
    """Below 2.2e-308 a kernel may flush to 0, as silu's does at -740; a normal number there is wrong."""
    assert expected is verdict(value(-3.1e-319), number).status


def test_a_function_may_compute_wider_than_its_inputs() -> None:
    """torch.float_power of float32 tensors is a float64, and may leave float32's range."""
    assert Status.MATCH is verdict(value(6.25e39), 6.25e39, dtype=DType.FLOAT32).status
    assert Status.MISMATCH is verdict(value(6.25e39), 6.5e39, dtype=DType.FLOAT32).status
    assert Status.MISMATCH is verdict(value(6.25e39), 1.0, dtype=DType.FLOAT32).status


def test_a_fixed_tolerance_replaces_the_criterion() -> None:
    """With rtol and atol the error is compared with them and with nothing else."""
    gradient = Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, 1.0009)
    loose = judge(value(1.0), gradient, lambda: QUIET, tolerance=Tolerance(rtol=1e-3))
    tight = judge(value(1.0), gradient, lambda: QUIET, tolerance=Tolerance(rtol=1e-4))
    assert (Status.MATCH, Status.MISMATCH) == (loose.status, tight.status)


def test_the_spread_is_not_computed_for_a_match() -> None:
    """The perturbed tape runs only where the error is more than a few ulps."""

    def explode() -> Spread:
        raise AssertionError("the tape ran")

    assert Status.MATCH is judge(value(2.0), Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, 2.0), explode).status


def test_every_mismatch_names_both_numbers() -> None:
    """The reason holds the true number and torch's."""
    reason = verdict(value(6.0), 6.5).reason
    assert reason is not None
    assert "6.5" in reason
    assert "true number is 6" in reason


@given(
    x=st.floats(allow_nan=False, allow_infinity=False, min_value=1e-290, max_value=1e290),
    k=st.integers(5, 40),
)
def test_a_wrong_factor_is_never_a_match(x: float, k: int) -> None:
    """A relative error of 2**-k beyond a few ulps is not a match where rounding explains nothing."""
    wrong = x * (1 + 2.0**-k)
    error = abs(Fraction(wrong) - Fraction(x))
    if error > CRITERION.ulps * DType.FLOAT64.ulp(Fraction(x)):
        expected = Status.INACCURATE if error <= RTOL[DType.FLOAT64] * abs(Fraction(x)) else Status.MISMATCH
        assert expected is verdict(value(x), wrong).status


@pytest.mark.parametrize(
    ("number", "spread", "expected"),
    [
        (0.0, Spread(0.3, 0.3, 1.0, farthest=0.58), Status.UNSTABLE),
        (-9.0, Spread(0.3, 0.3, 1.0, farthest=0.58), Status.MISMATCH),
        (0.0, QUIET, Status.MISMATCH),
        (0.0, None, Status.MISMATCH),
    ],
)
def test_what_lies_between_the_floats_is_rounding_as_well(
    number: float, spread: Spread | None, expected: Status
) -> None:
    """Where the tape stands still, the formula's own steps may move; an error beyond them is a mismatch still."""
    gradient = Gradient(Mode.REVERSE, "cpu", DType.BFLOAT16, number)
    assert expected is judge(value(0.395706), gradient, lambda: QUIET, exactly=lambda: spread).status


def test_what_the_forward_pass_explains_needs_no_tape() -> None:
    """The tape does not run where the roundings of the forward pass alone explain the error; sigma is theirs."""

    def explode() -> Spread:
        raise AssertionError("the tape ran")

    gradient = Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, 1.0 + 1e-14)
    found = judge(value(1.0), gradient, explode, forward=lambda: Spread(1e-14, 2e-14, 1.0))
    assert (Status.MATCH, 2e-14) == (found.status, found.sigma)


def test_what_the_forward_pass_leaves_open_goes_to_the_tape() -> None:
    """An error beyond the forward pass' roundings is judged by all of them, as if nobody had looked before."""
    gradient = Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, 1.0 + 2e-14)
    small, large = Spread(1e-14, 1e-14, 1.0, farthest=1e-13), Spread(1e-14, 1e-14, 1.0)
    assert Status.INACCURATE is judge(value(1.0), gradient, lambda: QUIET, forward=lambda: small).status
    assert Status.MATCH is judge(value(1.0), gradient, lambda: large, forward=lambda: small).status
