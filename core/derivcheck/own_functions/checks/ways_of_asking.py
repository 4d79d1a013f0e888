"""The items about how first derivatives are asked for: other upstream gradients, other arguments, another format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

import torch
from torch import Tensor

from derivcheck.autograd.gradients import differentiate
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Point, Spread, Status
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    compare_derivatives,
    compare_number,
    conclude,
    describe_refusal,
    forgive_lost_digits,
)
from derivcheck.own_functions.checks.exact_truths import add_up
from derivcheck.own_functions.checks.formats import lacks_format, other_format
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.rounding.explanation_of_functions import function_spreads
from derivcheck.verdict.judging import judge

UPSTREAMS = tuple(Fraction(text) for text in ("2", "4", "-2", "-1", "0.375", "0"))
"""Upstream gradients: g, 2g and -g among them, so that linearity follows; exact in every format."""

_EXTREMES = (Fraction(2) ** 24, Fraction(1, 2**24))
"""Upstream gradients as large and as small as a scaled loss makes them: a clamp in a backward pass shows."""

_OF_ALL_DIGITS = Fraction(4, 3)
"""An upstream gradient that needs all of a format's digits: a cast to a narrower one shows."""

_SAME = "the same tensor as every argument"


def check_upstreams(subject: Subject) -> Iterator[Comparison]:
    """Upstream gradients other than 1, and a vector of different ones."""
    for point in subject.everywhere[: len(subject.points) + 2]:
        whole = subject.dtype.nearest(_OF_ALL_DIGITS)
        assert whole is not None
        for factor in (*UPSTREAMS, whole, *(() if subject.dtype is DType.FLOAT16 else _EXTREMES)):
            yield from compare_derivatives(
                subject, point, subject.firsts, upstream=factor, place=f"upstream {float(factor):g}"
            )
    smooth = subject.smooth
    if len(smooth) < 2:
        return
    inputs = tuple(column.requires_grad_() for column in subject.batch(len(smooth)))
    factors = [UPSTREAMS[index % len(UPSTREAMS)] for index in range(len(smooth))]
    vector = torch.stack([subject.setting.tensor(factor) for factor in factors])
    gradients = subject.gradients(subject(inputs), inputs, vector)
    for wrt, tensor, gradient in zip(subject.firsts, inputs, gradients, strict=True):
        column = torch.zeros_like(tensor) if gradient is None else gradient
        for point, factor, entry in zip(smooth, factors, column.reshape(-1), strict=True):
            yield compare_number(subject, point, wrt, entry, upstream=factor, place="a vector upstream")


def check_arguments(subject: Subject) -> Iterator[Comparison]:
    """Each argument's gradient where no other argument asks for one, and where all but one ask."""
    if len(subject.args) == 1:
        yield conclude(Status.SKIPPED, "there is one argument")
        return
    for point in subject.everywhere[: len(subject.points) + 2]:
        for name in subject.args:
            yield from _compare_asking(subject, point, [name], f"{name} alone")
        if len(subject.args) > 2:
            for name in subject.args:
                yield from _compare_asking(
                    subject, point, [other for other in subject.args if other != name], f"not {name}"
                )


def _compare_asking(subject: Subject, point: Point, names: list[str], place: str) -> Iterator[Comparison]:
    """The gradients where these arguments ask for one, and no others."""
    inputs = dict(zip(subject.args, subject.inputs(point), strict=True))
    asking = [inputs[name].requires_grad_() for name in names]
    result = subject(list(inputs.values()))
    gradients: tuple[Tensor | None, ...] = (None,) * len(asking)
    if result.requires_grad:
        gradients = subject.gradients(result, asking)
    for name, tensor, found in zip(names, asking, gradients, strict=True):
        yield compare_number(subject, point, (name,), torch.zeros_like(tensor) if found is None else found, place=place)


def check_same_tensor(subject: Subject) -> Iterator[Comparison]:
    """One tensor as every argument: its gradient is the sum of the partial derivatives."""
    if len(subject.args) == 1:
        yield conclude(Status.SKIPPED, "there is one argument")
        return
    compared = False
    name, count = subject.args[0], len(subject.args)

    def diagonal_of(xs: tuple[Tensor, ...]) -> Tensor:
        return subject([xs[0]] * count)

    for point in subject.everywhere:
        diagonal = dict.fromkeys(subject.args, point[name])
        if not subject.takes(diagonal):
            continue
        truth = add_up(subject.truth(diagonal, wrt) for wrt in subject.firsts)
        if truth is None:
            continue
        compared = True
        inputs = subject.inputs(diagonal)[:1]
        gradient = differentiate(diagonal_of, [name], inputs, [(name,)], subject.setting)[0]
        if gradient.refusal is not None:
            yield conclude(Status.MISMATCH, describe_refusal(gradient.refusal), point=diagonal, place=_SAME)
            continue
        verdict = judge(truth, gradient, partial(_measure_spread, diagonal_of, name, inputs, subject.setting))
        comparison = Comparison(verdict, diagonal, (name,), truth, gradient, _SAME)
        yield replace(comparison, verdict=forgive_lost_digits(comparison))
    if not compared:
        yield conclude(Status.SKIPPED, "the formula is smooth at no point with equal arguments")


def _measure_spread(
    function: TensorFunction, name: str, inputs: tuple[Tensor, ...], setting: TorchSetting
) -> Spread | None:
    return function_spreads(function, [name], inputs, [(name,)], setting)[0]


def check_other_format(subject: Subject) -> Iterator[Comparison]:
    """Values and first derivatives in float32, or in float64 where float32 is the format asked for."""
    other = other_format(subject.dtype)
    reason = lacks_format(subject.function, subject.device, subject.dtype)
    if reason is not None:
        yield conclude(Status.SKIPPED, reason)
        return
    there = subject.in_format(other)
    for point in there.everywhere:
        for comparison in compare_derivatives(there, point, [(), *there.firsts]):
            yield Comparison(
                comparison.verdict, point, comparison.wrt, comparison.truth, comparison.gradient, str(other)
            )
        result = there(tuple(tensor.requires_grad_() for tensor in there.inputs(point)))
        if result.dtype is not there.inputs(point)[0].dtype:
            yield conclude(Status.MISMATCH, f"the function returned {result.dtype} for {other}", point=point)
