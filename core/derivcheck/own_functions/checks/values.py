"""The items that compare values and first derivatives at single points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.gradients import Setting, differentiate
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.model import Gradient, Point, Severity, Spread, Status, Truth, Verdict, Wrt
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    by_autograd,
    lenient,
    number,
    plain,
    raised,
    spelled_out,
    thrown,
    told,
    total,
)
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.rounding.one_at_a_time import any_function_spreads
from derivcheck.verdict.judging import judge

UPSTREAMS = tuple(Fraction(text) for text in ("2", "4", "-2", "-1", "0.375", "0"))
"""Upstream gradients: g, 2g and -g among them, so that linearity follows; exact in every format."""

_EXTREMES = (Fraction(2) ** 24, Fraction(1, 2**24))
"""Upstream gradients as large and as small as a scaled loss makes them: a clamp in a backward pass shows."""

_OF_ALL_DIGITS = Fraction(4, 3)
"""An upstream gradient that needs all of a format's digits: a cast to a narrower one shows."""

FAR_ULPS = 16
"""Far out an error of so many ulps of the largest of 1, the arguments and the true number counts for nothing."""

_SAME = "the same tensor as every argument"


def forward(subject: Subject) -> Iterator[Comparison]:
    """The value, everywhere; what raises here can be checked no further."""
    for point in subject.everywhere:
        try:
            found = subject(subject.inputs(point))
        except (Exception, SystemExit) as error:
            yield thrown(Status.ERROR, error, point=point)
            continue
        yield number(subject, point, (), found)


def backward(subject: Subject) -> Iterator[Comparison]:
    """Every first derivative at the points given, with upstream 1."""
    for point in subject.points:
        yield from by_autograd(subject, point, subject.firsts)


def points(subject: Subject) -> Iterator[Comparison]:
    """The same at further points of both signs, and with -0.0 in the place of 0."""
    note = _refusals(subject)
    if not subject.further:
        yield plain(
            Status.SKIPPED,
            "at none of the further points the formula is smooth and the function has a value",
            note=note,
        )
    for point in subject.further:
        yield from by_autograd(subject, point, subject.firsts)
    for point in subject.smooth:
        yield from _at_negative_zero(subject, point)
    if note:
        yield plain(Status.MATCH, note=note)


def _refusals(subject: Subject) -> str:
    """That points were left out, since the function raises there; empty where none were."""
    first = subject.first_refusal
    if first is None:
        return ""
    point, error = first
    coordinates = ", ".join(f"{name} = {value.text}" for name, value in point.items())
    return f"not where the function refuses its arguments, as at {coordinates}: {told(error)}"


def _at_negative_zero(subject: Subject, point: Point) -> Iterator[Comparison]:
    """The first derivatives where -0.0 stands for 0: they are one number, although 1/x is inf for 0, -inf for -0.0."""
    zeros = [coordinate.exact == 0 for coordinate in point.values()]
    if any(zeros):
        inputs = tuple(-tensor if tensor == 0 else tensor for tensor in subject.inputs(point))
        yield from by_autograd(subject, point, subject.firsts, inputs=inputs, place="-0.0 for 0")


def far(subject: Subject) -> Iterator[Comparison]:
    """Values and first derivatives far out, where a threshold, or a clamp, may be in the wrong place.

    Nobody asked for these points, and where a right formula loses its digits there is nothing to be told: what counts
    is a number that is lost, or wrong by more than the last bits of its arguments.
    """
    if not subject.far:
        yield plain(Status.SKIPPED, "at none of the points far out the formula is smooth and the function has a value")
    fails = False
    for point in subject.far:
        if fails and subject.is_farther(point):
            return  # the nearest of the points that are wrong is told, and there the error is smaller
        for comparison in _where_nobody_asked(subject, point):
            fails = fails or comparison.verdict.status.severity is Severity.FAIL
            yield comparison


def near(subject: Subject) -> Iterator[Comparison]:
    """Values and first derivatives close beside 0, poles, thresholds, kinks, and the ends of the domain.

    There a guard against a division by 0 is at work, or a series that is taken for the function.
    """
    if not subject.near:
        yield plain(
            Status.SKIPPED, "at no point beside a special place the formula is smooth and the function has a value"
        )
    for point in subject.near:
        yield from _where_nobody_asked(subject, point)


