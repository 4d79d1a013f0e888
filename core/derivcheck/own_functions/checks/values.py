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
from derivcheck.model import DType, Gradient, Point, Spread, Status, Truth
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    by_autograd,
    lenient,
    number,
    plain,
    raised,
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
            yield plain(Status.ERROR, told(error), point=point)
            continue
        yield number(subject, point, (), found)


def backward(subject: Subject) -> Iterator[Comparison]:
    """Every first derivative at the points given, with upstream 1."""
    for point in subject.points:
        yield from by_autograd(subject, point, subject.firsts)


def points(subject: Subject) -> Iterator[Comparison]:
    """The same at further points of both signs."""
    if not subject.further:
        yield plain(Status.SKIPPED, "the formula is smooth at none of the further points")
    for point in subject.further:
        yield from by_autograd(subject, point, subject.firsts)


def far(subject: Subject) -> Iterator[Comparison]:
    """Values and first derivatives far out, where a threshold, or a clamp, may be in the wrong place.

    Nobody asked for these points, and where a right formula loses its digits there is nothing to be told: what counts
    is a number that is lost, or wrong by more than the last bits of its arguments.
    """
    if not subject.far:
        yield plain(Status.SKIPPED, "the formula is smooth at none of the points far out")
    for point in subject.far:
        excuses = partial(_is_in_the_last_bits, subject, point)
        for comparison in by_autograd(subject, point, [(), *subject.firsts], excuses=excuses):
            yield replace(comparison, verdict=lenient(comparison))


def _is_in_the_last_bits(subject: Subject, point: Point, truth: Truth, gradient: Gradient) -> bool:
    """Whether an error is one of the last bits of 1, of an argument or of the true number."""
    if truth.value is None or gradient.value is None or not math.isfinite(gradient.value):
        return False
    exact = truth.value.mid.fraction()
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
