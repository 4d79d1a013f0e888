"""The first derivatives as evidence: what they should be, what torch returned, how far rounding may have moved it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derivcheck.autograd.gradients import differentiate
from derivcheck.model import Kind, Point, Truth, Wrt
from derivcheck.own_functions.checks.exact_truths import as_fraction
from derivcheck.own_functions.checks.spreads import scale_function
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.rounding.explanation_of_functions import elementwise_spreads
from derivcheck.verdict.criterion import CRITERION

UPSTREAMS = (Fraction(1), Fraction(2), Fraction(-3))
"""What tells a derivative that forgets its upstream gradient, or uses it twice, from one that is merely wrong."""

_ULPS = 64
"""A name fits where it explains the returned number up to so many ulps, or up to what rounding can move it."""

_CLOSE = 1e-4

_MOST_SLACK = 1e-3
"""No name fits that leaves more of a number than this to rounding."""


@dataclass(frozen=True, slots=True)
class Row:
    """One first derivative as evidence.

    Attributes:
        point, wrt: where, and by what.
        upstream: the upstream gradient.
        true: the true derivative, for upstream 1.
        returned: what torch returned.
        slack: how far rounding may have moved it.
    """

    point: Point
    wrt: Wrt
    upstream: float
    true: float
    returned: float
    slack: float

    @property
    def is_right(self) -> bool:
        """Whether torch returned the true number, up to rounding."""
        return self.is_near(self.upstream * self.true)

    def is_near(self, number: float) -> bool:
        """Whether torch returned this number, up to rounding."""
        return math.isfinite(number) and abs(number - self.returned) <= self.slack


def collect_evidence(subject: Subject, points: Sequence[Point] | None = None, *, zeros: bool = False) -> Iterator[Row]:
    """The first derivatives at points where the formula is smooth, all of them, for several upstream gradients."""
    setting = subject.setting
    for point in subject.smooth if points is None else points:
        is_zero = any(coordinate.exact == 0 for coordinate in point.values())
        if is_zero and not zeros and point not in subject.points:
            continue  # where derivatives are 0, factors that are missing and factors that are there look alike
        for upstream in UPSTREAMS:
            program = scale_function(subject, subject, upstream)
            inputs = subject.inputs(point)
            value, *found = differentiate(program, subject.args, inputs, [(), *subject.firsts], setting)
            if not is_about(value.value, upstream, subject.truth(point, ())):
                break  # where the value itself is wrong, the backward pass is not to blame
            spreads = elementwise_spreads(program, subject.args, inputs, subject.firsts, setting)
            for wrt, gradient, spread in zip(subject.firsts, found, spreads, strict=True):
                truth = subject.truth(point, wrt)
                if truth.kind is not Kind.VALUE or truth.value is None or gradient.value is None:
                    continue
                true = float(as_fraction(truth.value.mid))
                returned = gradient.value
                size = max(abs(returned), abs(true * float(upstream)))
                slack = _ULPS * setting.dtype.unit_roundoff * size
                if spread is not None and math.isfinite(spread.absolute):
                    slack += CRITERION.spreads * spread.absolute
                if points is not None and slack > _MOST_SLACK * size:
                    continue  # nobody asked there, and rounding takes the digits
                yield Row(point, wrt, float(upstream), true, returned, min(slack, _MOST_SLACK * size))


def is_about(value: float | None, upstream: Fraction, truth: Truth) -> bool:
    """Whether a value is the true one up to a ten-thousandth, which allows for rounding and more."""
    if value is None or truth.value is None:
        return False
    due = float(as_fraction(truth.value.mid) * upstream)
    return abs(value - due) <= _CLOSE * max(abs(due), 1.0)


def find_true_number(subject: Subject, point: Point, wrt: Wrt) -> float:
    """The true derivative as a float; nan where there is none."""
    truth = subject.truth(point, wrt)
    return float(as_fraction(truth.value.mid)) if truth.value is not None else math.nan
