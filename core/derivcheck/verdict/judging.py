"""The verdict: a pure function of the truth, what torch returned, and what rounding explains."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from derivcheck.model import Gradient, Kind, Spread, Status, Tolerance, Truth, Verdict
from derivcheck.numbers import Enclosure
from derivcheck.verdict.criterion import CRITERION, RTOL
from derivcheck.verdict.distance import (
    ZERO,
    Error,
    are_subnormal,
    as_float,
    clamp,
    count_digits_at_zero,
    error_of,
    is_beyond,
    vanishes,
)
from derivcheck.verdict.explained import find_explaining_loss, largest_explained, to_fraction
from derivcheck.verdict.one_sided import LazySpread, is_conventional, judge_by_sides
from derivcheck.verdict.refusals import judge_refusal
from derivcheck.verdict.support import supported
from derivcheck.verdict.words import describe_digits, describe_error, describe_loss, show_number


def _unknown() -> Spread | None:
    """No spread: of a function of the user's own nobody knows the steps."""
    return None


def _never() -> bool:
    """Says that rounding leads to no singular point, where nobody has looked."""
    return False


def judge(
    truth: Truth,
    gradient: Gradient,
    spread: LazySpread,
    *,
    forward: LazySpread = _unknown,
    exactly: LazySpread = _unknown,
    singular: Callable[[], bool] = _never,
    value: Gradient | None = None,
    tolerance: Tolerance | None = None,
) -> Verdict:
    """The verdict on torch's number for a derivative or a value.

    Args:
        truth: what the number should be.
        gradient: what torch returned.
        spread: how far rounding can move it; called only where it matters.
        forward: how far the roundings of the forward pass and of sums of gradients alone can move it: less far, and
            measured at a fraction of the cost.
        exactly: how far steps that are off by any part of an ulp can move it; called where nothing else explains the
            error.
        singular: whether rounding leads torch to a point at which the formula has no such number; called where torch
            has none and nothing else explains that.
        value: what torch returned for f itself.
        tolerance: a fixed tolerance that replaces the default criterion.
    """
    looks = _Looks(spread, forward, exactly, singular)
    return supported(truth, _judge(truth, gradient, looks, value, tolerance))


@dataclass(frozen=True, slots=True)
class _Looks:
    """The questions about rounding that `judge` may ask: its arguments of these names."""

    spread: LazySpread
    forward: LazySpread
    exactly: LazySpread
    singular: Callable[[], bool]


def _judge(
    truth: Truth, gradient: Gradient, looks: _Looks, value: Gradient | None, tolerance: Tolerance | None
) -> Verdict:
    """The verdict, if the truth is as it seems."""
    if gradient.refusal is not None:
        return judge_refusal(truth, gradient, gradient.refusal, value)
    if truth.kind is Kind.UNDEFINED and is_conventional(truth, gradient, looks.spread):
        return judge_by_sides(truth, gradient, looks.spread)
    if truth.kind is Kind.UNDEFINED:
        return Verdict(Status.UNDEFINED, f"{truth.reason}; torch returned {show_number(gradient)}")
    if truth.kind is Kind.UNDECIDED:
        return Verdict(Status.UNDECIDED, f"{truth.reason}; torch returned {show_number(gradient)}")
    if truth.value is not None:
        return _judge_by_value(truth.value, gradient, looks, value, tolerance)
    return judge_by_sides(truth, gradient, looks.spread)


def _judge_by_value(
    exact: Enclosure, gradient: Gradient, looks: _Looks, value: Gradient | None, tolerance: Tolerance | None
) -> Verdict:
    """The verdict where there is one true number."""
    number, dtype = gradient.value, gradient.dtype
    assert number is not None
    if not math.isfinite(number):
        return _judge_nonfinite(exact, gradient, looks)
    # What is beyond the format as well was computed in a wider one: the result of float_power is a float64.
    if not exact.mid.is_moderate or (is_beyond(exact, dtype) and abs(number) <= dtype.largest):
        if exact.mid.is_moderate or exact.mid.magnitude > 0:
            error = Error(abs(clamp(exact, dtype) - Fraction(number)), 1.0, math.inf, 0.0)
            return _judge_error(error, exact, gradient, looks)
        exact = ZERO
    error = error_of(number, exact, dtype)
    if exact is not ZERO and not exact.mid.man:
        error = replace(error, digits=count_digits_at_zero(error, value, dtype))
    if tolerance is not None:
        return _judge_by_tolerance(error, exact, tolerance)
    if error.ulps <= CRITERION.ulps or vanishes(exact, number, dtype):
        return _verdict_on(Status.MATCH, None, error)
    return _judge_error(error, exact, gradient, looks)


