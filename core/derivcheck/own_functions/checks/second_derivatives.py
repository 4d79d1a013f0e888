"""The item about second derivatives: right, or refused loudly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.second_pass import find_refusal
from derivcheck.model import Gradient, Kind, Mode, Point, Refusal, Status, Wrt
from derivcheck.own_functions.checks.comparison import Comparison, compare_number, conclude, describe_refusal
from derivcheck.own_functions.checks.subject import Subject


def check_second_derivatives(subject: Subject) -> Iterator[Comparison]:
    """Every second derivative through create_graph, and that of the gradient by the upstream gradient."""
    for point in subject.everywhere:
        for comparison in _compare_at(subject, point):
            yield comparison
            if comparison.verdict.status is Status.SKIPPED:
                return
    yield from _compare_batch(subject)


def _compare_at(subject: Subject, point: Point) -> Iterator[Comparison]:
    given = point in subject.points
    refused = find_refusal(subject, subject.inputs(point))
    if refused is not None:
        yield conclude(Status.SKIPPED, f"refused loudly, as it should be: {describe_refusal(refused)}", point=point)
        return
    wrts: list[Wrt] = list(combinations_with_replacement(subject.args, 2))
    asked: list[Wrt] = [(), *subject.firsts, *wrts]
    itself, *found = derivatives(subject, subject.args, subject.inputs(point), asked, Mode.REVERSE)
    firsts, seconds = found[: len(subject.args)], found[len(subject.args) :]
    if any(isinstance(first, Refusal) for first in firsts):
        yield conclude(Status.MISMATCH, "there is no first derivative: see `backward`", point=point)
        return
    value = None
    if isinstance(itself, Tensor):
        value = Gradient(Mode.REVERSE, subject.device.name, subject.dtype, value=float(itself.detach()))
    for wrt, first in zip(subject.firsts, firsts, strict=True):
        if isinstance(first, Tensor) and (given or subject.truth(point, wrt).kind is Kind.VALUE):
            yield compare_number(subject, point, wrt, first, place="first derivative with create_graph", value=value)
    for wrt, outcome in zip(wrts, seconds, strict=True):
        if not given and subject.truth(point, wrt).kind is not Kind.VALUE:
            continue
        if isinstance(outcome, Refusal):
            yield conclude(Status.SKIPPED, f"refused loudly, as it should be: {describe_refusal(outcome)}", point=point)
            return
        yield compare_number(subject, point, wrt, outcome, place="second derivative", value=value)
    yield from _compare_by_upstream(subject, point)


def _compare_batch(subject: Subject) -> Iterator[Comparison]:
    """Compare second derivatives of a batch, in both orders of the arguments, with upstream gradients other than 1.

    A backward pass of the backward pass that forgets its own upstream gradient is right at 1.
    """
    pairs = list(combinations_with_replacement(subject.args, 2))
    points = [point for point in subject.smooth if all(subject.truth(point, wrt).kind is Kind.VALUE for wrt in pairs)]
    if not points:
        return
    inputs = tuple(
        torch.stack([subject.setting.tensor(point[name].exact) for point in points]).requires_grad_()
        for name in subject.args
    )
    result = subject(inputs)
    if not result.requires_grad:
        return
    once, again = (
        [factors[index % len(factors)] for index in range(len(points))] for factors in (_UPSTREAMS, _UPSTREAMS_AGAIN)
    )
    upstream, outer = (torch.stack([subject.setting.tensor(factor) for factor in each]) for each in (once, again))
    gradients = torch.autograd.grad(result, inputs, upstream, create_graph=True, allow_unused=True)
    for name, gradient in zip(subject.args, gradients, strict=True):
        found: Sequence[Tensor | None] = (None,) * len(inputs)
        if gradient is not None and gradient.requires_grad:
            found = torch.autograd.grad(gradient, inputs, outer, retain_graph=True, allow_unused=True)
        for other, column in zip(subject.args, found, strict=True):
            wrt = (name, other) if (name, other) in pairs else (other, name)
            numbers = torch.zeros_like(result) if column is None else column
            for point, entry, inner, out in zip(points, numbers, once, again, strict=True):
                place = f"second derivative by {name}, then {other}, of a batch with upstream gradients"
                yield compare_number(subject, point, wrt, entry, upstream=inner * out, place=place, order=(name, other))


_UPSTREAMS = (Fraction(2), Fraction(-1), Fraction(3, 8))
_UPSTREAMS_AGAIN = (Fraction(-2), Fraction(4))
"""Upstream gradients of the two backward passes; exact in every format."""


def _compare_by_upstream(subject: Subject, point: Point) -> Iterator[Comparison]:
    """The gradient is linear in the upstream gradient g, so its derivative by g is the first derivative."""
    inputs = tuple(tensor.requires_grad_() for tensor in subject.inputs(point))
    result = subject(inputs)
    if not result.requires_grad:
        return
    upstream = torch.ones_like(result).mul_(2).requires_grad_()
    gradients = torch.autograd.grad(result, inputs, upstream, create_graph=True, allow_unused=True)
    for wrt, tensor, gradient in zip(subject.firsts, inputs, gradients, strict=True):
        slope = torch.zeros_like(tensor)
        if gradient is not None and gradient.requires_grad:
            try:
                found = torch.autograd.grad(gradient, upstream, retain_graph=True, allow_unused=True)[0]
            except Exception as error:  # whatever the backward pass raises when it is asked for its own derivative
                reason = f"refused loudly, as it should be: raised {type(error).__name__}: {error}"
                yield conclude(Status.SKIPPED, reason, point=point)
                return
            slope = slope if found is None else found
        yield compare_number(subject, point, wrt, slope, place="the gradient's derivative by the upstream gradient")