def _where_nobody_asked(subject: Subject, point: Point) -> Iterator[Comparison]:
    """Value and first derivatives at a point of ours, where digits that are lost are not told."""
    excuses = partial(_is_in_the_last_bits, subject, point)
    for comparison in by_autograd(subject, point, [(), *subject.firsts], excuses=excuses):
        yield replace(comparison, verdict=lenient(comparison))


def kinks(subject: Subject) -> Iterator[Comparison]:
    """At a kink any number between the one-sided derivatives is right, times whatever the upstream gradient is."""
    if not subject.kinks:
        yield plain(Status.SKIPPED, "no kink of the formula was found")
    for point in subject.kinks:
        found: dict[tuple[Wrt, Fraction], float] = {}
        for factor in _AT_KINKS:
            place = f"upstream {float(factor):g}"
            for comparison in by_autograd(subject, point, [(), *subject.firsts], upstream=factor, place=place):
                if comparison.gradient is not None and comparison.gradient.value is not None:
                    found[comparison.wrt, factor] = comparison.gradient.value
                yield _as_expected(comparison)
        for (wrt, factor), returned in found.items():
            if wrt:
                yield _linear(subject, point, wrt, factor, returned, found.get((wrt, Fraction(1))))
        yield from map(_as_expected, _at_negative_zero(subject, point))


_AT_KINKS = tuple(Fraction(text) for text in ("1", "2", "-1", "0.375"))
"""Upstream gradients at a kink, 1 first; exact in every format."""


def _as_expected(comparison: Comparison) -> Comparison:
    """The same, where a convention is what a kink has."""
    is_convention = comparison.verdict.status is Status.CONVENTION
    return replace(comparison, verdict=Verdict(Status.MATCH)) if is_convention else comparison


def _linear(
    subject: Subject, point: Point, wrt: Wrt, factor: Fraction, returned: float, at_one: float | None
) -> Comparison:
    """Whether the number that a function has chosen at a kink is multiplied by the upstream gradient."""
    if at_one is None or not (math.isfinite(at_one) and math.isfinite(returned)):
        return plain(Status.MATCH)
    due = Fraction(at_one) * factor
    if abs(Fraction(returned) - due) <= FAR_ULPS * subject.dtype.ulp(due):
        return plain(Status.MATCH)
    reason = f"torch returned {at_one!r} for the upstream gradient 1, and {returned!r} for {float(factor):g}"
    verdict = Verdict(Status.MISMATCH, f"{reason}: it should be {float(factor):g} times as much")
    return Comparison(verdict, point, wrt, place="at a kink")


def _is_in_the_last_bits(subject: Subject, point: Point, truth: Truth, gradient: Gradient) -> bool:
    """Whether an error is one of the last bits of 1, of an argument or of the true number."""
    if truth.value is None or gradient.value is None or not math.isfinite(gradient.value):
        return False
    exact = spelled_out(truth.value.mid)
    size = max([Fraction(1), abs(exact), *(abs(coordinate.exact) for coordinate in point.values())])
    return abs(Fraction(gradient.value) - exact) <= FAR_ULPS * subject.dtype.ulp(size)


def upstream(subject: Subject) -> Iterator[Comparison]:
    """Upstream gradients other than 1, and a vector of different ones."""
    for point in subject.everywhere[: len(subject.points) + 2]:
        whole = subject.dtype.nearest(_OF_ALL_DIGITS)
        assert whole is not None
        for factor in (*UPSTREAMS, whole, *(() if subject.dtype is DType.FLOAT16 else _EXTREMES)):
            yield from by_autograd(subject, point, subject.firsts, upstream=factor, place=f"upstream {float(factor):g}")
    smooth = subject.smooth
    if len(smooth) < 2:
        return
    inputs = tuple(column.requires_grad_() for column in batch(subject, len(smooth)))
    factors = [UPSTREAMS[index % len(UPSTREAMS)] for index in range(len(smooth))]
    vector = torch.stack([subject.setting.tensor(factor) for factor in factors])
    gradients = subject.gradients(subject(inputs), inputs, vector)
    for wrt, tensor, gradient in zip(subject.firsts, inputs, gradients, strict=True):
        column = torch.zeros_like(tensor) if gradient is None else gradient
        for point, factor, entry in zip(smooth, factors, column.reshape(-1), strict=True):
            yield number(subject, point, wrt, entry, upstream=factor, place="a vector upstream")


