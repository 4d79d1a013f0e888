"""The verdict: a table of truths, numbers and spreads with the status that each must get.

Covers also: criterion, support.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.model import (
    Evidence,
    Gradient,
    Kind,
    Mode,
    Range,
    RangeLoss,
    Severity,
    Side,
    Spread,
    Status,
    Tolerance,
    Truth,
    Verdict,
)
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.verdict.criterion import CRITERION, RTOL
from derivcheck.verdict.judging import error_of, judge

QUIET = Spread(0.0, 0.0, 1.0)
ALL_LOST = Spread(0.0, 0.0, 0.0)


def exactly(x: float) -> Enclosure:
    """An enclosure of radius 0."""
    numerator, denominator = x.as_integer_ratio()
    return Enclosure(Dyadic(numerator, 1 - denominator.bit_length()), Dyadic(0, 0))


def value(x: float) -> Truth:
    """Return a Truth that is this number exactly."""
    return Truth(Kind.VALUE, exactly(x))


def sided(left: float | Side, right: float | Side, kind: Kind = Kind.ONE_SIDED) -> Truth:
    """Return a Truth that has these two sides and no number."""
    sides = [side if isinstance(side, Side) else exactly(side) for side in (left, right)]
    return Truth(kind, left=sides[0], right=sides[1], reason="a kink")


def verdict(
    truth: Truth, number: float | None, spread: Spread = QUIET, dtype: DType = DType.FLOAT64, error: str | None = None
) -> Verdict:
    """Judge torch's number beside the truth."""
    return judge(truth, Gradient(Mode.REVERSE, "cpu", dtype, number, error), lambda: spread)


ZERO = Dyadic(0, 0)
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
        (value(1.0), None, QUIET, Status.ERROR),
    ],
)
def test_status(truth: Truth, number: float | None, spread: Spread, expected: Status) -> None:
    """Each row of design §6 has its cases."""
    error = "RuntimeError: something" if number is None else None
    assert expected is verdict(truth, number, spread, error=error).status


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
    ("truth", "expected"),
    [
        (value(1.0), Status.NONFINITE),
        (sided(-1.0, 1.0), Status.NONFINITE),
        (Truth(Kind.UNDEFINED, reason="a pole"), Status.UNDEFINED),
        (Truth(Kind.UNDECIDED, reason="not narrow"), Status.UNDECIDED),
    ],
)
def test_a_missing_derivative_is_no_crash(truth: Truth, expected: Status) -> None:
    """Where torch has no derivative formula at all although there is a derivative, autograd returned no number."""
    lacks = "NotImplementedError: the derivative for 'igamma: input' is not implemented."
    assert expected is verdict(truth, None, error=lacks).status


def test_a_second_derivative_that_torch_lacks_is_no_crash() -> None:
    """There torch raises a RuntimeError, as for hardsigmoid."""
    lacks = "RuntimeError: derivative for aten::hardsigmoid_backward is not implemented"
    assert Status.NONFINITE is verdict(value(0.0), None, error=lacks).status


def test_a_nan_where_no_number_could_be_is_no_defect() -> None:
    """The true number is beyond the largest float64: whoever computes it overflows, and inf less inf is nan."""
    assert Status.UNSTABLE is verdict(BEYOND, math.nan, ALL_LOST).status
    assert Status.NONFINITE is verdict(BEYOND, -math.inf, ALL_LOST).status


def test_what_torch_does_not_have_is_skipped() -> None:
    """Bessel functions of the order 3 are not torch's: nothing was run that could be an error."""
    lacks = "UnsupportedError: torch has besseli of the orders 0 and 1 only"
    assert Status.SKIPPED is verdict(value(0.2), None, error=lacks).status


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(Mode.FORWARD, Status.SKIPPED), (Mode.REVERSE_OVER_FORWARD, Status.SKIPPED), (Mode.REVERSE, Status.NONFINITE)],
)
def test_a_derivative_that_torch_stumbles_over_is_no_error_of_the_case(mode: Mode, expected: Status) -> None:
    """The tangent of ldexp is a float64 whatever the dtype, and lerp's formula refuses it."""
    stumbles = "RuntimeError: expected dtype c10::BFloat16 for `end` but got dtype double"
    gradient = Gradient(mode, "cpu", DType.BFLOAT16, None, stumbles)
    assert expected is judge(value(-8.0), gradient, lambda: QUIET).status


