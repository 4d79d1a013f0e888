"""The items about torch's other engines: forward mode, vmap, torch.compile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import torch
from torch import Tensor
from torch.autograd import forward_ad

from derivcheck.autograd.compiled import compiled_afresh
from derivcheck.autograd.gradients import differentiate
from derivcheck.model import Gradient, Mode, Point, Spread, Status, Wrt
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    compare_gradient,
    compare_number,
    conclude,
    forgive_lost_digits,
    report_error,
    shorten_error,
)
from derivcheck.own_functions.checks.exact_truths import add_up, scale
from derivcheck.own_functions.checks.spreads import scale_function
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.rounding.explanation_of_functions import function_spreads
from derivcheck.verdict.judging import judge

TANGENTS = (Fraction(2), Fraction(-3, 2))
"""Tangents other than 1: a jvp that forgets its tangent is right at 1."""


def check_forward_mode(subject: Subject) -> Iterator[Comparison]:
    """The derivative along each argument in forward mode, with tangents other than 1.

    A Function without a jvp refuses every tangent. It is not asked: for the first tangent torch compiles its own
    decompositions, which takes longer than all other items together.
    """
    if subject.function.written is not None and not subject.function.has_jvp:
        yield conclude(Status.SKIPPED, "there is no forward mode: the Function has no jvp")
        return
    for point in subject.everywhere:
        for index, name in enumerate(subject.args):
            for tangent in TANGENTS:
                try:
                    found = _push(subject, subject.inputs(point), index, subject.setting.tensor(tangent))
                except Exception as error:  # torch's, where there is no jvp; the user's, where there is one
                    if subject.function.has_jvp and not isinstance(error, NotImplementedError):
                        yield report_error(Status.MISMATCH, error, "jvp ", point=point)
                    else:
                        yield conclude(Status.SKIPPED, f"there is no forward mode: {shorten_error(error)}")
                    return
                place = f"tangent {float(tangent):g}"
                yield compare_number(subject, point, (name,), found, upstream=tangent, place=place, mode=Mode.FORWARD)
        if len(subject.args) > 1:
            yield from _push_all_at_once(subject, point)
    yield from _push_batch(subject)


def _push_all_at_once(subject: Subject, point: Point) -> Iterator[Comparison]:
    """Tangents of all arguments at once: they add up."""
    factors = [TANGENTS[index % len(TANGENTS)] for index in range(len(subject.args))]
    truth = add_up(
        scale(subject.truth(point, wrt), factor) for wrt, factor in zip(subject.firsts, factors, strict=True)
    )
    if truth is None:
        return
    inputs, setting = subject.inputs(point), subject.setting
    tangents = [setting.tensor(factor) for factor in factors]
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(x, t) for x, t in zip(inputs, tangents, strict=True)]
        pushed = forward_ad.unpack_dual(subject(duals)).tangent
        value = 0.0 if pushed is None else float(pushed)
    gradient = Gradient(Mode.FORWARD, subject.device.name, subject.dtype, value=value)

    def along(steps: tuple[Tensor, ...]) -> Tensor:
        return subject([x + steps[0] * t for x, t in zip(inputs, tangents, strict=True)])

    def spread() -> Spread | None:
        return function_spreads(along, ["step"], (setting.tensor(Fraction(0)),), [("step",)], setting)[0]

    place = "the tangents of all arguments at once"
    comparison = Comparison(judge(truth, gradient, spread), point, (), truth, gradient, place)
    yield replace(comparison, verdict=forgive_lost_digits(comparison))


def _push_batch(subject: Subject) -> Iterator[Comparison]:
    """A batch, with another tangent for each number of it."""
    smooth = subject.smooth
    if len(smooth) < 2:
        return
    factors = [TANGENTS[index % len(TANGENTS)] for index in range(len(smooth))]
    tangents = torch.stack([subject.setting.tensor(factor) for factor in factors])
    for index, wrt in enumerate(subject.firsts):
        found = _push(subject, subject.batch(len(smooth)), index, tangents)
        for point, factor, entry in zip(smooth, factors, found.reshape(-1), strict=True):
            yield compare_number(
                subject, point, wrt, entry, upstream=factor, place="tangents of a batch", mode=Mode.FORWARD
            )


def _push(subject: Subject, inputs: tuple[Tensor, ...], index: int, tangent: Tensor) -> Tensor:
    """The tangent of the result where one argument has a tangent."""
    with forward_ad.dual_level():
        duals = list(inputs)
        duals[index] = forward_ad.make_dual(inputs[index], tangent)
        result = subject(duals)
        pushed = forward_ad.unpack_dual(result).tangent
        return torch.zeros_like(result) if pushed is None else pushed.clone()


def check_vmap(subject: Subject) -> Iterator[Comparison]:
    """Values under torch.vmap, gradients of a batch of upstream gradients, and of torch.vmap over torch.func.grad."""
    smooth = subject.smooth
    if not smooth:
        yield conclude(Status.SKIPPED, "the formula is smooth at no point to make a batch of")
        return
    columns = subject.batch(len(smooth))
    refusals: list[str] = []

    def function(*xs: Tensor) -> Tensor:
        return subject(xs)

    try:
        values = torch.vmap(function)(*columns)
    except Exception as error:
        refusals.append(f"torch.vmap: {shorten_error(error)}")
    else:
        yield from _compare_entries(subject, (), values, "torch.vmap")
        yield from _check_in_dims(subject, function)
    inputs = tuple(column.clone().requires_grad_() for column in columns)
    result = subject(inputs)
    if result.requires_grad:
        try:
            each = torch.eye(len(smooth), dtype=result.dtype, device=result.device)
            found = torch.autograd.grad(result, inputs, each, is_grads_batched=True, allow_unused=True)
        except Exception as error:
            refusals.append(f"batched gradients: {shorten_error(error)}")
        else:
            for wrt, gradient in zip(subject.firsts, found, strict=True):
                diagonal = torch.zeros_like(result) if gradient is None else gradient.diagonal()
                yield from _compare_entries(subject, wrt, diagonal, "batched gradients")
    try:
        gradients = torch.vmap(torch.func.grad(function, argnums=tuple(range(len(columns)))))(*columns)
    except Exception as error:
        refusals.append(f"vmap over torch.func.grad: {shorten_error(error)}")
    else:
        for wrt, gradient in zip(subject.firsts, gradients, strict=True):
            yield from _compare_entries(subject, wrt, gradient, "torch.vmap over torch.func.grad")
    if refusals:
        yield conclude(Status.SKIPPED, f"cannot be batched: {'; '.join(refusals)}")


def _check_in_dims(subject: Subject, function: Callable[..., Tensor]) -> Iterator[Comparison]:
    """Values under torch.vmap along the last dimension, and where one argument is the same for all."""
    smooth = subject.smooth
    columns = tuple(column.reshape(2, 3) for column in subject.batch(6))
    values = torch.vmap(function, in_dims=1)(*columns)
    if values.shape != (3, 2):
        yield conclude(Status.MISMATCH, f"torch.vmap with in_dims=1 gives the shape {tuple(values.shape)}, not (3, 2)")
    else:
        for index, entry in enumerate(values.t().reshape(-1)):
            yield compare_number(subject, smooth[index % len(smooth)], (), entry, place="torch.vmap with in_dims=1")
    if len(subject.args) == 1:
        return
    alone = subject.inputs(smooth[0])
    for held, name in enumerate(subject.args):
        columns = tuple(x if index == held else x.expand(3) for index, x in enumerate(alone))
        in_dims = tuple(None if index == held else 0 for index in range(len(alone)))
        place = f"torch.vmap with one {name} for all"
        for entry in torch.vmap(function, in_dims=in_dims)(*columns).reshape(-1):
            yield compare_number(subject, smooth[0], (), entry, place=place)


def _compare_entries(subject: Subject, wrt: Wrt, column: Tensor, place: str) -> Iterator[Comparison]:
    if column.numel() != len(subject.smooth):
        yield conclude(
            Status.MISMATCH, f"{place} gives the shape {tuple(column.shape)} for {len(subject.smooth)} points"
        )
        return
    for point, entry in zip(subject.smooth, column.reshape(-1), strict=True):
        yield compare_number(subject, point, wrt, entry, place=place)


def check_compiled(subject: Subject) -> Iterator[Comparison]:
    """Values and gradients under torch.compile, with an upstream gradient of 1 and of 2."""
    function = compiled_afresh(subject)
    for point in subject.everywhere[: len(subject.points) + 1]:
        for upstream in (Fraction(1), Fraction(2)):
            asked: list[Wrt] = [(), *subject.firsts]
            program = scale_function(function, subject, upstream)
            found = differentiate(program, subject.args, subject.inputs(point), asked, subject.setting)
            for wrt, eager in zip(asked, found, strict=True):
                gradient = replace(eager, mode=Mode.COMPILE)
                if gradient.refusal is not None:
                    yield conclude(Status.SKIPPED, f"torch.compile does not work here: {gradient.refusal.text}")
                    return
                truth = scale(subject.truth(point, wrt), upstream)
                yield compare_gradient(subject, point, wrt, truth, gradient, upstream=upstream, place="torch.compile")