def arguments(subject: Subject) -> Iterator[Comparison]:
    """Each argument's gradient where no other argument asks for one, and where all but one ask."""
    if len(subject.args) == 1:
        yield plain(Status.SKIPPED, "there is one argument")
        return
    for point in subject.everywhere[: len(subject.points) + 2]:
        for name in subject.args:
            yield from _asking(subject, point, [name], f"{name} alone")
        if len(subject.args) > 2:
            for name in subject.args:
                yield from _asking(subject, point, [other for other in subject.args if other != name], f"not {name}")


def _asking(subject: Subject, point: Point, names: list[str], place: str) -> Iterator[Comparison]:
    """The gradients where these arguments ask for one, and no others."""
    inputs = dict(zip(subject.args, subject.inputs(point), strict=True))
    asking = [inputs[name].requires_grad_() for name in names]
    result = subject(list(inputs.values()))
    gradients: tuple[Tensor | None, ...] = (None,) * len(asking)
    if result.requires_grad:
        gradients = subject.gradients(result, asking)
    for name, tensor, found in zip(names, asking, gradients, strict=True):
        yield number(subject, point, (name,), torch.zeros_like(tensor) if found is None else found, place=place)


def same_tensor(subject: Subject) -> Iterator[Comparison]:
    """One tensor as every argument: its gradient is the sum of the partial derivatives."""
    if len(subject.args) == 1:
        yield plain(Status.SKIPPED, "there is one argument")
        return
    compared = False
    name, count = subject.args[0], len(subject.args)

    def diagonal_of(xs: tuple[Tensor, ...]) -> Tensor:
        return subject([xs[0]] * count)

    for point in subject.everywhere:
        diagonal = dict.fromkeys(subject.args, point[name])
        if not subject.takes(diagonal):
            continue
        truth = total(subject.truth(diagonal, wrt) for wrt in subject.firsts)
        if truth is None:
            continue
        compared = True
        inputs = subject.inputs(diagonal)[:1]
        gradient = differentiate(diagonal_of, [name], inputs, [(name,)], subject.setting)[0]
        if gradient.error is not None:
            yield plain(Status.MISMATCH, raised(gradient.error), point=diagonal, place=_SAME)
            continue
        verdict = judge(truth, gradient, partial(_spread, diagonal_of, name, inputs, subject.setting))
        comparison = Comparison(verdict, diagonal, (name,), truth, gradient, _SAME)
        yield replace(comparison, verdict=lenient(comparison))
    if not compared:
        yield plain(Status.SKIPPED, "the formula is smooth at no point with equal arguments")


def _spread(function: TensorFunction, name: str, inputs: tuple[Tensor, ...], setting: Setting) -> Spread | None:
    return any_function_spreads(function, [name], inputs, [(name,)], setting)[0]


def other_format(subject: Subject) -> Iterator[Comparison]:
    """Values and first derivatives in float32, or in float64 where float32 is the format asked for."""
    other = DType.FLOAT64 if subject.dtype is DType.FLOAT32 else DType.FLOAT32
    if other not in subject.device.dtypes:
        yield plain(Status.SKIPPED, f"{subject.device.name} does not compute in {other}")
        return
    if subject.function.format is TORCH_DTYPES[subject.dtype]:
        yield plain(
            Status.SKIPPED, f"the module's numbers are {subject.dtype}: name what makes it to check both formats"
        )
        return
    there = subject.in_format(other)
    for point in there.everywhere:
        for comparison in by_autograd(there, point, [(), *there.firsts]):
            yield Comparison(
                comparison.verdict, point, comparison.wrt, comparison.truth, comparison.gradient, str(other)
            )
        result = there(tuple(tensor.requires_grad_() for tensor in there.inputs(point)))
        if result.dtype is not there.inputs(point)[0].dtype:
            yield plain(Status.MISMATCH, f"the function returned {result.dtype} for {other}", point=point)


def batch(subject: Subject, count: int) -> tuple[Tensor, ...]:
    """So many of the smooth points, over again where there are fewer, as a 1-d tensor an argument."""
    smooth = subject.smooth
    order = torch.arange(count) % len(smooth)
    return tuple(
        torch.stack([subject.setting.tensor(point[name].exact) for point in smooth])[order] for name in subject.args
    )