@pytest.mark.parametrize(
    ("mode", "error", "expected"),
    [
        (Mode.REVERSE_OVER_FORWARD, "RuntimeError: derivative for aten::x is not implemented", Status.NONFINITE),
        (Mode.REVERSE_OVER_FORWARD, "NotImplementedError: the derivative for 'x' is not implemented", Status.NONFINITE),
        (Mode.REVERSE_OVER_FORWARD, "NotImplementedError: Trying to use forward AD with x", Status.SKIPPED),
        (Mode.FORWARD_OVER_REVERSE, "NotImplementedError: Trying to use forward AD with x", Status.SKIPPED),
        (Mode.REVERSE, "NotImplementedError: the derivative for 'x' is not implemented", Status.NONFINITE),
    ],
)
def test_only_the_lack_of_a_forward_mode_is_skipped(mode: Mode, error: str, expected: Status) -> None:
    """The last derivative of reverse-over-forward is taken backward: what is not there is a derivative that exists."""
    gradient = Gradient(mode, "cpu", DType.FLOAT64, None, error)
    assert expected is judge(value(2.0), gradient, lambda: QUIET).status


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


def test_a_kernel_that_torch_lacks_in_a_format_is_skipped() -> None:
    """torch.special.erfcx has no kernel for float16: nothing was computed that could be wrong."""
    lacks = "NotImplementedError: \"erfcx_cpu\" not implemented for 'Half'"
    assert Status.SKIPPED is verdict(value(0.5), None, dtype=DType.FLOAT16, error=lacks).status


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


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (exactly(0.0), exactly(1.0), Status.NONFINITE),
        (Side.DOMAIN, Side.POSITIVE_INFINITY, Status.UNDEFINED),
        (Side.NEGATIVE_INFINITY, Side.POSITIVE_INFINITY, Status.UNDEFINED),
    ],
)
def test_a_missing_derivative_where_the_sides_are_infinite(
    left: Enclosure | Side, right: Enclosure | Side, expected: Status
) -> None:
    """Where torch has no derivative, a finite one is missed only where there is one; the words say which."""
    found = verdict(
        Truth(Kind.ONE_SIDED, left=left, right=right, reason="a kink"),
        None,
        error="RuntimeError: derivative for aten::hardsigmoid_backward is not implemented",
    )
    assert expected is found.status
    assert ("between 0 on the left and 1 on the right" in (found.reason or "")) is (expected is Status.NONFINITE)


@pytest.mark.parametrize("number", [math.nan, math.inf, 2.0, 1e300])
def test_nobody_fails_on_quotients_that_may_be_deceived(number: float) -> None:
    """Where something swings infinitely often beside the point, a shown truth fails nobody; a proven one does."""
    shown, spread = (
        Truth(Kind.VALUE, exactly(0.0), evidence=Evidence.SHOWN, swings=True),
        QUIET if math.isfinite(number) else ALL_LOST,
    )
    assert Status.UNDECIDED is verdict(shown, number, spread).status
    assert Status.MATCH is verdict(shown, 0.0).status
    assert Severity.FAIL is verdict(replace(shown, evidence=Evidence.PROVEN), number, spread).status.severity
    assert Severity.FAIL is verdict(replace(shown, swings=False), number, spread).status.severity


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


def test_a_narrow_format_asks_float64_whether_its_range_is_to_blame() -> None:
    """An underflow explains a float32 error only where the same program in float64 is right."""
    right = Spread(0.0, 0.0, 1.0, (RangeLoss(Range.UNDERFLOW, "`mul`", False, wide=1.0),))
    wrong = Spread(0.0, 0.0, 1.0, (RangeLoss(Range.UNDERFLOW, "`mul`", False, wide=0.5),))
    assert Status.UNSTABLE is verdict(value(1.0), 0.5, right, DType.FLOAT32).status
    assert Status.MISMATCH is verdict(value(1.0), 0.5, wrong, DType.FLOAT32).status
    unsure = Spread(0.0, 0.0, 1.0, (RangeLoss(Range.UNDERFLOW, "`mul`", False, wide=0.5, wide_spread=0.2),))
    assert Status.UNSTABLE is verdict(value(1.0), 0.25, unsure, DType.FLOAT32).status


