"""The items that compare values and first derivatives at single points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

from derivcheck.model import Gradient, Point, Severity, Status, Truth, Verdict, Wrt
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    compare_derivatives,
    compare_number,
    conclude,
    describe_error,
    forgive_lost_digits,
    report_error,
)
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.checks.subject import Subject

FAR_ULPS = 16
"""Far out an error of so many ulps of the largest of 1, the arguments and the true number counts for nothing."""


def check_values(subject: Subject) -> Iterator[Comparison]:
    """The value, at every point. A function that raises at all of them is not checked any further."""
    for point in subject.everywhere:
        try:
            found = subject(subject.inputs(point))
        except (Exception, SystemExit) as error:
            yield report_error(Status.ERROR, error, point=point)
            continue
        yield compare_number(subject, point, (), found)


def check_first_derivatives(subject: Subject) -> Iterator[Comparison]:
    """Every first derivative at the points given, with upstream 1."""
    for point in subject.points:
        yield from compare_derivatives(subject, point, subject.firsts)


def check_further_points(subject: Subject) -> Iterator[Comparison]:
    """The same at further points of both signs, and with -0.0 in the place of 0."""
    note = _points_left_out(subject)
    if not subject.further:
        yield conclude(
            Status.SKIPPED,
            "at none of the further points the formula is smooth and the function has a value",
            note=note,
        )
    for point in subject.further:
        yield from compare_derivatives(subject, point, subject.firsts)
    for point in subject.smooth:
        yield from _compare_at_negative_zero(subject, point)
    if note:
        yield conclude(Status.MATCH, note=note)


def _points_left_out(subject: Subject) -> str:
    """That points were left out, since the function raises there; empty where none were."""
    first = subject.first_exception
    if first is None:
        return ""
    point, error = first
    coordinates = ", ".join(f"{name} = {value.text}" for name, value in point.items())
    text = f"not where the function refuses its arguments, as at {coordinates}: {describe_error(error)}"
    return text if subject.has_declared_domain else f"{text}; --domain declares where it is defined"


def _compare_at_negative_zero(subject: Subject, point: Point) -> Iterator[Comparison]:
    """The first derivatives where -0.0 stands for 0: they are one number, although 1/x is inf for 0, -inf for -0.0."""
    zeros = [coordinate.exact == 0 for coordinate in point.values()]
    if any(zeros):
        inputs = tuple(-tensor if tensor == 0 else tensor for tensor in subject.inputs(point))
        yield from compare_derivatives(subject, point, subject.firsts, inputs=inputs, place="-0.0 for 0")


def check_far_points(subject: Subject) -> Iterator[Comparison]:
    """Values and first derivatives far out, where a threshold, or a clamp, may be in the wrong place.

    The user did not ask for these points. So digits that even a right formula loses there do not count; a number that
    is nan or inf does, and one that is wrong by more than the last bits of its arguments explain.
    """
    if not subject.far:
        yield conclude(
            Status.SKIPPED, "at none of the points far out the formula is smooth and the function has a value"
        )
    fails = False
    for point in subject.far:
        if fails and subject.is_farther(point):
            return  # the nearest of the points that are wrong is told, and there the error is smaller
        for comparison in _compare_leniently(subject, point):
            fails = fails or comparison.verdict.status.severity is Severity.FAIL
            yield comparison


def check_near_points(subject: Subject) -> Iterator[Comparison]:
    """Values and first derivatives close beside 0, poles, thresholds, kinks, and the ends of the domain.

    There the code may guard against a division by 0, or compute a series instead of the function.
    """
    if not subject.near:
        yield conclude(
            Status.SKIPPED, "at no point beside a special place the formula is smooth and the function has a value"
        )
    for point in subject.near:
        yield from _compare_leniently(subject, point)


def _compare_leniently(subject: Subject, point: Point) -> Iterator[Comparison]:
    """Compare value and first derivatives at a point that derivcheck chose; digits lost to rounding do not count."""
    excuses = partial(_is_in_the_last_bits, subject, point)
    for comparison in compare_derivatives(subject, point, [(), *subject.firsts], excuses=excuses):
        yield replace(comparison, verdict=forgive_lost_digits(comparison))


def check_kinks(subject: Subject) -> Iterator[Comparison]:
    """At a kink, any number between the one-sided derivatives is right, times the upstream gradient."""
    if not subject.kinks:
        yield conclude(Status.SKIPPED, "no kink of the formula was found")
    for point in subject.kinks:
        found: dict[tuple[Wrt, Fraction], float] = {}
        for factor in _AT_KINKS:
            place = f"upstream {float(factor):g}"
            for comparison in compare_derivatives(subject, point, [(), *subject.firsts], upstream=factor, place=place):
                if comparison.gradient is not None and comparison.gradient.value is not None:
                    found[comparison.wrt, factor] = comparison.gradient.value
                yield _accept_convention(comparison)
        for (wrt, factor), returned in found.items():
            if wrt:
                yield _compare_linearity(subject, point, wrt, factor, returned, found.get((wrt, Fraction(1))))
        yield from map(_accept_convention, _compare_at_negative_zero(subject, point))


_AT_KINKS = tuple(Fraction(text) for text in ("1", "2", "-1", "0.375"))
"""Upstream gradients at a kink, 1 first; exact in every format."""


def _accept_convention(comparison: Comparison) -> Comparison:
    """The comparison; a number between the one-sided derivatives, a `convention` elsewhere, is a match at a kink."""
    is_convention = comparison.verdict.status is Status.CONVENTION
    return replace(comparison, verdict=Verdict(Status.MATCH)) if is_convention else comparison


def _compare_linearity(
    subject: Subject, point: Point, wrt: Wrt, factor: Fraction, returned: float, at_one: float | None
) -> Comparison:
    """Whether the number that a function has chosen at a kink is multiplied by the upstream gradient."""
    if at_one is None or not (math.isfinite(at_one) and math.isfinite(returned)):
        return conclude(Status.MATCH)
    due = Fraction(at_one) * factor
    if abs(Fraction(returned) - due) <= FAR_ULPS * subject.dtype.ulp(due):
        return conclude(Status.MATCH)
    reason = f"torch returned {at_one!r} for the upstream gradient 1, and {returned!r} for {float(factor):g}"
    verdict = Verdict(Status.MISMATCH, f"{reason}: it should be {float(factor):g} times as much")
    return Comparison(verdict, point, wrt, place="at a kink")


def _is_in_the_last_bits(subject: Subject, point: Point, truth: Truth, gradient: Gradient) -> bool:
    """Whether an error is one of the last bits of 1, of an argument or of the true number."""
    if truth.value is None or gradient.value is None or not math.isfinite(gradient.value):
        return False
    exact = as_fraction(truth.value.mid)
    size = max([Fraction(1), abs(exact), *(abs(coordinate.exact) for coordinate in point.values())])
    return abs(Fraction(gradient.value) - exact) <= FAR_ULPS * subject.dtype.ulp(size)