def _judge_by_tolerance(error: Error, exact: Enclosure, tolerance: Tolerance) -> Verdict:
    """The verdict on an error where the user said how large one may be."""
    allowed = Fraction(tolerance.atol) + Fraction(tolerance.rtol) * abs(exact.mid.fraction())
    if error.absolute <= allowed:
        return _verdict_on(Status.MATCH, None, error)
    return _verdict_on(
        Status.MISMATCH,
        f"the error {float(error.absolute):.2g} is beyond rtol={tolerance.rtol:.15g}, atol={tolerance.atol:.15g}",
        error,
    )


def _judge_error(error: Error, exact: Enclosure, gradient: Gradient, looks: _Looks) -> Verdict:
    """The verdict on an error of more than a few ulps: the cheapest explanation is tried first."""
    dtype = gradient.dtype
    before = looks.forward()
    if before is not None and error.absolute <= to_fraction(CRITERION.forward_spreads * before.absolute):
        return _judge_explained(error, exact, gradient, before.relative)
    around = looks.spread()
    sigma = None if around is None else around.relative
    if around is not None and error.absolute <= largest_explained(around):
        return _judge_explained(error, exact, gradient, sigma)
    loss = find_explaining_loss(around, exact, dtype)
    if loss is not None:
        return _verdict_on(Status.UNSTABLE, describe_loss(loss, exact, gradient), error, sigma)
    if are_subnormal(exact, gradient):
        return _verdict_on(
            Status.UNSTABLE,
            f"the true number, {exact.decimal(6)}, is below the smallest normal {dtype}; torch returned "
            f"{show_number(gradient)}",
            error,
            sigma,
        )
    between = looks.exactly()
    if between is not None and error.absolute <= largest_explained(between):
        return _judge_explained(error, exact, gradient, between.relative or sigma)
    if error.relative is not None and error.relative <= RTOL[dtype]:
        return _verdict_on(
            Status.INACCURATE,
            f"{describe_error(error)}, more than rounding explains: "
            f"the true number is {exact.decimal(20)}, torch returned {show_number(gradient)}",
            error,
            sigma,
        )
    return _verdict_on(
        Status.MISMATCH, f"the true number is {exact.decimal(20)}, torch returned {show_number(gradient)}", error, sigma
    )


def _judge_explained(error: Error, exact: Enclosure, gradient: Gradient, sigma: float | None) -> Verdict:
    """The verdict on an error that rounding explains: how many digits are left."""
    dtype = gradient.dtype
    if error.digits >= dtype.digits / 2:
        return _verdict_on(Status.MATCH, f"{describe_error(error)}, which rounding explains", error, sigma)
    return _verdict_on(
        Status.UNSTABLE,
        f"rounding explains the error, but {describe_digits(error, dtype)}: "
        f"the true number is {exact.decimal(12)}, torch returned {show_number(gradient)}",
        error,
        sigma,
    )


def _judge_nonfinite(exact: Enclosure, gradient: Gradient, looks: _Looks) -> Verdict:
    """The verdict on nan or inf although there is a number."""
    number, dtype = gradient.value, gradient.dtype
    assert number is not None
    beyond = exact.mid.magnitude > dtype.max_exponent + 1 or (
        exact.mid.is_moderate and abs(exact.mid.fraction()) + dtype.ulp(dtype.largest) / 2 >= dtype.largest
    )
    if math.isinf(number) and beyond and (exact.mid.man > 0) == (number > 0):
        return Verdict(Status.MATCH, f"the true number, {exact.decimal(6)}, is beyond the largest {dtype}")
    if beyond and math.isnan(number):
        return Verdict(
            Status.UNSTABLE,
            f"the true number, {exact.decimal(6)}, is beyond the largest {dtype}; "
            f"torch returned {show_number(gradient)}",
        )
    around = looks.spread()
    loss = find_explaining_loss(around, exact if exact.mid.is_moderate else ZERO, dtype)
    if loss is not None:
        return Verdict(Status.UNSTABLE, describe_loss(loss, exact, gradient))
    if around is not None and around.finite >= CRITERION.chance:
        return Verdict(
            Status.UNSTABLE,
            f"rounding decides whether there is a number: torch returned {show_number(gradient)}, "
            f"the true number is {exact.decimal(12)}",
            decided_by_rounding=True,
        )
    if looks.singular():
        return Verdict(
            Status.UNSTABLE,
            f"rounding leads to a point where there is no such number: torch returned {show_number(gradient)}, "
            f"the true number is {exact.decimal(12)}",
        )
    return Verdict(
        Status.NONFINITE, f"torch returned {show_number(gradient)} although the true number is {exact.decimal(20)}"
    )


def _verdict_on(status: Status, reason: str | None, error: Error, sigma: float | None = None) -> Verdict:
    """A verdict with the figures of the error that it is about."""
    return Verdict(
        status,
        reason,
        absolute=as_float(error.absolute),
        relative=error.relative,
        ulps=error.ulps,
        digits=error.digits,
        sigma=sigma,
    )