def test_an_underflow_in_the_chain_rules_own_factors_is_nobodys_fault() -> None:
    """An underflow in the backward pass is torch's, unless whoever applies the chain rule meets it."""
    in_torch = RangeLoss(Range.UNDERFLOW, "`mul`", False)
    in_chain = RangeLoss(Range.UNDERFLOW, "`mul`", False, in_chain=True)
    assert Status.MISMATCH is verdict(value(1.0), 0.0, Spread(0.0, 0.0, 1.0, (in_torch,))).status
    assert Status.UNSTABLE is verdict(value(1.0), 0.0, Spread(0.0, 0.0, 1.0, (in_chain,))).status
    assert Status.UNSTABLE is verdict(value(1.0), 0.0, Spread(0.0, 0.0, 1.0, (in_torch, in_chain))).status


def test_what_one_sample_in_64_reaches_is_explained() -> None:
    """Where a step of one ulp crosses a jump, the farthest sample says how far rounding goes."""
    assert Status.UNSTABLE is verdict(value(1.0), 0.0, Spread(0.1, 0.1, 1.0, farthest=1.0)).status
    assert Status.MISMATCH is verdict(value(1.0), 0.0, Spread(0.1, 0.1, 1.0, farthest=0.3)).status


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


@given(x=st.floats(-1e300, 1e300, allow_nan=False), y=st.floats(-1e300, 1e300, allow_nan=False))
def test_error_is_the_distance(x: float, y: float) -> None:
    """The absolute error of a number against an exact one is their distance, in ulps of the true one."""
    error = error_of(Fraction(x), exactly(y), DType.FLOAT64)
    distance = abs(Fraction(x) - Fraction(y))
    assert distance == error.absolute
    ulps = distance / DType.FLOAT64.ulp(Fraction(y))
    assert math.isinf(error.ulps) if ulps > sys.float_info.max else math.isclose(error.ulps, float(ulps), rel_tol=1e-12)


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


@pytest.mark.parametrize(
    "error",
    [
        "RuntimeError: torch.compile with aot_autograd does not currently support double backward",
        "RuntimeError: prelu: Type promoting not supported. Got Double and BFloat16",
        "RuntimeError: Found dtype Double but expected BFloat16",
    ],
)
def test_what_torch_refuses_loudly_is_skipped(error: str) -> None:
    """A second derivative of compiled code, and a mixture of formats: torch says that it does not do it."""
    gradient = Gradient(Mode.COMPILE, "cpu", DType.BFLOAT16, error=error)
    verdict = judge(Truth(Kind.VALUE, exactly(1.0)), gradient, lambda: QUIET)
    assert (Status.SKIPPED, f"torch refuses this: {error.partition(': ')[2]}") == (verdict.status, verdict.reason)


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


def test_a_formula_that_torch_refuses_is_not_run() -> None:
    """lerp(10, float_power(2, x), x) in bfloat16: the value mixes formats already, and there is no number to judge."""
    refused = "RuntimeError: expected dtype c10::BFloat16 for `end` but got dtype double"
    gradient = Gradient(Mode.REVERSE, "cpu", DType.BFLOAT16, None, refused)
    assert Status.SKIPPED is judge(value(-8.0), gradient, lambda: QUIET, value=gradient).status


@pytest.mark.parametrize(
    ("number", "expected"),
    [(math.nextafter(0.1, 1), Status.CONVENTION), (0.2, Status.MISMATCH), (-0.1, Status.MISMATCH)],
)
def test_a_tie_that_rounding_decides_excuses_no_other_number(number: float, expected: Status) -> None:
    """Samples that cross from one side to the other reach far; a number still has to be one side, but for rounding."""
    assert expected is verdict(sided(0.0, 0.1), number, Spread(0.1, 1.0, 1.0, farthest=0.2)).status
