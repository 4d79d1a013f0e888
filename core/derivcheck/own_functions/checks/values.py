"""The items that compare values and first derivatives at single points."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.gradients import Setting, TensorFunction, differentiate
from derivcheck.model import DType, Spread, Status
from derivcheck.own_functions.checks.comparison import Comparison, by_autograd, number, plain, raised, told, total
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.rounding.tape import function_spreads
from derivcheck.verdict.judging import judge

UPSTREAMS = tuple(Fraction(text) for text in ("2", "4", "-2", "-1", "0.375", "0"))
"""Upstream gradients: g, 2g and -g among them, so that linearity follows; exact in every format."""


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


def upstream(subject: Subject) -> Iterator[Comparison]:
    """Upstream gradients other than 1, and a vector of different ones."""
    for point in subject.everywhere[: len(subject.points) + 2]:
        for factor in UPSTREAMS:
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
    """Each argument's gradient where no other argument asks for one."""
    if len(subject.args) == 1:
        yield plain(Status.SKIPPED, "there is one argument")
        return
    for point in subject.everywhere[: len(subject.points) + 2]:
        for index, name in enumerate(subject.args):
            inputs = list(subject.inputs(point))
            inputs[index].requires_grad_()
            result = subject(inputs)
            place = f"{name} alone"
            found: Tensor | None = None
            if result.requires_grad:
                (found,) = subject.gradients(result, [inputs[index]])
            gradient = torch.zeros_like(inputs[index]) if found is None else found
            yield number(subject, point, (name,), gradient, place=place)


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
        yield Comparison(verdict, diagonal, (name,), truth, gradient, _SAME)
    if not compared:
        yield plain(Status.SKIPPED, "the formula is smooth at no point with equal arguments")


def _spread(function: TensorFunction, name: str, inputs: tuple[Tensor, ...], setting: Setting) -> Spread | None:
    return function_spreads(function, [name], inputs, [(name,)], setting)[0]


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
    chosen = [smooth[index % len(smooth)] for index in range(count)]
    return tuple(torch.stack([subject.setting.tensor(point[name].exact) for point in chosen]) for name in subject.args)
